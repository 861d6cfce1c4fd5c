/**
 * The tensors in a value by the names that torch gives them.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { SparseTensor } from "./sparse.ts";
import { Tensor } from "./tensor.ts";

/** Parts of a pickled module whose entries bear the module's own name: `layer.weight`, not `layer._parameters.weight`. */
const PARTS = ["_parameters", "_buffers", "_modules"];

function entriesOf(value: unknown): [string, unknown][] | null {
  if (value instanceof PyDict) return [...value].map(([key, item]) => [String(key), item]);
  if (value instanceof Map) return [...value].map(([key, item]) => [String(key), item]);
  if (Array.isArray(value)) return value.map((item, i) => [String(i), item]);
  if (value instanceof PyObject) {
    const { attrs } = value;
    const parts = PARTS.flatMap((part) => entriesOf(attrs.get(part)) ?? []);
    return parts.length > 0 || PARTS.some((part) => attrs.has(part)) ? parts : entriesOf(attrs);
  }
  if (typeof value !== "object" || value === null) return null;
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === null || proto === Object.prototype ? Object.entries(value) : null;
}

/**
 * All tensors in a value by name, as in torch's `state_dict()`: of a state dict, a checkpoint (`model.layer.weight`), a
 * pickled module or a TorchScript archive; in the order in which they stand.
 *
 * @example
 * ```ts
 * for (const [name, tensor] of stateDict(await load("model.pt"))) console.log(name, tensor.shape);
 * ```
 */
export function stateDict(value: unknown): Map<string, Tensor | SparseTensor> {
  const found = new Map<string, Tensor | SparseTensor>();
  const seen = new Set<unknown>();
  const open: [string, unknown][] = [["", value]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [name, item] = next;
    // A wrapper has no items but those of the tensors in it.
    const inside = item instanceof Tensor && item.storage === null ? item.attrs : null;
    const tensors = [...(inside ?? [])].filter(([, part]) => part instanceof Tensor || part instanceof SparseTensor);
    if (tensors.length > 0) {
      for (const [key, part] of tensors.reverse()) open.push([name === "" ? String(key) : `${name}.${key}`, part]);
    } else if (item instanceof Tensor || item instanceof SparseTensor) found.set(name, item);
    else if (!seen.has(item)) {
      const entries = entriesOf(item);
      if (entries === null) continue;
      seen.add(item);
      for (const [key, inner] of entries.reverse()) open.push([name === "" ? key : `${name}.${key}`, inner]);
    }
  }
  return found;
}
