/**
 * What a header of npy tells.
 *
 * @module
 */
import { runSync } from "../../core/bytes/parse.ts";
import { parseNpyHeader } from "../../formats/npy/index.ts";
import type { Told } from "./types.ts";

/** An array's dtype, shape and order; that bytes are lacking is damage. */
export function npyTold(bytes: Uint8Array): Told {
  const { dtype, shape, order, byteOffset, nbytes } = runSync(parseNpyHeader({ maxHeaderSize: bytes.length }), bytes);
  const lacking = byteOffset + nbytes - bytes.length;
  return {
    format: "npy",
    facts: new Map<string, string | number>([
      ["version", `${bytes[6]}.${bytes[7]}`],
      ["dtype", String(dtype)],
      ["shape", `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`],
      ["order", order],
      ["items", shape.reduce((product, n) => product * n, 1)],
    ]),
    damage: lacking > 0 ? `the file ends ${lacking} bytes before the array does` : null,
  };
}
