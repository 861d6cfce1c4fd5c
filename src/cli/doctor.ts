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

export const doctor: Command = {
  name: "doctor",
  usage: "FILE",
  help: "say why a pickle or joblib file does not load, and rewrite it so that it does",
  flags: [
    { name: "fix", help: "write the file anew, to name.fixed.ext" },
    { name: "for", value: "LIST", help: "versions that shall read it: joblib=1.0,python=3.7" },
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
    const [file] = words;
    if (file === undefined) {
      const findings = explain(String(error));
      if (json) out.line(JSON.stringify({ findings }));
      else for (const one of findings) tell(one, out);
      if (findings.length > 0) return end(1, out);
      io.stderr.write("brine: no rule knows this message\n");
      return end(2, out);
    }
    if (options.has("fix")) {
      const encoding = ENCODINGS.find((one) => one === options.get("encoding"));
      if (options.has("encoding") && encoding === undefined) {
        throw new UsageError(`--encoding takes ${ENCODINGS.join(", ")}`);
      }
      const to = options.get("output") ?? file.replace(/(\.[^./\\]*)?$/, ".fixed$1");
      if (to === file || file === "-") throw new UsageError("--fix does not write over its input: name OUT by -o");
      const mended = await readable(io, out, async () =>
        fix(await readBytes(file, io), {
          for: versions,
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
    const asked = typeof error === "string" ? { error } : {};
    const found = await readable(io, out, async () => diagnose(await readBytes(file, io), { for: versions, ...asked }));
    if (json) out.line(JSON.stringify(found));
    else {
      const { format, compression, protocol, writers, findings } = found;
      const head = [compression ? `${format} (${compression})` : format];
      if (protocol !== null) head.push(`protocol ${protocol}`);
      out.line(harmless(`${file}  ${[...head, ...writers].join(", ")}`));
      for (const one of findings) tell(one, out);
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
    complain(e, io);
    return end(2, out);
  }
}

function end(code: number, out: Output): never {
  out.flush();
  throw new Told(code);
}

function tell({ where, message, cause, fix }: Finding, out: Output): void {
  if (where !== "") out.line(harmless(`fails in  ${where}`));
  out.line(harmless(`  message ${message}`));
  out.line(harmless(`  cause   ${cause}`));
  out.line(harmless(`  fix     ${fix}`));
}
