/**
 * The scanner: says whether a file may run code when Python loads it, and where. It runs nothing, and writes nothing.
 *
 * @module
 */

import type { Source } from "../../core/bytes/parse.ts";
import { decodeLatin1 } from "../../core/bytes/text.ts";
import { BrineError, isBrineError } from "../../core/errors.ts";
import { shellOf } from "../../shells.ts";
import { sniff } from "../../sniff.ts";
import { asBytes, type SourceInput, toRanges } from "../../sources/index.ts";
import { isMismatch, isPickleName } from "./endings.ts";
import { isGraph, isScript, scanGraph, scanScript } from "./graphs.ts";
import { issue } from "./issue.ts";
import { scanNpy } from "./npys.ts";
import { scanPickles } from "./pickles.ts";
import { type Part, Scan } from "./scan.ts";
import { beginsTar, scanTar } from "./tars.ts";
import type { Report, ScanOptions } from "./types.ts";
import { unpack } from "./unpack.ts";
import { endsAsZip, scanZip } from "./zips.ts";

export { sarif } from "./sarif.ts";
export type {
  FileScanned,
  Finding,
  GlobalFound,
  Report,
  ScanLimits,
  ScanOptions,
  Severity,
  Verdict,
} from "./types.ts";

/**
 * Looks into a file and into everything in it: pickles, joblib, npy and npz, torch, Keras, HDF5, zip, tar and what they
 * are packed into. Nothing is run and nothing is written.
 *
 * What cannot be read is `suspicious`, never `safe`. Throws `SourceError` when the file cannot be had at all, and
 * `LimitError` when it is larger than `limits.maxBytes`.
 *
 * @example
 * ```ts
 * const { verdict, findings } = await scan("model.pt");
 * if (verdict !== "safe") for (const { path, message } of findings) console.log(path, message);
 * ```
 */
export async function scan(source: SourceInput, options: ScanOptions = {}): Promise<Report> {
  const state = new Scan(options);
  const { bytes, name } = await whole(source, state, options.name);
  const file = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  const loaded = file === "" || isPickleName(file);
  state.push({ path: name === "" ? "bytes" : name, name: file, bytes, depth: 0, loaded });
  for (let part = state.queue.pop(); part !== undefined; part = state.queue.pop()) {
    options.signal?.throwIfAborted();
    try {
      await inspect(part, state);
    } catch (e) {
      if (!isBrineError(e)) throw e;
      state.add(part, issue("not-inspected", "suspicious", e.offset ?? 0, `This part cannot be read: ${e.reason}.`));
    }
  }
  return state.report();
}

async function whole(input: SourceInput, state: Scan, given?: string): Promise<{ bytes: Uint8Array; name: string }> {
  const { maxBytes } = state.limits;
  const bytes = asBytes(input);
  if (bytes !== null) return { bytes, name: given ?? "" };
  const source: Source = await toRanges(input, state.signal, maxBytes);
  try {
    const size = source.size as number;
    if (size > maxBytes)
      throw new BrineError("LIMIT", `the file has ${size} bytes, and limits.maxBytes is ${maxBytes}`);
    const [all] = (await source.read!([{ at: 0, size }])) as [Uint8Array];
    return { bytes: all, name: given ?? source.name ?? "" };
  } finally {
    await source.close?.();
  }
}

/** Formats that hold no code that Python's readers run. */
const HARMLESS =
  /^(parquet|Feather|TensorFlow Lite|MATLAB|PDF|JPEG|PNG|SQLite|HTML|XML|UTF-16 text|Git LFS pointer|ONNX)$/;
/** Formats whose content cannot be seen here. */
const CLOSED = /^(7z|RAR)$/;

/** Files that are opened as zips, whatever they begin with. */
const ZIPPED = /\.(zip|npz|keras|pt|pth|ckpt|bin|pt2|mar|whl|jar)$/i;

