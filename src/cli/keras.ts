/**
 * Keras models in commands: their summary, and what they predict.
 *
 * @module
 */

import { array } from "../core/ndarray/index.ts";
import { type Model, weightsOf } from "../families/keras/index.ts";
import type { File } from "../formats/hdf5/index.ts";
import { arrayStats, harmless } from "../tools/inspect/index.ts";
import type { Output } from "./io.ts";

/** Does an HDF5 file hold a Keras model? */
export function holdsModel(file: File): boolean {
  return file.attrs.has("model_config") && file.has("model_weights");
}

/** Prints the summary and what the weights are like. */
export function showModel(model: Model, name: string, out: Output): void {
  out.line(`${harmless(name)}: Keras ${harmless(model.kerasVersion)} model`);
  for (const line of model.summary().split("\n")) out.line(harmless(line));
  for (const layer of model.layers) {
    for (const { name: weight, value } of weightsOf(layer)) {
      const made = array(value.data, { shape: value.shape });
      const stats = arrayStats(made);
      const text = stats === null ? "" : ` min ${stats.min} max ${stats.max} mean ${stats.mean}`;
      out.line(harmless(`${layer.name}/${weight}: (${value.shape.join(", ")})${text}`));
    }
  }
}

/** Is a file a Keras model by its name? */
export function isKeras(file: string): boolean {
  return /\.keras$/i.test(file);
}
