/**
 * What torch's pickles call to make tensors (torch/_utils.py), and how tensors are written: both directions.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import type { GlobalEntry, Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { typeName } from "../../core/values/repr.ts";
import { PyFloat, PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, type PyTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";
import { PyOrderedDict } from "../stdlib/index.ts";
import { DTYPES, type TorchDType } from "./dtypes.ts";
import { type SparseLayout, SparseTensor } from "./sparse.ts";
import { Storage } from "./storage.ts";
import { type Quantizer, Tensor, type TensorParts } from "./tensor.ts";

const int = (value: unknown, what: string): number => {
  const n = typeof value === "bigint" ? Number(value) : value;
  if (typeof n === "number" && Number.isSafeInteger(n)) return n;
  throw new TypeError(`${what} must be an int, not ${typeName(value)}`);
};
const ints = (value: unknown, what: string): number[] => {
  if (!Array.isArray(value)) throw new TypeError(`${what} must be a tuple, not ${typeName(value)}`);
  return value.map((n) => int(n, what));
};
const storageOf = (value: unknown): Storage => {
  if (value instanceof Storage) return value;
  throw new TypeError(`a tensor is made of a storage, not of ${typeName(value)}`);
};

/** The dtype that a name of torch means (`torch.float32`). */
function dtypeOf(value: unknown): TorchDType {
  const found = value instanceof PyGlobal && value.module === "torch" ? DTYPES.get(value.name) : undefined;
  if (found === undefined) throw new TypeError(`a tensor has a dtype of torch, not ${typeName(value)}`);
  return found;
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, metadata)`, and the first without the last three. */
const rebuildTensor: GlobalEntry = {
  call([source, offset, size, stride, requiresGrad = false, , metadata]) {
    const storage = storageOf(source);
    const { dtype } = storage;
    if (dtype === null) throw new TypeError("a tensor of an untyped storage has a dtype of its own");
    return new Tensor({ ...view(storage, dtype, offset, size, stride, requiresGrad), ...marks(metadata) });
  },
};

/** Marks of a tensor: are its items conjugates or negatives of what the storage holds? */
function marks(metadata: unknown): { conj?: boolean; neg?: boolean } {
  if (!(metadata instanceof PyDict)) return {};
  return {
    ...(metadata.get("conj") === true && { conj: true }),
    ...(metadata.get("neg") === true && { neg: true }),
  };
}

function view(
  storage: Storage | null,
  dtype: TorchDType,
  offset: unknown,
  size: unknown,
  stride: unknown,
  grad: unknown,
): TensorParts {
  return {
    storage,
    dtype,
    shape: ints(size, "the size"),
    stride: ints(stride, "the stride"),
    offset: int(offset, "the offset"),
    requiresGrad: grad === true,
  };
}

/** `_rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype, metadata)`. */
const rebuildUntyped: GlobalEntry = {
  call: ([source, offset, size, stride, grad, , dtype, metadata]) =>
    new Tensor({ ...view(storageOf(source), dtypeOf(dtype), offset, size, stride, grad), ...marks(metadata) }),
};

/** `_rebuild_parameter(data, requires_grad, hooks[, state])`. */
const rebuildParameter: GlobalEntry = {
  call([data, requiresGrad, , state]) {
    if (!(data instanceof Tensor)) return undefined;
    const own = state === undefined ? {} : { subclass: { cls: null, state, wrapper: null } };
    return new Tensor({ ...data.parts, requiresGrad: requiresGrad === true, isParameter: true, ...own });
  },
};

/** `_rebuild_qtensor(storage, offset, size, stride, quantizer, requires_grad, hooks)`. */
const rebuildQuantized: GlobalEntry = {
  call([source, offset, size, stride, how, grad]) {
    const storage = storageOf(source);
    if (storage.dtype === null || !isTuple(how))
      throw new TypeError("a quantized tensor has a typed storage and a scheme");
    const [scheme, scale, zeroPoint, axis] = how;
    const part = (value: unknown): number | Tensor => (value instanceof Tensor ? value : Number(value));
    const quantizer: Quantizer = {
      scheme: scheme instanceof PyGlobal ? scheme.name : String(scheme),
      scale: part(scale),
      zeroPoint: part(zeroPoint),
      axis: axis === undefined ? null : int(axis, "the axis"),
    };
    return new Tensor({ ...view(storage, storage.dtype, offset, size, stride, grad), quantizer });
  },
};

const LAYOUTS: ReadonlySet<string> = new Set(["sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc"]);

/** `_rebuild_sparse_tensor(layout, data)`. */
const rebuildSparse: GlobalEntry = {
  call([layout, data]) {
    const named =
      layout instanceof PyObject ? layout.args[0] : layout instanceof PyGlobal ? `torch.${layout.name}` : "";
    const name = String(named).replace(/^torch\./, "");
    if (!LAYOUTS.has(name) || !isTuple(data)) return undefined;
    const isCoo = name === "sparse_coo";
    const indices = data.slice(0, isCoo ? 1 : 2);
    const values = data[isCoo ? 1 : 2];
    if (!(values instanceof Tensor) || !indices.every((part) => part instanceof Tensor)) {
      throw new TypeError("a sparse tensor is made of tensors");
    }
    const isCoalesced = isCoo && typeof data[3] === "boolean" ? data[3] : null;
    const shape = ints(data[isCoo ? 2 : 3], "the size");
    return new SparseTensor(name as SparseLayout, indices as Tensor[], values, shape, isCoalesced);
  },
};

/** `_rebuild_meta_tensor_no_storage(dtype, size, stride, requires_grad)`. */
const rebuildMeta: GlobalEntry = {
  call: ([dtype, size, stride, grad]) => new Tensor(view(null, dtypeOf(dtype), 0, size, stride, grad)),
};

/** `_rebuild_device_tensor_from_numpy(array, dtype, device, requires_grad)`. */
const rebuildFromArray: GlobalEntry = {
  call([data, , , grad]) {
    return data instanceof NDArray ? Tensor.from(data, { requiresGrad: grad === true }) : undefined;
  },
};

/** `_rebuild_wrapper_subclass(cls, dtype, size, stride, offset, layout, device, requires_grad)`: no items of its own. */
const rebuildWrapper: GlobalEntry = {
  call(args) {
    const [cls, dtype, size, stride, , , , grad] = args;
    if (!(cls instanceof PyGlobal)) return undefined;
    const steps = Array.isArray(stride) ? stride : ints(size, "the size").map(() => 0);
    return new Tensor({
      ...view(null, dtypeOf(dtype), 0, size, steps, grad),
      subclass: { cls, state: null, wrapper: args },
    });
  },
};

/** `_rebuild_from_type_v2(func, type, args, state)`: a tensor with its class and what it has beside its items. */
const rebuildFromType: GlobalEntry = {
  call([func, cls, args, state], context) {
    const rebuilder = func instanceof PyGlobal ? REBUILDERS.get(`${func.module}.${func.name}`) : undefined;
    const made = rebuilder?.call && isTuple(args) ? rebuilder.call(args, context) : undefined;
    if (!(made instanceof Tensor) || !(cls instanceof PyGlobal)) return made;
    return new Tensor({ ...made.parts, subclass: { cls, state, wrapper: made.parts.subclass?.wrapper ?? null } });
  },
};

/** Functions that make tensors. */
export const REBUILDERS: ReadonlyMap<string, GlobalEntry> = new Map([
  ["torch._utils._rebuild_tensor", rebuildTensor],
  ["torch._utils._rebuild_tensor_v2", rebuildTensor],
  ["torch._utils._rebuild_tensor_v3", rebuildUntyped],
  ["torch._utils._rebuild_parameter", rebuildParameter],
  ["torch._utils._rebuild_parameter_with_state", rebuildParameter],
  ["torch._utils._rebuild_qtensor", rebuildQuantized],
  ["torch._utils._rebuild_sparse_tensor", rebuildSparse],
  ["torch._utils._rebuild_sparse_csr_tensor", rebuildSparse],
  ["torch._utils._rebuild_meta_tensor_no_storage", rebuildMeta],
  ["torch._utils._rebuild_device_tensor_from_numpy", rebuildFromArray],
  ["torch._utils._rebuild_wrapper_subclass", rebuildWrapper],
  ["torch._tensor._rebuild_from_type_v2", rebuildFromType],
]);

const named = (name: string): PyGlobal => new PyGlobal("torch._utils", name);

/** How a tensor is written. */
export function reduceTensor(tensor: Tensor): Reduction {
  const { storage, dtype, shape, stride, offset, quantizer, requiresGrad = false, isParameter } = tensor.parts;
  const { subclass = null, conj = false, neg = false } = tensor.parts;
  const hooks = new PyOrderedDict();
  if (isParameter) {
    const own = subclass !== null && subclass.cls === null ? subclass : null;
    const rest = own === null ? {} : { subclass: null };
    const data = new Tensor({ ...tensor.parts, ...rest, isParameter: false, requiresGrad: false });
    if (own === null) return { func: named("_rebuild_parameter"), args: tuple(data, requiresGrad, hooks) };
    return { func: named("_rebuild_parameter_with_state"), args: tuple(data, requiresGrad, hooks, own.state) };
  }
  if (subclass !== null && subclass.cls !== null) {
    const { cls, state, wrapper } = subclass;
    const plain =
      wrapper === null
        ? reduceTensor(new Tensor({ ...tensor.parts, subclass: null }))
        : { func: named("_rebuild_wrapper_subclass"), args: wrapper };
    return {
      func: new PyGlobal("torch._tensor", "_rebuild_from_type_v2"),
      args: tuple(plain.func, cls, plain.args, state),
    };
  }
  const metadata = new PyDict<string, boolean>();
  if (conj) metadata.set("conj", true);
  if (neg) metadata.set("neg", true);
  const more = metadata.size > 0 ? [metadata] : [];
  const size = tupleFrom([...shape]);
  const steps = tupleFrom([...stride]);
  const name = new PyGlobal("torch", dtype.name);
  if (storage === null) {
    return { func: named("_rebuild_meta_tensor_no_storage"), args: tuple(name, size, steps, requiresGrad) };
  }
  if (quantizer) {
    const { scheme, scale, zeroPoint, axis } = quantizer;
    const part = (value: number | Tensor, isFloat: boolean): unknown =>
      typeof value === "number" && isFloat ? new PyFloat(value) : value;
    const how: unknown[] = [new PyGlobal("torch", scheme), part(scale, true), part(zeroPoint, false)];
    if (axis !== null) how.push(axis);
    const args = tuple(storage, offset, size, steps, tupleFrom(how), requiresGrad, hooks);
    return { func: named("_rebuild_qtensor"), args };
  }
  if (storage.dtype !== dtype || dtype.storage === null) {
    const args = tuple(storage, offset, size, steps, requiresGrad, hooks, name, ...more);
    return { func: named("_rebuild_tensor_v3"), args };
  }
  return { func: named("_rebuild_tensor_v2"), args: tuple(storage, offset, size, steps, requiresGrad, hooks, ...more) };
}

/** How a sparse tensor is written. */
export function reduceSparse({ layout, indices, values, shape, isCoalesced }: SparseTensor): Reduction {
  const kind = new PyObject(new PyGlobal("torch.serialization", "_get_layout"), tuple(`torch.${layout}`), "call");
  const data: unknown[] = [...indices, values, tupleFrom([...shape])];
  if (isCoalesced !== null) data.push(isCoalesced);
  return { func: named("_rebuild_sparse_tensor"), args: tuple(kind, tupleFrom(data)) };
}

/** `torch.Size(sizes)`: a tuple. */
export const torchSize: GlobalEntry = {
  call: ([sizes]: PyTuple) => (Array.isArray(sizes) ? tupleFrom(ints(sizes, "a size")) : undefined),
};
