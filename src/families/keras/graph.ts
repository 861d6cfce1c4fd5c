/**
 * Models as layers: Sequential and Functional, of Keras 2 and 3.
 *
 * @module
 */
import { bad, type Call, legacyCall, modernCall, type Ref, refsOf, resolved } from "./calls.ts";
import { type Config, Layer, type LayerContext, namedTensor } from "./layer.ts";
import { Memory } from "./memory.ts";
import { Operation } from "./operation.ts";
import type { Tensor } from "./tensor.ts";

/** Calls of layers in one run, those of models inside counted each time. */
const MAX_STEPS = 1_000_000;

/** A step of a model at work: a layer, what it takes, where its outputs go, and what is not needed after it. */
interface Step {
  readonly layer: Layer;
  readonly call: Call;
  /** For each reference of the call: the step whose output it is, and which. */
  readonly from: readonly (readonly [step: number, tensor: number])[];
  readonly done: number[];
}

/** A way through the model: inputs are the first steps. */
interface Plan {
  /** Calls of layers in all, those of models inside too. */
  readonly cost: number;
  readonly steps: readonly (Step | null)[];
  readonly targets: readonly (readonly [step: number, tensor: number])[];
}

const NO_OPTIONS: Config = {};
const FIRST: Call = { refs: [], args: [], kwargs: [], inputs: [], named: [], options: NO_OPTIONS };

