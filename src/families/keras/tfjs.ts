/**
 * Models on their way to TensorFlow.js and back: for training, and for graphics cards.
 *
 * @module
 */
import { bad } from "./calls.ts";
import type { Config } from "./layer.ts";
import { begin } from "./make.ts";
import { Model } from "./model.ts";
import { sizeOf, tensor } from "./tensor.ts";
import { setFiled } from "./weights.ts";

/** A tensor of TensorFlow.js. */
export interface TfjsTensor {
  readonly shape: number[];
  dataSync(): ArrayLike<number>;
  dispose(): void;
}

/** A layers model of TensorFlow.js. */
export interface TfjsModel {
  getWeights(): TfjsTensor[];
  setWeights(weights: never[]): void;
  toJSON(unused?: unknown, returnString?: boolean): unknown;
}

/** What is needed of TensorFlow.js: `import * as tf from "@tensorflow/tfjs"`. */
export interface Tfjs<M extends TfjsModel> {
  tensor(values: Float32Array, shape: number[]): TfjsTensor;
  readonly models: { modelFromJSON(config: never): Promise<M> };
}

/**
 * The model as one of TensorFlow.js, with its weights: to be trained there, or to run on a graphics card. TensorFlow.js
 * is handed in: `import * as tf from "@tensorflow/tfjs"`.
 *
 * Throws what TensorFlow.js throws for layers that it does not know; `UnsupportedError` for operations among the layers.
 *
 * @example
 * ```ts no-run
 * import * as tf from "@tensorflow/tfjs";
 * const theirs = await toTfjs(await loadModel("my_model.keras"), tf);
 * theirs.compile({ optimizer: "adam", loss: "meanSquaredError" });
 * await theirs.fit(x, y);
 * await saveModel(fromTfjs(theirs), "trained.keras");
 * ```
 */
export async function toTfjs<M extends TfjsModel>(model: Model, tf: Tfjs<M>): Promise<M> {
  const { handedOver } = await import("./totfjs.ts");
  return await handedOver(await model.ready(), tf);
}

/**
 * A model of TensorFlow.js with the weights that it has now, to predict here or to be saved for Keras.
 *
 * Throws `FormatError` for what is no Sequential or Functional model. One with layers whose code is fetched when it is
 * wanted is to be made `ready()` before it predicts.
 */
export function fromTfjs(model: TfjsModel): Model {
  const json = model.toJSON(null, false) as Config;
  const config = (json["model_config"] ?? json) as Config;
  const values = model.getWeights().map((one) => {
    const data = Float32Array.from(one.dataSync());
    if (data.length !== sizeOf(one.shape)) throw bad("a weight of TensorFlow.js does not fill its shape");
    return tensor([...one.shape], data);
  });
  const graph = begin(config, 2015, new Map(), (made) => setFiled(made, values));
  return new Model(graph, { class_name: config["class_name"], config: config["config"] }, null, "2.15.0", null);
}
