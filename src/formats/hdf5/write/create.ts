/**
 * What `createDataset` is told, and the dataset that follows from it.
 *
 * @module
 */
import type { DType } from "../../../core/ndarray/index.ts";
import type { DatasetInfo, ExternalPart } from "../data.ts";
import { Empty } from "../empty.ts";
import { FILTER, type FilterSpec } from "../filters/index.ts";
import type { Space } from "../messages/space.ts";
import { likeOf } from "../shared.ts";
import { NOWHERE } from "../storage/cursor.ts";
import type { H5Type } from "../types/datatype.ts";
import { mapped } from "../types/dtypes.ts";
import { type TypeSpec, typeOf } from "../types/filetype.ts";
import { guessChunks, pointerSize } from "./chunkguess.ts";
import { stored } from "./convert.ts";
import { product, type StagedData } from "./data.ts";
import type { Draft } from "./draft.ts";
import { encoderOf } from "./encode.ts";
import { inferred } from "./infer.ts";
import type { DatasetNode } from "./nodes.ts";
import { fitted } from "./pointers.ts";
import { type Encoded, encodeValues, ownBytes } from "./values.ts";
import type { VirtualLayout } from "./virtuallayout.ts";

/** A number from 0 to 9: how hard gzip tries. */
export type GzipLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Options of `createDataset`, as h5py's. */
export interface CreateOptions {
  /** Lengths of the axes; else those of `data`. */
  shape?: readonly number[] | number;
  /** Type of the elements; else that of `data`, else `"f4"`. */
  dtype?: TypeSpec;
  /** The elements: an array, nested arrays, or a single value. */
  data?: unknown;
  /** Lengths of a chunk, or `true` for lengths that h5py would choose. */
  chunks?: readonly number[] | number | boolean | null;
  /** Lengths to which the axes may grow; `null` for no limit. */
  maxshape?: readonly (number | null)[] | number | null;
  /** `"gzip"`, `"lzf"`, or gzip's level. */
  compression?: "gzip" | "lzf" | GzipLevel | null;
  /** Gzip's level. */
  compressionOpts?: GzipLevel;
  shuffle?: boolean;
  fletcher32?: boolean;
  /** Fewer bits: of ints how many each keeps (0 or `true`: as many as it takes), of floats the decimals kept. */
  scaleoffset?: number | true | null;
  /** What stands where nothing was written. */
  fillvalue?: unknown;
  /**
   * Files in which the elements stand one part behind the other, without chunks: a name, or names with the place of the
   * first byte and the number of bytes (`null`: all that follow). The files are the caller's to write.
   */
  external?: string | readonly (readonly [file: string, at: number, size: number | null])[] | null;
  /** Keep the order in which attributes were made. */
  trackOrder?: boolean;
}

const KNOWN: ReadonlySet<string> = new Set([
  "shape",
  "dtype",
  "data",
  "chunks",
  "maxshape",
  "compression",
  "compressionOpts",
  "shuffle",
  "fletcher32",
  "scaleoffset",
  "fillvalue",
  "external",
  "trackOrder",
]);

/** What people write for an option's name, and the name. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ["type", "dtype"],
  ["chunk", "chunks"],
]);

/** Throws `TypeError` for an option that there is not. */
export function checkOptions(options: object): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError('createDataset takes a name and options: createDataset("x", { shape: [100], dtype: "i4" })');
  }
  for (const name of Object.keys(options)) {
    if (KNOWN.has(name)) continue;
    const meant = MEANT.get(name) ?? likeOf(name, [...KNOWN]);
    const hint = meant === undefined ? `the options are ${[...KNOWN].join(", ")}` : `it is called ${meant}`;
    throw new TypeError(`createDataset has no option ${JSON.stringify(name)}: ${hint}`);
  }
}

function listed<T>(value: readonly T[] | T): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

