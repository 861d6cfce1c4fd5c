/**
 * The doctor: says what a file is and where it fails, and rewrites it without running it.
 *
 * @module
 */
import { isBrineError, UnsupportedError } from "../../core/errors.ts";
import { sniff } from "../../sniff.ts";
import type { SourceInput } from "../../sources/index.ts";
import { caseOf, isJoblib } from "./case.ts";
import { torchFindings, torchMended } from "./containers.ts";
import { isTar, told } from "./identity.ts";
import { type Opened, opened } from "./open.ts";
import { damageOr, findingsOf, mended } from "./pickles.ts";
import { finding } from "./rule.ts";
import { RULES } from "./rules/index.ts";
import type { DiagnoseOptions, Diagnosis, Finding, Fixed, FixOptions } from "./types.ts";
import { walk } from "./walk.ts";
import { wrongFile } from "./wrong.ts";

export { type Identity, identify } from "./identity.ts";
export { opened } from "./open.ts";
export type {
  Change,
  ClassShape,
  DiagnoseOptions,
  Diagnosis,
  Finding,
  Fixed,
  FixOptions,
  Os,
  Versions,
} from "./types.ts";

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
    return { ...BLANK, compression: format, format: "unknown", findings: shown([damage]) };
  }
  const { packed, inner, shells } = file;
  const { format, help } = sniff(inner);
  const compression = shells.length === 0 ? null : shells.map(({ name }) => name).join(", ");
  const blank = { ...BLANK, compression };
  if (format === "torch" && !isTar(inner)) {
    const torch = damageOr(inner, () => torchFindings(inner, options));
    if ("rule" in torch) return { ...blank, format, findings: shown([torch]) };
    // torch.load reads it; that pickle.load does not is told when asked for.
    const wrong = wrongFile(format, inner[0] ?? 0, "torch.load reads it");
    const asked = options.error !== undefined && wrong.message.includes(options.error.trim());
    return { ...blank, format, ...told(torch.seen), findings: shown(asked ? [wrong] : torch.findings) };
  }
  if (format === "HDF5") {
    const { kerasFindings } = await import("./keras.ts");
    const read = damageOr(inner, () => kerasFindings(inner, options));
    const keras = read !== null && "rule" in read ? null : read;
    if (keras !== null && options.error === undefined) {
      const { version, findings } = keras;
      return { ...blank, format: "Keras HDF5", writers: [`keras ${version}`], pins: [`keras==${version}`], findings };
    }
    if (keras !== null) return { ...blank, format: "Keras HDF5", findings: shown(keras.findings) };
  }
  if (format !== "pickle") {
    return { ...blank, format, findings: shown([wrongFile(format, inner[0] ?? 0, help)]) };
  }
  const walked = damageOr(inner, () => walk(inner));
  if ("rule" in walked) return { ...blank, format, findings: shown([walked]) };
  const seen = caseOf(inner, walked, options);
  const findings = findingsOf(seen, walked);
  const joblib = isJoblib(seen);
  const shell = shells[0];
  const packing = shell && wrongFile(shell.name, packed[0] ?? 0, unpacking(shell.name));
  // joblib.load unpacks most by itself; of its files this is told when asked for.
  if (
    packing &&
    (!joblib ||
      /^(zstd|zip|tar)$/.test(shell.name) ||
      options.error?.includes(packing.message.slice(packing.message.indexOf(":") + 2)))
  ) {
    findings.unshift(packing);
  }
  return {
    ...blank,
    format: joblib ? "joblib" : "pickle",
    ...told(seen),
    findings: shown(findings),
  };
}

const BLANK = { protocol: null, writers: [], globals: [], pins: [], classes: [] };

/** How Python reads a packed pickle. */
function unpacking(shell: string): string {
  if (shell === "zstd")
    return "pickle.load(compression.zstd.open(FILE)) from Python 3.14 on; pandas.read_pickle reads it";
  if (shell === "zip" || shell === "tar") return "pandas.read_pickle reads it";
  const opener = /^(gzip|bz2)$/.test(shell) ? shell : /^(lzma|xz)$/.test(shell) ? "lzma" : null;
  return opener === null ? "joblib.load reads it" : `pickle.load(${opener}.open(FILE)); joblib.load reads it too`;
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
        about: "",
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
  const message = error.trim();
  return RULES.filter((rule) => rule.error.test(message)).map((rule) => finding(rule, { where: "", message }));
}

function fits({ rule, message }: Finding, error: string | undefined): boolean {
  if (error === undefined) return true;
  return message.includes(error.trim()) || RULES.some((one) => one.name === rule && one.error.test(error.trim()));
}

/**
 * Rewrites the pickles of a file for other versions, opcode by opcode, in the compression they came in. Throws
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
  if (format === "torch" && !isTar(inner)) {
    const { bytes, changes } = torchMended(inner, options);
    if (changes.length === 0) return { bytes: packed, changes };
    return { bytes: shells.reduceRight((inside, shell) => shell.encode(inside), bytes), changes };
  }
  if (format === "HDF5") {
    const { kerasMended } = await import("./keras.ts");
    const keras = kerasMended(inner, options);
    if (keras !== null) {
      if (keras.changes.length === 0) return { bytes: packed, changes: [] };
      return {
        bytes: shells.reduceRight((inside, shell) => shell.encode(inside), keras.bytes),
        changes: keras.changes,
      };
    }
  }
  if (format !== "pickle") throw new UnsupportedError(format, `this is ${format}, no pickle: ${help}`, { format });
  const { bytes, changes } = mended(inner, walk(inner), options);
  if (changes.length === 0) return { bytes: packed, changes };
  return { bytes: shells.reduceRight((inside, shell) => shell.encode(inside), bytes), changes };
}
