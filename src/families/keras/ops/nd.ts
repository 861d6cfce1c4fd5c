/**
 * Tensors against each other, and along their axes, by NumPy's rules.
 *
 * @module
 */
import { bad } from "../calls.ts";
import { sizeOf, type Tensor, tensor, transposed } from "../tensor.ts";

/** Most numbers that one operation makes. */
const MOST = 1 << 28;

/** Checks the size of a result before it is made. */
export function fits(shape: readonly number[]): readonly number[] {
  if (!shape.every((n) => Number.isInteger(n) && n >= 0)) throw bad(`(${shape.join(", ")}) is no shape`);
  if (sizeOf(shape) > MOST) throw bad(`a tensor of the shape (${shape.join(", ")}) is too large`);
  return shape;
}

/** An axis counted from the front. */
export function axisOf(axis: unknown, rank: number): number {
  const at = Number(axis ?? -1);
  const made = at < 0 ? at + rank : at;
  if (!Number.isInteger(made) || made < 0 || made >= Math.max(1, rank)) {
    throw bad(`there is no axis ${String(axis)} among ${rank}`);
  }
  return made;
}

/** Axes counted from the front; all for null. */
export function axesOf(axes: unknown, rank: number): number[] {
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const out = (Array.isArray(axes) ? axes : [axes]).map((axis) => axisOf(axis, rank));
  if (new Set(out).size !== out.length) throw bad(`the axes ${String(axes)} are not different`);
  return out;
}

/** A number, nested lists of them, or a tensor, as a tensor. */
export function asTensor(value: unknown): Tensor {
  if (typeof value === "number") return tensor([], Float32Array.of(value));
  if (typeof value === "boolean") return tensor([], Float32Array.of(value ? 1 : 0));
  if (Array.isArray(value)) {
    const parts = value.map(asTensor);
    const inner = parts[0]?.shape ?? [];
    if (parts.some(({ shape }) => String(shape) !== String(inner))) throw bad("a list of numbers is ragged");
    const out = new Float32Array(parts.length * sizeOf(inner));
    for (const [i, { data }] of parts.entries()) out.set(data, i * sizeOf(inner));
    return tensor([parts.length, ...inner], out);
  }
  if (typeof value === "object" && value !== null && "data" in value && "shape" in value) {
    if ((value as Tensor).text !== undefined) throw bad("an operation takes numbers, not texts");
    return value as Tensor;
  }
  throw bad(`an operation takes tensors and numbers, not ${String(value)}`);
}

/** The shape of two against each other. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw bad(`the shapes (${a.join(", ")}) and (${b.join(", ")}) do not fit`);
    out.push(x === 1 ? y : x);
  }
  fits(out);
  return out;
}

/** Numbers of a tensor repeated to a shape. */
export function spread(x: Tensor, shape: readonly number[]): Float32Array {
  if (x.shape.length === shape.length && x.shape.every((n, i) => n === shape[i])) return x.data;
  const size = sizeOf(fits(shape));
  const out = new Float32Array(size);
  if (x.data.length === 1) return out.fill(x.data[0] as number);
  const full = [...new Array<number>(Math.max(0, shape.length - x.shape.length)).fill(1), ...x.shape];
  const steps = full.map((n, i) => (n === 1 ? 0 : sizeOf(full.slice(i + 1))));
  walk(shape, steps, (to, from) => {
    out[to] = x.data[from] as number;
  });
  return out;
}

