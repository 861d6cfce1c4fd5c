/**
 * Operations on shapes, products and places (keras/src/ops/numpy.py, core.py; TensorFlow's names besides).
 *
 * @module
 */
import { bad, ELLIPSIS, Slice } from "../calls.ts";
import { sizeOf, type Tensor, tensor, transposed, zeros } from "../tensor.ts";
import type { Arguments, Op } from "./arguments.ts";
import { einsum, stackedProduct } from "./einsum.ts";
import { asTensor, axesOf, axisOf, cut, fits, joined, pairwise, sliced, spread, taken, walk } from "./nd.ts";

function reshape(x: Tensor, wanted: readonly number[]): Tensor {
  const known = wanted.reduce((n, size) => (size < 0 ? n : n * size), 1);
  const shape = wanted.map((size) => (size < 0 ? x.data.length / known : size));
  if (sizeOf(fits(shape)) !== x.data.length)
    throw bad(`${x.data.length} numbers do not fit the shape (${wanted.join(", ")})`);
  return tensor(shape, x.data);
}

function expanded(x: Tensor, axes: readonly number[], rank: number): Tensor {
  const shape = [...x.shape];
  for (const axis of axes.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b)) shape.splice(axis, 0, 1);
  return tensor(shape, x.data);
}

function split(given: Arguments): Tensor[] {
  const isTensorflow = given.at(-1, "num_or_size_splits") !== null;
  const x = given.tensor(0, "x", "value");
  const axis = axisOf(given.at(-1, "axis") ?? 0, x.shape.length);
  const n = x.shape[axis] as number;
  const how = given.at(1, "indices_or_sections", "num_or_size_splits");
  let bounds: number[];
  if (Array.isArray(how)) {
    let at = 0;
    bounds = isTensorflow ? how.map((size) => (at += Number(size))).slice(0, -1) : how.map(Number);
  } else bounds = Array.from({ length: Number(how) - 1 }, (_, i) => ((i + 1) * n) / Number(how));
  return [...bounds, n].map((end, i) => {
    const start = i === 0 ? 0 : (bounds[i - 1] as number);
    return cut(x, axis, start, end - start);
  });
}

function tile(x: Tensor, times: readonly number[]): Tensor {
  const rank = Math.max(times.length, x.shape.length);
  const shape = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const reps = [...new Array<number>(rank - times.length).fill(1), ...times];
  let made = tensor(shape, x.data);
  for (const [axis, n] of reps.entries()) if (n !== 1) made = joined(new Array<Tensor>(n).fill(made), axis);
  return made;
}

function repeat(given: Arguments): Tensor {
  const along = given.at(2, "axis");
  const given0 = given.tensor(0, "x", "input");
  const x = along === null ? tensor([given0.data.length], given0.data) : given0;
  const axis = axisOf(along ?? 0, x.shape.length);
  const times = given.numbers(1, "repeats");
  const places: number[] = [];
  for (let i = 0; i < (x.shape[axis] as number); i++) {
    for (let k = 0; k < (times[times.length === 1 ? 0 : i] as number); k++) places.push(i);
  }
  return taken(x, tensor([places.length], Float32Array.from(places)), axis);
}

function pad(given: Arguments): Tensor {
  const x = given.tensor(0, "x", "tensor");
  const mode = String(given.at(-1, "mode") ?? "constant").toLowerCase();
  const widths = given.at(1, "pad_width", "paddings");
  const pairs = x.shape.map((_, i): [number, number] => {
    const pair = Array.isArray(widths)
      ? Array.isArray(widths[0])
        ? (widths[i] ?? widths[0])
        : widths
      : [widths, widths];
    return [Number(pair[0]), Number(pair[1] ?? pair[0])];
  });
  if (mode === "constant") {
    const shape = x.shape.map((n, i) => n + (pairs[i] as number[])[0]! + (pairs[i] as number[])[1]!);
    const out = new Float32Array(sizeOf(fits(shape))).fill(given.number(0, -1, "constant_values"));
    const steps = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
    const first = pairs.reduce((at, [before], i) => at + before * (steps[i] as number), 0);
    walk(
      x.shape,
      steps,
      (from, to) => {
        out[to] = x.data[from] as number;
      },
      first,
    );
    return tensor(shape, out);
  }
  let made = x;
  for (const [axis, [before, after]] of pairs.entries()) {
    const n = x.shape[axis] as number;
    const places = Array.from({ length: before + n + after }, (_, i) => {
      const at = i - before;
      if (mode === "edge") return Math.min(n - 1, Math.max(0, at));
      const extra = mode === "symmetric" ? 1 : 0;
      if (at < 0) return -at - extra;
      return at < n ? at : 2 * n - 2 - at + extra;
    });
    if (!/^(edge|reflect|symmetric)$/.test(mode)) throw bad(`pad: the mode ${mode} is not known`);
    made = taken(made, tensor([places.length], Float32Array.from(places)), axis);
  }
  return made;
}

