/**
 * Kernels of Gaussian processes (sklearn/gaussian_process/kernels.py): objects within objects, as they were saved.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { PyObject } from "../../../core/values/object.ts";
import { timesTransposed } from "../../../math/index.ts";
import { floatsOf, num, plain, text, wrong } from "../fields.ts";
import { kernelBy } from "../kernel/pairwise.ts";
import { Matrix } from "../matrix.ts";
import { Fitted } from "../squares.ts";

/** Covariances of rows with rows: `y` null is each row of `x` with itself alone, one number for each. */
export type Covariance = (x: Float64Array, n: number, y: Float64Array | null, m: number, d: number) => Float64Array;

/** Kernels within each other; sums of three terms are two. */
const MAX_LEVELS = 40;

/**
 * A kernel of distances alone, 1 between a row and itself: of squared distances of rows whose columns are divided by a
 * scale, by differences as SciPy's cdist has them.
 */
function stationary(scale: Float64Array, of: (squared: number) => number): Covariance {
  const by = (data: Float64Array, d: number): Float64Array => {
    const out = new Float64Array(data.length);
    for (let at = 0, l = 0; at < data.length; at++) {
      out[at] = (data[at] as number) / (scale[scale.length === 1 ? 0 : l] as number);
      if (++l === d) l = 0;
    }
    return out;
  };
  // The fitted rows are the same from call to call.
  let last: { y: Float64Array; fitted: Fitted } | null = null;
  return (x, n, y, m, d) => {
    if (y === null) return new Float64Array(n).fill(1);
    if (last?.y !== y) last = { y, fitted: new Fitted(by(y, d), m, d) };
    const out = last.fitted.gaps("squares", by(x, d), n);
    for (let at = 0; at < out.length; at++) out[at] = of(out[at] as number);
    return out;
  };
}

/** The modified Bessel function of the second kind, by the trapezoids of its integral, which converge at once. */
function besselK(nu: number, x: number): number {
  const h = 1 / 64;
  let sum = 0.5 * Math.exp(-x);
  for (let i = 1; i < 4096; i++) {
    const t = i * h;
    const term = Math.exp(-x * Math.cosh(t)) * Math.cosh(nu * t);
    sum += term;
    if (term < sum * 1e-18) break;
  }
  return sum * h;
}

/** Lanczos' approximation of the logarithm of the gamma function. */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  let sum = 0.9999999999998099;
  for (const [i, term] of terms.entries()) sum += term / (x + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

function matern(nu: number): (squared: number) => number {
  const [root3, root5] = [Math.sqrt(3), Math.sqrt(5)];
  if (nu === 0.5) return (v) => Math.exp(-Math.sqrt(v));
  if (nu === 1.5) {
    return (v) => {
      const k = Math.sqrt(v) * root3;
      return (1 + k) * Math.exp(-k);
    };
  }
  if (nu === 2.5) {
    return (v) => {
      const k = Math.sqrt(v) * root5;
      return (1 + k + k ** 2 / 3) * Math.exp(-k);
    };
  }
  if (nu === Number.POSITIVE_INFINITY) return (v) => Math.exp(-v / 2);
  const gamma = Math.exp(logGamma(nu));
  return (v) => {
    const k = Math.sqrt(2 * nu) * (v === 0 ? Number.EPSILON : Math.sqrt(v));
    return (2 ** (1 - nu) / gamma) * k ** nu * besselK(nu, k);
  };
}

/** The function of a kernel object. `UnsupportedError` for a kernel that brine does not have. */
export function covarianceOf(value: unknown, level = 0): Covariance {
  if (!(value instanceof PyObject) || level > MAX_LEVELS) {
    throw new UnsupportedError("kernel", "the kernel of this Gaussian process is none of scikit-learn's");
  }
  const part = (name: string): Covariance => covarianceOf(value.attrs.get(name), level + 1);
  const scale = (): Float64Array =>
    floatsOf(value.attrs.get("length_scale"))?.data ?? wrong(value, "length_scale", "numbers");
  const { name } = value.cls as { name: string };
  switch (name) {
    case "Sum":
    case "Product": {
      const [one, two] = [part("k1"), part("k2")];
      return (x, n, y, m, d) => {
        const b = two(x, n, y, m, d);
        return one(x, n, y, m, d).map((v, at) => (name === "Sum" ? v + (b[at] as number) : v * (b[at] as number)));
      };
    }
    case "Exponentiation": {
      const inner = part("kernel");
      const exponent = num(value, "exponent");
      return (x, n, y, m, d) => inner(x, n, y, m, d).map((v) => v ** exponent);
    }
    case "ConstantKernel": {
      const constant = num(value, "constant_value");
      return (_, n, y, m) => new Float64Array(y === null ? n : n * m).fill(constant);
    }
    case "WhiteKernel": {
      const noise = num(value, "noise_level");
      return (_, n, y, m) => new Float64Array(y === null ? n : n * m).fill(y === null ? noise : 0);
    }
    case "RBF":
      return stationary(scale(), (v) => Math.exp(-0.5 * v));
    case "Matern":
      return stationary(scale(), matern(num(value, "nu")));
    case "RationalQuadratic": {
      const [alpha, length] = [num(value, "alpha"), num(value, "length_scale")];
      return stationary(Float64Array.of(1), (v) => (1 + v / (2 * alpha * length ** 2)) ** -alpha);
    }
    case "ExpSineSquared": {
      const [length, period] = [num(value, "length_scale"), num(value, "periodicity")];
      return stationary(Float64Array.of(1), (v) =>
        Math.exp(-2 * (Math.sin((Math.PI / period) * Math.sqrt(v)) / length) ** 2),
      );
    }
    case "DotProduct": {
      const sigma = num(value, "sigma_0") ** 2;
      let last: Fitted | null = null;
      return (x, n, y, m, d) => {
        if (y !== null) {
          if (last?.data !== y) last = new Fitted(y, m, d);
          return last.dots(x, n).map((v) => v + sigma);
        }
        return selfOf((a) => timesTransposed(a, a, 1, d, 1).map((v) => v + sigma), x, n, d);
      };
    }
    case "PairwiseKernel": {
      const gamma = plain(value.attrs.get("gamma") ?? null);
      const kernel = kernelBy(text(value, "metric"), typeof gamma === "number" ? gamma : null, 3, 1);
      return (x, n, y, m, d) =>
        y !== null ? kernel(Matrix.dense(x, n, d), y, m) : selfOf((a) => kernel(Matrix.dense(a, 1, d), a, 1), x, n, d);
    }
    default:
      throw new UnsupportedError("kernel", `the kernel ${name} of Gaussian processes is not known here`);
  }
}

/** Of each row with itself. */
function selfOf(of: (row: Float64Array) => Float64Array, x: Float64Array, n: number, d: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => of(x.slice(i * d, (i + 1) * d))[0] as number);
}
