/**
 * Classes of SciPy in pickles, both directions: `scipy.sparse`. All others stay inert.
 *
 * SciPy moved its modules (`scipy.sparse.csr` to `scipy.sparse._csr`); brine reads both, and writes `scipy.sparse`,
 * under which every SciPy finds the classes.
 *
 * @module
 */
import { definePack, type GlobalEntry, type Pack, type Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, tuple } from "../../core/values/tuple.ts";
import { type Format, SparseMatrix } from "./sparse.ts";

export { type Entries, type Format, SparseMatrix } from "./sparse.ts";

const RECONSTRUCTOR = /* @__PURE__ */ new PyGlobal("copyreg", "_reconstructor");
const DICT = /* @__PURE__ */ new PyGlobal("builtins", "dict");

const FORMATS: readonly Format[] = ["csr", "csc", "coo", "bsr", "dia", "lil", "dok"];

function entryOf(format: Format, isArray: boolean): GlobalEntry {
  return {
    create: (args) => {
      if (args.length > 0) throw new TypeError(`${format} is made without arguments, and then given its state`);
      return new SparseMatrix(format, isArray);
    },
    update(value, items) {
      const made = value as SparseMatrix;
      made.pairs ??= new PyDict();
      let at = 0;
      for (const [key, item] of items) {
        made.pairs.set(key, item);
        made.pairs.setFloat(made.pairs.k.find(key), items.isFloat(at++));
      }
    },
    setState(value, state) {
      if (!(state instanceof PyDict)) throw new TypeError("the state of a sparse matrix must be a dict");
      const made = value as SparseMatrix;
      made.attrs = state as PyDict<string, unknown>;
      // What does not add up is refused now, not when it is first used.
      made.entries();
    },
  };
}

const KINDS = ["matrix", "array"] as const;
const ROWS: readonly (readonly [string, GlobalEntry])[] = /* @__PURE__ */ FORMATS.flatMap((format) =>
  KINDS.flatMap((kind) => {
    const entry = entryOf(format, kind === "array");
    return [`scipy.sparse._${format}`, `scipy.sparse.${format}`, "scipy.sparse"].map(
      (module) => [`${module}.${format}_${kind}`, entry] as const,
    );
  }),
);

function reduce({ format, isArray, attrs, pairs }: SparseMatrix): Reduction {
  const func = new PyGlobal("scipy.sparse", `${format}_${isArray ? "array" : "matrix"}`);
  if (format !== "dok") {
    if (attrs.size === 0) return { func, args: EMPTY_TUPLE, isNew: true };
    return { func, args: EMPTY_TUPLE, isNew: true, state: format === "coo" ? readable(attrs) : attrs };
  }
  // A matrix by keys is a dict (and has one beside, since SciPy 1.12), whose entries must be there before its state.
  return { func: RECONSTRUCTOR, args: tuple(func, DICT, pairs ?? attrs.get("_dict") ?? new PyDict()), state: attrs };
}

/** The attributes of a matrix by coordinates under the names of before SciPy 1.13, and of since. */
function readable(attrs: PyDict<string, unknown>): PyDict<string, unknown> {
  const coords = attrs.get("coords");
  const [row, col] = Array.isArray(coords) && coords.length === 2 ? coords : [attrs.get("row"), attrs.get("col")];
  if (row === undefined || col === undefined) return attrs;
  const both = new PyDict<string, unknown>(attrs);
  for (const [name, value] of [
    ["row", row],
    ["col", col],
    ["coords", tuple(row, col)],
  ] as const)
    both.set(name, value);
  return both;
}

/** Classes of SciPy: always part of `brine`, an option (`packs`) of `brine/pickle`. */
export const scipy: Pack = /* @__PURE__ */ definePack({
  name: "scipy",
  globals: new Map(ROWS),
  reducers: [[SparseMatrix, reduce]],
});