/** Visits all places of a shape with the offset that steps along its axes give. */
export function walk(
  shape: readonly number[],
  steps: readonly number[],
  visit: (to: number, from: number) => void,
  first = 0,
): void {
  const size = sizeOf(shape);
  const index = new Int32Array(shape.length);
  let from = first;
  for (let to = 0; to < size; to++) {
    visit(to, from);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      from -= (steps[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
}

/** A function of pairs. */
export function pairwise(a: Tensor, b: Tensor, f: (x: number, y: number) => number): Tensor {
  const shape = broadcast(a.shape, b.shape);
  const [x, y] = [spread(a, shape), spread(b, shape)];
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = f(x[i] as number, y[i] as number);
  return tensor(shape, out);
}

/** A function of each. */
export function mapped(x: Tensor, f: (v: number) => number): Tensor {
  const out = new Float32Array(x.data.length);
  for (let i = 0; i < out.length; i++) out[i] = f(x.data[i] as number);
  return tensor(x.shape, out);
}

/** Rows along some axes, moved to the end: `[the others, along]`, what is left of the shape, and how long a row is. */
export function rowsAlong(x: Tensor, axes: readonly number[]): { data: Float32Array; left: number[]; n: number } {
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...others, ...axes];
  const data = order.every((axis, i) => axis === i) ? x.data : transposed(x, order).data;
  return {
    data,
    left: others.map((i) => x.shape[i] as number),
    n: axes.reduce((n, i) => n * (x.shape[i] as number), 1),
  };
}

/** A function of the numbers along axes; `keep` leaves these with length one. */
export function reduced(
  x: Tensor,
  along: unknown,
  keep: boolean,
  f: (data: Float32Array, at: number, n: number) => number,
): Tensor {
  const axes = axesOf(along, x.shape.length).sort((a, b) => a - b);
  const { data, left, n } = rowsAlong(x, axes);
  const out = new Float32Array(sizeOf(left));
  for (let i = 0; i < out.length; i++) out[i] = f(data, i * n, n);
  return tensor(keep ? x.shape.map((size, i) => (axes.includes(i) ? 1 : size)) : left, out);
}

/** A function that changes the numbers along one axis in place, of a copy. */
export function alongAxis(x: Tensor, axis: number, f: (row: Float32Array) => void): Tensor {
  const last = x.shape.length - 1;
  const order = x.shape.map((_, i) => i).filter((i) => i !== axis);
  order.push(axis);
  const moved = axis === last ? { shape: x.shape, data: x.data.slice() } : transposed(x, order);
  const n = x.shape[axis] as number;
  for (let at = 0; at < moved.data.length; at += n) f(moved.data.subarray(at, at + n));
  if (axis === last) return tensor(x.shape, moved.data);
  const back = order.map((_, i) => order.indexOf(i));
  return tensor(x.shape, transposed(moved, back).data);
}

/** What stands at `start, start + step, …` along each axis. */
export function sliced(x: Tensor, parts: readonly { start: number; step: number; count: number }[]): Tensor {
  const steps = x.shape.map((_, i) => sizeOf(x.shape.slice(i + 1)));
  const shape = parts.map(({ count }) => count);
  const out = new Float32Array(sizeOf(fits(shape)));
  const first = parts.reduce((at, { start }, i) => at + start * (steps[i] as number), 0);
  walk(
    shape,
    parts.map(({ step }, i) => step * (steps[i] as number)),
    (to, from) => {
      out[to] = x.data[from] as number;
    },
    first,
  );
  return tensor(shape, out);
}

/** A part along one axis. */
export function cut(x: Tensor, axis: number, start: number, count: number, step = 1): Tensor {
  return sliced(
    x,
    x.shape.map((n, i) => (i === axis ? { start, step, count } : { start: 0, step: 1, count: n })),
  );
}

/** Rows of an axis, in the order of their indices. */
export function taken(x: Tensor, indices: Tensor, axis: number): Tensor {
  const n = x.shape[axis] as number;
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const out = new Float32Array(sizeOf(fits(shape)));
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const value of indices.data) {
      const k = value < 0 ? value + n : value;
      if (!(k >= 0 && k < n)) throw new RangeError(`${value} is no index of an axis of ${n}`);
      const from = (o * n + Math.trunc(k)) * inner;
      out.set(x.data.subarray(from, from + inner), to);
      to += inner;
    }
  }
  return tensor(shape, out);
}

/** Tensors joined along an axis. */
export function joined(parts: readonly Tensor[], along: unknown): Tensor {
  const [first] = parts;
  if (first === undefined) throw bad("there is nothing to be joined");
  const axis = axisOf(along, first.shape.length);
  for (const { shape, text } of parts) {
    const fitting = shape.length === first.shape.length && shape.every((n, i) => i === axis || n === first.shape[i]);
    if (!fitting || text !== undefined) {
      throw bad(`tensors of (${shape.join(", ")}) and (${first.shape.join(", ")}) cannot be joined along axis ${axis}`);
    }
  }
  const outer = sizeOf(first.shape.slice(0, axis));
  const widths = parts.map(({ shape }) => sizeOf(shape.slice(axis)));
  const width = widths.reduce((a, b) => a + b, 0);
  const out = new Float32Array(outer * width);
  let place = 0;
  for (const [k, { data }] of parts.entries()) {
    const n = widths[k] as number;
    for (let o = 0; o < outer; o++) out.set(data.subarray(o * n, (o + 1) * n), o * width + place);
    place += n;
  }
  const shape = [...first.shape];
  shape[axis] = parts.reduce((n, x) => n + (x.shape[axis] as number), 0);
  return tensor(shape, out);
}
