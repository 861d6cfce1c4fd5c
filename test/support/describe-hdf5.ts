/** Describes everything in an HDF5 file as fixtures/make/hdf5_describe.py does. */
import { createHash } from "node:crypto";
import { array, type DType, NDArray, NumpyScalar } from "../../src/core/ndarray/index.ts";
import { PyComplex } from "../../src/core/values/index.ts";
import { Dataset, Empty, File, type FileOptions, Group, type Item, Reference } from "../../src/formats/hdf5/index.ts";
import { encoded } from "../../src/formats/hdf5/storage/text.ts";

type Json = unknown;

function plain(dtype: DType): Json {
  if (dtype.base !== null) return { base: plain(dtype.base), shape: [...dtype.shape] };
  if (dtype.fields !== null) {
    return { fields: [...dtype.fields].map(([n, f]) => [n, plain(f.dtype), f.offset]), size: dtype.itemsize };
  }
  return dtype.str;
}

/** A value in words; `dtype` is that of the dataset it stands in. */
export function value(x: unknown, isFloat = false): Json {
  if (x instanceof Empty) return { empty: plain(x.dtype) };
  if (x instanceof NDArray) {
    if (x.dtype.hasObject) {
      const fields = x.dtype.fields === null ? null : [...x.dtype.fields.values()].map((f) => f.dtype.kind === "f");
      return {
        shape: [...x.shape],
        items: x
          .flat()
          .map((item) => (fields ? (item as unknown[]).map((part, i) => value(part, fields[i])) : value(item))),
      };
    }
    if (x.dtype.names !== null) {
      return { dtype: plain(x.dtype), shape: [...x.shape], columns: x.dtype.names.map((name) => value(x.field(name))) };
    }
    const bytes = x.toBytes();
    return {
      dtype: plain(x.dtype),
      shape: [...x.shape],
      sha1: createHash("sha1").update(bytes).digest("hex"),
    };
  }
  if (x instanceof NumpyScalar) return { other: "datetime64" };
  if (x instanceof Uint8Array) return { raw: Buffer.from(x).toString("hex") };
  if (typeof x === "string") return { text: x };
  if (x instanceof Reference) return { reference: !x.isNull };
  if (typeof x === "boolean") return { bool: x };
  if (x instanceof PyComplex) return { complex: [hex(x.re), hex(x.im)] };
  if (typeof x === "bigint" || (typeof x === "number" && !isFloat && Number.isInteger(x))) return { int: String(x) };
  if (typeof x === "number") return { float: hex(x) };
  if (Array.isArray(x)) return { record: x.map((item) => value(item)) };
  return { other: String(x) };
}

/** Python's float.hex. */
function hex(x: number): string {
  if (Number.isNaN(x)) return "nan";
  return String(x);
}

function attempt(make: () => Json): Json {
  try {
    return make();
  } catch (e) {
    return { error: String(e) };
  }
}

export function describe(source: string | Uint8Array, options: FileOptions = {}): Json[] {
  using file = new File(source, "r", options);
  const out: Json[] = [];
  const one = (path: string, item: Item): void => {
    const entry: Record<string, Json> = { path };
    entry["attrs"] = attempt(() => [...item.attrs.keys()].map((k) => [k, attempt(() => value(item.attrs.get(k)))]));
    if (item instanceof Dataset) {
      entry["kind"] = "dataset";
      entry["shape"] = item.shape === null ? null : [...item.shape];
      entry["dtype"] = attempt(() => plain(item.dtype));
      entry["maxshape"] = item.shape === null ? null : [...item.maxshape];
      entry["chunks"] = item.chunks === null ? null : [...item.chunks];
      entry["filters"] = [item.compression, item.compressionOpts, item.shuffle, item.fletcher32];
      entry["fillvalue"] = attempt(() => (item.shape === null ? null : value(item.fillvalue, item.dtype.kind === "f")));
      entry["data"] = attempt(() => value(item.read(), item.dtype.kind === "f"));
    } else if (item instanceof Group) {
      entry["kind"] = "group";
      entry["keys"] = attempt(() => [...item.keys()]);
    } else {
      entry["kind"] = "type";
      entry["dtype"] = attempt(() => plain(item.dtype));
    }
    out.push(entry);
  };
  one("", file);
  for (const [path, item] of file.walk()) one(path, item);
  return out;
}

