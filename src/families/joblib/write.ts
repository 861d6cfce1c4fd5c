/**
 * Arrays as joblib writes them: a wrapper in the pickle, the items right behind it.
 *
 * Source: joblib/numpy_pickle.py, `NumpyArrayWrapper.write_array`.
 *
 * @module
 */
import { array, NDArray, SubclassArray } from "../../core/ndarray/index.ts";
import { definePack, type Pack, type PackContext, type Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, tuple } from "../../core/values/tuple.ts";
import { numpy, TYPED_ARRAYS } from "../numpy/index.ts";

const ALIGNMENT = 16;
const WRAPPER = new PyGlobal("joblib.numpy_pickle", "NumpyArrayWrapper");
const NDARRAY = new PyGlobal("numpy", "ndarray");
/** Bytes 0xff that may stand before items. */
const PADDING = new Uint8Array(ALIGNMENT + 1).fill(0xff);

/** How {@link joblibWriter} writes arrays of objects: a pickle of its own. */
type DumpPickle = (value: unknown) => Uint8Array;

function wrapped(made: NDArray, cls: PyGlobal, dumpPickle: DumpPickle, { bigints }: PackContext): Reduction {
  const { dtype } = made;
  const int = (n: number): unknown => (bigints ? BigInt(n) : n);
  const fortran = !made.isC && made.isF;
  const state = new PyDict<unknown, unknown>([
    ["subclass", cls],
    ["shape", tuple(...made.shape.map(int))],
    ["order", fortran ? "F" : "C"],
    ["dtype", dtype],
    ["allow_mmap", !dtype.hasObject],
    ["numpy_array_alignment_bytes", int(ALIGNMENT)],
  ]);
  const stream = (at: number): readonly Uint8Array[] => {
    if (dtype.hasObject) return [dumpPickle(made)];
    const padding = PADDING.slice(0, ALIGNMENT - ((at + 1) % ALIGNMENT) + 1);
    padding[0] = padding.length - 1;
    return [padding, made.rawBytes(fortran ? "F" : "C")];
  };
  return { func: WRAPPER, args: EMPTY_TUPLE, isNew: true, state, stream };
}

/**
 * Makes the pack that writes arrays as joblib does. Only plain arrays and matrices are taken, other subclasses go
 * NumPy's own way (by the first of `packs` that knows it), as in Python; `dumpPickle` writes the pickles of arrays of
 * objects.
 */
export function joblibWriter(dumpPickle: DumpPickle, packs: readonly Pack[] = []): Pack {
  const knows = packs.find(({ reducers }) => reducers.has(SubclassArray)) ?? numpy;
  const subclass = knows.reducers.get(SubclassArray) as (value: SubclassArray, context: unknown) => Reduction;
  return definePack({
    name: "joblib",
    reducers: [
      [NDArray, (made: NDArray, context: PackContext) => wrapped(made, NDARRAY, dumpPickle, context)],
      [
        SubclassArray,
        (made: SubclassArray, context: PackContext) => {
          const { name } = made.cls;
          if (name === "memmap") return wrapped(made, NDARRAY, dumpPickle, context);
          return name === "matrix" ? wrapped(made, made.cls, dumpPickle, context) : subclass(made, context);
        },
      ],
      ...TYPED_ARRAYS.map(
        (js) =>
          [js, (data: unknown, context: PackContext) => wrapped(array(data), NDARRAY, dumpPickle, context)] as const,
      ),
    ],
  });
}
