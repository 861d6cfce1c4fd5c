/**
 * `numpy.poly1d`.
 *
 * @module
 */
import { bracketed, NDArray } from "../../core/ndarray/index.ts";
import type { GlobalEntry, Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { inspectText } from "../../core/values/repr.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE } from "../../core/values/tuple.ts";
import { refuse, type Table } from "./table.ts";

const POLY = /* @__PURE__ */ new PyGlobal("numpy", "poly1d");

/**
 * A polynomial of one variable, highest power first.
 *
 * @example
 * ```ts
 * new Poly1d(array([1, 2, 3])).evaluate(2); // 11
 * ```
 */
export class Poly1d {
  /** The attributes as Python holds them. */
  attrs: PyDict<string, unknown>;

  constructor(coeffs?: NDArray, variable = "x") {
    this.attrs = new PyDict<string, unknown>(
      coeffs
        ? [
            ["coeffs", coeffs],
            ["_variable", variable],
          ]
        : [],
    );
  }

  /** Coefficients, highest power first. */
  get coeffs(): NDArray {
    const found = this.attrs.get("coeffs") ?? this.attrs.get("_coeffs");
    return found instanceof NDArray ? found : refuse("coeffs", "an array", found ?? null);
  }
  get variable(): string {
    return String(this.attrs.get("_variable") ?? this.attrs.get("variable") ?? "x");
  }
  get order(): number {
    return this.coeffs.size - 1;
  }
  /** The value at `x`, by Horner's rule. `TypeError` for coefficients that are no numbers. */
  evaluate(x: number): number {
    let sum = 0;
    for (const item of this.coeffs.flat()) {
      if (typeof item !== "number" && typeof item !== "bigint") return refuse("a coefficient", "a number", item);
      sum = sum * x + Number(item);
    }
    return sum;
  }

  get [pyType](): string {
    return "numpy.poly1d";
  }
  [pyParts](): unknown[] {
    return [this.attrs];
  }
  [pyRepr](): Parts {
    const found = this.attrs.get("coeffs") ?? this.attrs.get("_coeffs");
    return found instanceof NDArray ? [`poly1d(${bracketed(found, ", ", "poly1d(", "")})`] : ["poly1d()"];
  }
  [inspect](): string {
    return inspectText(this);
  }
}

const poly: GlobalEntry = {
  create: () => new Poly1d(),
  setState(target, state) {
    if (!(state instanceof PyDict)) return refuse("the state of a poly1d", "a dict", state);
    (target as Poly1d).attrs = state as PyDict<string, unknown>;
    return undefined;
  },
};

export const polynomials: Table = {
  globals: { "numpy.poly1d": poly, "numpy.lib.polynomial.poly1d": poly },
  reducers: [
    [Poly1d, ({ attrs }: Poly1d): Reduction => ({ func: POLY, args: EMPTY_TUPLE, isNew: true, state: attrs })],
  ],
};