/** Makes a dataset. Throws `TypeError` and `RangeError` where h5py complains. */
export function makeDataset(draft: Draft, options: CreateOptions): DatasetNode {
  checkOptions(options);
  const { data } = options;
  const { sizes } = draft.context;
  const tracked = options.trackOrder ?? draft.options.trackOrder;
  const wanted = options.dtype === undefined ? null : typeOf(options.dtype);
  const given = data !== undefined && data !== null;
  // As in h5py, a type alone makes a dataset without elements.
  if (data instanceof Empty || (!given && options.shape === undefined && wanted !== null)) {
    if (options.shape !== undefined) throw new TypeError("a dataset without elements has no shape");
    const type = fitted(wanted ?? typeOf((data as Empty).dtype), sizes);
    if (wantsChunks(options)) throw new TypeError("Empty datasets don't support chunk/filter options");
    return draft.makeDataset(
      { type, space: { shape: null, maxshape: [] }, layout: contiguous(0), pipeline: [], fill: null },
      tracked,
    );
  }
  const type = fitted(wanted ?? (given ? inferred(data) : typeOf("f4")), sizes);
  const asked = options.shape === undefined ? null : listed(options.shape);
  for (const n of asked ?? []) lengthOf(n, "shape");
  let encoded: Encoded | null = null;
  if (given)
    encoded = encodeValues(
      type,
      stored(type, data),
      draft.pointers,
      type.kind === "vlen" ? (asked?.length ?? null) : null,
    );
  const shape = asked ?? encoded?.shape;
  if (shape === undefined) throw new TypeError("One of data, shape or dtype must be specified");
  if (shape.length > 32) throw new RangeError(`a dataset has at most 32 axes, not ${shape.length}`);
  if (encoded !== null && product(shape) !== product(encoded.shape)) {
    throw new RangeError("Shape tuple is incompatible with data");
  }
  const space: Space = { shape, maxshape: maxshapeOf(options, shape) };
  const chunks = chunksOf(options, space, type);
  const { fillvalue } = options;
  const fill = fillvalue === undefined || fillvalue === null ? null : fillBytes(type, fillvalue, draft);
  const pipeline = chunks === null ? [] : pipelineOf(options, type, product(chunks), fill);
  // A page may have to fetch them before.
  for (const spec of pipeline) encoderOf(draft.context.filters, spec);
  const external = externalOf(options, chunks !== null, space, type.size);
  const layout: DatasetInfo["layout"] =
    chunks === null
      ? contiguous(product(shape) * type.size)
      : { kind: "chunked", chunks, index: { kind: "btree1", at: NOWHERE }, flags: 0 };
  const node = draft.makeDataset({ type, space, layout, pipeline, fill }, tracked, external);
  if (encoded !== null) fillFrom(draft.elements(node), encoded, draft);
  return node;
}

function externalOf(
  { external }: CreateOptions,
  isChunked: boolean,
  { shape, maxshape }: Space,
  size: number,
): ExternalPart[] {
  if (external === undefined || external === null) return [];
  if (isChunked) throw new TypeError("Chunked format is not for elements in other files");
  if (maxshape.slice(1).some((most, i) => most !== shape?.[i + 1])) {
    throw new RangeError("of elements in other files only the first axis can grow");
  }
  const parts = typeof external === "string" ? [[external, 0, null] as const] : external;
  let room = 0;
  const out = parts.map((part, i): ExternalPart => {
    if (!Array.isArray(part) || part.length !== 3) {
      throw new TypeError(
        'external is a name, or [["raw.bin", 0, 80]]: name, first byte and bytes (null: all) of each file',
      );
    }
    const [file, at, bytes] = part as unknown as readonly [string, number, number | null];
    if (typeof file !== "string" || file === "" || file.includes("\0"))
      throw new TypeError("a file has a name, without NULs");
    lengthOf(at, "external");
    if (bytes !== null) lengthOf(bytes, "external");
    else if (i < parts.length - 1) throw new RangeError("only the last file goes on without end");
    room += bytes ?? Number.POSITIVE_INFINITY;
    return { file, at, size: bytes ?? -1 };
  });
  const need = maxshape.reduce<number>((n, most) => n * (most ?? Number.POSITIVE_INFINITY), size);
  if (room < need) throw new RangeError(`the files have room for ${room} bytes, the dataset has ${need}`);
  return out;
}

/** The layout of a view; the block that tells its parts waits in memory. */
export function virtualLayout({ pointers }: Draft, block: Uint8Array | null): DatasetInfo["layout"] {
  if (block === null) return { kind: "virtual", heap: NOWHERE, index: 0 };
  return { kind: "virtual", heap: pointers.heap, index: pointers.keep(block) };
}

