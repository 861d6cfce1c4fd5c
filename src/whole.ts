/**
 * Everything in one module, for pages that import one file by its URL: what `brine` has, and the other subpaths by
 * their names. `brine/numpy` is called `npy` here, since `numpy` is the pack of that name.
 *
 * ```ts
 * import { load, hdf5 } from "brine/bundle";
 * const value = await load(await (await fetch("cache.pkl")).arrayBuffer());
 * ```
 *
 * @module
 */
export * as struct from "./core/struct/index.ts";
export * as doctor from "./doctor.ts";
export * as pickletools from "./formats/pickle/tools/index.ts";
export * as hdf5 from "./hdf5.ts";
export * from "./index.ts";
export * as joblib from "./joblib.ts";
export * as keras from "./keras.ts";
export * as memory from "./memory.ts";
export * as npy from "./numpy.ts";
export * as pandas from "./pandas.ts";
export * as pickle from "./pickle.ts";
export * as scan from "./scan.ts";
export * as sklearn from "./sklearn.ts";
export * as torch from "./torch.ts";
