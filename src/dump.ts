/**
 * `dump` and `dumps` that know every family of `brine`.
 *
 * @module
 */
import {
  type DumpOptions,
  type DumpToOptions,
  dump as dumpPickle,
  dumps as dumpsPickle,
  type Target,
} from "./formats/pickle/index.ts";
import { withPacks } from "./packs.ts";

/**
 * Writes a value as a pickle and gives its bytes; arrays and typed arrays become NumPy's. Throws as `dumps` of
 * `brine/pickle`.
 *
 * @example
 * ```ts
 * dumps({ weights: Float32Array.of(1, 2) }); // Python: {'weights': array([1., 2.], dtype=float32)}
 * ```
 */
export function dumps(value: unknown, options: DumpOptions = {}): Uint8Array {
  return dumpsPickle(value, withPacks(options));
}

/**
 * Writes a value as a pickle to a path, a stream or anything with `write`. Throws as `dump` of `brine/pickle`.
 *
 * @example
 * ```ts
 * await dump({ a: 1 }, new CompressionStream("gzip").writable);
 * ```
 */
export function dump(value: unknown, target: Target, options: DumpToOptions = {}): Promise<void> {
  return dumpPickle(value, target, withPacks(options));
}