/** Makes a view of other datasets. */
export function makeVirtual(
  draft: Draft,
  made: VirtualLayout,
  { fillvalue }: Pick<CreateOptions, "fillvalue">,
): DatasetNode {
  const { sizes } = draft.context;
  const type = fitted(typeOf(made.dtype), sizes);
  const maxshape = maxshapeOf({ maxshape: made.maxshape }, made.shape);
  const space: Space = { shape: made.shape, maxshape };
  const fill = fillvalue === undefined || fillvalue === null ? null : fillBytes(type, fillvalue, draft);
  const layout = virtualLayout(draft, made.encode(sizes));
  return draft.makeDataset({ type, space, layout, pipeline: [], fill }, draft.options.trackOrder);
}

function fillBytes(type: H5Type, value: unknown, draft: Draft): Uint8Array {
  const fill = encodeValues(type, value, draft.pointers, 0).bytes.slice();
  if (fill.length !== type.size) throw new TypeError("a fill value is a single element");
  return fill;
}

/** Gives a dataset all its elements. */
export function fillFrom(data: StagedData, encoded: Encoded, { spill }: Draft): void {
  if (encoded.shared === true && data.spillAll(encoded.bytes, spill)) return;
  data.fillAll(data.chunks === null ? ownBytes(encoded) : encoded.bytes);
}

function contiguous(size: number): DatasetInfo["layout"] {
  return { kind: "contiguous", at: NOWHERE, size };
}

