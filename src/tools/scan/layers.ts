/**
 * Layers of torch and Keras that are made of their numbers alone.
 *
 * @module
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const MODULES: Readonly<Record<string, string>> = {
  linear: "Linear Bilinear Identity LazyLinear NonDynamicallyQuantizableLinear",
  conv: "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d",
  batchnorm: "BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm",
  instancenorm: "InstanceNorm1d InstanceNorm2d InstanceNorm3d",
  normalization: "LayerNorm GroupNorm LocalResponseNorm RMSNorm CrossMapLRN2d",
  activation:
    "ReLU ReLU6 RReLU LeakyReLU PReLU ELU CELU SELU GELU SiLU Mish Sigmoid LogSigmoid Hardsigmoid Hardswish Hardtanh " +
    "Tanh Tanhshrink Softmax Softmax2d LogSoftmax Softmin Softplus Softshrink Hardshrink Softsign Threshold GLU " +
    "MultiheadAttention",
  container: "Sequential ModuleList ModuleDict ParameterList ParameterDict",
  dropout: "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout",
  pooling:
    "MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d " +
    "AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d LPPool1d LPPool2d MaxUnpool1d MaxUnpool2d",
  padding: "ConstantPad1d ConstantPad2d ReflectionPad1d ReflectionPad2d ReplicationPad1d ReplicationPad2d ZeroPad2d",
  sparse: "Embedding EmbeddingBag",
  rnn: "RNN LSTM GRU RNNCell LSTMCell GRUCell",
  flatten: "Flatten Unflatten",
  upsampling: "Upsample UpsamplingNearest2d UpsamplingBilinear2d",
  pixelshuffle: "PixelShuffle PixelUnshuffle",
  fold: "Fold Unfold",
  distance: "CosineSimilarity PairwiseDistance",
  loss:
    "L1Loss MSELoss CrossEntropyLoss NLLLoss BCELoss BCEWithLogitsLoss KLDivLoss SmoothL1Loss HuberLoss " +
    "HingeEmbeddingLoss CosineEmbeddingLoss TripletMarginLoss CTCLoss PoissonNLLLoss GaussianNLLLoss MarginRankingLoss",
  transformer: "Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer TransformerDecoderLayer",
};

/** torch's own layers by their full names: their `__setstate__` only fills their attributes. */
export const NN: readonly string[] = [
  ...Object.entries(MODULES).flatMap(([module, names]) =>
    words(names).map((name) => `torch.nn.modules.${module}.${name}`),
  ),
  ...words(
    "torch.nn.parameter.Buffer torch.nn.parameter.UninitializedParameter torch.utils.data.dataset.TensorDataset",
  ),
  ...words("torch.utils.data.dataset.Subset torch.utils.data.dataset.ConcatDataset torch._C._nn.gelu"),
];