/** `x[key]` of Python. */
function item(given: Arguments): Tensor {
  const x = given.tensor(0, "x");
  const key = given.at(1, "key", "slice_spec");
  const list = (Array.isArray(key) ? key : [key]).map(part);
  const wide = x.shape.length - list.filter((one) => one !== null && one !== ELLIPSIS).length;
  const at = list.indexOf(ELLIPSIS);
  const all = new Slice({});
  const spread = new Array<unknown>(Math.max(0, wide)).fill(all);
  const keys = at < 0 ? [...list, ...spread] : [...list.slice(0, at), ...spread, ...list.slice(at + 1)];
  const parts: { start: number; step: number; count: number }[] = [];
  const shape: number[] = [];
  for (const one of keys) {
    if (one === null) {
      shape.push(1);
      continue;
    }
    const n = x.shape[parts.length];
    if (n === undefined) throw bad(`(${x.shape.join(", ")}) has not so many axes`);
    if (one instanceof Slice) {
      const range = rangeOf(one, n);
      parts.push(range);
      shape.push(range.count);
    } else if (typeof one === "number") {
      const k = one < 0 ? one + n : one;
      if (!(k >= 0 && k < n)) throw bad(`${one} is no index of an axis of ${n}`);
      parts.push({ start: k, step: 1, count: 1 });
    } else throw bad("an index of a tensor is neither a number nor a slice");
  }
  return tensor(shape, sliced(x, parts).data);
}

function part(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Slice) return value;
  const one = value as { class_name?: unknown };
  if (one.class_name === "__ellipsis__") return ELLIPSIS;
  return "start" in value || "stop" in value ? new Slice(value as Record<string, unknown>) : value;
}

function rangeOf(slice: Slice, n: number): { start: number; step: number; count: number } {
  const step = slice.step ?? 1;
  if (step === 0) throw bad("a slice has a step of zero");
  const bound = (value: number | null, fallback: number): number => {
    if (value === null) return fallback;
    const at = value < 0 ? value + n : value;
    return step > 0 ? Math.min(n, Math.max(0, at)) : Math.min(n - 1, Math.max(-1, at));
  };
  const start = bound(slice.start, step > 0 ? 0 : n - 1);
  const stop = bound(slice.stop, step > 0 ? n : -1);
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}

const product: Op = (given) => {
  let [a, b] = [given.tensor(0, "x1", "a"), given.tensor(1, "x2", "b")];
  const turned = (x: Tensor): Tensor => {
    const rank = x.shape.length;
    return transposed(
      x,
      x.shape.map((_, i) => (i === rank - 2 ? rank - 1 : i === rank - 1 ? rank - 2 : i)),
    );
  };
  if (given.is(-1, "transpose_a")) a = turned(a);
  if (given.is(-1, "transpose_b")) b = turned(b);
  return stackedProduct(a, b);
};

const tensordot: Op = (given) => {
  const [a, b] = [given.tensor(0, "x1", "a"), given.tensor(1, "x2", "b")];
  const axes = given.at(2, "axes");
  const count = typeof axes === "number" ? axes : 0;
  const [left, right] = Array.isArray(axes)
    ? [axesOf(axes[0], a.shape.length), axesOf(axes[1], b.shape.length)]
    : [Array.from({ length: count }, (_, i) => a.shape.length - count + i), Array.from({ length: count }, (_, i) => i)];
  const own = a.shape.map((_, i) => i).filter((i) => !left.includes(i));
  const other = b.shape.map((_, i) => i).filter((i) => !right.includes(i));
  const shape = [...own.map((i) => a.shape[i] as number), ...other.map((i) => b.shape[i] as number)];
  const n = sizeOf(left.map((i) => a.shape[i] as number));
  const x = tensor([a.data.length / n, n], transposed(a, [...own, ...left]).data);
  const y = tensor([n, b.data.length / n], transposed(b, [...right, ...other]).data);
  return tensor(shape, stackedProduct(x, y).data);
};