function lengthOf(n: number, what: string): void {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is no length of an axis (${what})`);
}

function maxshapeOf({ maxshape }: CreateOptions, shape: readonly number[]): (number | null)[] {
  if (maxshape === undefined || maxshape === null) return [...shape];
  const out = [...listed<number | null>(maxshape)];
  if (out.length !== shape.length) {
    throw new RangeError(`maxshape has ${out.length} axes, the shape ${shape.length}`);
  }
  out.forEach((most, i) => {
    if (most === null) return;
    lengthOf(most, "maxshape");
    if (most < (shape[i] as number)) throw new RangeError("the shape is greater than maxshape");
  });
  return out;
}

function wantsChunks(options: CreateOptions): boolean {
  const { chunks, compression, compressionOpts, shuffle, fletcher32, scaleoffset, maxshape, external } = options;
  return (
    (chunks !== undefined && chunks !== null && chunks !== false) ||
    (compression !== undefined && compression !== null) ||
    compressionOpts !== undefined ||
    shuffle === true ||
    fletcher32 === true ||
    (scaleoffset !== undefined && scaleoffset !== null) ||
    (maxshape !== undefined && maxshape !== null && (external === undefined || external === null))
  );
}

function chunksOf(options: CreateOptions, { shape, maxshape }: Space, type: H5Type): readonly number[] | null {
  if (!wantsChunks(options)) return null;
  const lengths = shape as readonly number[];
  if (lengths.length === 0) throw new TypeError("Scalar datasets don't support chunk/filter options");
  const { chunks } = options;
  if (chunks === false) throw new TypeError("Chunked format required for given storage options");
  if (chunks === undefined || chunks === null || chunks === true) return guessChunks(lengths, pointerSize(type));
  const out = listed<number>(chunks);
  if (out.length !== lengths.length) throw new RangeError("Chunk tuple must match the dataset's number of axes");
  for (const [i, n] of out.entries()) {
    if (!Number.isSafeInteger(n) || n < 1 || n >= 2 ** 32) throw new RangeError(`${n} is no length of a chunk`);
    const most = maxshape[i] as number | null;
    if (most !== null && n > most) {
      throw new RangeError(
        `Chunk shape must not be greater than data shape in any dimension. (${out.join(", ")}) is not compatible with (${lengths.join(", ")})`,
      );
    }
  }
  if (product(out) * type.size >= 2 ** 32) throw new RangeError("a chunk has less than 4 GiB");
  return out;
}

function pipelineOf(options: CreateOptions, type: H5Type, count: number, fill: Uint8Array | null): FilterSpec[] {
  const { compression = null, compressionOpts, shuffle = false, fletcher32 = false, scaleoffset = null } = options;
  const { size } = type;
  const chunkBytes = count * size;
  const out: FilterSpec[] = [];
  if (scaleoffset !== null) {
    if (fletcher32) throw new RangeError("fletcher32 cannot be used with potentially lossy scale/offset filter");
    out.push(scaleSpec(scaleoffset, type, count, fill));
  }
  if (shuffle) out.push({ id: FILTER.shuffle, flags: 1, name: "shuffle", values: [size] });
  if (compression === "gzip" || typeof compression === "number") {
    if (typeof compression === "number" && compressionOpts !== undefined) {
      throw new TypeError("Conflict in compression options");
    }
    const level = typeof compression === "number" ? compression : (compressionOpts ?? 4);
    if (!Number.isInteger(level) || level < 0 || level > 9) {
      throw new RangeError(`GZIP setting must be an integer from 0-9, not ${level}`);
    }
    out.push({ id: FILTER.gzip, flags: 1, name: "deflate", values: [level] });
  } else if (compression === "lzf") {
    if (compressionOpts !== undefined) throw new TypeError("LZF compression filter accepts no options");
    // The filter's and the library's versions, and the size of a chunk (h5py/lzf/lzf_filter.c).
    out.push({ id: FILTER.lzf, flags: 1, name: "lzf", values: [4, 0x105, chunkBytes] });
  } else if (compression !== null) {
    throw new RangeError(`Compression filter "${String(compression)}" is unavailable: gzip and lzf can be written`);
  } else if (compressionOpts !== undefined) {
    throw new TypeError("Compression method must be specified");
  }
  if (fletcher32) out.push({ id: FILTER.fletcher32, flags: 0, name: "fletcher32", values: [] });
  return out;
}

/** The parameters of scale-offset (H5Zscaleoffset.c): twenty numbers, those behind the eighth for the fill value. */
function scaleSpec(factor: number | true, type: H5Type, count: number, fill: Uint8Array | null): FilterSpec {
  const isFloat = type.kind === "float";
  if (!(isFloat || type.kind === "int") || ![1, 2, 4, 8].includes(type.size)) {
    throw new TypeError("scale/offset filter only supported for integer and floating-point types");
  }
  if (isFloat && type.size < 4) throw new TypeError("scale/offset filter knows no floats of two bytes");
  if (isFloat && factor === true) {
    throw new TypeError("integer scaleoffset must be provided for floating point types");
  }
  const number = factor === true ? 0 : factor;
  if (!Number.isInteger(number) || number < 0) throw new RangeError("scale factor must be >= 0");
  if (!isFloat && number > type.size * 8) {
    throw new RangeError(`scaleoffset of ${number} bits for ints of ${type.size * 8}`);
  }
  const big = "big" in type ? type.big : type.order === ">";
  const values = new Array<number>(20).fill(0);
  values.splice(0, 5, isFloat ? 0 : 2, number, count, isFloat ? 1 : 0, type.size);
  values[5] = type.kind === "int" && type.signed ? 1 : 0;
  values[6] = big ? 1 : 0;
  values[7] = 1;
  const bytes = new Uint8Array(8);
  if (fill !== null) bytes.set(big ? fill.slice().reverse() : fill);
  const view = new DataView(bytes.buffer);
  values[8] = view.getUint32(0, true);
  values[9] = view.getUint32(4, true);
  return { id: FILTER.scaleoffset, flags: 1, name: "scaleoffset", values };
}

/** Throws `TypeError` unless a dataset is of the shape and type that are wanted (`requireDataset`). */
export function demandSame({ space, type }: DatasetInfo, options: CreateOptions, exact: boolean): void {
  checkOptions(options);
  if (options.shape === undefined || options.dtype === undefined) {
    throw new TypeError("requireDataset must be told shape and dtype");
  }
  const wanted = listed(options.shape);
  const have = space.shape ?? [];
  if (have.length !== wanted.length || have.some((n, i) => n !== wanted[i])) {
    throw new TypeError(`Shapes do not match (existing (${have.join(", ")}) vs new (${wanted.join(", ")}))`);
  }
  const old = mapped(type).dtype;
  const made = mapped(typeOf(options.dtype)).dtype;
  if (old.equals(made) || (!exact && holds(old, made))) return;
  throw new TypeError(`Datatypes do not match (existing ${old.str} vs new ${made.str})`);
}

/** Does one dtype hold all values of another (NumPy's "safe" casting, among numbers)? */
function holds(wide: DType, narrow: DType): boolean {
  const bits = (dtype: DType): number => ({ 2: 11, 4: 24, 8: 53 })[dtype.itemsize] ?? 64;
  const kinds = `${narrow.kind}${wide.kind}`;
  switch (kinds) {
    case "ii":
    case "uu":
    case "ff":
    case "cc":
      return wide.itemsize >= narrow.itemsize;
    case "ui":
      return wide.itemsize > narrow.itemsize;
    case "if":
    case "uf":
      return bits(wide) >= narrow.itemsize * 8 || wide.itemsize === 8;
    case "bi":
    case "bu":
    case "bf":
      return true;
    default:
      return false;
  }
}
