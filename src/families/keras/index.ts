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
export { type DefinedLayer, defineLayer, type LayerDefinition } from "./define.ts";
export { Graph } from "./graph.ts";
export { type Config as LayerConfig, Layer, type LayerContext, type Weight } from "./layer.ts";
export type { LayerMaker } from "./layers/maker.ts";
export {
  fromHdf5,
  fromKerasBytes,
  type LoadModelOptions,
  loadWeights,
  modelFromJson,
  weightsFrom,
} from "./load.ts";
export { loadModel } from "./loadmodel.ts";
export {
  type EvaluateOptions,
  Model,
  type ModelInput,
  type ModelInputs,
  type PredictAsyncOptions,
  type PredictOptions,
} from "./model.ts";
export { keras, kerasPack } from "./pack.ts";
export { h5Bytes, kerasBytes, saveModel } from "./save.ts";
export { type Tensor, tensor } from "./tensor.ts";
export { fromTfjs, type Tfjs, type TfjsModel, type TfjsTensor, toTfjs } from "./tfjs.ts";
export { allWeights as weightsOf } from "./weights.ts";
export { inWorker, serveModels, type WorkerModel } from "./worker.ts";