/** A model: layers, and the way that tensors take through them. */
export class Graph extends Layer {
  readonly layers: readonly Layer[];
  readonly #calls = new Map<string, readonly Call[]>();
  readonly #byName = new Map<string, Layer>();
  /** Is it of Keras 3? */
  readonly modern: boolean;
  readonly #plans = new Map<string, Plan>();
  readonly #memory = new Memory();
  readonly #context: LayerContext;
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
  /** Names under which the model takes its inputs: of the input layers, where the file has no others. */
  readonly inputNames: readonly string[];
  /** Names of the outputs, for losses and metrics by name. */
  readonly outputNames: readonly string[];
  /** Shapes of the inputs, samples first (`null`), where the file tells them. */
  readonly inputShapes: readonly ((number | null)[] | null)[];

  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    const specs = config["layers"];
    if (!Array.isArray(specs)) throw bad(`the model ${this.name} has no list of layers`);
    this.modern = context.modern;
    this.#context = context;
    this.layers = specs.map((spec) => context.make(spec));
    for (const layer of this.layers) {
      if (this.#byName.has(layer.name)) throw bad(`the model ${this.name} has two layers named ${layer.name}`);
      this.#byName.set(layer.name, layer);
      layer.memory = this.#memory;
    }
    if (className === "Sequential") {
      const first = this.layers[0];
      let before: Ref | null = null;
      for (const layer of this.layers) {
        const refs: Ref[] = before === null ? [] : [before];
        this.#calls.set(layer.name, [{ ...FIRST, refs, inputs: refs.map((_, i) => i) }]);
        before = { layer: layer.name, node: 0, tensor: 0 };
      }
      this.inputs = first === undefined ? [] : [{ layer: first.name, node: 0, tensor: 0 }];
      this.outputs = before === null ? [] : [before];
      this.inputShapes = [shapeOf(first?.config) ?? shapeOf({ batch_shape: config["build_input_shape"] })];
      this.inputNames = this.inputs.map(({ layer }) => layer);
      this.outputNames = this.outputs.map(({ layer }) => layer);
    } else {
      const known = new Set(this.#byName.keys());
      for (const [i, layer] of this.layers.entries()) {
        const nodes = (specs[i] as { inbound_nodes?: unknown }).inbound_nodes;
        const names = layer instanceof Graph ? layer.inputNames : [];
        this.#calls.set(
          layer.name,
          Array.isArray(nodes) && nodes.length > 0 ? nodes.map((node) => this.#call(node, known, names)) : [],
        );
      }
      const inputs = refsOf(config["input_layers"]);
      const outputs = refsOf(config["output_layers"]);
      this.inputs = inputs.map(({ ref }) => ref);
      this.outputs = outputs.map(({ ref }) => this.#shownBy(this.#counted(ref)));
      this.inputShapes = this.inputs.map(({ layer }) => shapeOf(this.#byName.get(layer)?.config));
      this.inputNames = inputs.map(({ name, ref }) => name ?? ref.layer);
      this.outputNames = outputs.map(({ name, ref }) => name ?? ref.layer);
    }
    if (this.outputs.length === 0) throw bad(`the model ${this.name} has no output`);
  }

  get names(): readonly [] {
    return [];
  }

  /** Masks go through the layers inside. */
  override get keepsMask(): boolean {
    return false;
  }

  /** The same model without its weights. */
  again(): Graph {
    return new Graph(this.className, this.config, this.#context);
  }

  /** The calls of a layer, in their order. */
  callsOf(layer: Layer): readonly Call[] {
    return this.#calls.get(layer.name) ?? [];
  }

  /** The calls of a layer: the names of the layers that each of them takes. */
  takenBy(layer: Layer): readonly (readonly Ref[])[] {
    return (this.#calls.get(layer.name) ?? []).map(({ refs }) => refs);
  }

  /** Keras 2 counts the making of a model inside as its first call. */
  #counted(ref: Ref): Ref {
    const layer = this.#byName.get(ref.layer);
    const made = !this.modern && layer instanceof Graph && layer.layers[0]?.className === "InputLayer";
    return made ? { ...ref, node: ref.node - 1 } : ref;
  }

  /** Keras 3 counts the making of a Functional model inside, where it is an output of the whole. */
  #shownBy(ref: Ref): Ref {
    const layer = this.#byName.get(ref.layer);
    if (!this.modern || !(layer instanceof Graph) || layer.className === "Sequential") return ref;
    const calls = this.#calls.get(ref.layer)?.length ?? 1;
    return { ...ref, node: ref.node === 0 ? calls - 1 : ref.node - 1 };
  }

  /** One call of a layer, in the form of Keras 2 or 3. */
  #call(node: unknown, known: ReadonlySet<string>, names: readonly string[]): Call {
    const isModern = typeof node === "object" && node !== null && "args" in node;
    const call = isModern ? modernCall(node, names) : legacyCall(node, known, names);
    return { ...call, refs: call.refs.map((ref) => this.#counted(ref)) };
  }

  /** The way to the outputs, or to the first output of the layer `want`. */
  #plan(want: string | undefined): Plan {
    const key = want ?? "";
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const target: readonly Ref[] = want === undefined ? this.outputs : [{ layer: want, node: 0, tensor: 0 }];
    const steps: (Step | null)[] = [];
    const at = new Map<string, number>();
    const first = this.className === "Sequential" ? this.layers[0] : undefined;
    for (const { layer, node } of this.inputs) {
      at.set(`${layer}\n${node}`, steps.length);
      // A Sequential model without an input layer takes what its first layer takes.
      const begins = first !== undefined && first.className !== "InputLayer";
      steps.push(begins ? { layer: first, call: { ...FIRST, inputs: [0] }, from: [], done: [] } : null);
    }
    const todo: { layer: string; node: number }[] = [...target].reverse();
    const open = new Set<string>();
    // Deep graphs must not be deep calls.
    while (todo.length > 0) {
      const next = todo[todo.length - 1] as { layer: string; node: number };
      const place = `${next.layer}\n${next.node}`;
      if (at.has(place)) {
        todo.pop();
        continue;
      }
      const layer = this.#byName.get(next.layer);
      const call = this.#calls.get(next.layer)?.[next.node];
      if (layer === undefined || call === undefined || call.refs.length === 0) {
        throw bad(`the model ${this.name} refers to ${next.layer}, which nothing makes`);
      }
      const missing = call.refs.filter((ref) => !at.has(`${ref.layer}\n${ref.node}`));
      if (missing.length > 0) {
        if (open.has(place)) throw bad(`the layers of the model ${this.name} lead in a circle at ${next.layer}`);
        open.add(place);
        todo.push(...missing.reverse());
        continue;
      }
      const from = call.refs.map((ref) => [at.get(`${ref.layer}\n${ref.node}`) as number, ref.tensor] as const);
      at.set(place, steps.length);
      steps.push({ layer, call, from, done: [] });
      todo.pop();
    }
    const targets = target.map((ref): [number, number] => [at.get(`${ref.layer}\n${ref.node}`) as number, ref.tensor]);
    if (this.modern && steps.some((step) => step?.layer.className === "MultiHeadAttention")) {
      arrange(steps, targets, this.inputs.length);
    }
    // What nothing takes later is given back after the step that takes it last.
    const last = new Map<number, number>();
    for (const [i, step] of steps.entries()) for (const [k] of step?.from ?? []) last.set(k, i);
    for (const [k] of targets) last.delete(k);
    for (const [k, i] of last) steps[i]?.done.push(k);
    let cost = 0;
    for (const step of steps) cost += step?.layer instanceof Graph ? step.layer.#plan(undefined).cost : 1;
    if (cost > MAX_STEPS) throw bad(`the model ${this.name} calls its layers more than ${MAX_STEPS} times`);
    const plan = { cost, steps, targets };
    this.#plans.set(key, plan);
    return plan;
  }

  /** Runs the model; `want` names a layer whose first output is asked for instead. */
  run(given: readonly Tensor[], want?: string): Tensor[] {
    return this.#run(given, want, false);
  }

  /** The same for all outputs of the layer `want`. */
  runAll(given: readonly Tensor[], want: string): Tensor[] {
    return this.#run(given, want, true);
  }

  #run(given: readonly Tensor[], want: string | undefined, whole: boolean): Tensor[] {
    if (given.length !== this.inputs.length) {
      throw new RangeError(`the model ${this.name} takes ${this.inputs.length} inputs, not ${given.length}`);
    }
    const { steps, targets } = this.#plan(want);
    const memory = this.#memory;
    const made: Tensor[][] = [];
    try {
      for (const [i, step] of steps.entries()) {
        if (step === null) made.push([given[i] as Tensor]);
        else if (i < given.length) made.push(apply(step.layer, step.call, [given[i] as Tensor]));
        else {
          made.push(
            apply(
              step.layer,
              step.call,
              step.from.map(([k, n]) => pick(made, k, n, steps)),
            ),
          );
        }
        if (step?.layer.className === "MultiHeadAttention" && this.#context.era >= 3008) {
          for (const [k, n] of step.from) unmask(made[k]?.[n]);
        }
        for (const { data } of made[i] as Tensor[]) memory.hold(data);
        for (const k of step?.done ?? []) for (const { data } of made[k] as Tensor[]) memory.drop(data);
      }
      if (whole) return made[targets[0]?.[0] as number] as Tensor[];
      return targets.map(([k, n]) => pick(made, k, n, steps));
    } finally {
      memory.forget();
    }
  }

  call(inputs: readonly Tensor[]): Tensor | Tensor[] {
    this.demand(inputs.length === this.inputs.length, `takes ${this.inputs.length} inputs, not ${inputs.length}`);
    const made = this.run(inputs);
    return made.length === 1 ? (made[0] as Tensor) : made;
  }
}

/** Since Keras 3.8 attention takes the masks of its inputs away: what comes later does not see them. */
function unmask(x: { mask?: Uint8Array | undefined } | undefined): void {
  if (x?.mask !== undefined) x.mask = undefined;
}

/** Puts steps in Keras's order: by how far they are from the outputs (keras/src/ops/function.py). */
function arrange(steps: (Step | null)[], targets: [number, number][], inputs: number): void {
  const depths = new Map<number, number>();
  const ofLayers = new Map<Layer | undefined, number>();
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    const depth = Math.max(depths.get(i) ?? 0, ofLayers.get(step?.layer) ?? 0);
    if (step) ofLayers.set(step.layer, depth);
    depths.set(i, depth);
    for (const [k] of step?.from ?? []) depths.set(k, Math.max(depth + 1, depths.get(k) ?? 0));
  }
  const order = [...depths].filter(([i]) => i >= inputs).sort(([, a], [, b]) => b - a);
  const places = [...Array.from({ length: inputs }, (_, i) => i), ...order.map(([i]) => i)];
  const to = new Map(places.map((from, i) => [from, i]));
  const old = [...steps];
  for (const [i, from] of places.entries()) {
    const step = old[from] ?? null;
    const moved = step?.from.map(([k, n]) => [to.get(k) as number, n] as const);
    steps[i] = step === null || moved === undefined ? null : { ...step, from: moved };
  }
  for (const target of targets) target[0] = to.get(target[0]) as number;
}

/** Calls a layer; masks that it is given or that its input has go on with what comes out. */
function apply(layer: Layer, call: Call, tensors: readonly Tensor[]): Tensor[] {
  if (layer instanceof Operation) {
    const args = call.args.map((arg) => resolved(arg, tensors));
    return layer.operate(args, new Map(call.kwargs.map(([key, value]) => [key, resolved(value, tensors)])));
  }
  const { precision } = layer;
  let inputs = call.inputs.map((k) => {
    const x = tensors[k] as Tensor;
    return precision?.inputs && x.text === undefined ? { ...x, data: precision.inputs(x.data.slice()) } : x;
  });
  let options = call.options;
  if (call.named.length > 0) {
    options = { ...options, ...Object.fromEntries(call.named.map(([name, k]) => [name, tensors[k]])) };
    const mask = namedTensor(options, "mask");
    const [first, ...rest] = inputs;
    if (mask !== undefined && first !== undefined) {
      inputs = [{ ...first, mask: Uint8Array.from(mask.data, (v) => (v === 0 ? 0 : 1)) }, ...rest];
    }
  }
  const made = layer.call(inputs, options);
  const all = Array.isArray(made) ? made : [made];
  if (precision !== null) for (const { data } of all) precision.outputs(data);
  const mask = inputs[0]?.mask;
  if (mask === undefined || !layer.keepsMask) return all;
  const rank = inputs[0]?.shape.length as number;
  return all.map((x) => (x.mask === undefined && x.shape.length > 1 && rank > 1 ? { ...x, mask } : x));
}

function pick(made: readonly Tensor[][], step: number, tensor: number, steps: readonly (Step | null)[]): Tensor {
  const found = made[step]?.[tensor];
  if (found === undefined) throw bad(`the layer ${steps[step]?.layer.name ?? "input"} has no output ${tensor}`);
  return found;
}

function shapeOf(config: Config | undefined): (number | null)[] | null {
  const shape = config?.["batch_shape"] ?? config?.["batch_input_shape"];
  if (!Array.isArray(shape)) return null;
  return shape.map((n) => (typeof n === "number" ? n : null));
}
