/**
 * Layers by the names of their classes. To add one: a class, and a row here.
 *
 * @module
 */
import type { Config, Layer, LayerContext } from "../layer.ts";
import type { Tensor } from "../tensor.ts";
import { MultiHeadAttention } from "./attention.ts";
import { Conv, ConvTranspose, DepthwiseConv, SeparableConv } from "./conv.ts";
import {
  activated,
  Dense,
  Embedding,
  flatten,
  identity,
  masking,
  Plain,
  PReLU,
  permute,
  repeat,
  rescale,
  reshape,
} from "./core.ts";
import { Concatenate, Dot, Merge } from "./merge.ts";
import { BatchNormalization, GroupNormalization, LayerNormalization, Normalization, unit } from "./norm.ts";
import { Border, GlobalPool, Pool, UpSampling } from "./pool.ts";
import { Bidirectional, GRU, LSTM, SimpleRNN, TimeDistributed } from "./recurrent.ts";

/** Makes a layer of its configuration. */
export type LayerMaker = (className: string, config: Config, context: LayerContext) => Layer;

const plain =
  (run: (x: Tensor, config: Config) => Tensor): LayerMaker =>
  (className, config) =>
    new Plain(className, config, run);
const made =
  (Class: new (className: string, config: Config, context: LayerContext) => Layer): LayerMaker =>
  (className, config, context) =>
    new Class(className, config, context);

function rows(): [string, LayerMaker][] {
  const out: [string, LayerMaker][] = [
    ["Dense", made(Dense)],
    ["Embedding", made(Embedding)],
    ["PReLU", made(PReLU)],
    ["Flatten", plain(flatten)],
    ["Reshape", plain(reshape)],
    ["Permute", plain(permute)],
    ["RepeatVector", plain(repeat)],
    ["Rescaling", plain(rescale)],
    ["Masking", plain(masking)],
    ["UnitNormalization", plain(unit)],
    ["Concatenate", made(Concatenate)],
    ["Dot", made(Dot)],
    ["BatchNormalization", made(BatchNormalization)],
    ["BatchNormalizationV1", made(BatchNormalization)],
    ["SyncBatchNormalization", made(BatchNormalization)],
    ["LayerNormalization", made(LayerNormalization)],
    ["GroupNormalization", made(GroupNormalization)],
    ["Normalization", made(Normalization)],
    ["SimpleRNN", made(SimpleRNN)],
    ["LSTM", made(LSTM)],
    ["GRU", made(GRU)],
    ["TimeDistributed", made(TimeDistributed)],
    ["Bidirectional", made(Bidirectional)],
    ["MultiHeadAttention", made(MultiHeadAttention)],
  ];
  // What only training knows lets everything pass.
  for (const name of [
    "InputLayer",
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "ActivityRegularization",
    "Identity",
    "RandomFlip",
    "RandomRotation",
    "RandomZoom",
    "RandomTranslation",
    "RandomContrast",
    "RandomBrightness",
  ])
    out.push([name, plain(identity)]);
  for (const name of ["Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "ThresholdedReLU"])
    out.push([name, activated]);
  for (const name of ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]) out.push([name, made(Merge)]);
  for (const axes of [1, 2, 3]) {
    out.push(
      [`Conv${axes}D`, (c, config, context) => new Conv(c, config, context, axes)],
      [`Convolution${axes}D`, (c, config, context) => new Conv(c, config, context, axes)],
      [`DepthwiseConv${axes}D`, (c, config, context) => new DepthwiseConv(c, config, context, axes)],
      [`SeparableConv${axes}D`, (c, config, context) => new SeparableConv(c, config, context, axes)],
      [`Conv${axes}DTranspose`, (c, config, context) => new ConvTranspose(c, config, context, axes)],
      [`MaxPooling${axes}D`, (c, config) => new Pool(c, config, axes, true)],
      [`AveragePooling${axes}D`, (c, config) => new Pool(c, config, axes, false)],
      [`GlobalMaxPooling${axes}D`, (c, config) => new GlobalPool(c, config, axes, true)],
      [`GlobalAveragePooling${axes}D`, (c, config) => new GlobalPool(c, config, axes, false)],
      [`ZeroPadding${axes}D`, (c, config) => new Border(c, config, axes, false)],
      [`Cropping${axes}D`, (c, config) => new Border(c, config, axes, true)],
      [`UpSampling${axes}D`, (c, config) => new UpSampling(c, config, axes)],
    );
  }
  return out;
}

/** All layers that are known. */
export const LAYERS: ReadonlyMap<string, LayerMaker> = /* @__PURE__ */ new Map(rows());
