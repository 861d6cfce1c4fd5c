/**
 * Keras models in commands: their summary, and what they predict.
 *
 * @module
 */

import { SourceError } from "../core/errors.ts";
import { array, type NDArray } from "../core/ndarray/index.ts";
import { PyDict } from "../core/values/dict.ts";
import { dumps } from "../dump.ts";
import { h5Bytes, keras, kerasBytes, loadModel, Model, weightsOf } from "../families/keras/index.ts";
import type { File } from "../formats/hdf5/index.ts";
import { dumps as dumpsJoblib } from "../joblibdump.ts";
import { load } from "../load.ts";
import { writePath } from "../platform/files.ts";
import { arrayStats, harmless } from "../tools/inspect/index.ts";
import { type Output, UsageError } from "./io.ts";

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
      const [min, max, mean] = [stats?.min, stats?.max, stats?.mean].map((n) => Number(Number(n).toPrecision(6)));
      const text = stats === null ? "" : ` min ${min}, max ${max}, mean ${mean}`;
      out.line(harmless(`${layer.name}/${weight}: (${value.shape.join(", ")})${text}`));
    }
  }
}

/** Is a file a Keras model by its name? */
export function isKeras(file: string): boolean {
  return /\.keras$/i.test(file);
}

/** The weights of a model as NumPy's arrays: layer by layer, each by its name. */
export function kerasWeights(model: Model): PyDict {
  const layers = new PyDict<string, PyDict>();
  for (const layer of model.layers) {
    const weights = new PyDict<string, NDArray>();
    for (const { name, value } of weightsOf(layer)) {
      let own = name;
      // Layers inside a layer name theirs alike.
      for (let i = 1; weights.has(own); i++) own = `${name}_${i}`;
      weights.set(own, array(value.data, { shape: value.shape }));
    }
    layers.set(layer.name, weights);
  }
  return layers;
}

/** What a model may be written as, by the ending. */
const WRITERS: readonly (readonly [ending: RegExp, write: (model: Model) => Uint8Array])[] = [
  [/\.keras$/i, kerasBytes],
  [/\.(h5|hdf5)$/i, h5Bytes],
  [/\.(pkl|pickle)$/i, (model) => dumps(model, { packs: [keras] })],
  [/\.joblib$/i, (model) => dumpsJoblib(model, { packs: [keras] })],
];

/**
 * Writes a Keras model in another of its forms; false where neither file is a model's by its name. Pickles and joblib
 * files go to `.keras` if they hold a model and nothing else.
 */
export async function convertModel(from: string, to: string, bytes: () => Promise<Uint8Array>): Promise<boolean> {
  if (!isKeras(from) && !isKeras(to)) return false;
  const write = WRITERS.find(([ending]) => ending.test(to))?.[1];
  if (write === undefined) throw new UsageError(`a Keras model is written as .keras, .h5, .pkl or .joblib, not ${to}`);
  const data = await bytes();
  const isModelFile = isKeras(from) || (data[0] === 0x89 && data[1] === 0x48);
  const value = isModelFile ? await loadModel(data) : await load(data, { packs: [keras] });
  if (!(value instanceof Model)) throw new SourceError("this file holds no Keras model", { path: from });
  await writePath(to, write(await value.ready()));
  return true;
}
