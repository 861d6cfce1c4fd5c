/**
 * NumPy's arrays within torch's files (random states, metrics): they are written as the arrays they were, though a
 * caller's own, and typed arrays, become tensors.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { definePack, type GlobalEntry, type Pack, type PackContext, type Reducer } from "../../core/pack.ts";
import { Stamp } from "../../core/values/tuple.ts";
import { numpy, TYPED_ARRAYS } from "../numpy/index.ts";
import { reduceTensor } from "./rebuild.ts";
import { Tensor } from "./tensor.ts";

/** A private field on arrays that were read. */
class Read extends Stamp {
  #read = true;
  static has(target: object): boolean {
    return #read in target && target.#read;
  }
}

function stamping(entry: GlobalEntry): GlobalEntry {
  const { call } = entry;
  if (call === undefined) return entry;
  return {
    ...entry,
    call(args, context) {
      const made = call(args, context);
      if (made instanceof NDArray && made.constructor === NDArray) new Read(made);
      return made;
    },
  };
}

const reduceArray = numpy.reducers.get(NDArray) as Reducer<unknown> as Reducer<NDArray>;

/** NumPy's classes in files of torch. */
export const arrays: Pack = /* @__PURE__ */ definePack({
  name: "numpy",
  globals: new Map([...numpy.globals].map(([name, entry]) => [name, stamping(entry)])),
  reducers: [
    ...(numpy.reducers as ReadonlyMap<unknown, Reducer<unknown>>),
    ...TYPED_ARRAYS.map((js) => [js, (data: unknown) => reduceTensor(Tensor.from(data))] as const),
    [
      NDArray,
      (value: unknown, context: PackContext) =>
        Read.has(value as NDArray)
          ? reduceArray(value as NDArray, context)
          : reduceTensor(Tensor.from(value as NDArray)),
    ],
  ],
});
