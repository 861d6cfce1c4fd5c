/**
 * `joblib.hash`.
 *
 * @module
 */
import { digestOf } from "../../core/bytes/hashes.ts";
import { PicklingError } from "../../core/errors.ts";
import type { Pack } from "../../core/pack.ts";
import { numpyFor, numpy as numpyPack } from "../numpy/index.ts";
import { stdlib } from "../stdlib/index.ts";
import { Hasher } from "./hasher.ts";

/** Keys within keys take a hash within the hash each, on the stack; CPython's own ends at 60 to 80. */
const DEEPEST_KEY = 100;

/** Options of {@link hash}. */
export interface HashOptions {
  /** The digest ("md5"). */
  hashName?: "md5" | "sha1";
  /** Make no difference between `numpy.memmap` and `numpy.ndarray` (false). */
  coerceMmap?: boolean;
  /** Version of the Python to agree with: 3.13 alone names paths otherwise, dtypes differ from 3.14 on ("3.12"). */
  python?: string;
  /** `pickle.DEFAULT_PROTOCOL` of the Python to agree with, by which dtypes are hashed: 5 from Python 3.14 on, else 4. */
  dtypeProtocol?: 4 | 5;
  /** Version of the NumPy to agree with: names and dtypes differ between 1, 2 and 2.3 ("2.3"). */
  numpy?: 1 | 2 | string;
  /** Packs of further classes. */
  packs?: readonly Pack[];
}

/**
 * The hash by which joblib tells values apart, equal to `joblib.hash` for numbers, text, bytes, lists, tuples, dicts,
 * sets, arrays, dtypes and what is made of them. A frozenset is hashed in its own order, as joblib does, which Python
 * changes from run to run. `TypeError` for another digest, `PicklingError` for what Python could not pickle,
 * `UnsupportedError` for keys whose order brine does not know (joblib.hashing.hash).
 *
 * @example
 * ```ts
 * hash([1, 2, 3]) === hash([1, 2, 3]); // true
 * ```
 */
export function hash(value: unknown, options: HashOptions = {}): string {
  const { hashName = "md5", coerceMmap = false, python = "3.12", numpy: version = "2.3", packs = [] } = options;
  const minor = Number(/^3\.(\d+)/.exec(python)?.[1] ?? Number.NaN);
  if (Number.isNaN(minor)) throw new TypeError(`python is a version such as "3.12", not ${JSON.stringify(python)}`);
  const { dtypeProtocol = minor >= 14 ? 5 : 4 } = options;
  if (hashName !== "md5" && hashName !== "sha1") {
    throw new TypeError(`Valid options for 'hashName' are "md5" and "sha1", not ${JSON.stringify(hashName)}`);
  }
  const known = [...packs, numpyPack, stdlib];
  // Made when the first dtype is met, and once.
  let ofVersion: readonly Pack[] | null = null;
  const dtypePacks = (): readonly Pack[] => (ofVersion ??= [numpyFor(version)]);
  const numpy: 1 | 2 = String(version).startsWith("1") ? 1 : 2;
  const common = { packs: known, dtypeProtocol, numpy, localPaths: minor === 13, dtypePacks };
  // joblib hashes keys without an order by its own hash of default options; keys within keys by as many hashes.
  let depth = 0;
  const inner = (one: unknown): string => {
    if (++depth > DEEPEST_KEY) {
      throw new PicklingError(
        `cannot hash keys without an order within such keys over ${DEEPEST_KEY} deep: Python's recursion ends there`,
      );
    }
    const found = new Hasher({ ...common, digest: digestOf("md5"), coerceMmap: false, inner }).hash(one);
    depth--;
    return found;
  };
  return new Hasher({ ...common, digest: digestOf(hashName), coerceMmap, inner }).hash(value);
}
