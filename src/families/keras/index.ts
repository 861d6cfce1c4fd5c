/**
 * Keras models: layers, graphs, weights, and what they predict.
 *
 * @module
 */
export {
  type BuildOptions,
  type CompileOptions,
  compile,
  dense,
  input,
  type LayerSpec,
  layer,
  sequential,
} from "./build.ts";
export { Graph } from "./graph.ts";
export { type Config as LayerConfig, Layer, type LayerContext, type Weight } from "./layer.ts";
export type { LayerMaker } from "./layers/table.ts";
export { fromHdf5, fromKerasBytes, type LoadModelOptions, loadModel } from "./load.ts";
export { Model, type ModelInput, type PredictAsyncOptions, type PredictOptions } from "./model.ts";
export { keras } from "./pack.ts";
export { h5Bytes, kerasBytes, saveModel } from "./save.ts";
export { type Tensor, tensor } from "./tensor.ts";
