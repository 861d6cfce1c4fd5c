/**
 * npy and npz files in `load` and `loads` of `brine`: an array, or the dict of the arrays of a zip.
 *
 * @module
 */
import { runSync, type Source } from "./core/bytes/parse.ts";
import { UnsupportedError, withPath } from "./core/errors.ts";
import { NDArray } from "./core/ndarray/index.ts";
import { PyDict } from "./core/values/index.ts";
import { type NpyReadOptions, parseNpy } from "./formats/npy/index.ts";
import type { NpzFile } from "./formats/npz/index.ts";
import { type LoadAsyncOptions, type LoadOptions, loads as loadsPickle } from "./formats/pickle/index.ts";
import { type NpyLoadAsyncOptions, openNpzSync, readArrays } from "./npyload.ts";
import { withPacks } from "./packs.ts";
import { demandPickle, HEAD, sniff } from "./sniff.ts";
import { asBytes, type SourceInput, toSource } from "./sources/index.ts";

/** First bytes of a file that may hold arrays. */
export interface ArrayHead {
  head: Uint8Array;
}

/** Are these the first bytes of an npy file, or of a zip that may be an npz? */
export function mayHoldArrays(head: Uint8Array): boolean {
  return /^(npy|npz|zip)$/.test(sniff(head).format);
}

/** So few first bytes that they could be those of an npy file or a zip, but do not say so yet. */
export function mayBecomeArrays(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(0, HEAD));
  if (text.length > 0 && "\x93NUMPY".startsWith(text)) return true;
  // The name of the first file tells a zip of arrays from others.
  return text.length < HEAD && (text.startsWith("PK\x03\x04") || /^(P|PK|PK\x03)$/.test(text));
}

function npyOptions(options: LoadOptions): NpyReadOptions {
  const inner = withPacks({ ...options, copy: true, buffers: null });
  return { loadPickle: (bytes) => loadsPickle(bytes, inner) };
}

function asked({ limits, signal, onProgress }: LoadAsyncOptions): NpyLoadAsyncOptions {
  const { maxBytes, maxRatio } = limits ?? {};
  return {
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress } : {}),
    limits: { ...(maxBytes === undefined ? {} : { maxBytes }), ...(maxRatio === undefined ? {} : { maxRatio }) },
  };
}

/** A zip without arrays is none of ours: says so. */
function demandArrays(npz: NpzFile, head: Uint8Array, path?: string): void {
  if (sniff(head).format === "zip" && !npz.holdsArrays) demandPickle(head, path);
}

/** The value in an npy or npz file in memory. Throws as `loads` of `brine/numpy`. */
export function arraysNow(bytes: Uint8Array, options: LoadOptions): NDArray | PyDict {
  const head = bytes.subarray(0, HEAD);
  const read = npyOptions(options);
  if (sniff(head).format === "npy") return runSync(parseNpy(read), bytes);
  const npz = openNpzSync(bytes, asked(options), read);
  if (npz.has(SKOPS)) {
    throw new UnsupportedError("skops", "a file of skops is not read at once: await load of it", { format: "skops" });
  }
  demandArrays(npz, head);
  return new PyDict(npz.allSync());
}

/** The file by which a zip is known as one of skops. */
const SKOPS = "schema.json";

/** What a file of skops holds; its code is fetched. */
async function skopsValue(bytes: Uint8Array, options: LoadAsyncOptions): Promise<unknown> {
  const { skopsPickle } = await import("./families/sklearn/skops.ts");
  return loadsPickle(skopsPickle(bytes), withPacks(options));
}

/** The value in an npy, npz or skops file, whose first bytes are known; the source is closed. */
export async function arraysFrom(input: SourceInput, { head }: ArrayHead, options: LoadAsyncOptions): Promise<unknown> {
  const bytes = asBytes(input);
  if (bytes !== null) {
    const isSkops = head[0] === 0x50 && openNpzSync(bytes, asked(options), npyOptions(options)).has(SKOPS);
    return isSkops ? skopsValue(bytes, options) : arraysNow(bytes, options);
  }
  const source: Source = await toSource(input, options.signal);
  let npz: NpzFile | null = null;
  try {
    const found = await readArrays(source, asked(options), npyOptions(options));
    if (found instanceof NDArray) return found;
    npz = found;
    if (npz.has(SKOPS)) {
      const [whole] = (await source.read?.([{ at: 0, size: source.size ?? 0 }], options.signal)) ?? [];
      if (whole === undefined) throw new UnsupportedError("skops", "a stream of skops is not read: give its bytes");
      return await skopsValue(whole, options);
    }
    demandArrays(npz, head, source.name);
    return new PyDict(await npz.all(options.signal));
  } catch (e) {
    throw withPath(e, source.name);
  } finally {
    await npz?.close();
    await source.close?.();
  }
}
