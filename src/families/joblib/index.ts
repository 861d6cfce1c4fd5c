/**
 * joblib's files: pickles whose arrays stand beside the pickle's own language.
 *
 * @module
 */
import { definePack, type GlobalEntry, type Pack, type StreamContext, StreamValue } from "../../core/pack.ts";
import { fromFile, fromStream, fromZFile, type JoblibPackOptions } from "./payload.ts";
import { inFile, inStream, inZFile, Wrapper } from "./wrappers.ts";

export { type HashOptions, hash } from "./hash.ts";
export type { JoblibPackOptions } from "./payload.ts";
export { joblibWriter } from "./write.ts";

/** Modules in which the classes have lived; scikit-learn carried its own joblib up to 0.22. */
const MODULES = [
  "joblib.numpy_pickle",
  "joblib.numpy_pickle_compat",
  "sklearn.externals.joblib.numpy_pickle",
  "sklearn.externals.joblib.numpy_pickle_compat",
];

/** Where a wrapper's array is, by its state. */
type Reader<T> = (
  where: T,
  at: number,
  context: StreamContext,
  options: JoblibPackOptions,
) => ReturnType<StreamValue["parse"]>;

/**
 * Makes the pack that reads joblib's arrays. Part of `brine` with its defaults; an option (`packs`) of `brine/pickle`.
 *
 * @example
 * ```ts
 * loads(bytes, { packs: [joblibPack({ ensureNativeByteOrder: false }), numpy] });
 * ```
 */
export function joblibPack(options: JoblibPackOptions = {}): Pack {
  const globals = new Map<string, GlobalEntry>();
  const add = <T>(name: string, where: (state: unknown) => T, read: Reader<T>): void => {
    // One class of ours for each of theirs, since a state is set by class.
    const Own = class extends Wrapper {};
    const entry: GlobalEntry = {
      create: () => new Own(name),
      setState(_, state) {
        const found = where(state);
        return new StreamValue((at, context) => read(found, at, context, options));
      },
    };
    for (const module of MODULES) globals.set(`${module}.${name}`, entry);
  };
  add("NumpyArrayWrapper", inStream, fromStream);
  add("NDArrayWrapper", inFile, fromFile);
  add("ZNDArrayWrapper", inZFile, fromZFile);
  return definePack({ name: "joblib", globals });
}

/** Arrays in joblib's files, always part of `brine`. */
export const joblib: Pack = /* @__PURE__ */ joblibPack();
