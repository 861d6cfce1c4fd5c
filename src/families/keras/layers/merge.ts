/**
 * Layers of several inputs: sums, products, joins.
 *
 * @module
 */
import { type Config, Layer } from "../layer.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";

/** Two shapes against each other, by NumPy's rules. */
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  // Keras puts missing axes behind the samples.
  const full = (shape: readonly number[]): number[] => [
    shape[0] as number,
    ...new Array<number>(rank - shape.length).fill(1),
    ...shape.slice(1),
  ];
  const [x, y] = [full(a), full(b)];
  return x.map((n, i) => Math.max(n, y[i] as number));
}

function at(x: Tensor, out: readonly number[]): Float32Array {
  const { shape, data } = x;
  if (shape.length === out.length && shape.every((n, i) => n === out[i])) return data;
  const full = [shape[0] as number, ...new Array<number>(out.length - shape.length).fill(1), ...shape.slice(1)];
  const steps = full.map((n, i) => (n === 1 ? 0 : sizeOf(full.slice(i + 1))));
  const wide = new Float32Array(sizeOf(out));
  const index = out.map(() => 0);
  let from = 0;
  for (let i = 0; i < wide.length; i++) {
    wide[i] = data[from] as number;
    for (let axis = out.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (out[axis] as number)) break;
      from -= (steps[axis] as number) * (out[axis] as number);
      index[axis] = 0;
    }
  }
  return wide;
}

/** Add, Subtract, Multiply, Average, Maximum, Minimum. */
export class Merge extends Layer {
  get names(): readonly [] {
    return [];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const [first, ...rest] = inputs;
    this.demand(first !== undefined && rest.length > 0, "takes two inputs or more");
    let shape = [...(first as Tensor).shape];
    for (const x of rest) shape = broadcast(shape, x.shape);
    const out = at(first as Tensor, shape).slice();
    for (const x of rest) {
      const data = at(x, shape);
      for (let i = 0; i < out.length; i++) {
        const [a, b] = [out[i] as number, data[i] as number];
        switch (this.className) {
          case "Subtract":
            out[i] = a - b;
            break;
          case "Multiply":
            out[i] = a * b;
            break;
          case "Maximum":
            out[i] = Math.max(a, b);
            break;
          case "Minimum":
            out[i] = Math.min(a, b);
            break;
          default:
            out[i] = a + b;
        }
      }
    }
    if (this.className === "Average") for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) / inputs.length;
    return tensor(shape, out);
  }
}

export class Concatenate extends Layer {
  get names(): readonly [] {
    return [];
  }
  call(inputs: readonly Tensor[]): Tensor {
    return join(inputs, Number(this.config["axis"] ?? -1));
  }
}

/** Tensors joined along an axis. */
export function join(inputs: readonly Tensor[], along: number): Tensor {
  const [first] = inputs as [Tensor];
  const axis = along < 0 ? first.shape.length + along : along;
  const outer = sizeOf(first.shape.slice(0, axis));
  const widths = inputs.map((x) => sizeOf(x.shape.slice(axis)));
  const width = widths.reduce((a, b) => a + b, 0);
  const out = new Float32Array(outer * width);
  let place = 0;
  for (const [k, x] of inputs.entries()) {
    const n = widths[k] as number;
    for (let o = 0; o < outer; o++) out.set(x.data.subarray(o * n, (o + 1) * n), o * width + place);
    place += n;
  }
  const shape = [...first.shape];
  shape[axis] = inputs.reduce((n, x) => n + (x.shape[axis] as number), 0);
  return tensor(shape, out);
}

/** Dot: products along one axis of each. */
export class Dot extends Layer {
  get names(): readonly [] {
    return [];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const [a, b] = inputs as [Tensor, Tensor];
    const { axes } = this.config as Config & { axes: number | number[] };
    const [p, q] = Array.isArray(axes) ? (axes as [number, number]) : [axes, axes];
    this.demand(a.shape.length <= 3 && b.shape.length <= 3, "is known for up to three axes");
    const full = (
      x: Tensor,
      axis: number,
    ): { rows: number; inner: number; at: (s: number, r: number, k: number) => number } => {
      const along = axis < 0 ? x.shape.length + axis : axis;
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