type Value = Record<string, Json>;

/** Do the two descriptions say the same? Floats in words differ between the languages; bytes tell. */
export function sameValue(mine: Json, theirs: Json): boolean {
  const a = mine as Value;
  const b = theirs as Value;
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return mine === theirs;
  if (b["float"] !== undefined || a["float"] !== undefined) {
    return Object.is(numberOf(a), numberOf(b));
  }
  if (b["complex"] !== undefined) {
    const [x, y] = [a["complex"], b["complex"]] as [string[] | undefined, string[]];
    return x?.every((part, i) => Object.is(Number(part), fromHex(y[i] as string))) === true;
  }
  if (b["items"] !== undefined) {
    const [x, y] = [a["items"], b["items"]] as [Json[] | undefined, Json[]];
    return (
      x !== undefined &&
      sameList(a["shape"], b["shape"]) &&
      x.length === y.length &&
      x.every((item, i) => sameItem(item, y[i]))
    );
  }
  if (b["record"] !== undefined) {
    const [x, y] = [a["record"], b["record"]] as [Json[] | undefined, Json[]];
    return x !== undefined && x.length === y.length && x.every((item, i) => sameItem(item, y[i]));
  }
  if (b["columns"] !== undefined) {
    const [x, y] = [a["columns"], b["columns"]] as [Json[] | undefined, Json[]];
    return (
      sameList(a["shape"], b["shape"]) && y.length === x?.length && y.every((column, i) => sameValue(x[i], column))
    );
  }
  if (b["sha1"] !== undefined) {
    return (
      a["sha1"] === b["sha1"] &&
      sameList(a["shape"], b["shape"]) &&
      JSON.stringify(a["dtype"]) === JSON.stringify(b["dtype"])
    );
  }
  if (typeof a["text"] === "string" && typeof b["text"] === "string") {
    const [x, y] = [a["text"], b["text"]];
    return x === y || Buffer.from(encoded(x)).toString("utf8") === y;
  }
  return JSON.stringify(a) === JSON.stringify(b);
}

function sameItem(mine: Json, theirs: Json): boolean {
  if (Array.isArray(theirs)) {
    const list = Array.isArray(mine) ? mine : (mine as { record?: Json[] } | undefined)?.record;
    return list !== undefined && list.length === theirs.length && theirs.every((item, i) => sameItem(list[i], item));
  }
  const b = theirs as Value;
  const a = mine as Value;
  // h5py has no value for what was never written.
  if (b["other"] === "NoneType") return true;
  // Rows in records are nested arrays here, arrays there.
  if (a["record"] !== undefined && b["shape"] !== undefined) {
    const parts = (b["shape"] as number[]).reduce((list, _, i) => (i === 0 ? list : list.flatMap(within)), within(a));
    if (b["items"] !== undefined) return sameItem(parts, b["items"]);
    if (typeof b["dtype"] !== "string") return true;
    const bytes = array(parts.map(bare), { dtype: b["dtype"] }).toBytes();
    return createHash("sha1").update(bytes).digest("hex") === b["sha1"];
  }
  // Fixed text in records: bytes here, text there.
  if (b["text"] !== undefined && a["raw"] !== undefined) {
    return Buffer.from(a["raw"] as string, "hex").toString("utf8") === b["text"];
  }
  return sameValue(mine, theirs);
}

function within(row: Json): Json[] {
  return (row as { record: Json[] }).record;
}

