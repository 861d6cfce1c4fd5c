/**
 * `brine doctor FILE`: why a file does not load, and the file rewritten so that it does.
 *
 * @module
 */
import { isBrineError } from "../core/errors.ts";
import { writePath } from "../platform/files.ts";
import { diagnose, explain, type Finding, fix, type Versions } from "../tools/doctor/index.ts";
import { harmless } from "../tools/inspect/index.ts";
import type { Command } from "./commands.ts";
import { complain } from "./complain.ts";
import { readBytes } from "./files.ts";
import { type IO, type Output, Told, UsageError } from "./io.ts";

/** `a=1,b=2` as an object. */
function pairs(text: string | true | undefined, option: string): Versions {
  const all = new Map<string, string>();
  for (const word of typeof text === "string" ? text.split(",") : []) {
    const at = word.indexOf("=");
    if (at < 1 || at === word.length - 1) throw new UsageError(`--${option} takes NAME=VALUE, not ${word}`);
    all.set(word.slice(0, at), word.slice(at + 1));
  }
  return Object.fromEntries(all);
}

const ENCODINGS = ["latin1", "utf-8", "bytes"] as const;
const SYSTEMS = ["linux", "macos", "windows"] as const;

/** One of a few words, or nothing when the option is not given. */
function oneOf<T extends string>(words: readonly T[], text: string | true | undefined, option: string): T | undefined {
  if (text === undefined) return undefined;
  const found = words.find((one) => one === text);
  if (found === undefined) throw new UsageError(`--${option} takes ${words.join(", ")}`);
  return found;
}

export const doctor: Command = {
  name: "doctor",
  usage: "FILE",
  help: "say why a pickle, joblib or torch file does not load, and rewrite it so that it does",
  examples: [
    "brine doctor model.joblib",
    "brine doctor model.joblib --fix --for joblib=1.0,python=3.7",
    'brine doctor --error "KeyError: 0"',
  ],
  flags: [
    { name: "fix", help: "write the file anew, to name.fixed.ext" },
    { name: "for", value: "LIST", help: "versions that shall read it: joblib=1.0,python=3.7" },
    { name: "os", value: "SYSTEM", help: "system that shall read it: linux, macos, windows" },
    { name: "output", short: "o", value: "OUT", help: "where --fix writes" },
    { name: "error", value: "TEXT", help: "the last line of a traceback; no FILE is needed then" },
    { name: "rename", value: "OLD=NEW", help: "new names of modules or classes, with --fix" },
    { name: "encoding", value: "CODEC", help: "what Python 2's str become, with --fix: latin1, utf-8, bytes" },
    { name: "json", help: "print JSON" },
  ],
  async run({ words, options }, io, out) {
    const error = options.get("error");
    const json = options.has("json");
    if (words.length > 1 || (words.length === 0 && typeof error !== "string")) {
      throw new UsageError("doctor takes one FILE, or --error TEXT");
    }
    const versions = pairs(options.get("for"), "for");
    const os = oneOf(SYSTEMS, options.get("os"), "os");
    const asked = { for: versions, ...(os ? { os } : {}) };
    const [file] = words;
    if (file === undefined) {
      const findings = explain(String(error));
      if (json) out.line(JSON.stringify({ findings }));
      else tell("error", String(error), findings, [], out);
      if (findings.length > 0) return end(1, out);
      io.stderr.write("brine: no rule knows this message\n");
      return end(2, out);
    }
    if (options.has("fix")) {
      const encoding = oneOf(ENCODINGS, options.get("encoding"), "encoding");
      const to = options.get("output") ?? file.replace(/(\.[^./\\]*)?$/, ".fixed$1");
      if (to === file || file === "-") throw new UsageError("--fix does not write over its input: name OUT by -o");
      const mended = await readable(io, out, async () =>
        fix(await readBytes(file, io), {
          ...asked,
          renames: pairs(options.get("rename"), "rename"),
          ...(encoding ? { encoding } : {}),
        }),
      );
      const { bytes, changes } = mended;
      if (changes.length === 0) {
        const help = options.has("for") ? "" : "; --for names the versions that shall read it";
        io.stderr.write(`brine: nothing to change, and nothing was written${help}\n`);
        return end(1, out);
      }
      await writePath(String(to), bytes);
      if (json) out.line(JSON.stringify({ output: to, changes }));
      else for (const { offset, was, now } of changes) out.line(`${offset}: ${was} -> ${harmless(now)}`);
      return;
    }
    const seen = typeof error === "string" ? { error } : {};
    const found = await readable(io, out, async () => diagnose(await readBytes(file, io), { ...asked, ...seen }));
    if (json) out.line(JSON.stringify(found));
    else {
      const { format, compression, protocol, writers, findings, pins } = found;
      const head = [compression ? `${format} (${compression})` : format];
      if (protocol !== null) head.push(`protocol ${protocol}`);
      tell(file, [...head, ...writers].join(", "), findings, pins, out);
    }
    if (found.findings.length > 0) end(1, out);
  },
};

/** Files that cannot be read, or only by other limits, end in 2; what cannot be mended ends in 1. */
async function readable<T>(io: IO, out: Output, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (e) {
    if (!isBrineError(e, "SOURCE") && !isBrineError(e, "LIMIT")) throw e;
    await complain(e, io);
    return end(2, out);
  }
}

function end(code: number, out: Output): never {
  out.flush();
  throw new Told(code);
}

/** The answer in columns: what it is, where it fails, why, and what to do. */
function tell(name: string, what: string, findings: readonly Finding[], pins: readonly string[], out: Output): void {
  const width = name.length > 24 ? 15 : Math.max(15, name.length + 3);
  const row = (label: string, text: string): void => {
    out.line(harmless(text === "" ? label : `${label.padEnd(width - 1)} ${text}`));
  };
  row(name, what);
  const places = findings.filter(({ where }) => where !== "");
  const [first, second] = ["where", "message"].map((key) =>
    Math.min(60, Math.max(0, ...places.map((one) => one[key as "where" | "message"].length))),
  ) as [number, number];
  for (const [i, { where, message, about }] of places.entries()) {
    const told = about === "" ? message : `${message.padEnd(second)}  (${about})`;
    row(i === 0 ? "will fail in" : "", `${where.padEnd(first)}  ${told}`);
  }
  several("why", new Set(findings.map(({ cause }) => cause)), row);
  several("fix", joined(findings.map(({ fix }) => fix)), row);
  if (findings.length > 0 && pins.length > 0) {
    row("or install", `pip install ${pins.map((pin) => (/[<>]/.test(pin) ? `"${pin}"` : pin)).join(" ")}`);
  }
  for (const code of new Set(findings.map((one) => one.code))) {
    if (code === undefined) continue;
    out.line("");
    for (const line of code.split("\n")) out.line(harmless(line));
  }
}

/** Fixes that name versions become one. */
function joined(fixes: readonly string[]): Set<string> {
  const plain = /^doctor --fix --for (\S+)$/;
  const versions = new Set(fixes.flatMap((fix) => plain.exec(fix)?.[1] ?? []));
  const others = fixes.filter((fix) => !plain.test(fix));
  return new Set(versions.size === 0 ? others : [`doctor --fix --for ${[...versions].join(",")}`, ...others]);
}

function several(label: string, texts: ReadonlySet<string>, row: (label: string, text: string) => void): void {
  for (const [i, text] of [...texts].entries()) row(i === 0 ? label : "", text);
}
