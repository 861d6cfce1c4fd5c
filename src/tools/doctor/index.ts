/**
 * The doctor: says what a pickle is and where it fails, and rewrites it without running it.
 *
 * @module
 */
import { isBrineError, UnsupportedError } from "../../core/errors.ts";
import { sniff } from "../../sniff.ts";
import type { SourceInput } from "../../sources/index.ts";
import { below, movedFor } from "./names.ts";
import { type Opened, opened } from "./open.ts";
import { rawData } from "./rawdata.ts";
import { rewrite } from "./rewrite.ts";
import { finding, RULES } from "./rules.ts";
import type { DiagnoseOptions, Diagnosis, Finding, Fixed, FixOptions, Versions } from "./types.ts";
import { type Part, walk } from "./walk.ts";
import { wrongFile } from "./wrong.ts";

export type { Change, DiagnoseOptions, Diagnosis, Finding, Fixed, FixOptions, Versions } from "./types.ts";

/**
 * Says what a file is, who wrote it and where it will fail; runs nothing. Damage becomes a finding; throws
 * `SourceError` for a file that cannot be read.
 *
 * @example
 * ```ts
 * const { findings } = await diagnose("model.joblib", { for: { joblib: "1.0" } });
 * ```
 */
export async function diagnose(source: SourceInput, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const shown = (findings: readonly Finding[]): Finding[] => findings.filter((one) => fits(one, options.error));
  const file = await openedOrDamage(source);
  if ("damage" in file) {
    const { format, damage } = file;
    const blank = { compression: format, protocol: null, writers: [], globals: [] };
    return { ...blank, format: "unknown", findings: shown([damage]) };
  }
  const { packed, inner, shells } = file;
  const { format, help } = sniff(inner);
  const compression = shells.length === 0 ? null : shells.map(({ name }) => name).join(", ");
  const blank = { compression, protocol: null, writers: [], globals: [] };
  if (format !== "pickle") {
    return { ...blank, format, findings: shown([wrongFile(format, inner[0] ?? 0, help)]) };
  }
  let walked: ReturnType<typeof walk>;
  try {
    walked = walk(inner);
  } catch (e) {
    if (!isBrineError(e)) throw e;
    const cut = e.code === "TRUNCATED" || /exhausted|not enough data|only \d+ remain|no newline/.test(e.message);
    const found: Finding = {
      rule: cut ? "truncated" : "damaged",
      where: "every Python",
      message: !cut
        ? "_pickle.UnpicklingError"
        : inner.length === 0
          ? "EOFError: Ran out of input"
          : "_pickle.UnpicklingError: pickle data was truncated",
      cause: e.message,
      fix: "fetch or write the file again",
      fixable: false,
    };
    return { ...blank, format, findings: shown([found]) };
  }
  const { parts, end } = walked;
  const globals = new Set<string>();
  let protocol = 0;
  let sklearn: string | null = null;
  let python2 = false;
  for (const part of parts) {
    if (!("op" in part)) continue;
    const { name, proto } = part.op.opcode;
    if (part.ref !== null) globals.add(part.ref.join("."));
    protocol = Math.max(protocol, name === "PROTO" ? Number(part.op.arg) : proto);
    if (/STRING$/.test(name)) python2 = true;
    if (part.key === "_sklearn_version" && typeof part.op.arg === "string") sklearn = part.op.arg;
  }
  const versions = options.for ?? {};
  const seen = { protocol, parts, globals, versions, sklearn, python2, raw: python2 ? rawData(inner) : NONE };
  const findings = RULES.flatMap((rule) => rule.detect(seen).map(([where, text]) => finding(rule, where, text)));
  const arrays = parts.filter((part) => !("op" in part)) as Extract<Part, { padded: boolean }>[];
  const isJoblib = [...globals].some((name) => /joblib\.numpy_pickle\./.test(name));
  const names = [...globals].join("\n");
  const writers = [
    ...(python2 ? ["Python 2"] : []),
    ...(sklearn === null ? [] : [`sklearn ${sklearn}`]),
    ...(/^numpy\._core/m.test(names) ? ["numpy >= 2"] : /^numpy\.core/m.test(names) ? ["numpy < 2"] : []),
    ...(arrays.some(({ padded }) => padded) ? ["joblib >= 1.2"] : arrays.length > 0 ? ["joblib < 1.2"] : []),
  ];
  if (end < inner.length) findings.push(several(inner.length - end));
  const shell = shells[0];
  const packing = shell && wrongFile(shell.name, packed[0] ?? 0, unpacking(shell.name));
  // joblib.load unpacks by itself; of its files this is told when asked for.
  if (packing && (!isJoblib || options.error?.includes(packing.message.slice(packing.message.indexOf(":") + 2)))) {
    findings.unshift(packing);
  }
  return {
    format: isJoblib ? "joblib" : "pickle",
    compression,
    protocol,
    writers,
    globals: [...globals].sort(),
    findings: shown(findings),
  };
}

