/**
 * Compression as `joblib.dump` and `joblib.load` understand it: names, levels, endings, and what the caller adds.
 *
 * Source: joblib/numpy_pickle.py (`dump`) and compressor.py (`register_compressor`).
 *
 * @module
 */
import { bz2, type Codec, gzip, joined, lz4, lzma, xz, zlib } from "./core/codecs/index.ts";

/** What joblib knows, in its order. */
const BUILT_IN: readonly Codec[] = [zlib, gzip, bz2, lzma, xz, lz4];

/** A compressor of the caller's, as `joblib.register_compressor` takes one; here it is an option of the call. */
export interface Compressor {
  readonly name: string;
  /** The bytes that its files begin with. */
  readonly prefix: Uint8Array;
  /** The ending of its files, dot and all. */
  readonly extension: string;
  /** Packs at once; `level` is null when none was asked for. */
  compress(bytes: Uint8Array, level: number | null): Uint8Array | Promise<Uint8Array>;
  /** Unpacks at once. */
  decompress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Take the place of a compressor of the same name. */
  readonly force?: boolean;
}

/** Level of compression: no or yes, 0 to 9, a compressor's name, or both. */
export type Compress = boolean | number | string | readonly [name: string, level: number | null];

/** A compressor as a codec; `level` -1 stands for none. */
class CallersCodec implements Codec {
  readonly name: string;
  readonly prefix: Uint8Array;
  readonly extension: string;
  readonly level = -1;
  readonly #compressor: Compressor;

  constructor(compressor: Compressor) {
    this.name = compressor.name;
    this.prefix = compressor.prefix;
    this.extension = compressor.extension;
    this.#compressor = compressor;
  }

  #atOnce(given: Uint8Array | Promise<Uint8Array>): Uint8Array {
    if (given instanceof Uint8Array) return given;
    throw new TypeError(`the compressor ${this.name} waits: use load and dump`);
  }

  decode(bytes: Uint8Array): Uint8Array {
    return this.#atOnce(this.#compressor.decompress(bytes));
  }

  encode(bytes: Uint8Array, level = -1): Uint8Array {
    return this.#atOnce(this.#compressor.compress(bytes, level < 0 ? null : level));
  }

  decoder(): never {
    throw new TypeError(`the compressor ${this.name} cannot unpack pieces`);
  }

  async *decodePieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    yield this.#compressor.decompress(await whole(pieces));
  }

  async *encodePieces(pieces: AsyncIterable<Uint8Array>, level = -1): AsyncGenerator<Uint8Array> {
    yield this.#compressor.compress(await whole(pieces), level < 0 ? null : level);
  }
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return joined(all);
}

/** The caller's compressors as codecs. Throws `TypeError` and `RangeError` by `register_compressor`'s rules. */
export function codecsOf(compressors: readonly Compressor[] = []): Codec[] {
  const names = new Set(BUILT_IN.map(({ name }) => name));
  return compressors.map((one) => {
    if (typeof one?.name !== "string") {
      throw new TypeError(`Compressor name should be a string, '${String(one?.name)}' given.`);
    }
    const whole =
      one.prefix instanceof Uint8Array &&
      typeof one.extension === "string" &&
      typeof one.compress === "function" &&
      typeof one.decompress === "function";
    if (!whole) {
      throw new TypeError(`Compressor '${one.name}' should have prefix, extension, compress and decompress.`);
    }
    if (names.has(one.name) && !one.force) throw new RangeError(`Compressor '${one.name}' already registered.`);
    names.add(one.name);
    return new CallersCodec(one);
  });
}

/** All compressors in joblib's order; one that takes another's place stands there. */
function registered(more: readonly Codec[]): Map<string, Codec> {
  return new Map([...BUILT_IN, ...more].map((codec) => [codec.name, codec]));
}

/** The codec and level that `compress` and a file's name ask for; null for none. */
export function chosen(
  compress: Compress,
  filename: string | null,
  more: readonly Codec[],
): { codec: Codec; level: number } | null {
  let method: string | null = "zlib";
  let level: number | null;
  let named = false;
  if (compress === true) level = null;
  else if (Array.isArray(compress)) {
    if (compress.length !== 2) {
      throw new RangeError(
        "Compress argument tuple should contain exactly 2 elements: (compress method, compress level), you passed " +
          `(${compress.join(", ")})`,
      );
    }
    [method, level] = compress as [string, number | null];
    named = true;
  } else if (typeof compress === "string") {
    method = compress;
    level = null;
    named = true;
  } else level = Number(compress);
  if (level !== null && !(Number.isInteger(level) && level >= 0 && level <= 9)) {
    throw new RangeError(
      `Non valid compress level given: "${level}". Possible values are [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].`,
    );
  }
  const all = registered(more);
  if (!all.has(method as string)) {
    throw new RangeError(
      `Non valid compression method given: "${method}". Possible values are ${[...all.keys()].join(", ")}.`,
    );
  }
  if (filename !== null && !named) {
    method = null;
    for (const [name, { extension }] of all) if (filename.endsWith(extension)) method = name;
    // An ending asks for compression, even where no level does.
    if (method !== null && level === 0) level = null;
  }
  if (level === 0) return null;
  const codec = all.get(method ?? "zlib") as Codec;
  return { codec, level: level ?? codec.level };
}
