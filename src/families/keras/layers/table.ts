/**
 * Layers by the names of their classes. To add one: a class, and a row here.
 *
 * @module
 */
import type { Config, Layer, LayerContext } from "../layer.ts";
import type { Tensor } from "../tensor.ts";
import { DotAttention, MultiHeadAttention } from "./attention.ts";
import { Border } from "./border.ts";
import { GRUCell, LSTMCell, SimpleRNNCell, StackedCells } from "./cells.ts";
import { Conv, DepthwiseConv, SeparableConv } from "./conv.ts";
import { ConvLSTM } from "./convlstm.ts";
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
  reshape,
} from "./core.ts";
import { EinsumDense } from "./einsum.ts";
import { CategoryEncoding, Discretization } from "./encoding.ts";
import { HashedCrossing, Hashing } from "./hashing.ts";
import { Resizing, rescale, UpSampling } from "./image.ts";
import { LocallyConnected } from "./local.ts";
import { Lookup } from "./lookup.ts";
import { Concatenate, Dot, Merge } from "./merge.ts";
import { BatchNormalization, GroupNormalization, LayerNormalization, Normalization, unit } from "./norm.ts";
import { AdaptivePool, GlobalPool, Pool } from "./pool.ts";
import { Recurrent } from "./recurrent.ts";
import { TextVectorization } from "./text.ts";
import { ConvTranspose } from "./transpose.ts";
import { Bidirectional, SpectralNormalization, TimeDistributed } from "./wrappers.ts";

/** Makes a layer of its configuration. */
export type LayerMaker = (className: string, config: Config, context: LayerContext) => Layer;

const plain =
  (run: (x: Tensor, config: Config) => Tensor, keepsMask = true): LayerMaker =>
  (className, config) =>
    new Plain(className, config, run, keepsMask);
const made =
  (Class: new (className: string, config: Config, context: LayerContext) => Layer): LayerMaker =>
  (className, config, context) =>
    new Class(className, config, context);

function rows(): [string, LayerMaker][] {
  const out: [string, LayerMaker][] = [
    ["Dense", made(Dense)],
    ["Embedding", made(Embedding)],
    ["PReLU", made(PReLU)],
    ["Flatten", plain(flatten, false)],
    ["Reshape", plain(reshape, false)],
    ["Permute", plain(permute, false)],
    ["RepeatVector", plain(repeat, false)],
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
    ["RMSNormalization", made(LayerNormalization)],
    ["SpectralNormalization", made(SpectralNormalization)],
    ["EinsumDense", made(EinsumDense)],
    ["SimpleRNNCell", made(SimpleRNNCell)],
    ["LSTMCell", made(LSTMCell)],
    ["GRUCell", made(GRUCell)],
    ["StackedRNNCells", made(StackedCells)],
    ["TimeDistributed", made(TimeDistributed)],
    ["Bidirectional", made(Bidirectional)],
    ["MultiHeadAttention", made(MultiHeadAttention)],
    ["GroupedQueryAttention", made(MultiHeadAttention)],
    ["GroupQueryAttention", made(MultiHeadAttention)],
    ["Attention", made(DotAttention)],
    ["AdditiveAttention", made(DotAttention)],
    ["StringLookup", made(Lookup)],
    ["IntegerLookup", made(Lookup)],
    ["TextVectorization", made(TextVectorization)],
    ["Hashing", made(Hashing)],
    ["HashedCrossing", made(HashedCrossing)],
    ["CategoryEncoding", made(CategoryEncoding)],
    ["Discretization", made(Discretization)],
    ["Resizing", made(Resizing)],
    ["CenterCrop", made(Resizing)],
    ["RandomCrop", made(Resizing)],
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
    "RandomHeight",
    "RandomWidth",
    "RandomShear",
    "RandomErasing",
    "RandomGrayscale",
    "RandomHue",
    "RandomSaturation",
    "RandomSharpness",
    "RandomPosterization",
    "RandomColorJitter",
    "RandomColorDegeneration",
    "RandomGaussianBlur",
    "RandomInvert",
    "RandomPerspective",
    "RandomElasticTransform",
    "RandAugment",
    "AugMix",
    "MixUp",
    "CutMix",
  ])
    out.push([name, plain(identity)]);
  for (const name of ["Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "ThresholdedReLU"])
    out.push([name, activated]);
  for (const name of ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]) out.push([name, made(Merge)]);
  for (const name of ["RNN", "SimpleRNN", "LSTM", "GRU"]) out.push([name, made(Recurrent)]);
  for (const axes of [1, 2, 3]) {
    out.push(
      [`Conv${axes}D`, (c, config, context) => new Conv(c, config, context, axes)],
      [`Convolution${axes}D`, (c, config, context) => new Conv(c, config, context, axes)],
      [`LocallyConnected${axes}D`, (c, config, context) => new LocallyConnected(c, config, context, axes)],
      [`DepthwiseConv${axes}D`, (c, config, context) => new DepthwiseConv(c, config, context, axes)],
      [`SeparableConv${axes}D`, (c, config, context) => new SeparableConv(c, config, context, axes)],
      [`Conv${axes}DTranspose`, (c, config, context) => new ConvTranspose(c, config, context, axes)],
      [`ConvLSTM${axes}D`, (c, config, context) => new ConvLSTM(c, config, context, axes)],
      [`AdaptiveMaxPooling${axes}D`, (c, config) => new AdaptivePool(c, config, axes, true)],
      [`AdaptiveAveragePooling${axes}D`, (c, config) => new AdaptivePool(c, config, axes, false)],
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
