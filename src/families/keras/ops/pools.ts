/**
 * Pooling among the operations.
 *
 * @module
 */
import { Pool } from "../layers/pool.ts";
import type { Arguments, Op } from "./arguments.ts";

/** Pooling as an operation of `keras.ops`. */
export function poolOps(): [string, Op][] {
  const op =
    (most: boolean): Op =>
    (given: Arguments) => {
      const x = given.tensor(0, "inputs");
      const axes = x.shape.length - 2;
      const size = given.at(1, "pool_size");
      const config = {
        name: "pool",
        pool_size: size,
        strides: given.at(2, "strides") ?? size,
        padding: given.at(3, "padding") ?? "valid",
        data_format: given.at(4, "data_format"),
      };
      return new Pool("Pool", config, axes, most).call([x]);
    };
  return [
    ["max_pool", op(true)],
    ["average_pool", op(false)],
  ];
}
