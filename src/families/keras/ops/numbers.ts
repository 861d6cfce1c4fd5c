/**
 * Operations on numbers one by one, in pairs, and along axes (keras/src/ops/numpy.py, math.py, nn.py).
 *
 * @module
 */
import { activation, erf, softmax } from "../activations.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { Op } from "./arguments.ts";
import { alongAxis, axesOf, axisOf, mapped, pairwise, reduced } from "./nd.ts";

const truth = (value: boolean): number => (value ? 1 : 0);

/** Half to even, as NumPy rounds. */
function rounded(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  absolute: Math.abs,
  abs: Math.abs,
  negative: (x) => -x,
  neg: (x) => -x,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  arcsin: Math.asin,
  asin: Math.asin,
  arccos: Math.acos,
  acos: Math.acos,
  arctan: Math.atan,
  atan: Math.atan,
  arcsinh: Math.asinh,
  arccosh: Math.acosh,
  arctanh: Math.atanh,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: rounded,
  rint: rounded,
  erf,
  logical_not: (x) => truth(x === 0),
  isnan: (x) => truth(Number.isNaN(x)),
  is_nan: (x) => truth(Number.isNaN(x)),
  isfinite: (x) => truth(Number.isFinite(x)),
  isinf: (x) => truth(Math.abs(x) === Number.POSITIVE_INFINITY),
  zeros_like: () => 0,
  ones_like: () => 1,
  degrees: (x) => (x * 180) / Math.PI,
  deg2rad: (x) => (x * Math.PI) / 180,
};

const BINARY: Readonly<Record<string, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  sub: (x, y) => x - y,
  multiply: (x, y) => x * y,
  mul: (x, y) => x * y,
  divide: (x, y) => x / y,
  true_divide: (x, y) => x / y,
  truediv: (x, y) => x / y,
  realdiv: (x, y) => x / y,
  divide_no_nan: (x, y) => (y === 0 ? 0 : x / y),
  floor_divide: (x, y) => Math.floor(x / y),
  floordiv: (x, y) => Math.floor(x / y),
  mod: (x, y) => x - Math.floor(x / y) * y,
  floormod: (x, y) => x - Math.floor(x / y) * y,
  power: (x, y) => x ** y,
  pow: (x, y) => x ** y,
  maximum: (x, y) => (Number.isNaN(x) || x > y ? x : y),
  minimum: (x, y) => (Number.isNaN(x) || x < y ? x : y),
  greater: (x, y) => truth(x > y),
  greater_equal: (x, y) => truth(x >= y),
  less: (x, y) => truth(x < y),
  less_equal: (x, y) => truth(x <= y),
  equal: (x, y) => truth(x === y),
  not_equal: (x, y) => truth(x !== y),
  logical_and: (x, y) => truth(x !== 0 && y !== 0),
  logical_or: (x, y) => truth(x !== 0 || y !== 0),
  logical_xor: (x, y) => truth((x !== 0) !== (y !== 0)),
  bitwise_and: (x, y) => x & y,
  bitwise_or: (x, y) => x | y,
  arctan2: Math.atan2,
  atan2: Math.atan2,
  hypot: (x, y) => Math.hypot(x, y),
  squared_difference: (x, y) => (x - y) ** 2,
  logaddexp: (x, y) => Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
};

type Reduce = (data: Float32Array, at: number, n: number) => number;

const total: Reduce = (data, at, n) => {
  let sum = 0;
  for (let i = at; i < at + n; i++) sum += data[i] as number;
  return sum;
};
const most: Reduce = (data, at, n) => {
  let best = Number.NEGATIVE_INFINITY;
  for (let i = at; i < at + n; i++) if (!((data[i] as number) <= best)) best = data[i] as number;
  return best;
};
const least: Reduce = (data, at, n) => {
  let best = Number.POSITIVE_INFINITY;
  for (let i = at; i < at + n; i++) if (!((data[i] as number) >= best)) best = data[i] as number;
  return best;
};
const variance: Reduce = (data, at, n) => {
  const mean = total(data, at, n) / n;
  let sum = 0;
  for (let i = at; i < at + n; i++) sum += ((data[i] as number) - mean) ** 2;
  return sum / n;
};
const squares: Reduce = (data, at, n) => {
  let sum = 0;
  for (let i = at; i < at + n; i++) sum += (data[i] as number) ** 2;
  return sum;
};

