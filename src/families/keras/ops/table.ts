/**
 * Operations of Keras 3 (`keras.ops`) and of TensorFlow (`TFOpLambda`), by name.
 *
 * @module
 */
import type { Operate } from "../layers/more.ts";
import { Arguments, type Op } from "./arguments.ts";
import { numberOps } from "./numbers.ts";
import { poolOps } from "./pools.ts";
import { shapeOps } from "./shapes.ts";

/** All operations that are known, by their names in Keras and in TensorFlow. */
const TABLE: ReadonlyMap<string, Op> = /* @__PURE__ */ new Map([...numberOps(), ...shapeOps(), ...poolOps()]);

export const operate: Operate = (name, args, kwargs, config) =>
  TABLE.get(name)?.(new Arguments(args, kwargs, config)) ?? null;
