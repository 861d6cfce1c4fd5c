/**
 * torch's files: tensors, state dicts and checkpoints, both directions; modules as named trees. No code of them is run.
 *
 * @module
 */
import { definePack, type GlobalEntry, type Pack } from "../../core/pack.ts";
import { BY_STORAGE, DTYPES } from "./dtypes.ts";
import { REBUILDERS, reduceSparse, reduceTensor, torchSize } from "./rebuild.ts";
import { SparseTensor } from "./sparse.ts";
import { Tensor } from "./tensor.ts";

export { arrays } from "./arrays.ts";
export { isLegacy, type Opened, openTorch, openTorchSync, torchPieces } from "./container.ts";
export { stateDict } from "./names.ts";
export { type NestedLayout, NestedTensor, nested } from "./nested.ts";
export { fromSafetensors, safetensorsPieces } from "./safetensors.ts";
export { type SparseLayout, SparseTensor } from "./sparse.ts";
export { Storage } from "./storage.ts";
export { weightsOnly } from "./strict.ts";
export { type Quantizer, Tensor } from "./tensor.ts";

/** Names that stand for themselves: `weights_only` of torch.load allows them, too. */
const PLAIN = [
  ...[...DTYPES.keys()].map((name) => `torch.${name}`),
  ...[...BY_STORAGE.keys()].flatMap((name) => [`torch.${name}`, `torch.storage.${name}`, `torch.cuda.${name}`]),
  ...[
    "torch.storage.UntypedStorage",
    "torch.UntypedStorage",
    "torch.storage.TypedStorage",
    "torch.storage._UntypedStorage",
  ],
  ...["torch.device", "torch.serialization._get_layout", "torch.Tensor", "torch.nn.parameter.Parameter"],
  ...[
    "torch.per_tensor_affine",
    "torch.per_channel_affine",
    "torch.per_tensor_symmetric",
    "torch.per_channel_symmetric",
  ],
  ...[
    "torch.per_channel_affine_float_qparams",
    "torch.strided",
    "torch.sparse_coo",
    "torch.sparse_csr",
    "torch.sparse_csc",
    "torch.sparse_bsr",
    "torch.sparse_bsc",
  ],
];
const kept = (): GlobalEntry => ({});

/** Classes of torch in pickles: part of `brine/torch`. */
export const torch: Pack = /* @__PURE__ */ definePack({
  name: "torch",
  globals: new Map<string, GlobalEntry>([
    ...PLAIN.map((name) => [name, kept()] as const),
    ...REBUILDERS,
    ["torch.Size", torchSize],
  ]),
  reducers: [
    [Tensor, reduceTensor],
    [SparseTensor, reduceSparse],
  ],
});
