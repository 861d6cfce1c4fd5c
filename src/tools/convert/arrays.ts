/**
 * The arrays in a value, as npy and npz files take them.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { array, NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/index.ts";
import { tableOf } from "../../core/values/protocol.ts";
import { isPlain, typeName } from "../../core/values/repr.ts";

function made(value: unknown, format: string): NDArray {
  if (value instanceof NDArray) return value;
  const fits = Array.isArray(value) || ArrayBuffer.isView(value) || typeof value !== "object";
  if (!fits) throw new UnsupportedError(format, `no array can be made of a ${typeName(value)}`, { format });
  try {
    return array(value);
  } catch (e) {
    throw new UnsupportedError(format, `no array can be made of it: ${(e as Error).message}`, { format, cause: e });
  }
}

function pairsOf(value: unknown): (readonly [unknown, unknown])[] | null {
  const table = tableOf(value);
  if (table !== null) return [...table.arrays()];
  if (value instanceof PyDict || value instanceof Map) return [...value];
  return typeof value === "object" && value !== null && isPlain(value) ? Object.entries(value) : null;
}

/** The array that a value is, or that alone stands in a dict. `UnsupportedError` for several, and for none. */
export function oneArray(value: unknown): NDArray {
  const pairs = pairsOf(value);
  if (pairs === null) return made(value, "npy");
  if (pairs.length === 1) return made(pairs[0]![1], "npy");
  const names = pairs.slice(0, 10).map(([name]) => String(name));
  throw new UnsupportedError(
    "npy",
    `an npy file holds one array, not ${pairs.length}: choose one of ${names.join(", ")}`,
    {
      format: "npy",
    },
  );
}

/** Arrays by name: the entries of a dict, a list of arrays (`arr_0`…), or one. `UnsupportedError` for other values. */
export function namedArrays(value: unknown, format = "npz"): Map<string, NDArray> {
  const pairs = pairsOf(value);
  if (pairs !== null) return new Map(pairs.map(([name, item]) => [String(name), made(item, format)]));
  if (Array.isArray(value) && value.length > 0 && value.every((item) => item instanceof NDArray)) {
    return new Map((value as NDArray[]).map((item, i) => [`arr_${i}`, item]));
  }
  return new Map([["arr_0", made(value, format)]]);
}