const dot: Op = (given) => {
  const [a, b] = [given.tensor(0, "x1", "a"), given.tensor(1, "x2", "b")];
  if (a.shape.length === 0 || b.shape.length === 0) return pairwise(a, b, (x, y) => x * y);
  return b.shape.length <= 2 ? stackedProduct(a, b) : einsumDot(a, b);
};

function einsumDot(a: Tensor, b: Tensor): Tensor {
  const order = [b.shape.length - 2, ...b.shape.map((_, i) => i).filter((i) => i !== b.shape.length - 2)];
  const moved = transposed(b, order);
  const n = a.shape[a.shape.length - 1] as number;
  const made = stackedProduct(tensor([a.data.length / n, n], a.data), tensor([n, b.data.length / n], moved.data));
  return tensor([...a.shape.slice(0, -1), ...moved.shape.slice(1)], made.data);
}

function moved(x: Tensor, from: readonly number[], to: readonly number[]): Tensor {
  const order = x.shape.map((_, i) => i).filter((i) => !from.includes(i));
  for (const [at, axis] of to.map((at, i) => [at, from[i] as number] as const).sort((a, b) => a[0] - b[0])) {
    order.splice(at, 0, axis);
  }
  return transposed(x, order);
}

function oneHot(given: Arguments): Tensor {
  const x = given.tensor(0, "x", "indices");
  const n = given.number(0, 1, "num_classes", "depth");
  const made = zeros(fits([...x.shape, n]));
  for (const [i, value] of x.data.entries()) if (value >= 0 && value < n) made.data[i * n + Math.trunc(value)] = 1;
  const axis = axisOf(given.at(-1, "axis"), made.shape.length);
  return axis === made.shape.length - 1 ? made : moved(made, [made.shape.length - 1], [axis]);
}

function flip(given: Arguments): Tensor {
  const x = given.tensor(0, "x", "tensor");
  let made = x;
  for (const axis of axesOf(given.at(1, "axis"), x.shape.length)) {
    const n = x.shape[axis] as number;
    made = cut(made, axis, n - 1, n, -1);
  }
  return made;
}

function roll(given: Arguments): Tensor {
  const x = given.tensor(0, "x", "input");
  const along = given.at(2, "axis");
  const shifts = given.numbers(1, "shift");
  let made = along === null ? tensor([x.data.length], x.data) : x;
  for (const [i, axis] of axesOf(along ?? 0, made.shape.length).entries()) {
    const n = made.shape[axis] as number;
    const by = (((shifts[i] ?? shifts[0] ?? 0) % n) + n) % n;
    made = joined([cut(made, axis, n - by, by), cut(made, axis, 0, n - by)], axis);
  }
  return tensor(x.shape, made.data);
}

function triangle(given: Arguments, lower: boolean): Tensor {
  const x = given.tensor(0, "x");
  const k = given.number(0, 1, "k");
  const [m = 0, n = 0] = x.shape.slice(-2);
  const out = x.data.slice();
  for (let i = 0; i < out.length; i++) {
    const [row, column] = [Math.floor(i / n) % m, i % n];
    if (lower ? column - row > k : column - row < k) out[i] = 0;
  }
  return tensor(x.shape, out);
}

function stack(given: Arguments): Tensor {
  const parts = given.tensors(0, "x", "values");
  const rank = (parts[0]?.shape.length ?? 0) + 1;
  const axis = axisOf(given.at(-1, "axis") ?? 0, rank);
  return joined(
    parts.map((x) => expanded(x, [axis], rank)),
    axis,
  );
}

function unstack(given: Arguments): Tensor[] {
  const x = given.tensor(0, "x", "value");
  const axis = axisOf(given.at(-1, "axis") ?? 0, x.shape.length);
  const shape = x.shape.filter((_, i) => i !== axis);
  return Array.from({ length: x.shape[axis] as number }, (_, i) => tensor(shape, cut(x, axis, i, 1).data));
}

function diff(given: Arguments): Tensor {
  let x = given.tensor(0, "a", "x");
  const axis = axisOf(given.at(-1, "axis"), x.shape.length);
  for (let k = given.number(1, -1, "n"); k > 0; k--) {
    const n = (x.shape[axis] as number) - 1;
    x = pairwise(cut(x, axis, 1, n), cut(x, axis, 0, n), (a, b) => a - b);
  }
  return x;
}

