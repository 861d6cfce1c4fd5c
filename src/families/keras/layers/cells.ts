/**
 * Cells of recurrent layers: one step of all samples at once.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { type Activation, activation } from "../activations.ts";
import { type Config, Layer, type LayerContext } from "../layer.ts";
import { numbered } from "../names.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** What a cell carries on: for each state a row of numbers for each sample; the first is what comes out. */
export type States = Float32Array[];

/** SimpleRNNCell, LSTMCell, GRUCell. */
export abstract class Cell extends Layer {
  protected readonly activation: Activation;
  protected readonly inner: Activation;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.activation = activation(config["activation"], context.modern);
    this.inner = activation(config["recurrent_activation"] ?? "sigmoid", context.modern);
  }
  get names(): readonly (readonly [string, boolean])[] {
    const both = [
      ["kernel", true],
      ["recurrent_kernel", true],
    ] as const;
    return this.config["use_bias"] === false ? both : [...both, ["bias", true]];
  }
  get units(): number {
    return Number(this.config["units"]);
  }
  /** How many states are carried on. */
  abstract readonly states: number;
  /** How many parts a kernel has. */
  protected abstract readonly gates: number;

  /** What the steps `[rows, numbers]` give to the gates, before the states are added. */
  project(x: Float32Array, rows: number, width: number): Float32Array {
    const kernel = this.tensorOf("kernel");
    const columns = this.gates * this.units;
    const recurrent = this.tensorOf("recurrent_kernel").shape;
    this.demand(kernel.shape[0] === width, `takes ${kernel.shape[0]} numbers a step, not ${width}`);
    this.demand(
      kernel.shape[1] === columns && recurrent[0] === this.units && recurrent[1] === columns,
      `has weights of (${kernel.shape.join(", ")}) and (${recurrent.join(", ")})`,
    );
    const bias = this.config["use_bias"] === false ? null : this.weight("bias").subarray(0, columns);
    this.demand(bias === null || bias.length === columns, `has a bias of ${bias?.length} for ${columns} columns`);
    return this.#times("kernel", x, rows, bias);
  }

  /** Rows times one of the kernels, plus a bias. */
  #times(name: string, x: Float32Array, rows: number, bias: Float32Array | null): Float32Array {
    const out = new Float32Array(rows * this.gates * this.units);
    const round = this.precision?.steps ?? null;
    this.multiplied(name, x, rows, round === null ? bias : null, out);
    return round === null ? out : this.biased(out, bias, round);
  }

  /** States, rounded as the cell rounds. */
  protected carried(states: States): States {
    const round = this.precision?.outputs;
    return round === undefined ? states : states.map(round);
  }

  /** One step: projected input `[samples, gates × units]` and the states before; gives the states after. */
  abstract step(projected: Float32Array, states: States, samples: number): States;

  /** Rows of a state times the recurrent kernel. */
  protected recur(state: Float32Array, samples: number, bias: Float32Array | null = null): Float32Array {
    return this.#times("recurrent_kernel", state, samples, bias);
  }

  /** The columns of one gate of both parts, added. */
  protected gate(k: number, a: Float32Array, b: Float32Array, samples: number, f: Activation): Float32Array {
    const { units } = this;
    const width = this.gates * units;
    const out = new Float32Array(samples * units);
    for (let s = 0; s < samples; s++) {
      const from = s * width + k * units;
      for (let j = 0; j < units; j++) out[s * units + j] = (a[from + j] as number) + (b[from + j] as number);
    }
    const round = this.precision?.steps ?? null;
    round?.(out);
    const { data } = f(tensor([samples, units], out));
    return round?.(data) ?? data;
  }

  /** One step of a cell that stands alone. */
  call(inputs: readonly Tensor[]): Tensor[] {
    const [x, ...states] = inputs as [Tensor, ...Tensor[]];
    const [samples = 0, width = 0] = x.shape;
    const next = this.step(
      this.project(x.data, samples, width),
      states.map(({ data }) => data),
      samples,
    );
    return [next[0], ...next].map((data) => tensor([samples, this.units], data as Float32Array));
  }
}

