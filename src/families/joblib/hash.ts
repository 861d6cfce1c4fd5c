/**
 * `joblib.hash`.
 *
 * @module
 */
import { digestOf } from "../../core/bytes/hashes.ts";
import type { Pack } from "../../core/pack.ts";
import { numpyFor, numpy as numpyPack } from "../numpy/index.ts";
import { stdlib } from "../stdlib/index.ts";
import { Hasher } from "./hasher.ts";

/** Options of {@link hash}. */
export interface HashOptions {
  /** The digest ("md5"). */
  hashName?: "md5" | "sha1";
  /** Make no difference between `numpy.memmap` and `numpy.ndarray` (false). */
  coerceMmap?: boolean;
  /** `pickle.DEFAULT_PROTOCOL` of the Python to agree with, by which dtypes are hashed: 4, or 5 from Python 3.14 on (4). */
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
  const { hashName = "md5", coerceMmap = false, dtypeProtocol = 4, numpy: version = "2.3", packs = [] } = options;
  if (hashName !== "md5" && hashName !== "sha1") {
    throw new TypeError(`Valid options for 'hashName' are "md5" and "sha1", not ${JSON.stringify(hashName)}`);
  }
  const known = [...packs, numpyPack, stdlib];
  // Made when the first dtype is met, and once.
  let ofVersion: readonly Pack[] | null = null;
  const dtypePacks = (): readonly Pack[] => (ofVersion ??= [numpyFor(version)]);
  const numpy = String(version).startsWith("1") ? 1 : 2;
  const once = (one: unknown): string => {
    const digest = digestOf(hashName);
    return new Hasher({ digest, coerceMmap, packs: known, dtypeProtocol, numpy, dtypePacks, inner }).hash(one);
  };
  // joblib hashes keys without an order by its own hash of default options.
  const inner = (one: unknown): string =>
    new Hasher({
      digest: digestOf("md5"),
      coerceMmap: false,
      packs: known,
      dtypeProtocol,
      numpy,
      dtypePacks,
      inner,
    }).hash(one);
  return once(value);
}
