/**
 * Half precision: the rounding that layers of float16 and bfloat16 do to what they take, to their weights, and to what
 * they make.
 *
 * @module
 */
import type { Precision, Round } from "./layer.ts";

/** Rounds to numbers of so many bits behind the point, the smallest exponent and the largest number given. */
function rounding(bits: number, least: number, most: number): Round {
  // Added and taken away again, a number of this size leaves what half precision has, ties to even.
  const sizes = Float64Array.from({ length: 256 }, (_, e) => 1.5 * 2 ** (52 + Math.max(e - 127, least) - bits));
  return (data) => {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0; i < data.length; i++) {
      const size = sizes[((words[i] as number) >>> 23) & 255] as number;
      const value = (data[i] as number) + size - size;
      data[i] = value > most ? Number.POSITIVE_INFINITY : value < -most ? Number.NEGATIVE_INFINITY : value;
    }
    return data;
  };
}

const TYPES: ReadonlyMap<string, Round> = new Map([
  ["float16", rounding(10, -14, 65504)],
  ["bfloat16", rounding(7, -126, 2 ** 127 * (2 - 2 ** -7))],
]);

/** Layers that keep their weights in float32. */
const WHOLE = /^((Sync)?Batch|Layer|Group)Normalization/;
/** Layers that take numbers as they are: places in a table, and since Keras 3 what is normalized. */
const AS_IS = /^(Embedding|CategoryEncoding|Discretization|Hashing|HashedCrossing|\w+Lookup|TextVectorization)$/;
const AS_IS_MODERN = /^(Layer|Group)Normalization$/;

/** How a layer of a type or policy (`mixed_float16`) rounds; null for float32. */
export function precisionOf(className: string, dtype: string, modern: boolean): Precision | null {
  const round = TYPES.get(dtype.replace(/^mixed_/, ""));
  if (round === undefined) return null;
  return {
    inputs: AS_IS.test(className) || (modern && AS_IS_MODERN.test(className)) ? null : round,
    weights: WHOLE.test(className) ? null : round,
    outputs: round,
    // TensorFlow rounds what each of its functions makes; JAX joins them.
    steps: modern ? null : round,
  };
}
