/**
 * Layers by the names of their classes: those that are always there. To add one: a class, and a row here, or in a table
 * of `more.ts`.
 *
 * @module
 */
import { Border } from "./border.ts";
import { GRUCell, LSTMCell, SimpleRNNCell, StackedCells } from "./cells.ts";
import { Conv, DepthwiseConv, SeparableConv } from "./conv.ts";
import {
  activated,
  Dense,
  Embedding,
  flatten,
  identity,
  masking,
  PReLU,
  permute,
  repeat,
  rescale,
  reshape,
} from "./core.ts";
import { byAxes, type LayerMaker, made, plain, type Rows } from "./maker.ts";
import { Concatenate, Merge } from "./merge.ts";
import { BatchNormalization, LayerNormalization, Normalization } from "./norm.ts";
import { GlobalPool, Pool } from "./pool.ts";
import { Recurrent } from "./recurrent.ts";
import { Bidirectional, TimeDistributed } from "./wrappers.ts";

/** Rows of names that share one maker. */
const alike = (names: string, make: LayerMaker): Rows => names.split(" ").map((name) => [name, make] as const);

function rows(): Rows {
  return [
    ["Dense", made(Dense)],
    ["Embedding", made(Embedding)],
    ["PReLU", made(PReLU)],
    ["RepeatVector", plain(repeat, false)],
    ["Flatten", plain(flatten, false)],
    ["Reshape", plain(reshape, false)],
    ["Permute", plain(permute, false)],
    ["Rescaling", plain(rescale)],
    ["Masking", plain(masking)],
    ["Concatenate", made(Concatenate)],
    ["Normalization", made(Normalization)],
    ["StackedRNNCells", made(StackedCells)],
    ["SimpleRNNCell", made(SimpleRNNCell)],
    ["LSTMCell", made(LSTMCell)],
    ["GRUCell", made(GRUCell)],
    ["TimeDistributed", made(TimeDistributed)],
    ["Bidirectional", made(Bidirectional)],
    ...alike("BatchNormalization BatchNormalizationV1 SyncBatchNormalization", made(BatchNormalization)),
    ...alike("LayerNormalization RMSNormalization", made(LayerNormalization)),
    ...alike("Activation ReLU LeakyReLU ELU Softmax ThresholdedReLU", activated),
    ...alike("Add Subtract Multiply Average Maximum Minimum", made(Merge)),
    ...alike("RNN SimpleRNN LSTM GRU", made(Recurrent)),
    // What only training knows lets everything pass.
    ...alike(
      "InputLayer Identity Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout " +
        "GaussianNoise ActivityRegularization RandAugment AugMix MixUp CutMix",
      plain(identity),
    ),
    ...alike(
      "Flip Rotation Zoom Translation Contrast Brightness Height Width Shear Erasing Grayscale Hue Saturation Sharpness " +
        "Posterization ColorJitter ColorDegeneration GaussianBlur Invert Perspective ElasticTransform",
      plain(identity),
    ).map(([name, make]) => [`Random${name}`, make] as const),
    ...byAxes([
      ["Conv*D", (...given) => new Conv(...given)],
      ["Convolution*D", (...given) => new Conv(...given)],
      ["DepthwiseConv*D", (...given) => new DepthwiseConv(...given)],
      ["SeparableConv*D", (...given) => new SeparableConv(...given)],
      ["MaxPooling*D", (c, config, _, axes) => new Pool(c, config, axes, true)],
      ["AveragePooling*D", (c, config, _, axes) => new Pool(c, config, axes, false)],
      ["GlobalMaxPooling*D", (c, config, _, axes) => new GlobalPool(c, config, axes, true)],
      ["GlobalAveragePooling*D", (c, config, _, axes) => new GlobalPool(c, config, axes, false)],
      ["ZeroPadding*D", (c, config, _, axes) => new Border(c, config, axes, false)],
      ["Cropping*D", (c, config, _, axes) => new Border(c, config, axes, true)],
    ]),
  ];
}

/** The layers that need no code to be fetched. */
export const LAYERS: ReadonlyMap<string, LayerMaker> = /* @__PURE__ */ new Map(rows());
