/**
 * `loadModel`: a model of any file.
 *
 * @module
 */
import { UnsupportedError, withPath } from "../../core/errors.ts";
import { type SourceInput, toRanges } from "../../sources/index.ts";
import { fromHdf5, fromKerasBytes, IN_PYTHON, type LoadModelOptions } from "./load.ts";
import type { Model } from "./model.ts";

/** Does it begin as a pickle of protocol 2 to 5? */
function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && (head[1] as number) > 1 && (head[1] as number) < 6;
}

/**
 * Loads a Keras model from a `.keras` or `.h5` file (path, Blob, URL, bytes), or from a pickle or joblib file that holds
 * one. Nothing of the file is run, and nothing it names is looked up but in the table of layers.
 *
 * Throws `FormatError` for what is no model or lacks weights, `UnsupportedError` naming what is not known.
 *
 * @example
 * ```ts
 * const model = await loadModel("my_model.h5");
 * console.log(model.summary());
 * ```
 */
export async function loadModel(source: SourceInput, options: LoadModelOptions = {}): Promise<Model> {
  const from = await toRanges(source, options.signal);
  try {
    const size = from.size ?? 0;
    const [head = new Uint8Array(0)] = (await from.read?.([{ at: 0, size: Math.min(8, size) }])) ?? [];
    if (head[0] === 0x08 && head[1] === 1) {
      throw new UnsupportedError("SavedModel", `this is a TensorFlow SavedModel: ${IN_PYTHON}`, { format: "keras" });
    }
    const [bytes = new Uint8Array(0)] = (await from.read?.([{ at: 0, size }], options.signal)) ?? [];
    if (head[0] === 0x50 && head[1] === 0x4b) return await fromKerasBytes(bytes, options).ready();
    if (isPickle(head)) {
      const { unpickled } = await import("./unpickled.ts");
      return await unpickled(bytes, options).ready();
    }
    return await fromHdf5(bytes, options).ready();
  } catch (e) {
    throw withPath(e, from.name);
  } finally {
    await from.close?.();
  }
}
