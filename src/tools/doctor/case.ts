/**
 * What rules look at, gathered from a file.
 *
 * @module
 */
import { rawData } from "./rawdata.ts";
import type { Case } from "./rule.ts";
import { shapesOf } from "./stubs.ts";
import { fullName, States, textOf } from "./symbols.ts";
import type { ClassShape, Os, Versions } from "./types.ts";
import { isItems, isStep, type Walked } from "./walk.ts";

const NONE: ReadonlySet<number> = new Set();

/** Who shall read the file. */
export interface Asked {
  readonly for?: Versions;
  readonly os?: Os;
  readonly error?: string;
}

/** The case of a walked file. */
export function caseOf(bytes: Uint8Array, walked: Walked, asked: Asked, torch = false): Case {
  const { for: versions = {}, os, error } = asked;
  const { parts, references, slots, filled, persistent } = walked;
  const globals = new Set<string>();
  let protocol = 0;
  let python2 = false;
  for (const part of parts) {
    if (!isStep(part)) continue;
    const { name, proto } = part.op.opcode;
    if (part.ref !== null) globals.add(part.ref.join("."));
    protocol = Math.max(protocol, name === "PROTO" ? Number(part.op.arg) : proto);
    if (/STRING$/.test(name)) python2 = true;
  }
  const states = new States();
  let sklearn: string | null = null;
  for (const { module, uses } of references) {
    if (sklearn !== null || !/^sklearn\./.test(module ?? "")) continue;
    for (const use of uses) sklearn ??= textOf(states.given(use)?.get("_sklearn_version"));
  }
  const raw = python2 ? rawData(references) : NONE;
  const bare = { bytes, protocol, parts, references, states, slots, filled, persistent, globals, versions, error, os };
  const seen = { ...bare, sklearn, python2, raw, torch, pins: [] };
  return { ...seen, pins: pinsOf(seen) };
}

/** What to install to read a file as it is. */
function pinsOf(file: Case): string[] {
  const names = [...file.globals].join("\n");
  const has = (module: string): boolean => new RegExp(`^${module}\\.`, "m").test(names);
  const padded = file.parts.some((part) => isItems(part) && part.padded);
  const pandas = has("pandas\\._libs\\.internals")
    ? "pandas>=1.4"
    : has("pandas\\.core\\.indexes\\.numeric")
      ? "pandas<2"
      : "pandas";
  return [
    ...(has("numpy\\._core") ? ["numpy>=2"] : has("numpy\\.core") ? ["numpy<2"] : has("numpy") ? ["numpy"] : []),
    ...(has("scipy") ? ["scipy"] : []),
    ...(has("sklearn") ? [file.sklearn === null ? "scikit-learn" : `scikit-learn==${file.sklearn}`] : []),
    ...(has("pandas") ? [pandas] : []),
    ...(has("joblib") ? [padded ? "joblib>=1.2" : "joblib"] : []),
    ...(has("torch") || file.torch ? ["torch"] : []),
  ];
}

/** Is it joblib's? */
export const isJoblib = ({ references }: Case): boolean =>
  references.some((reference) => /joblib\.numpy_pickle\./.test(fullName(reference) ?? ""));

const LIBRARIES = /^(numpy|scipy|pandas|sklearn|joblib|torch|keras|tensorflow|pytz|dateutil)$/;

/** Classes of the program that wrote it, and of modules that are neither Python's nor a library's. */
export function classesOf(file: Case): ClassShape[] {
  return shapesOf(file, (module) => {
    const top = module.split(".")[0]!;
    return !LIBRARIES.test(top) && !STANDARD.has(top);
  });
}

/** Modules of the standard library that pickles name, Python 2's among them. */
const STANDARD: ReadonlySet<string> = new Set(
  (
    "__builtin__ builtins _codecs _collections _io _operator _pickle _struct _thread abc argparse array ast asyncio " +
    "base64 bisect bz2 calendar cmath codecs collections concurrent configparser contextlib copy copy_reg copyreg " +
    "csv ctypes dataclasses datetime decimal difflib dis email encodings enum errno exceptions fractions ftplib " +
    "functools gzip hashlib heapq hmac html http importlib inspect io ipaddress itertools json locale logging lzma " +
    "math multiprocessing numbers operator optparse os pathlib pickle platform posix posixpath ntpath pprint queue " +
    "random re sched selectors shelve shlex shutil signal socket sqlite3 ssl stat statistics string struct " +
    "subprocess sys tarfile tempfile textwrap threading time timeit token traceback types typing unittest urllib " +
    "uuid warnings weakref xml zipfile zipimport zlib zoneinfo"
  ).split(" "),
);

/** Who wrote it, as far as it shows. */
export function writersOf({ globals, parts, sklearn, python2 }: Case): string[] {
  const names = [...globals].join("\n");
  const arrays = parts.filter(isItems);
  return [
    ...(python2 ? ["Python 2"] : []),
    ...(sklearn === null ? [] : [`sklearn ${sklearn}`]),
    ...(/^numpy\._core/m.test(names) ? ["numpy >= 2"] : /^numpy\.core/m.test(names) ? ["numpy < 2"] : []),
    ...(arrays.some(({ padded }) => padded) ? ["joblib >= 1.2"] : arrays.length > 0 ? ["joblib < 1.2"] : []),
  ];
}
