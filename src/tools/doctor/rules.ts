/**
 * What files fail in, and why.
 *
 * To add a rule: a row in `RULES`, and its case in the live test.
 *
 * @module
 */
import { below, movedFor } from "./names.ts";
import type { Finding, Versions } from "./types.ts";
import type { Part } from "./walk.ts";

/** What rules look at. */
export interface Case {
  readonly protocol: number;
  readonly parts: readonly Part[];
  /** Full names. */
  readonly globals: ReadonlySet<string>;
  readonly versions: Versions;
  readonly sklearn: string | null;
  readonly python2: boolean;
  /** Offsets of str that are data of arrays and dates. */
  readonly raw: ReadonlySet<number>;
}

export interface Rule {
  readonly name: string;
  /** Messages that it explains, without the file. */
  readonly error: RegExp;
  readonly cause: string;
  readonly fix: string;
  readonly fixable: boolean;
  /** The places where it fails, with the message there. */
  detect(file: Case): readonly (readonly [where: string, message: string])[];
}

/** Is a reader older than the version, as far as the caller told? */
const older = (file: Case, library: string, than: string): boolean => {
  const version = file.versions[library];
  return version === undefined || below(version, than);
};

const newer = (file: Case, library: string, since: string): boolean => {
  const version = file.versions[library];
  return version === undefined || !below(version, since);
};

const named = (file: Case, pattern: RegExp): string[] => [...file.globals].filter((name) => pattern.test(name));
const moduleOf = (full: string): string => full.slice(0, full.lastIndexOf("."));

