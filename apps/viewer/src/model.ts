/**
 * Keras models in the tree: summary, configuration, weights by layer.
 *
 * @module
 */
import { array } from "../../../src/core/ndarray/index.ts";
import { PyDict } from "../../../src/core/values/index.ts";
import { loadModel, type Model, weightsOf } from "../../../src/families/keras/index.ts";
import { inspectValue } from "../../../src/tools/inspect/index.ts";
import { type Item, nodeItem } from "./item.ts";

/** A `.keras` file as the root of a tree. Throws as `loadModel`. */
export async function modelItem(source: Blob | URL, name: string): Promise<Item> {
  const model = await loadModel(source);
  const layers = model.layers.map((layer): [string, PyDict] => [
    layer.name,
    new PyDict([
      ["config", layer.config as unknown],
      ...weightsOf(layer).map(({ name, value }): [string, unknown] => [
        name,
        array(value.data, { shape: value.shape }),
      ]),
    ]),
  ]);
  const root = nodeItem(inspectValue(new PyDict(layers), name), "layers");
  return {
    ...root,
    name,
    type: `Keras ${model.kerasVersion} model`,
    details: `(${model.layers.length} layers)`,
    preview: "",
    text: async () => model.summary(),
    value: async () => model satisfies Model,
  };
}