const REDUCE: Readonly<Record<string, Reduce>> = {
  sum: total,
  mean: (data, at, n) => total(data, at, n) / n,
  average: (data, at, n) => total(data, at, n) / n,
  max: most,
  amax: most,
  min: least,
  amin: least,
  var: variance,
  variance,
  std: (data, at, n) => Math.sqrt(variance(data, at, n)),
  prod: (data, at, n) => {
    let product = 1;
    for (let i = at; i < at + n; i++) product *= data[i] as number;
    return product;
  },
  any: (data, at, n) => truth(data.subarray(at, at + n).some((v) => v !== 0)),
  all: (data, at, n) => truth(data.subarray(at, at + n).every((v) => v !== 0)),
  count_nonzero: (data, at, n) => {
    let count = 0;
    for (let i = at; i < at + n; i++) if (data[i] !== 0) count++;
    return count;
  },
  logsumexp: (data, at, n) => {
    const top = most(data, at, n);
    let sum = 0;
    for (let i = at; i < at + n; i++) sum += Math.exp((data[i] as number) - top);
    return top + Math.log(sum);
  },
  euclidean_norm: (data, at, n) => Math.sqrt(squares(data, at, n)),
};

/** Activations that are operations of their own. */
const ACTIVATIONS = [
  ...["relu", "relu6", "sigmoid", "silu", "swish", "softplus", "softsign", "selu", "celu", "gelu", "elu", "mish"],
  ...["leaky_relu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "log_sigmoid", "tanh_shrink"],
  ...["soft_shrink", "hard_shrink", "squareplus", "sparse_plus", "sparse_sigmoid", "sparsemax", "glu", "threshold"],
];

function best(x: Tensor, along: unknown, keep: boolean, isMost: boolean): Tensor {
  return reduced(x, along ?? null, keep, (data, at, n) => {
    let found = 0;
    for (let i = 1; i < n; i++) {
      const [a, b] = [data[at + i] as number, data[at + found] as number];
      if (isMost ? a > b : a < b) found = i;
    }
    return found;
  });
}

/** Rows by the numbers in them: what stands where after sorting. */
function order(row: Float32Array, down: boolean): number[] {
  const places = Array.from(row, (_, i) => i);
  return places.sort((a, b) => {
    const [x, y] = [row[a] as number, row[b] as number];
    return (down ? y - x : x - y) || a - b;
  });
}

function running(start: number, f: (sum: number, v: number) => number): Op {
  return (given) => {
    const x = given.tensor(0, "x");
    const along = given.at(-1, "axis");
    const flat = along === null ? tensor([x.data.length], x.data) : x;
    return alongAxis(flat, axisOf(along ?? 0, flat.shape.length), (row) => {
      let sum = start;
      for (let i = 0; i < row.length; i++) row[i] = sum = f(sum, row[i] as number);
    });
  };
}

export function numberOps(): [string, Op][] {
  const rows: [string, Op][] = [];
  for (const [name, f] of Object.entries(UNARY)) rows.push([name, (given) => mapped(given.tensor(0, "x", "input"), f)]);
  for (const [name, f] of Object.entries(BINARY)) {
    rows.push([name, (given) => pairwise(given.tensor(0, "x1", "x"), given.tensor(1, "x2", "y"), f)]);
  }
  for (const [name, f] of Object.entries(REDUCE)) {
    const op: Op = (given) =>
      reduced(given.tensor(0, "x", "input_tensor"), given.at(1, "axis"), given.is(2, "keepdims"), f);
    rows.push([name, op], [`reduce_${name}`, op]);
  }
  for (const name of ACTIVATIONS) {
    rows.push([
      name,
      (given) => {
        const config: Record<string, unknown> = {};
        for (const key of ["negative_slope", "alpha", "approximate", "axis", "b", "threshold", "default_value"]) {
          const value = given.at(-1, key);
          if (value !== null && value !== undefined) config[key] = value;
        }
        const x = given.tensor(0, "x", "features");
        // Of TensorFlow and of Keras's operations alike: exact unless told otherwise.
        if (name === "gelu") config["approximate"] ??= false;
        return activation({ class_name: name, config }, true)(tensor(x.shape, x.data.slice()));
      },
    ]);
  }
  for (const name of ["softmax", "log_softmax"]) {
    rows.push([
      name,
      (given) => {
        const x = given.tensor(0, "x", "logits");
        return softmax(tensor(x.shape, x.data.slice()), Number(given.at(1, "axis") ?? -1), name === "log_softmax");
      },
    ]);
  }
  rows.push(
    ["argmax", (given) => best(given.tensor(0, "x", "input"), given.at(1, "axis"), given.is(-1, "keepdims"), true)],
    ["argmin", (given) => best(given.tensor(0, "x", "input"), given.at(1, "axis"), given.is(-1, "keepdims"), false)],
    ["cumsum", running(0, (sum, v) => sum + v)],
    ["cumprod", running(1, (sum, v) => sum * v)],
    ["cast", cast],
    ["stop_gradient", (given) => given.tensor(0, "variable", "x", "input")],
    ["identity", (given) => given.tensor(0, "input", "x")],
    ["copy", (given) => given.tensor(0, "x")],
    ["nan_to_num", (given) => mapped(given.tensor(0, "x"), (v) => (Number.isNaN(v) ? 0 : v))],
    ["clip", clip],
    ["clip_by_value", clip],
    ["where", choose],
    ["add_n", (given) => given.tensors(0, "inputs").reduce((a, b) => pairwise(a, b, (x, y) => x + y))],
    ["bias_add", (given) => pairwise(given.tensor(0, "value"), given.tensor(1, "bias"), (x, y) => x + y)],
    ["norm", norm],
    ["normalize", normalize],
    ["l2_normalize", normalize],
    [
      "sort",
      (given) =>
        alongAxis(
          given.tensor(0, "x"),
          axisOf(given.at(1, "axis"), given.tensor(0, "x").shape.length),
          (row) => void row.sort(),
        ),
    ],
    [
      "argsort",
      (given) => {
        const x = given.tensor(0, "x");
        return alongAxis(x, axisOf(given.at(1, "axis"), x.shape.length), (row) => row.set(order(row, false)));
      },
    ],
    [
      "top_k",
      (given) => {
        const x = given.tensor(0, "x", "input");
        const k = given.number(1, 1, "k");
        const n = x.shape[x.shape.length - 1] as number;
        const [values, places] = [new Float32Array((x.data.length / n) * k), new Float32Array((x.data.length / n) * k)];
        for (let r = 0; r * n < x.data.length; r++) {
          const row = x.data.subarray(r * n, (r + 1) * n);
          for (const [i, place] of order(row, true).slice(0, k).entries()) {
            values[r * k + i] = row[place] as number;
            places[r * k + i] = place;
          }
        }
        const shape = [...x.shape.slice(0, -1), k];
        return [tensor(shape, values), tensor(shape, places)];
      },
    ],
  );
  return rows;
}

const cast: Op = (given) => {
  const x = given.tensor(0, "x");
  const to = given.at(1, "dtype");
  const name = typeof to === "object" && to !== null ? (to as { config?: { name?: unknown } }).config?.name : to;
  if (/^u?int/.test(String(name))) return mapped(x, Math.trunc);
  return name === "bool" ? mapped(x, (v) => truth(v !== 0)) : x;
};

const clip: Op = (given) => {
  const low = given.tensor(1, "x_min", "clip_value_min", "min_value");
  const high = given.tensor(2, "x_max", "clip_value_max", "max_value");
  return pairwise(pairwise(given.tensor(0, "x", "t"), low, Math.max), high, Math.min);
};

const choose: Op = (given) => {
  const condition = given.tensor(0, "condition");
  const [x, y] = [given.tensor(1, "x1", "x"), given.tensor(2, "x2", "y")];
  const zero = (v: Tensor): Tensor => pairwise(condition, v, (c, n) => (c !== 0 ? n : 0));
  const rest = pairwise(condition, y, (c, n) => (c !== 0 ? 0 : n));
  return pairwise(zero(x), rest, (a, b) => a + b);
};

const norm: Op = (given) => {
  const x = given.tensor(0, "x", "tensor");
  const along = given.at(-1, "axis");
  const ord = given.at(-1, "ord");
  const name = ord === null || ord === "euclidean" || ord === "fro" ? 2 : Number(ord);
  return reduced(x, along, given.is(-1, "keepdims"), (data, at, n) => {
    if (name === 2) return Math.sqrt(squares(data, at, n));
    let sum = 0;
    let top = 0;
    for (let i = at; i < at + n; i++) {
      sum += Math.abs(data[i] as number) ** name;
      top = Math.max(top, Math.abs(data[i] as number));
    }
    return Number.isFinite(name) ? sum ** (1 / name) : top;
  });
};

const normalize: Op = (given) => {
  const x = given.tensor(0, "x");
  const axes = axesOf(given.at(1, "axis"), x.shape.length);
  const kind = given.number(2, -1, "order");
  const epsilon = given.number(1e-12, -1, "epsilon");
  const lengths = reduced(x, axes, true, (data, at, n) => {
    if (kind === 2) return Math.sqrt(Math.max(squares(data, at, n), epsilon));
    let sum = 0;
    for (let i = at; i < at + n; i++) sum += Math.abs(data[i] as number) ** kind;
    return Math.max(sum ** (1 / kind), epsilon);
  });
  return pairwise(x, lengths, (a, b) => a / b);
};