async function inspect(part: Part, state: Scan): Promise<void> {
  const { bytes } = part;
  const { format } = sniff(bytes);
  const shell = shellOf(bytes);
  const told = (name: string): void => void state.files.push({ path: part.path, format: name, size: bytes.length });
  if (isMismatch(part.name, format, bytes)) {
    const message = `The file is called ${JSON.stringify(part.name)}, but is ${format === "pickle" ? "a pickle" : `of the format ${format}`}.`;
    state.add(part, issue("wrong-ending", part.depth === 0 ? "suspicious" : "note", 0, message));
  }
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] as number) < 9;
  const appended = isZip ? null : endsAsZip(bytes);
  const alsoZip = async (): Promise<void> => {
    const message = "A zip stands behind other bytes: readers that look at the end see another file than the rest.";
    state.add(part, issue("appended-zip", "suspicious", 0, message));
    told("zip");
    await scanZip(part, state);
  };
  // Bytes within a pickle, and files of a tar, are looked into by themselves.
  const isTar = beginsTar(bytes);
  if (appended !== null && format !== "pickle" && !isTar) await alsoZip();
  // Whatever it is: a reader that takes it for a pickle sees opcodes.
  const alsoPickle = (): Promise<number> => scanPickles({ ...part, loaded: false, first: true }, state);
  if (shell !== null) {
    told(shell.name);
    await alsoPickle();
    return unwrap(part, state, shell);
  }
  if (isZip) {
    told(format);
    await alsoPickle();
    return scanZip(part, state);
  }
  if (isTar) {
    told("tar");
    await scanTar(part, state);
    await alsoPickle();
    return;
  }
  if (isScript(part) || isGraph(part)) {
    told(isGraph(part) ? "TensorFlow graph" : "TorchScript code");
    (isGraph(part) ? scanGraph : scanScript)(part, state);
    await scanPickles({ ...part, loaded: false }, state);
    return;
  }
  if (format === "npy") {
    told(format);
    return scanNpy(part, state);
  }
  if (format === "HDF5" || isLaterHdf5(bytes)) {
    told("HDF5");
    await alsoPickle();
    return (await import("./hdf5s.ts")).scanHdf5(part, state);
  }
  if (format === "JSON" || (part.keras && part.name.endsWith(".json"))) {
    told(format);
    await configuration(part, state);
    if (format !== "JSON") await scanPickles({ ...part, loaded: false }, state);
    return;
  }
  if (CLOSED.test(format)) {
    told(format);
    await alsoPickle();
    state.add(part, issue("not-inspected", "suspicious", 0, `Files of the format ${format} cannot be looked into.`));
    return;
  }
  if (format === "ELF") {
    told(format);
    state.add(part, issue("program", "suspicious", 0, "This is a program or a library, not data."));
    return;
  }
  if (HARMLESS.test(format)) {
    told(format);
    await alsoPickle();
    return;
  }
  const isSafetensors = isTensors(bytes);
  const end = await scanPickles(
    { ...part, loaded: part.loaded && !isSafetensors, ...(format === "torch" ? { torch: true } : {}) },
    state,
  );
  told(isSafetensors ? "safetensors" : end > 0 || part.loaded ? format : "data");
  if (appended !== null && (end <= appended || ZIPPED.test(part.name))) await alsoZip();
}

/** HDF5 behind a block of the user's: at 512, 1024, 2048… */
function isLaterHdf5(bytes: Uint8Array): boolean {
  for (let at = 512; at + 8 <= bytes.length && at <= 1 << 24; at *= 2) {
    if (decodeLatin1(bytes, at, at + 8) === "\x89HDF\r\n\x1a\n") return true;
  }
  return false;
}

/** The length of a JSON head, and the head. */
function isTensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const size = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return size <= BigInt(bytes.length - 8);
}

async function unwrap(part: Part, state: Scan, shell: NonNullable<ReturnType<typeof shellOf>>): Promise<void> {
  const { bytes, error } = await unpack(shell, part.bytes, state.room(part.bytes.length));
  state.took(bytes.length);
  if (error !== null) {
    const what = error.code === "LIMIT" ? "not-inspected" : "broken-shell";
    state.add(
      part,
      issue(
        what,
        "suspicious",
        error.offset ?? 0,
        `The ${shell.name} stream cannot be unpacked to its end: ${error.reason}.`,
      ),
    );
  }
  const name = part.name.replace(/\.(gz|gzip|bz2|xz|lzma|lz4|zst|z|Z)$/, "");
  const isData = /\.npy$/.test(name) && name !== part.name;
  const loaded = part.loaded && !isData;
  state.push({ ...part, path: `${part.path}!${shell.name}`, name, bytes, depth: part.depth + 1, loaded });
}

async function configuration(part: Part, state: Scan): Promise<void> {
  const text = new TextDecoder().decode(part.bytes);
  const isConfig = part.keras === true && part.name === "config.json";
  // A key may be spelled by escapes.
  if (!isConfig && !text.includes('"class_name"') && !text.includes("\\u")) return;
  const { judgeConfig } = await import("./keras.ts");
  const issues = judgeConfig(text);
  if (issues === null) {
    if (isConfig)
      state.add(part, issue("not-inspected", "suspicious", 0, "The configuration of a Keras model is no JSON."));
    return;
  }
  for (const found of issues) state.add(part, found);
}
