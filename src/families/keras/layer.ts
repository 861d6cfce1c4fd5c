/**
 * What a layer is.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import type { Memory } from "./memory.ts";
import { type After, matmul, ONE_CELL, type Tensor, Windows } from "./tensor.ts";

/** A layer's settings, as the file has them. */
export type Config = Readonly<Record<string, unknown>>;

/** What a layer is told when it is made. */
export interface LayerContext {
  /** Is the file of Keras 3? */
  readonly modern: boolean;
  /** The version of that Keras: 2.15 is 2015. */
  readonly era: number;
  /** Makes a layer of a configuration inside another. */
  make(spec: unknown): Layer;
}

/** Rounds numbers in place. */
export type Round = (data: Float32Array) => Float32Array;

/** What a layer of half precision rounds: its inputs, its weights, its outputs, and what it makes on the way. */
export interface Precision {
  readonly inputs: Round | null;
  readonly weights: Round | null;
  readonly outputs: Round;
  readonly steps: Round | null;
}

/** A weight: its name, its numbers, and whether training changes it. */
export interface Weight {
  readonly name: string;
  value: Tensor;
  readonly trainable: boolean;
}

/** Products below so many steps are not worth being kept for the vectors. */
const LEAST = 2048;

/** Are they the same numbers in memory? */
function same(a: Float32Array | null, b: Float32Array | null): boolean {
  return a === b || (a?.buffer === b?.buffer && a?.byteOffset === b?.byteOffset && a?.length === b?.length);
}

/** A layer: weights, and a function of tensors. */
export abstract class Layer {
  readonly className: string;
  readonly name: string;
  readonly config: Config;
  /** Its own weights, in the order of the file. */
  weights: Weight[] = [];
  /** @internal Where the numbers of outputs stand, if it is part of a model. */
  memory: Memory | null = null;
  /** @internal Is it the caller's, made by a function of theirs? */
  isOwn = false;
  /** @internal How it rounds; null for float32. */
  precision: Precision | null = null;
  readonly #products = new Map<string, { data: Float32Array; bias: Float32Array | null; windows: Windows }>();
  readonly #rounded = new Map<string, readonly [from: Tensor, to: Tensor]>();

  constructor(className: string, config: Config) {
    this.className = className;
    this.config = config;
    this.name = typeof config["name"] === "string" ? config["name"] : "";
  }

  /** Names of the weights that it has, in order; `false` marks those that training does not change. */
  abstract get names(): readonly (readonly [name: string, trainable: boolean])[];

  /** Layers inside it, by the names under which `.weights.h5` keeps them. */
  get parts(): readonly (readonly [name: string, layer: Layer])[] {
    return [];
  }

  /** Does training change it? */
  get trainable(): boolean {
    return this.config["trainable"] !== false;
  }

  /** Does what comes out have the steps of what went in? */
  get keepsMask(): boolean {
    return true;
  }

  /** Forgets what is carried from batch to batch. */
  resetStates(): void {
    // Most carry nothing.
  }

  abstract call(inputs: readonly Tensor[], options: Config): Tensor | Tensor[];

  /** The weight of a name. Throws `FormatError` where the file had none. */
  weight(name: string): Float32Array {
    return this.tensorOf(name).data;
  }

  /** The same, of as many numbers as are wanted. */
  protected vector(name: string, size: number): Float32Array {
    const found = this.weight(name);
    this.demand(found.length === size, `has ${found.length} numbers of ${name}, not ${size}`);
    return found;
  }

  tensorOf(name: string): Tensor {
    const found = this.weights.find((weight) => weight.name === name);
    if (found === undefined) {
      throw new FormatError(`the layer ${this.name} (${this.className}) has no weight ${name}`, { format: "keras" });
    }
    const round = this.precision?.weights ?? null;
    if (round === null) return found.value;
    const known = this.#rounded.get(name);
    if (known?.[0] === found.value) return known[1];
    const value = { ...found.value, data: round(found.value.data.slice()) };
    this.#rounded.set(name, [found.value, value]);
    return value;
  }

