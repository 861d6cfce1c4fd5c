/**
 * NumPy's arrays, dtypes, scalars, masked arrays and random states in pickles, both directions; names of NumPy 1 and 2.
 *
 * To add a class: one file with its table, one line in `TABLES`.
 *
 * @module
 */
import { DType, SubclassArray } from "../../core/ndarray/index.ts";
import { definePack, type Pack, type Reducer } from "../../core/pack.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, tuple } from "../../core/values/tuple.ts";
import { dtypes } from "./dtype.ts";
import { maskedArrays } from "./masked.ts";
import { names } from "./names.ts";
import { arrays } from "./ndarray.ts";
import { polynomials } from "./poly.ts";
import { NumpyRandom, randoms, reduceOld } from "./random.ts";
import { scalars } from "./scalar.ts";
import type { Table } from "./table.ts";

export { type ArrayClassSpec, defineArrayClass } from "./define.ts";
export { arrayOfState, TYPED_ARRAYS } from "./ndarray.ts";
export { Poly1d } from "./poly.ts";
export { NumpyRandom, type RandomKind } from "./random.ts";

const TABLES: readonly Table[] = [arrays, dtypes, maskedArrays, names, polynomials, randoms, scalars];

/** Classes of NumPy: always part of `brine`, an option (`packs`) of `brine/pickle`. */
export const numpy: Pack = /* @__PURE__ */ definePack({
  name: "numpy",
  globals: new Map(TABLES.flatMap((table) => Object.entries(table.globals))),
  reducers: TABLES.flatMap((table) => table.reducers),
});

/** Where NumPy 2 has them. */
const RECONSTRUCT = /* @__PURE__ */ new PyGlobal("numpy._core.multiarray", "_reconstruct");
const CHARARRAY = /* @__PURE__ */ new PyGlobal("numpy.char", "chararray");

/** The state of a dtype as NumPy 2 writes it: flags without a sign; from 2.3 on, None where there is no metadata. */
function asNumPy2(state: unknown, minor: number): unknown {
  if (!isTuple(state)) return state;
  const [flags, metadata] = [state[7], state[8]];
  const rest: unknown[] = typeof flags === "number" && flags < 0 ? [flags + 256] : [flags];
  if (isTuple(metadata)) rest.push(minor >= 3 ? tuple(null, metadata[1]) : metadata);
  return tuple(...state.slice(0, 7), ...rest);
}

/**
 * The pack of NumPy that writes the names of one version (1, 2, or `"2.3"`), where they differ; without it brine writes
 * what all read. `RangeError` for another version. For NumPy 1, random generators are written as 1.17 to 1.26 know them, without their seed sequence.
 *
 * @example
 * ```ts
 * dumps(value, { packs: [numpyFor(2)] }); // numpy._core.multiarray, as NumPy 2 writes
 * ```
 */
export function numpyFor(version: 1 | 2 | string): Pack {
  const [, first, second] = /^([12])(?:\.(\d+).*)?$/.exec(String(version)) ?? [];
  if (first === undefined) throw new RangeError(`no NumPy ${version} is known: 1, 2, or a version such as "2.3"`);
  const isOld = first === "1";
  const minor = Number(second ?? 0);
  const reducers = [...numpy.reducers].map(([js, reducer]) => {
    // biome-ignore lint/suspicious/noExplicitAny: as the table holds reducers of different classes
    const reduce: Reducer<any> = (value, context) => {
      const made = isOld && js === NumpyRandom ? reduceOld(value) : reducer(value as never, context);
      if (made instanceof PyGlobal || isOld || !(made.func instanceof PyGlobal)) return made;
      if (js === SubclassArray && (value as SubclassArray).cls.name === "chararray") {
        return { ...made, func: RECONSTRUCT, args: tuple(CHARARRAY, ...made.args.slice(1)) };
      }
      if (js === DType) return { ...made, state: asNumPy2(made.state, minor) };
      const { module, name } = made.func;
      return module.startsWith("numpy.core.")
        ? { ...made, func: new PyGlobal(`numpy._core.${module.slice(11)}`, name) }
        : made;
    };
    return [js, reduce] as const;
  });
  return definePack({ name: `numpy ${version}`, globals: numpy.globals, reducers });
}
