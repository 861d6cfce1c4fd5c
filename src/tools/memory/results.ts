/**
 * Results as files: what `joblib.dump` and `joblib.load` make of them.
 *
 * @module
 */
import { zlib } from "../../core/codecs/index.ts";
import { dumps } from "../../dump.ts";
import { loads } from "../../load.ts";

/** joblib's level where none is given. */
const LEVEL = 3;

/** A value as the bytes of `output.pkl`. Throws `PicklingError`. */
export function packed(value: unknown, compress: boolean | number): Uint8Array {
  const bytes = dumps(value ?? null);
  return compress === false || compress === 0 ? bytes : zlib.encode(bytes, compress === true ? LEVEL : compress);
}

/** The value of the bytes of `output.pkl`. Throws as `loads`. */
export function unpacked(bytes: Uint8Array): unknown {
  return loads(bytes);
}