export class SimpleRNNCell extends Cell {
  readonly states = 1;
  protected readonly gates = 1;
  step(projected: Float32Array, states: States, samples: number): States {
    const sums = this.recur(states[0] as Float32Array, samples);
    return this.carried([this.gate(0, projected, sums, samples, this.activation)]);
  }
}

export class LSTMCell extends Cell {
  readonly states = 2;
  protected readonly gates = 4;
  step(projected: Float32Array, states: States, samples: number): States {
    const [h, c] = states as [Float32Array, Float32Array];
    const sums = this.recur(h, samples);
    const i = this.gate(0, projected, sums, samples, this.inner);
    const f = this.gate(1, projected, sums, samples, this.inner);
    const g = this.gate(2, projected, sums, samples, this.activation);
    const o = this.gate(3, projected, sums, samples, this.inner);
    const next = new Float32Array(i.length);
    for (let j = 0; j < next.length; j++)
      next[j] = (f[j] as number) * (c[j] as number) + (i[j] as number) * (g[j] as number);
    this.carried([next]);
    const shown = this.activation(tensor([samples, this.units], next.slice())).data;
    for (let j = 0; j < next.length; j++) shown[j] = (o[j] as number) * (shown[j] as number);
    return this.carried([shown, next]);
  }
}

export class GRUCell extends Cell {
  readonly states = 1;
  protected readonly gates = 3;
  step(projected: Float32Array, states: States, samples: number): States {
    const h = states[0] as Float32Array;
    const { units } = this;
    const columns = 3 * units;
    const after = this.config["reset_after"] !== false;
    const hasBias = after && this.config["use_bias"] !== false;
    const sums = this.recur(h, samples, hasBias ? this.vector("bias", 2 * columns).subarray(columns) : null);
    const z = this.gate(0, projected, sums, samples, this.inner);
    const r = this.gate(1, projected, sums, samples, this.inner);
    const candidate = new Float32Array(samples * units);
    let third = sums;
    if (!after) {
      const reset = new Float32Array(samples * units);
      for (let j = 0; j < reset.length; j++) reset[j] = (r[j] as number) * (h[j] as number);
      third = this.recur(reset, samples);
    }
    for (let s = 0; s < samples; s++) {
      for (let j = 0; j < units; j++) {
        const [at, from] = [s * units + j, s * columns + 2 * units + j];
        const part = third[from] as number;
        candidate[at] = (projected[from] as number) + (after ? (r[at] as number) * part : part);
      }
    }
    const made = this.activation(tensor([samples, units], candidate)).data;
    const out = new Float32Array(samples * units);
    for (let j = 0; j < out.length; j++)
      out[j] = (z[j] as number) * (h[j] as number) + (1 - (z[j] as number)) * (made[j] as number);
    return this.carried([out]);
  }
}

/** Several cells as one; each is run over the whole sequence in turn. */
export class StackedCells extends Layer {
  readonly cells: readonly Cell[];
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    const specs = config["cells"];
    this.demand(Array.isArray(specs) && specs.length > 0, "has no cells");
    this.cells = (specs as unknown[]).map((spec) => cellOf(context.make(spec)));
  }
  get names(): readonly [] {
    return [];
  }
  override get parts(): readonly (readonly [string, Layer])[] {
    const names = numbered(this.cells.map(({ className }) => className));
    return this.cells.map((cell, i) => [`cells/${names[i]}`, cell] as const);
  }
  call(): never {
    throw new UnsupportedError("StackedRNNCells", "stacked cells run inside an RNN layer only", { format: "keras" });
  }
}

/** A layer as a cell. Throws `UnsupportedError` where it is none that is known. */
export function cellOf(layer: Layer): Cell {
  if (layer instanceof Cell) return layer;
  throw new UnsupportedError(
    layer.className,
    `${layer.className} is no cell that is known: give the RNN layer that holds it by its name`,
    { format: "keras" },
  );
}