function bare(item: Json): unknown {
  const { int, float, text, raw, bool, complex } = item as Record<string, never>;
  if (complex !== undefined) return new PyComplex(Number(complex[0]), Number(complex[1]));
  if (raw !== undefined) return Uint8Array.from(Buffer.from(raw, "hex"));
  if (float !== undefined) return Number(float);
  return int === undefined
    ? (text ?? bool)
    : Number.isSafeInteger(Number(int))
      ? Number(int)
      : /[.e]/.test(String(int))
        ? Number(int)
        : BigInt(int);
}

function sameList(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function numberOf(v: Value): number {
  if (v["int"] !== undefined) return Number(v["int"]);
  const text = v["float"] as string;
  if (text === undefined) return Number.NaN;
  return /^-?0x/.test(text) || /inf|nan/.test(text) ? fromHex(text) : Number(text);
}

function fromHex(text: string): number {
  const m = /^(-?)0x([01])\.?([0-9a-f]*)p([+-]\d+)$/.exec(text);
  if (m === null) return text.includes("inf") ? (text.startsWith("-") ? -1 : 1) * Number.POSITIVE_INFINITY : Number.NaN;
  const digits = m[3] ?? "";
  const mantissa =
    Number.parseInt(m[2] as string, 16) + (digits === "" ? 0 : Number.parseInt(digits, 16) / 16 ** digits.length);
  const e = Number(m[4]);
  const half = Math.trunc(e / 2);
  return (m[1] === "-" ? -1 : 1) * mantissa * 2 ** half * 2 ** (e - half);
}

/** Where two descriptions of a file differ, in words. */
export function differences(mine: Json[], theirs: Json[]): string[] {
  const out: string[] = [];
  const known = new Map(mine.map((entry) => [(entry as Value)["path"], entry as Value]));
  for (const raw of theirs) {
    const b = raw as Value;
    const a = known.get(b["path"]);
    const at = (key: string): string =>
      `${b["path"]} ${key}: ${JSON.stringify(a?.[key])} for ${JSON.stringify(b[key])}`;
    if (a === undefined) {
      out.push(`${b["path"]} is missing`);
      continue;
    }
    for (const key of ["kind", "shape", "maxshape", "chunks", "filters", "keys", "dtype"]) {
      if (b[key] === undefined || (b[key] as Value)?.["error"] !== undefined) continue;
      if (JSON.stringify(a[key]) !== JSON.stringify(b[key])) out.push(at(key).slice(0, 300));
    }
    const fill = b["fillvalue"] as Value | null | undefined;
    if (fill && fill["error"] === undefined && fill["other"] === undefined && !sameItem(a["fillvalue"], fill))
      out.push(at("fillvalue").slice(0, 300));
    const data = b["data"] as Value | undefined;
    if (data !== undefined && data["error"] === undefined && !sameValue(a["data"], data))
      out.push(at("data").slice(0, 300));
    if (!Array.isArray(b["attrs"])) continue;
    const attrs = new Map((a["attrs"] as [string, Json][]).map(([k, v]) => [k, v]));
    const names = (b["attrs"] as [string, Value][]).map(([k]) => k);
    if (JSON.stringify([...attrs.keys()]) !== JSON.stringify(names))
      out.push(`${b["path"]} attrs: ${[...attrs.keys()]} for ${names}`.slice(0, 300));
    for (const [k, v] of b["attrs"] as [string, Value][]) {
      if (v["error"] !== undefined) continue;
      const mineValue = attrs.get(k);
      if (!sameValue(mineValue, v) && !textArray(mineValue as Value, v)) {
        out.push(`${b["path"]}@${k}: ${JSON.stringify(mineValue)} for ${JSON.stringify(v)}`.slice(0, 300));
      }
    }
  }
  return out;
}

/** Arrays of fixed text are text here, bytes there; other tests look at the letters. */
function textArray(a: Value | undefined, b: Value): boolean {
  return typeof b["dtype"] === "string" && (b["dtype"] as string).startsWith("|S") && a?.["items"] !== undefined;
}
