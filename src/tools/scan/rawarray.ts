/**
 * How long the items are that joblib puts behind the opcode of an array, told by symbols.
 *
 * Source: joblib/numpy_pickle.py, `NumpyArrayWrapper.read_array`; numpy/_core/src/multiarray/descriptor.c,
 * `arraydescr_setstate`.
 *
 * @module
 */
import type { Symbolic } from "../../formats/pickle/tools/index.ts";

/** What stands behind the BUILD of an array: so many bytes, a pickle of their objects, or nobody can say. */
export type Behind =
  | { readonly kind: "items"; readonly size: number; readonly padded: boolean }
  | { readonly kind: "pickle" | "unknown" };

/** By its full name: a name with dots may say a part of the module. */
const WRAPPER = /^(sklearn\.externals\.)?joblib\.numpy_pickle(_compat)?\.NumpyArrayWrapper$/;

/** Arguments in which the class stands that a function makes. */
const MOST_ARGS = 8;

const isWrapper = (value: Symbolic): boolean =>
  value.kind === "global" && WRAPPER.test(`${value.global.module}.${value.global.name}`);

/** What stands behind BUILD, or null when the value is no array of joblib. */
export function behind(value: Symbolic | undefined): Behind | null {
  if (value?.kind !== "made" || value.by.kind !== "global") return null;
  // copyreg's functions make it in old protocols, and any other that makes the class it is given may.
  if (!isWrapper(value.by) && !value.args.slice(0, MOST_ARGS).some(isWrapper)) return null;
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
    const n = item.kind === "atom" ? item.value : null;
    if (typeof n !== "number" || !Number.isSafeInteger(n) || n < 0) return { kind: "unknown" };
    total *= n;
  }
  const alignment = fields.get("numpy_array_alignment_bytes");
  const padded = alignment !== undefined && !(alignment.kind === "atom" && alignment.type === "None");
  return Number.isSafeInteger(total) ? { kind: "items", size: total, padded } : { kind: "unknown" };
}

/** One type: more of them with commas, counts and names of types are not told apart here. */
const TYPE = /^[<>|=]?([biufcmMSaUVO?])(\d*)(\[\w+\])?$/;

/** Bytes of an element; "objects" where it holds Python objects, null where the symbols do not tell. */
function itemsize(dtype: Symbolic | undefined): number | "objects" | null {
  if (dtype?.kind !== "made" || dtype.by.kind !== "global") return null;
  const { module, name } = dtype.by.global;
  if (module !== "numpy" || name !== "dtype") return null;
  const [code] = dtype.args;
  const match = TYPE.exec(code?.kind === "atom" && typeof code.value === "string" ? code.value : "");
  if (match === null) return null;
  const [, letter = "", digits = ""] = match;
  if (letter === "O") return "objects";
  const { state } = dtype;
  let told: number | null = null;
  if (state !== undefined) {
    // (version, byte order, subdtype, names, fields, itemsize, alignment, flags, metadata)
    if (state.kind !== "tuple" || state.items.length < 8 || state.items.length > 9) return null;
    const [size, flags] = [numberOf(state.items[5]), numberOf(state.items[7])];
    if (size === null || flags === null) return null;
    if ((flags & 1) !== 0) return "objects";
    told = size;
  }
  // NumPy takes the size of texts, bytes and records from the state, and that of numbers from their type alone.
  if (/[SaUV]/.test(letter) && told !== null) return told >= 0 ? told : null;
  if (letter === "?") return 1;
  if (digits === "") return null;
  return letter === "U" ? Number(digits) * 4 : Number(digits);
}

/** An integer that stands in the stream as one: a bool passes for one in Python, so that nothing is said of it here. */
function numberOf(value: Symbolic | undefined): number | null {
  return value?.kind === "atom" && typeof value.value === "number" && Number.isSafeInteger(value.value)
    ? value.value
    : null;
}
