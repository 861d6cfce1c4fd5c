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
  ...words("torch.utils.data.dataset.Subset torch.utils.data.dataset.ConcatDataset"),
  ...words("torch.nn.utils.weight_norm.WeightNorm torch.nn.modules.module._WrappedHook"),
  ...words("SpectralNorm SpectralNormStateDictHook SpectralNormLoadStateDictPreHook").map(
    (name) => `torch.nn.utils.spectral_norm.${name}`,
  ),
  ...words("build_intlist build_tensorlist build_doublelist build_boollist restore_type_tag").map(
    (name) => `torch.jit._pickle.${name}`,
  ),
  ...words("torch._utils._rebuild_nested_tensor torch.nested._internal.nested_tensor._rebuild_njt"),
  ...words("torch.nested._internal.nested_tensor.NestedTensor torch.testing._internal.two_tensor.TwoTensor"),
  ...words("torch.distributed.tensor.DTensor torch.distributed.tensor._dtensor_spec.DTensorSpec"),
  ...words("torch.distributed.tensor._dtensor_spec.TensorMeta"),
  ...words("torch.distributed._mesh_layout._MeshLayout torch.distributed._mesh_layout._FlatLayout"),
  ...words("torch.distributed.tensor._dtensor_spec.ShardOrderEntry torch.distributed.device_mesh.DeviceMesh"),
  ...words("Shard Replicate Partial").map((name) => `torch.distributed.tensor.placement_types.${name}`),
];

/** torch's functions that layers keep. */
export const FUNCTIONS: readonly string[] = [
  ...words("relu gelu silu elu selu leaky_relu softmax log_softmax sigmoid tanh mish softplus hardswish").map(
    (name) => `torch.nn.functional.${name}`,
  ),
  ...words("torch._C._nn.gelu torch.relu torch.tanh torch.sigmoid torch.softmax"),
];
