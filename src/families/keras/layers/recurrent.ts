/**
 * Recurrent layers.
 *
 * @module
 */
import { type Config, Layer, type LayerContext, namedTensor } from "../layer.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { type Cell, cellOf, GRUCell, LSTMCell, SimpleRNNCell, StackedCells, type States } from "./cells.ts";

type CellClass = new (className: string, config: Config, context: LayerContext) => Cell;

const CELLS: ReadonlyMap<string, CellClass> = /* @__PURE__ */ new Map<string, CellClass>([
  ["SimpleRNN", SimpleRNNCell],
  ["LSTM", LSTMCell],
  ["GRU", GRUCell],
]);

/** What steps give: outputs of all of them, or of the last, and the states after. */
interface Walked {
  readonly steps: Float32Array;
  readonly states: States;
}

/** How a sequence is walked through. */
interface Way {
  readonly samples: number;
  readonly steps: number;
  readonly backwards: boolean;
  /** Is only the last output wanted? */
  readonly lastOnly: boolean;
  /** Does a step that does not count give zeros, not what the one before gave? */
  readonly zeros: boolean;
}

/** `[samples, steps, width]` through a cell; outputs stand in the order in which they are made. */
export function walkThrough(
  cell: { units: number; step(projected: Float32Array, states: States, samples: number): States },
  projected: Float32Array,
  columns: number,
  initial: States,
  mask: Uint8Array | undefined,
  { samples, steps, backwards, lastOnly, zeros }: Way,
): Walked {
  const { units } = cell;
  const out = new Float32Array(samples * (lastOnly ? 1 : steps) * units);
  const current = new Float32Array(samples * columns);
  let states = initial;
  for (let i = 0; i < steps; i++) {
    const t = backwards ? steps - 1 - i : i;
    for (let s = 0; s < samples; s++) {
      const from = (s * steps + t) * columns;
      current.set(projected.subarray(from, from + columns), s * columns);
    }
    const next = cell.step(current, states, samples);
    const made = next[0] as Float32Array;
    for (let s = 0; s < samples; s++) {
      const to = lastOnly ? s * units : (s * steps + i) * units;
      if (mask === undefined || mask[s * steps + t] !== 0) {
        out.set(made.subarray(s * units, (s + 1) * units), to);
        continue;
      }
      // A step that does not count changes no state, and gives again what the one before gave.
      for (const [k, state] of next.entries()) {
        const width = state.length / samples;
        state.set((states[k] as Float32Array).subarray(s * width, (s + 1) * width), s * width);
      }
      if (zeros) out.fill(0, to, to + units);
      else if (!lastOnly && i > 0) out.copyWithin(to, to - units, to);
    }
    states = next;
  }
  return { steps: out, states };
}

/** RNN, SimpleRNN, LSTM, GRU. */
export class Recurrent extends Layer {
  readonly #cell: Layer;
  readonly #cells: readonly Cell[];
  readonly #modern: boolean;
  #carried: States[] | null = null;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#modern = context.modern;
    const Class = CELLS.get(className);
    if (Class === undefined) {
      const made = context.make(config["cell"]);
      this.#cell = made;
      this.#cells = made instanceof StackedCells ? made.cells : [cellOf(made)];
    } else {
      const cell = new Class(`${className}Cell`, config, context);
      this.#cell = cell;
      this.#cells = [cell];
    }
  }
  get names(): readonly [] {
    return [];
  }
  override get parts(): readonly (readonly [string, Layer])[] {
    return [["cell", this.#cell]];
  }
  override get keepsMask(): boolean {
    return this.config["return_sequences"] === true;
  }
  override resetStates(): void {
    this.#carried = null;
  }

  call(inputs: readonly Tensor[], options: Config): Tensor | Tensor[] {
    const [x, ...given] = inputs as [Tensor, ...Tensor[]];
    this.demand(x !== undefined && x.shape.length === 3 && x.text === undefined, "takes sequences of three axes");
    const [samples = 0, steps = 0] = x.shape;
    const sequences = this.config["return_sequences"] === true;
    const backwards = this.config["go_backwards"] === true;
    const isStateful = this.config["stateful"] === true;
    let width = x.shape[2] as number;
    let data = x.data;
    let mask = seenSteps(x, given.length > 0 && this.#modern, options);
    const after: States[] = [];
    for (const [k, cell] of this.#cells.entries()) {
      const projected = cell.project(data, samples * steps, width);
      const begin = this.#cells.slice(0, k).reduce((n, one) => n + one.states, 0);
      const own = given.slice(begin, begin + cell.states).map((state) => {
        this.demand(state.data.length === samples * cell.units, "takes states of another shape");
        return state.data.slice();
      });
      this.demand(own.length === 0 || own.length === cell.states, `takes ${cell.states} states, not ${own.length}`);
      const carried = isStateful ? this.#carried?.[k] : undefined;
      const zeros = (): Float32Array => new Float32Array(samples * cell.units);
      const fits = carried?.[0]?.length === samples * cell.units;
      const initial = own.length > 0 ? own : fits ? (carried as States) : Array.from({ length: cell.states }, zeros);
      const isLast = k === this.#cells.length - 1;
      const walked = walkThrough(cell, projected, projected.length / Math.max(1, samples * steps), initial, mask, {
        samples,
        steps,
        backwards: backwards && k === 0,
        lastOnly: isLast && !sequences,
        zeros: this.config["zero_output_for_mask"] === true,
      });
      data = walked.steps;
      width = cell.units;
      after.push(walked.states);
      if (backwards && k === 0 && mask !== undefined && !isLast) mask = turnedMask(mask, samples, steps);
    }
    if (isStateful) this.#carried = after;
    const made = tensor(sequences ? [samples, steps, width] : [samples, width], data);
    if (this.config["return_state"] !== true) return made;
    return [made, ...after.flat().map((state) => tensor([samples, state.length / samples], state))];
  }
}

/** The mask of a sequence. Keras 3 hands on none beside states, unless it is given by name. */
export function seenSteps(x: Tensor, blind: boolean, options: Config): Uint8Array | undefined {
  return blind && namedTensor(options, "mask") === undefined ? undefined : x.mask;
}

function turnedMask(mask: Uint8Array, samples: number, steps: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let s = 0; s < samples; s++) {
    for (let t = 0; t < steps; t++) out[s * steps + t] = mask[s * steps + steps - 1 - t] as number;
  }
  return out;
}
