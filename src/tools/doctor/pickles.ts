/**
 * Pickle and joblib files: what is wrong with them, and the same rewritten.
 *
 * @module
 */
import { isBrineError } from "../../core/errors.ts";
import { caseOf } from "./case.ts";
import { rewrite } from "./rewrite.ts";
import { type Case, finding } from "./rule.ts";
import { RULES } from "./rules/index.ts";
import { counted } from "./symbols.ts";
import type { Change, Finding, FixOptions } from "./types.ts";
import { below } from "./versions.ts";
import type { Walked } from "./walk.ts";

/** What `read` gives, or a finding where the bytes do not read as a pickle. */
export function damageOr<T>(bytes: Uint8Array, read: () => T): T | Finding {
  try {
    return read();
  } catch (e) {
    if (!isBrineError(e) || e.code === "LIMIT") throw e;
    const cut = e.code === "TRUNCATED" || /exhausted|not enough data|only \d+ remain|no newline/.test(e.message);
    return {
      rule: cut ? "truncated" : "damaged",
      where: "every Python",
      message: !cut
        ? "_pickle.UnpicklingError"
        : bytes.length === 0
          ? "EOFError: Ran out of input"
          : "_pickle.UnpicklingError: pickle data was truncated",
      about: "",
      cause: e.message,
      fix: "fetch or write the file again",
      fixable: false,
    };
  }
}

/** What the rules find, and what stands behind the first pickle. */
export function findingsOf(file: Case, { ends, rest }: Walked): Finding[] {
  const findings = RULES.flatMap((rule) => rule.detect(file).map((found) => finding(rule, found)));
  const more = ends.length > 1 || rest !== null;
  return more ? [...findings, several(ends, rest === null ? null : rest.message, file.bytes.length)] : findings;
}

function several(ends: readonly number[], rest: string | null, size: number): Finding {
  const left = size - ends.at(-1)!;
  const tail = rest === null ? "" : `${counted(left, "byte")} behind the last pickle are none: ${rest}`;
  return {
    rule: "several",
    where: "pickle.load",
    message: "no error: it reads the first pickle alone",
    about: counted(ends.length, "pickle"),
    cause: ends.length === 1 ? tail : `${ends.length} pickles stand one after another${tail && `; ${tail}`}`,
    fix: ends.length === 1 ? "none is needed" : "call pickle.load again for each further one, until EOFError",
    fixable: false,
  };
}

/** Pickles rewritten for other readers; bytes behind them stay. Throws as `fix` does. */
export function mended(
  bytes: Uint8Array,
  walked: Walked,
  options: FixOptions,
): { bytes: Uint8Array; changes: Change[] } {
  const { for: versions = {}, os } = options;
  const { python, joblib } = versions;
  const file = caseOf(bytes, walked, options);
  const renames = new Map(Object.entries(options.renames ?? {}));
  const done = rewrite(bytes, walked.parts, {
    raw: file.raw,
    protocol:
      python === undefined ? 5 : below(python, "3.0") ? 2 : below(python, "3.4") ? 3 : below(python, "3.8") ? 4 : 5,
    cut: joblib !== undefined && below(joblib, "1.2"),
    encoding: options.encoding ?? (python !== undefined && !below(python, "3.0") ? "guess" : null),
    edits: RULES.flatMap((rule) => rule.edits?.(file) ?? []),
    rename(asked) {
      // Whoever names pathlib.PosixPath means that of Python 3.13 as well.
      const plain = asked.replace(/^pathlib\._local\./, "pathlib.");
      const full = renames.has(plain) && !renames.has(asked) ? plain : asked;
      const whole = renames.get(full);
      if (whole !== undefined) return whole;
      for (const [old, now] of renames) if (full.startsWith(`${old}.`)) return now + full.slice(old.length);
      return RULES.reduce((name, rule) => rule.rename?.(name, versions, os) ?? name, full);
    },
  });
  const tail = bytes.subarray(walked.ends.at(-1));
  const whole = new Uint8Array(done.bytes.length + tail.length);
  whole.set(done.bytes);
  whole.set(tail, done.bytes.length);
  return { bytes: whole, changes: done.changes.filter(({ was }) => was !== "FRAME") };
}
