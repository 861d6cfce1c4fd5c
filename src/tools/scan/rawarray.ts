/**
 * How long the items are that joblib puts behind the opcode of an array, told by symbols.
 *
 * Source: joblib/numpy_pickle.py, `NumpyArrayWrapper.read_array`.
 *
 * @module
 */
import type { Symbolic } from "../../formats/pickle/tools/index.ts";

/** What stands behind the BUILD of an array: so many bytes, a pickle of their objects, or nobody can say. */
export type Behind =
  | { readonly kind: "items"; readonly size: number; readonly padded: boolean }
  | { readonly kind: "pickle" | "unknown" };

const WRAPPER = /^(sklearn\.externals\.)?joblib\.numpy_pickle(_compat)?$/;

/** What stands behind BUILD, or null when the value is no array of joblib. */
export function behind(value: Symbolic | undefined): Behind | null {
  if (value?.kind !== "made" || value.by.kind !== "global") return null;
  // Protocols 0 and 1 make objects by a function.
  const [first] = value.args;
  const isMaker = /^(_reconstructor|__newobj__|__newobj_ex__)$/.test(value.by.global.name ?? "");
  const { module, name } = isMaker && first?.kind === "global" ? first.global : value.by.global;
  if (name !== "NumpyArrayWrapper" || module === null || !WRAPPER.test(module)) return null;
  const { state } = value;
  if (state?.kind !== "dict") return { kind: "unknown" };
  const fields = new Map<string, Symbolic>();
  for (let i = 0; i + 1 < state.items.length; i += 2) {
    const key = state.items[i];
    if (key?.kind === "atom" && typeof key.value === "string") fields.set(key.value, state.items[i + 1] as Symbolic);
  }
  const dtype = fields.get("dtype");
  const shape = fields.get("shape");
  const size = itemsize(dtype);
  if (size === null || shape?.kind !== "tuple") return { kind: "unknown" };
  if (size === "objects") return { kind: "pickle" };
  let total = size;
  for (const item of shape.items) {
    const n = item.kind === "atom" ? Number(item.value) : Number.NaN;
    if (!Number.isSafeInteger(n) || n < 0) return { kind: "unknown" };
    total *= n;
  }
  const alignment = fields.get("numpy_array_alignment_bytes");
  const padded = alignment !== undefined && !(alignment.kind === "atom" && alignment.value === null);
  return Number.isSafeInteger(total) ? { kind: "items", size: total, padded } : { kind: "unknown" };
}

/** Bytes of an element; "objects" where it holds Python objects. */
function itemsize(dtype: Symbolic | undefined): number | "objects" | null {
  if (dtype?.kind !== "made" || dtype.by.kind !== "global") return null;
  const { module, name } = dtype.by.global;
  if (module !== "numpy" || name !== "dtype") return null;
  const [code] = dtype.args;
  const text = code?.kind === "atom" && typeof code.value === "string" ? code.value : "";
  const match = /^[<>|=]?([a-zA-Z?])(\d*)/.exec(text);
  if (match === null) return null;
  if (match[1] === "O") return "objects";
  // (version, byte order, subdtype, names, fields, itemsize, alignment, flags)
  const parts = dtype.state?.kind === "tuple" ? dtype.state.items : [];
  const flags = parts[7];
  if (flags?.kind === "atom" && typeof flags.value === "number" && (flags.value & 1) !== 0) return "objects";
  const told = parts[5];
  if (told?.kind === "atom" && typeof told.value === "number" && told.value >= 0) return told.value;
  const digits = Number(match[2]);
  if (match[1] === "?") return 1;
  return match[2] === "" ? null : match[1] === "U" ? digits * 4 : digits;
}