export const RULES: readonly Rule[] = [
  {
    name: "protocol",
    error: /unsupported pickle protocol: \d/,
    cause: "the pickle is of a protocol that this Python does not know",
    fix: "doctor --fix --for python=VERSION",
    fixable: true,
    detect(file) {
      const since = file.protocol >= 5 ? "3.8" : file.protocol === 4 ? "3.4" : "3.0";
      if (file.protocol < 3 || !older(file, "python", since)) return [];
      return [[`Python < ${since}`, `ValueError: unsupported pickle protocol: ${file.protocol}`]];
    },
  },
  {
    name: "joblib-padding",
    error: /^(KeyError: )?\d+$|invalid load key, '\\x0[0-9a-f]'|invalid load key, '\\x10'/,
    cause: "joblib >= 1.2 puts 1 to 16 padding bytes before each array, which older ones take for opcodes or items",
    fix: "doctor --fix --for joblib=1.1",
    fixable: true,
    detect(file) {
      const count = file.parts.filter((part) => !("op" in part) && part.padded).length;
      return count > 0 && older(file, "joblib", "1.2") ? [["joblib < 1.2", "KeyError: 0"]] : [];
    },
  },
  {
    name: "main",
    error: /Can't get attribute '.*' on <module '__main__'/,
    cause: "the class was defined in the program that wrote the file, and programs do not find each other's classes",
    fix: "define the class before loading, or doctor --fix --rename __main__=MODULE",
    fixable: true,
    detect: (file) =>
      named(file, /^__main__\./).map((name) => [
        "every other program",
        `AttributeError: Can't get attribute '${name.slice(9)}' on <module '__main__'`,
      ]),
  },
  {
    name: "numpy-core",
    error: /No module named '?numpy\._core/,
    cause: "NumPy 2 renamed numpy.core to numpy._core",
    fix: "doctor --fix --for numpy=1.26",
    fixable: true,
    detect(file) {
      const [name] = named(file, /^numpy\._core\./);
      if (name === undefined || !older(file, "numpy", "1.26")) return [];
      return [["numpy < 1.26", "ModuleNotFoundError: No module named 'numpy._core'"]];
    },
  },
  {
    name: "sklearn-modules",
    error: /No module named '?sklearn\.(externals|ensemble|tree|linear_model|svm|preprocessing)\./,
    cause: "scikit-learn 0.22 renamed its modules, and 0.23 threw sklearn.externals.joblib out",
    fix: "doctor --fix --for sklearn=VERSION",
    fixable: true,
    detect: (file) =>
      newer(file, "sklearn", "0.24")
        ? unique(
            named(file, /^sklearn\./)
              .filter((name) => movedFor(name, { sklearn: "1.0" }) !== name)
              .map((name) => ["sklearn >= 0.24", `ModuleNotFoundError: No module named '${missing(name)}'`] as const),
          )
        : [],
  },
  {
    name: "sklearn-tree",
    error: /incompatible dtype[\s\S]*missing_go_to_left|missing_go_to_left/,
    cause: "scikit-learn 1.3 added the field missing_go_to_left to the nodes of trees",
    fix: "read it with sklearn < 1.3 and train or save it anew there",
    fixable: false,
    detect(file) {
      const old = file.sklearn !== null && below(file.sklearn, "1.3");
      if (!old || !file.globals.has("sklearn.tree._tree.Tree") || !newer(file, "sklearn", "1.3")) return [];
      return [["sklearn >= 1.3", "ValueError: node array from the pickle has an incompatible dtype:"]];
    },
  },
  {
    name: "pandas-index",
    error: /No module named '?pandas\.core\.indexes\.numeric/,
    cause: "pandas 2 has no classes of numeric indices: Int64Index is an Index",
    fix: "doctor --fix --for pandas=2.0",
    fixable: true,
    detect: (file) =>
      named(file, /^pandas\.core\.indexes\.numeric\./).length > 0 && newer(file, "pandas", "2.0")
        ? [["pandas >= 2", "ModuleNotFoundError: No module named 'pandas.core.indexes.numeric'"]]
        : [],
  },
  {
    name: "python2-str",
    error: /'ascii' codec can't decode byte/,
    cause: "a str of Python 2 holds bytes beyond ASCII, and Python 3 is not told what they mean",
    fix: "doctor --fix --encoding latin1, utf-8 or bytes",
    fixable: true,
    detect: (file) => notAscii(file, false),
  },
  {
    name: "python2-data",
    error: /'ascii' codec can't decode byte/,
    cause: "arrays and dates of Python 2 keep their bytes in a str, which Python 3 takes for text",
    fix: "pickle.load(file, encoding='latin1'), or doctor --fix --for python=3.8",
    fixable: true,
    detect: (file) => notAscii(file, true),
  },
  {
    name: "paths",
    error: /cannot instantiate '(Posix|Windows)Path'/,
    cause: "a path of one system cannot be made on another",
    fix: "doctor --fix --rename pathlib.PosixPath=pathlib.PurePosixPath",
    fixable: true,
    detect: (file) =>
      named(file, /^pathlib\.(_local\.)?(Posix|Windows)Path$/).map((full) => {
        const name = full.slice(full.lastIndexOf(".") + 1);
        const where = name === "PosixPath" ? "Windows" : "Linux, macOS";
        return [where, `NotImplementedError: cannot instantiate '${name}' on your system`];
      }),
  },
];

/** The module that is not found: the first part that is gone. */
function missing(name: string): string {
  return name.startsWith("sklearn.externals.joblib") ? "sklearn.externals.joblib" : moduleOf(name);
}

/** The first str that an ASCII decode refuses, of data or of text. */
function notAscii(file: Case, data: boolean): [string, string][] {
  if (!newer(file, "python", "3.0")) return [];
  for (const part of file.parts) {
    if (!("op" in part) || !/STRING$/.test(part.op.opcode.name) || file.raw.has(part.op.pos) !== data) continue;
    const text = part.op.arg as string;
    const at = text.search(/[\x80-\xff]/);
    if (at < 0) continue;
    const byte = text.charCodeAt(at).toString(16);
    const where = `byte 0x${byte} in position ${at}: ordinal not in range(128)`;
    return [["Python 3", `UnicodeDecodeError: 'ascii' codec can't decode ${where}`]];
  }
  return [];
}

function unique<T extends readonly [string, string]>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.join("\n"), row])).values()];
}

/** A rule and a place as a finding. */
export function finding(rule: Rule, where: string, message: string): Finding {
  const { name, cause, fix, fixable } = rule;
  return { rule: name, where, message, cause, fix, fixable };
}