const NONE: ReadonlySet<number> = new Set();

/** How Python reads a packed pickle. */
function unpacking(shell: string): string {
  const opener = /^(gzip|bz2)$/.test(shell) ? shell : /^(lzma|xz)$/.test(shell) ? "lzma" : null;
  return opener === null ? "joblib.load reads it" : `pickle.load(${opener}.open(FILE)); joblib.load reads it too`;
}

function several(bytes: number): Finding {
  return {
    rule: "several",
    where: "pickle.load",
    message: "no error: it reads the first pickle alone",
    cause: `${bytes} bytes follow the first pickle`,
    fix: "call pickle.load again for each further one; the doctor reads the first, and rewrites none of several",
    fixable: false,
  };
}

type Damage = { readonly format: string | null; readonly damage: Finding };

/** The file without its shells, or what is wrong with them. */
async function openedOrDamage(source: SourceInput): Promise<Opened | Damage> {
  try {
    return await opened(source);
  } catch (e) {
    if (!isBrineError(e) || e.code === "SOURCE" || e.code === "LIMIT") throw e;
    return {
      format: e.format ?? null,
      damage: {
        rule: e.code === "TRUNCATED" ? "truncated" : "damaged",
        where: "every Python",
        message:
          e.code === "TRUNCATED"
            ? "EOFError: Compressed file ended before the end-of-stream marker was reached"
            : "what the module that unpacks it says",
        cause: e.message,
        fix: "fetch or write the file again",
        fixable: false,
      },
    };
  }
}

/**
 * What an error of Python's means, without the file.
 *
 * @example
 * ```ts
 * explain("KeyError: 0")[0]?.rule; // "joblib-padding"
 * ```
 */
export function explain(error: string): Finding[] {
  return RULES.filter((rule) => rule.error.test(error.trim())).map((rule) => finding(rule, "", error.trim()));
}

function fits({ rule, message }: Finding, error: string | undefined): boolean {
  if (error === undefined) return true;
  return message.includes(error.trim()) || RULES.some((one) => one.name === rule && one.error.test(error.trim()));
}

/**
 * Rewrites a pickle or joblib file for other versions, opcode by opcode, in the compression it came in. Throws
 * `UnsupportedError` for what cannot be said in the older protocol, `UnpicklingError` and `TruncatedError` for damage.
 *
 * @example
 * ```ts
 * const { bytes, changes } = await fix("model.joblib", { for: { joblib: "1.0", python: "3.7" } });
 * ```
 */
export async function fix(source: SourceInput, options: FixOptions = {}): Promise<Fixed> {
  const { inner, shells, packed } = await opened(source);
  const { format, help } = sniff(inner);
  if (format !== "pickle") throw new UnsupportedError(format, `this is ${format}, no pickle: ${help}`, { format });
  const { python, joblib } = options.for ?? {};
  const versions: Versions = options.for ?? {};
  const renames = new Map(Object.entries(options.renames ?? {}));
  const { parts, end } = walk(inner);
  if (end < inner.length) {
    const reason = `${inner.length - end} bytes follow the first pickle: a file of several is not rewritten, split it first`;
    throw new UnsupportedError("several pickles", reason, { offset: end, format: "pickle" });
  }
  const done = rewrite(inner, parts, {
    raw: parts.some((part) => "op" in part && /STRING$/.test(part.op.opcode.name)) ? rawData(inner) : NONE,
    protocol:
      python === undefined ? 5 : below(python, "3.0") ? 2 : below(python, "3.4") ? 3 : below(python, "3.8") ? 4 : 5,
    cut: joblib !== undefined && below(joblib, "1.2"),
    encoding: options.encoding ?? (python !== undefined && !below(python, "3.0") ? "guess" : null),
    rename(asked) {
      if (/^numpy\._?core\.numeric\._frombuffer$/.test(asked) && below(versions["numpy"] ?? "99", "1.16")) {
        throw new UnsupportedError("_frombuffer", "arrays of protocol 5 need numpy >= 1.16", { format: "pickle" });
      }
      // Python 3.13 alone has this module.
      const full = renames.has(asked) ? asked : asked.replace(/^pathlib\._local\./, "pathlib.");
      const whole = renames.get(full);
      if (whole !== undefined) return whole;
      for (const [old, now] of renames) if (full.startsWith(`${old}.`)) return now + full.slice(old.length);
      return movedFor(full === asked || python !== undefined ? full : asked, versions);
    },
  });
  const changes = done.changes.filter(({ was }) => was !== "FRAME");
  if (changes.length === 0) return { bytes: packed, changes };
  return { bytes: shells.reduceRight((bytes, shell) => shell.encode(bytes), done.bytes), changes };
}
