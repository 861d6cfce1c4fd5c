/**
 * `Pickler` and `Unpickler` that know every family of `brine`.
 *
 * @module
 */
import {
  type DumpOptions,
  type LoadAsyncOptions,
  Pickler as PicklePickler,
  Unpickler as PickleUnpickler,
} from "./formats/pickle/index.ts";
import { withPacks } from "./packs.ts";
import type { SourceInput } from "./sources/index.ts";

/**
 * Writes pickles that share one memo, as `Pickler` of `brine/pickle`; arrays become NumPy's.
 *
 * @example
 * ```ts
 * const pickler = new Pickler();
 * pickler.dump(Float64Array.of(1, 2));
 * ```
 */
export class Pickler extends PicklePickler {
  constructor(target: ConstructorParameters<typeof PicklePickler>[0] = null, options: DumpOptions = {}) {
    super(target, withPacks(options));
  }
}

/**
 * Reads pickles that share one memo, as `Unpickler` of `brine/pickle`; NumPy's arrays come back.
 *
 * @example
 * ```ts
 * const first = new Unpickler(pickler.getValue()).loadSync();
 * ```
 */
export class Unpickler extends PickleUnpickler {
  constructor(source: SourceInput, options: LoadAsyncOptions = {}) {
    super(source, withPacks(options));
  }
}