  /**
   * Rows times the kernel of a name, plus a bias, into `out`; the kernel is kept as the vectors take it. True if what
   * comes after it is done, too.
   */
  protected multiplied(
    name: string,
    x: Float32Array,
    rows: number,
    bias: Float32Array | null,
    out: Float32Array,
    after: After = "none",
  ): boolean {
    const { shape, data } = this.tensorOf(name);
    const [inner, units] = shape as [number, number];
    if (rows * inner * units >= LEAST) {
      let kept = this.#products.get(name);
      if (kept?.data !== data || !same(kept.bias, bias)) {
        const windows = new Windows(data, bias, [ONE_CELL, ONE_CELL, ONE_CELL], inner, units, 1, false);
        kept = { data, bias, windows };
        this.#products.set(name, kept);
      }
      if (kept.windows.run(x, rows, out, after)) return true;
    }
    matmul(x, data, rows, inner, units, bias, out);
    return false;
  }

  /** What a product gives, plus a bias for each column: in half precision rounded before and after. */
  protected biased(data: Float32Array, bias: Float32Array | null, round: Round): Float32Array {
    round(data);
    if (bias === null) return data;
    const n = bias.length;
    for (let i = 0; i < data.length; i += n) {
      for (let j = 0; j < n; j++) data[i + j] = (data[i + j] as number) + (bias[j] as number);
    }
    return round(data);
  }

  /** Memory for an output of so many numbers, every one of which is to be written. */
  protected room(size: number): Float32Array {
    return this.memory === null ? new Float32Array(size) : this.memory.take(size);
  }

  /** The one tensor of numbers that a layer of one input takes. */
  protected one(inputs: readonly Tensor[]): Tensor {
    const x = this.any(inputs);
    this.demand(x.text === undefined, "takes numbers, not texts");
    return x;
  }

  /** The same, of texts perhaps. */
  protected any(inputs: readonly Tensor[]): Tensor {
    const [x] = inputs;
    if (x === undefined || inputs.length !== 1) {
      throw new FormatError(`the layer ${this.name} takes one input, not ${inputs.length}`, { format: "keras" });
    }
    return x;
  }

  /** Checks a shape. Throws `FormatError`. */
  protected demand(condition: boolean, reason: string): void {
    if (!condition) throw new FormatError(`the layer ${this.name} (${this.className}) ${reason}`, { format: "keras" });
  }
}

/** A layer that looks words up: they come from its settings or from a file. */
export interface Words extends Layer {
  /** Does it still want its words from the file's assets? */
  readonly wants: boolean;
  /** The words that came from the file's assets, not from its settings. */
  readonly assets: readonly string[] | null;
  /** Weights of the words, for `tf_idf`. */
  idf: ArrayLike<number> | null;
  setVocabulary(words: readonly string[]): void;
}

/** Its class is not asked for, whose code may not be there. */
export function isLookup(layer: Layer): layer is Words {
  return "setVocabulary" in layer;
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}

/** A tensor that a layer is given by name; undefined for anything else. */
export function namedTensor(options: Config, name: string): Tensor | undefined {
  const value = options[name];
  const isTensor = typeof value === "object" && value !== null && "data" in value && "shape" in value;
  return isTensor ? (value as Tensor) : undefined;
}

/** A number of a configuration, which may be a list of one for each axis. */
export function perAxis(value: unknown, axes: number, fallback: number): number[] {
  if (isSize(value)) return new Array<number>(axes).fill(value);
  if (Array.isArray(value) && value.length === axes && value.every(isSize)) return [...value];
  if (value === null || value === undefined) return new Array<number>(axes).fill(fallback);
  if (Array.isArray(value) && value.length === 1 && isSize(value[0])) {
    return new Array<number>(axes).fill(value[0]);
  }
  throw new FormatError(`${JSON.stringify(value)} is no size for ${axes} axes`, { format: "keras" });
}
