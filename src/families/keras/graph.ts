/**
 * Models as layers: Sequential and Functional, of Keras 2 and 3.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../core/errors.ts";
import { type Config, Layer, type LayerContext } from "./layer.ts";
import { LAYERS, type LayerMaker } from "./layers/table.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor in the graph: an output of one of a layer's calls. */
interface Ref {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/** One call of a layer. */
interface Call {
  readonly inputs: readonly Ref[];
  readonly options: Config;
}

const MODELS = new Set(["Sequential", "Functional", "Model"]);
const MAX_NESTING = 64;

/** A layer whose class is not known: it is shown, and refuses to be called. */
class Unknown extends Layer {
  get names(): readonly [] {
    return [];
  }
  call(): never {
    throw new UnsupportedError(
      this.className,
      this.className === "Lambda"
        ? `the layer ${this.name} is a Lambda, whose Python code is never run: give its function as layers: { Lambda: … } or by its name`
        : `the layer ${this.name} is of the class ${this.className}, which is not known: give it as layers: { ${this.className}: … }`,
      { format: "keras" },
    );
  }
}

/** Layers of the caller's, by class or by layer name. */
export type CustomLayers = ReadonlyMap<string, LayerMaker>;

/** Makes a layer or model of its specification in a file. */
export function makeLayer(spec: unknown, modern: boolean, custom: CustomLayers, depth = 0): Layer {
  if (typeof spec !== "object" || spec === null) throw bad("a layer has no configuration");
  const { class_name: className, config } = spec as { class_name?: unknown; config?: unknown };
  if (typeof className !== "string" || typeof config !== "object" || config === null) {
    throw bad("a layer has no class or no configuration");
  }
  if (depth > MAX_NESTING) throw bad(`models are nested deeper than ${MAX_NESTING} levels`);
  const named = (spec as { name?: unknown }).name;
  const settings = { ...(typeof named === "string" ? { name: named } : {}), ...(config as Config) };
  const context: LayerContext = { modern, make: (inner) => makeLayer(inner, modern, custom, depth + 1) };
  if (MODELS.has(className))
    return new Graph(className, Array.isArray(config) ? { layers: config } : settings, context);
  const short = className.split(">").pop() as string;
  const maker = custom.get(settings["name"] as string) ?? custom.get(short) ?? LAYERS.get(short);
  return maker === undefined ? new Unknown(short, settings) : maker(short, settings, context);
}

function bad(reason: string): FormatError {
  return new FormatError(reason, { format: "keras" });
}

/** A model: layers, and the way that tensors take through them. */
export class Graph extends Layer {
  readonly layers: readonly Layer[];
  readonly #calls = new Map<string, readonly Call[]>();
  readonly #byName = new Map<string, Layer>();
  readonly #modern: boolean;
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
  /** Shapes of the inputs, samples first (`null`), where the file tells them. */
  readonly inputShapes: readonly ((number | null)[] | null)[];

  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    const specs = config["layers"];
    if (!Array.isArray(specs)) throw bad(`the model ${this.name} has no list of layers`);
    this.#modern = context.modern;
    this.layers = specs.map((spec) => context.make(spec));
    for (const layer of this.layers) {
      if (this.#byName.has(layer.name)) throw bad(`the model ${this.name} has two layers named ${layer.name}`);
      this.#byName.set(layer.name, layer);
    }
    if (className === "Sequential") {
      const first = this.layers[0];
      let before: Ref | null = null;
      for (const layer of this.layers) {
        this.#calls.set(layer.name, [{ inputs: before === null ? [] : [before], options: {} }]);
        before = { layer: layer.name, node: 0, tensor: 0 };
      }
      this.inputs = first === undefined ? [] : [{ layer: first.name, node: 0, tensor: 0 }];
      this.outputs = before === null ? [] : [before];
      this.inputShapes = [shapeOf(first?.config) ?? shapeOf({ batch_shape: config["build_input_shape"] })];
    } else {
      for (const [i, layer] of this.layers.entries()) {
        const nodes = (specs[i] as { inbound_nodes?: unknown }).inbound_nodes;
        this.#calls.set(
          layer.name,
          Array.isArray(nodes) && nodes.length > 0 ? nodes.map((node) => this.#call(node)) : [],
        );
      }
      this.inputs = refsOf(config["input_layers"]);
      this.outputs = refsOf(config["output_layers"]).map((ref) => this.#counted(ref));
      this.inputShapes = this.inputs.map(({ layer }) => shapeOf(this.#byName.get(layer)?.config));
    }
    if (this.outputs.length === 0) throw bad(`the model ${this.name} has no output`);
  }

  get names(): readonly [] {
    return [];
  }

  /** Keras 2 counts the making of a model inside as its first call. */
  #counted(ref: Ref): Ref {
    const layer = this.#byName.get(ref.layer);
    const made = !this.#modern && layer instanceof Graph && layer.layers[0]?.className === "InputLayer";
    return made ? { ...ref, node: ref.node - 1 } : ref;
  }

  /** One call of a layer, in the form of Keras 2 or 3. */
  #call(node: unknown): Call {
    const { inputs, options } = this.#plainCall(node);
    return { inputs: inputs.map((ref) => this.#counted(ref)), options };
  }

  #plainCall(node: unknown): Call {
    const inputs: Ref[] = [];
    const options: Record<string, unknown> = {};
    if (Array.isArray(node)) {
      const items = isRef(node) ? [node] : node;
      for (const item of items) {
        if (!Array.isArray(item)) continue;
        inputs.push(refOf(item));
        const more = item[3];
        if (typeof more !== "object" || more === null) continue;
        for (const [key, value] of Object.entries(more)) {
          if (isRef(value) && this.#byName.has(String((value as unknown[])[0]))) inputs.push(refOf(value as unknown[]));
          else options[key] = value;
        }
      }
      return { inputs, options };
    }
    const { args, kwargs } = (node ?? {}) as { args?: unknown; kwargs?: unknown };
    collect(args, inputs);
    if (typeof kwargs === "object" && kwargs !== null) {
      const known = kwargs as Record<string, unknown>;
      // In the order of the signature, whatever that of the file.
      const keys = [...new Set(["query", "value", "key", ...Object.keys(known)])].filter((key) =>
        Object.hasOwn(known, key),
      );
      for (const key of keys) {
        const before = inputs.length;
        if (!/mask$/.test(key)) collect(known[key], inputs);
        if (inputs.length === before) options[key] = known[key];
      }
    }
    return { inputs, options };
  }

  /** Runs the model; `want` names a layer whose first output is asked for instead. */
  run(given: readonly Tensor[], want?: string): Tensor[] {
    if (given.length !== this.inputs.length) {
      throw new RangeError(`the model ${this.name} takes ${this.inputs.length} inputs, not ${given.length}`);
    }
    const made = new Map<string, Tensor[]>();
    const open = new Set<string>();
    const first = this.className === "Sequential" ? this.layers[0] : undefined;
    for (const [i, { layer, node }] of this.inputs.entries()) {
      const x = given[i] as Tensor;
      const isInput = first === undefined || first.className === "InputLayer";
      made.set(`${layer}\n${node}`, isInput ? [x] : this.#made(first, [x], {}));
    }
    const target: readonly Ref[] = want === undefined ? this.outputs : [{ layer: want, node: 0, tensor: 0 }];
    const todo: { layer: string; node: number }[] = [...target].reverse();
    // Deep graphs must not be deep calls.
    while (todo.length > 0) {
      const next = todo[todo.length - 1] as { layer: string; node: number };
      const key = `${next.layer}\n${next.node}`;
      if (made.has(key)) {
        todo.pop();
        continue;
      }
      const layer = this.#byName.get(next.layer);
      const call = this.#calls.get(next.layer)?.[next.node];
      if (layer === undefined || call === undefined || call.inputs.length === 0) {
        throw bad(`the model ${this.name} refers to ${next.layer}, which nothing makes`);
      }
      const missing = call.inputs.filter((ref) => !made.has(`${ref.layer}\n${ref.node}`));
      if (missing.length > 0) {
        if (open.has(key)) throw bad(`the layers of the model ${this.name} lead in a circle at ${next.layer}`);
        open.add(key);
        todo.push(...missing);
        continue;
      }
      const inputs = call.inputs.map((ref) => pick(made, ref));
      made.set(key, this.#made(layer, inputs, call.options));
      todo.pop();
    }
    return target.map((ref) => pick(made, ref));
  }

  #made(layer: Layer, inputs: readonly Tensor[], options: Config): Tensor[] {
    const made = [layer.call(inputs, options)].flat();
    const mask = inputs[0]?.mask;
    if (mask === undefined || !layer.keepsMask) return made;
    return made.map((x) => (x.mask === undefined && x.shape.length > 1 ? { ...x, mask } : x));
  }

  call(inputs: readonly Tensor[]): Tensor | Tensor[] {
    const made = this.run(inputs);
    return made.length === 1 ? (made[0] as Tensor) : made;
  }
}

function pick(made: ReadonlyMap<string, Tensor[]>, { layer, node, tensor }: Ref): Tensor {
  const found = made.get(`${layer}\n${node}`)?.[tensor];
  if (found === undefined) throw bad(`the layer ${layer} has no output ${tensor}`);
  return found;
}

function isRef(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number" && value.length >= 3;
}

function refOf(item: readonly unknown[]): Ref {
  if (!isRef(item)) throw bad("an input of a layer is no reference");
  return { layer: item[0] as string, node: Number(item[1]), tensor: Number(item[2]) };
}

/** References of a model's inputs or outputs, however they are nested. */
function refsOf(value: unknown): Ref[] {
  if (isRef(value)) return [refOf(value as unknown[])];
  if (Array.isArray(value)) return value.flatMap(refsOf);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(refsOf);
  return [];
}

/** Keras 3's tensors in the arguments of a call. */
function collect(value: unknown, into: Ref[], depth = 0): void {
  if (typeof value !== "object" || value === null || depth > MAX_NESTING) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, into, depth + 1);
    return;
  }
  const { class_name: className, config } = value as { class_name?: unknown; config?: { keras_history?: unknown } };
  if (className === "__keras_tensor__") into.push(refOf((config?.keras_history ?? []) as unknown[]));
  else for (const item of Object.values(value)) collect(item, into, depth + 1);
}

function shapeOf(config: Config | undefined): (number | null)[] | null {
  const shape = config?.["batch_shape"] ?? config?.["batch_input_shape"];
  if (!Array.isArray(shape)) return null;
  return shape.map((n) => (typeof n === "number" ? n : null));
}