const take: Op = (given) => {
  const x = given.tensor(0, "x", "params");
  const axis = given.at(-1, "axis");
  const indices = asTensor(given.at(1, "indices"));
  return axis === null && given.at(-1, "params") === null && given.at(-1, "batch_dims") === null
    ? taken(tensor([x.data.length], x.data), indices, 0)
    : taken(x, indices, axisOf(axis ?? 0, x.shape.length));
};

export function shapeOps(): [string, Op][] {
  const squeeze: Op = (given) => {
    const x = given.tensor(0, "x", "input");
    const along = given.at(1, "axis");
    const axes = along === null ? null : axesOf(along, x.shape.length);
    return tensor(
      x.shape.filter((n, i) => (axes === null ? n !== 1 : !axes.includes(i))),
      x.data,
    );
  };
  const expand: Op = (given) => {
    const x = given.tensor(0, "x", "input");
    const axes = given.numbers(1, "axis");
    return expanded(x, axes, x.shape.length + axes.length);
  };
  const transpose: Op = (given) => {
    const x = given.tensor(0, "x", "a");
    const order = given.at(1, "axes", "perm");
    if (Array.isArray(order) ? order.length !== x.shape.length : order !== null) {
      throw bad(`${String(order)} are not the axes of (${x.shape.join(", ")})`);
    }
    return transposed(
      x,
      order === null ? x.shape.map((_, i) => x.shape.length - 1 - i) : axesOf(order, x.shape.length),
    );
  };
  return [
    ["reshape", (given) => reshape(given.tensor(0, "x", "tensor"), given.numbers(1, "newshape", "shape"))],
    ["ravel", (given) => reshape(given.tensor(0, "x"), [-1])],
    ["squeeze", squeeze],
    ["expand_dims", expand],
    ["transpose", transpose],
    [
      "swapaxes",
      (given) => {
        const x = given.tensor(0, "x");
        const [a, b] = [axisOf(given.at(1, "axis1"), x.shape.length), axisOf(given.at(2, "axis2"), x.shape.length)];
        return transposed(
          x,
          x.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
        );
      },
    ],
    [
      "moveaxis",
      (given) => {
        const x = given.tensor(0, "x");
        return moved(
          x,
          axesOf(given.at(1, "source"), x.shape.length),
          axesOf(given.at(2, "destination"), x.shape.length),
        );
      },
    ],
    ["concatenate", (given) => joined(given.tensors(0, "xs", "x"), given.at(1, "axis"))],
    ["concat", (given) => joined(given.tensors(0, "values"), given.at(1, "axis"))],
    ["append", (given) => joined([given.tensor(0, "x1"), given.tensor(1, "x2")], given.at(2, "axis"))],
    ["stack", stack],
    ["unstack", unstack],
    ["split", split],
    ["tile", (given) => tile(given.tensor(0, "x", "input"), given.numbers(1, "repeats", "multiples"))],
    ["repeat", repeat],
    ["pad", pad],
    ["flip", flip],
    ["reverse", flip],
    ["roll", roll],
    ["getitem", item],
    ["get_item", item],
    [
      "broadcast_to",
      (given) => {
        const shape = given.numbers(1, "shape");
        return tensor(shape, spread(given.tensor(0, "x", "input"), shape));
      },
    ],
    ["take", take],
    ["gather", take],
    ["one_hot", oneHot],
    ["tril", (given) => triangle(given, true)],
    ["triu", (given) => triangle(given, false)],
    ["diff", diff],
    ["matmul", product],
    ["dot", dot],
    ["tensordot", tensordot],
    [
      "einsum",
      (given) => {
        const subscripts = String(given.at(-1, "subscripts") ?? given.at(0, "equation"));
        const rest = [0, 1, 2, 3].map((i) => given.at(i)).filter((one) => typeof one === "object" && one !== null);
        return einsum(subscripts, rest.flat().map(asTensor));
      },
    ],
    [
      "slice",
      (given) => {
        const x = given.tensor(0, "inputs", "input_");
        const [from, shape] = [given.numbers(1, "start_indices", "begin"), given.numbers(2, "shape", "size")];
        return sliced(
          x,
          x.shape.map((n, i) => {
            const start = from[i] ?? 0;
            const count = shape[i] === undefined || (shape[i] as number) < 0 ? n - start : (shape[i] as number);
            if (start < 0 || start + count > n) throw bad("a slice lies outside of its tensor");
            return { start, step: 1, count };
          }),
        );
      },
    ],
  ];
}
