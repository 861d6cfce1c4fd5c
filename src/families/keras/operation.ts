/**
 * Operations of Keras 3 (`keras.ops`) and of TensorFlow (`TFOpLambda`) that stand in Functional models as layers.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { type Config, Layer } from "./layer.ts";
import type { Operate } from "./layers/more.ts";
import { LAYERS } from "./layers/table.ts";
import type { Tensor } from "./tensor.ts";

/** An operation of a graph: a function of tensors and settings. */
export class Operation extends Layer {
  readonly #operate: Operate | null;
  readonly #function: string;

  constructor(className: string, config: Config, name: string, operate: Operate | null) {
    super(className, config);
    this.#function = name;
    this.#operate = operate;
  }
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  /** Calls it with its arguments by place and by name. */
  operate(args: readonly unknown[], kwargs: ReadonlyMap<string, unknown>): Tensor[] {
    const made = this.#operate?.(this.#function, args, kwargs, this.config) ?? null;
    if (made === null) {
      throw new UnsupportedError(
        this.#function,
        `the operation ${this.name} is ${this.#function}, which is not known: give it as layers: { "${this.name}": … }`,
        { format: "keras" },
      );
    }
    return [made].flat();
  }
  call(inputs: readonly Tensor[], options: Config): Tensor[] {
    return this.operate(inputs, new Map(Object.entries(options)));
  }
}

/** Classes of layers and of operations. */
const BOTH = /^(Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Dot|Softmax|Reshape)$/;

/** The name of the operation that a configuration is of; null for what is a layer. */
export function operationName(
  className: string,
  spec: { readonly module?: unknown; readonly config: Config },
  modern: boolean,
): string | null {
  const { module, config } = spec;
  if (className === "TFOpLambda" || className === "SlicingOpLambda") {
    return String(config["function"] ?? "")
      .split(".")
      .pop() as string;
  }
  const name = snake(className);
  if (typeof module === "string") return /^keras(\.src)?\.ops\b/.test(module) ? name : null;
  // Keras 3 leaves the module out of .h5 files; only layers have these settings, or names that no operation has.
  const isLayer =
    !modern ||
    !("inbound_nodes" in spec) ||
    "trainable" in config ||
    "batch_shape" in config ||
    (LAYERS.has(className) && !BOTH.test(className));
  return isLayer ? null : name;
}

function snake(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
