/**
 * Operations of Keras 3 (`keras.ops`) and of TensorFlow (`TFOpLambda`) that stand in Functional models as layers.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { type Config, Layer } from "../layer.ts";
import { poolOps } from "../layers/pool.ts";
import type { Tensor } from "../tensor.ts";
import { Arguments, type Op } from "./arguments.ts";
import { numberOps } from "./numbers.ts";
import { shapeOps } from "./shapes.ts";

/** All operations that are known, by their names in Keras and in TensorFlow. */
const OPERATIONS: ReadonlyMap<string, Op> = /* @__PURE__ */ new Map([...numberOps(), ...shapeOps(), ...poolOps()]);

/** An operation of a graph: a function of tensors and settings. */
export class Operation extends Layer {
  readonly #op: Op | undefined;
  readonly #function: string;

  constructor(className: string, config: Config, name: string) {
    super(className, config);
    this.#function = name;
    this.#op = OPERATIONS.get(name);
  }
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  /** Calls it with its arguments by place and by name. */
  operate(args: readonly unknown[], kwargs: ReadonlyMap<string, unknown>): Tensor[] {
    if (this.#op === undefined) {
      throw new UnsupportedError(
        this.#function,
        `the operation ${this.name} is ${this.#function}, which is not known: give it as layers: { "${this.name}": … }`,
        { format: "keras" },
      );
    }
    return [this.#op(new Arguments(args, kwargs, this.config))].flat();
  }
  call(inputs: readonly Tensor[], options: Config): Tensor[] {
    return this.operate(inputs, new Map(Object.entries(options)));
  }
}

/** The operation of a configuration; null for what is a layer. */
export function operationOf(className: string, module: unknown, config: Config, modern: boolean): Operation | null {
  if (className === "TFOpLambda" || className === "SlicingOpLambda") {
    const name = String(config["function"] ?? "")
      .split(".")
      .pop() as string;
    return new Operation(className, config, name);
  }
  const name = snake(className);
  if (typeof module === "string") {
    return /^keras(\.src)?\.ops\b/.test(module) ? new Operation(className, config, name) : null;
  }
  // Keras 3 leaves the module out of .h5 files; only layers have these settings.
  const isLayer = !modern || "trainable" in config || "batch_shape" in config;
  return isLayer || !OPERATIONS.has(name) ? null : new Operation(className, config, name);
}

function snake(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
