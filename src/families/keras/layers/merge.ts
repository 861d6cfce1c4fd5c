/**
 * Layers of several inputs: sums, products, joins.
 *
 * @module
 */
import { type Config, Layer, type LayerContext } from "../layer.ts";
import { axisOf, broadcast, spread } from "../ops/nd.ts";
import { joined } from "../ops/shapes.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";

/** Keras puts missing axes behind the samples. */
function ranked(x: Tensor, rank: number): Tensor {
  if (x.shape.length === rank) return x;
  const missing = new Array<number>(rank - x.shape.length).fill(1);
  return { ...x, shape: [x.shape[0] as number, ...missing, ...x.shape.slice(1)] };
}

/** Steps that count in all inputs that have a mask; in Keras 3 those that count in any. */
function maskOf(inputs: readonly Tensor[], all: boolean): Uint8Array | undefined {
  const masks = inputs.flatMap(({ mask }) => mask ?? []);
  const [first, ...rest] = masks;
  if (first === undefined || rest.some(({ length }) => length !== first.length)) return undefined;
  return first.map((v, i) => {
    for (const mask of rest) if (all ? mask[i] === 0 : mask[i] !== 0) return all ? 0 : 1;
    return v;
  });
}

/** Add, Subtract, Multiply, Average, Maximum, Minimum. */
export class Merge extends Layer {
  readonly #modern: boolean;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#modern = context.modern;
  }
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[]): Tensor {
    this.demand(inputs.length > 1, "takes two inputs or more");
    this.demand(
      inputs.every(({ text }) => text === undefined),
      "takes numbers, not texts",
    );
    const rank = Math.max(...inputs.map(({ shape }) => shape.length));
    const all = inputs.map((x) => ranked(x, rank));
    let shape: readonly number[] = (all[0] as Tensor).shape;
    for (const x of all) shape = broadcast(shape, x.shape);
    const out = this.room(sizeOf(shape));
    out.set(spread(all[0] as Tensor, shape));
    for (const x of all.slice(1)) this.#merge(out, spread(x, shape));
    if (this.className === "Average") for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) / all.length;
    return tensor(shape, out, maskOf(inputs, !this.#modern));
  }
  #merge(out: Float32Array, data: Float32Array): void {
    const n = out.length;
    switch (this.className) {
      case "Subtract":
        for (let i = 0; i < n; i++) out[i] = (out[i] as number) - (data[i] as number);
        break;
      case "Multiply":
        for (let i = 0; i < n; i++) out[i] = (out[i] as number) * (data[i] as number);
        break;
      case "Maximum":
        for (let i = 0; i < n; i++) out[i] = Math.max(out[i] as number, data[i] as number);
        break;
      case "Minimum":
        for (let i = 0; i < n; i++) out[i] = Math.min(out[i] as number, data[i] as number);
        break;
      default:
        for (let i = 0; i < n; i++) out[i] = (out[i] as number) + (data[i] as number);
    }
  }
}

export class Concatenate extends Layer {
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const made = joined(inputs, this.config["axis"] ?? -1);
    if (inputs.every(({ mask }) => mask === undefined)) return made;
    const steps = (x: Tensor): number => (x.shape[0] as number) * (x.shape[1] as number);
    const masks = inputs.map((x) => x.mask ?? new Uint8Array(steps(x)).fill(1));
    if (axisOf(this.config["axis"] ?? -1, made.shape.length) !== 1) {
      return {
        ...made,
        mask: maskOf(
          masks.map((mask, i) => ({ ...(inputs[i] as Tensor), mask })),
          true,
        ),
      };
    }
    const parts = masks.map((mask, i) => tensor((inputs[i] as Tensor).shape.slice(0, 2), Float32Array.from(mask)));
    return { ...made, mask: Uint8Array.from(joined(parts, 1).data) };
  }
}

/** Dot: products along one axis of each. */
export class Dot extends Layer {
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const [a, b] = inputs as [Tensor, Tensor];
    this.demand(inputs.length === 2, "takes two inputs");
    const { axes } = this.config as Config & { axes: number | number[] };
    const [p, q] = Array.isArray(axes) ? (axes as [number, number]) : [axes, axes];
    this.demand(a.shape.length <= 3 && b.shape.length <= 3, "is known for up to three axes");
    const full = (
      x: Tensor,
      axis: number,
    ): { rows: number; inner: number; at: (s: number, r: number, k: number) => number } => {
      const along = axisOf(axis, x.shape.length);
      const inner = x.shape[along] as number;
      const others = x.shape.slice(1).filter((_, i) => i + 1 !== along);
      const rows = sizeOf(others);
      const size = sizeOf(x.shape.slice(1));
      const last = along === x.shape.length - 1;
      return { rows, inner, at: (s, r, k) => s * size + (last ? r * inner + k : k * rows + r) };
    };
    const [x, y] = [full(a, p), full(b, q)];
    this.demand(x.inner === y.inner, "takes axes of one length");
    const samples = a.shape[0] as number;
    const unit = this.config["normalize"] === true;
    const out = new Float32Array(samples * x.rows * y.rows);
    for (let s = 0; s < samples; s++) {
      for (let i = 0; i < x.rows; i++) {
        for (let j = 0; j < y.rows; j++) {
          let sum = 0;
          let aa = 0;
          let bb = 0;
          for (let k = 0; k < x.inner; k++) {
            const [u, v] = [a.data[x.at(s, i, k)] as number, b.data[y.at(s, j, k)] as number];
            sum += u * v;
            aa += u * u;
            bb += v * v;
          }
          out[(s * x.rows + i) * y.rows + j] = unit ? sum / Math.sqrt(Math.max(aa, 1e-12) * Math.max(bb, 1e-12)) : sum;
        }
      }
    }
    const shape = [samples];
    if (a.shape.length === 3) shape.push(x.rows);
    if (b.shape.length === 3) shape.push(y.rows);
    if (shape.length === 1) shape.push(1);
    return tensor(shape, out);
  }
}
