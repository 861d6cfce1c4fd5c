/**
 * `brine scan FILE…`: whether files may run code when Python loads them.
 *
 * @module
 */
import { basename } from "node:path";
import { isBrineError } from "../core/errors.ts";
import { harmless } from "../tools/inspect/index.ts";
import { type Finding, type Report, sarif, scan as scanFile, type Verdict } from "../tools/scan/index.ts";
import type { Command } from "./commands.ts";
import { complain } from "./complain.ts";
import { readBytes } from "./files.ts";
import { type IO, type Output, Told, UsageError } from "./io.ts";
import { filesOf, pattern } from "./paths.ts";
import { version } from "./version.ts";

/** Exit codes: what is worst wins, and a file that cannot be had is worse than one that is only suspicious. */
const CODES = { safe: 0, dangerous: 1, failed: 2, suspicious: 3 } as const;

interface Scanned {
  readonly file: string;
  readonly report: Report;
}

export const scan: Command = {
  name: "scan",
  usage: "FILE|FOLDER|GLOB…",
  help: "say whether files may run code when Python loads them; nothing is run",
  examples: [
    "brine scan model.pkl",
    'brine scan "models/**/*.pkl" --exclude "*.tmp" --sarif > scan.sarif',
    "brine scan -g model.pkl",
  ],
  flags: [
    { name: "exclude", value: "GLOBS", help: "files that are left out, with commas between" },
    { name: "allow", value: "NAMES", help: "names that count as safe: shop.models.Order,shop.models.Item" },
    { name: "globals", short: "g", help: "list the names that the files refer to" },
    { name: "strict", help: "what is suspicious counts as dangerous" },
    { name: "allow-suspicious", help: "what is suspicious counts as safe for the exit code" },
    { name: "json", help: "print JSON" },
    { name: "sarif", help: "print SARIF 2.1.0" },
  ],
  async run({ words, options }, io, out) {
    if (words.length === 0) throw new UsageError("scan takes at least one FILE, FOLDER or GLOB");
    const forms = ["json", "sarif"].filter((one) => options.has(one));
    if (forms.length > 1) throw new UsageError("--json and --sarif are two different outputs");
    if (options.has("strict") && options.has("allow-suspicious")) {
      throw new UsageError("--strict and --allow-suspicious contradict each other");
    }
    const list = (name: string): string[] =>
      String(options.get(name) ?? "")
        .split(",")
        .filter((one) => one !== "");
    const allow = list("allow");
    const scanned: Scanned[] = [];
    const { files, failures } = await named(words, list("exclude"), io);
    const failed = [...failures];
    for (const file of files) {
      try {
        const bytes = await readBytes(file, io);
        const name = file === "-" ? "" : basename(file);
        const report = shifted(await scanFile(bytes, { name, allow }), name, file === "-" ? "stdin" : file);
        scanned.push({ file: file === "-" ? "stdin" : file, report });
        if (forms.length === 0) tell(file, report, options.has("globals"), out);
      } catch (e) {
        if (!isBrineError(e)) throw e;
        failed.push(`${file}: ${e.message}`);
        await complain(e, io);
      }
    }
    const verdict = worst(scanned);
    if (options.has("json"))
      out.line(JSON.stringify({ verdict, files: scanned.map(({ file, report }) => ({ file, ...report })) }));
    else if (options.has("sarif")) out.line(JSON.stringify(sarif(scanned, version(), failed), null, 2));
    else sum(scanned, failed.length, out);
    const code = codeOf(verdict, failed.length, options.has("strict"), options.has("allow-suspicious"));
    if (code === 0) return;
    out.flush();
    throw new Told(code);
  },
};

/** The files of all words, and what is told of words that lead nowhere. */
async function named(
  words: readonly string[],
  exclude: readonly string[],
  io: IO,
): Promise<{ files: string[]; failures: string[] }> {
  const patterns = exclude.map(pattern);
  const excluded = (path: string): boolean =>
    patterns.some((one) => one.test(path) || one.test(path.slice(path.lastIndexOf("/") + 1)));
  const files = new Set<string>();
  const failures: string[] = [];
  for (const word of words) {
    try {
      const found = word === "-" ? [word] : filesOf(word, excluded);
      for (const file of found) if (!excluded(file)) files.add(file);
      if (found.length > 0) continue;
      failures.push(`${word} leads to no file`);
      io.stderr.write(`brine: ${harmless(word)} leads to no file\n`);
    } catch (e) {
      if (!isBrineError(e)) throw e;
      failures.push(`${word}: ${e.message}`);
      await complain(e, io);
    }
  }
  return { files: [...files], failures };
}

/** The report with paths that begin as the file was named. */
function shifted(report: Report, name: string, file: string): Report {
  const from = name === "" ? "bytes" : name;
  const path = (one: string): string => (one.startsWith(from) ? file + one.slice(from.length) : one);
  return {
    ...report,
    findings: report.findings.map((one) => ({ ...one, path: path(one.path) })),
    files: report.files.map((one) => ({ ...one, path: path(one.path) })),
  };
}

function worst(scanned: readonly Scanned[]): Verdict {
  const all = new Set(scanned.map(({ report }) => report.verdict));
  return all.has("dangerous") ? "dangerous" : all.has("suspicious") ? "suspicious" : "safe";
}

function codeOf(verdict: Verdict, failed: number, strict: boolean, lenient: boolean): number {
  if (verdict === "dangerous" || (strict && verdict === "suspicious")) return CODES.dangerous;
  if (failed > 0) return CODES.failed;
  return verdict === "suspicious" && !lenient ? CODES.suspicious : CODES.safe;
}

function tell(file: string, report: Report, globals: boolean, out: Output): void {
  out.line(harmless(`${file}: ${report.verdict}`));
  for (const one of report.findings) finding(one, out);
  if (!globals) return;
  for (const { name, verdict, count, uses } of report.globals) {
    const used = uses.length > 0 ? `  ${uses.join(", ")}` : "";
    out.line(harmless(`  ${verdict.padEnd(11)}${name}${count > 1 ? ` × ${count}` : ""}${used}`));
  }
}

function finding({ severity, rule, path, message, advice, lines }: Finding, out: Output): void {
  out.line(harmless(`  ${severity}  ${rule}  ${path}`));
  out.line(harmless(`    ${message}`));
  out.line(harmless(`    → ${advice}`));
  for (const line of lines ?? []) out.line(harmless(`    | ${line}`));
}

function sum(scanned: readonly Scanned[], failed: number, out: Output): void {
  if (scanned.length + failed < 2) return;
  const count = (verdict: Verdict): number => scanned.filter(({ report }) => report.verdict === verdict).length;
  const parts = [`${count("dangerous")} dangerous`, `${count("suspicious")} suspicious`, `${count("safe")} safe`];
  if (failed > 0) parts.push(`${failed} not scanned`);
  out.line(`${scanned.length + failed} files: ${parts.join(", ")}`);
}
