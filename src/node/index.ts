/**
 * Files on disk, Node only.
 *
 * ```ts
 * import { dumpFile, loadFileSync } from "brine/node";
 * ```
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { withPath } from "../core/errors.ts";
import { type DumpOptions, dumps, type LoadAsyncOptions, type LoadOptions } from "../formats/pickle/index.ts";
import { load, loads } from "../load.ts";
import { withPacks } from "../packs.ts";
import { fileError, pathOf, writePath, writePathSync } from "../platform/files.ts";

/**
 * Reads a file at once, as `loads` of `brine` does: pickle, joblib, npy, packed or not. Throws `SourceError` naming the
 * file when it cannot be read, else as `loads`.
 *
 * @example
 * ```ts
 * const value = loadFileSync("model.pkl");
 * ```
 */
export function loadFileSync<T = unknown>(path: string | URL, options: LoadOptions = {}): T {
  const name = pathOf(path);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(name);
  } catch (e) {
    throw fileError(name, e);
  }
  try {
    return loads<T>(bytes, options);
  } catch (e) {
    throw withPath(e, name);
  }
}

/**
 * Reads a file, as `load` of `brine` does.
 *
 * @example
 * ```ts
 * const value = await loadFile("model.pkl");
 * ```
 */
export function loadFile<T = unknown>(path: string | URL, options: LoadAsyncOptions = {}): Promise<T> {
  return load<T>(pathOf(path), options);
}

/** Options of the functions that write files. */
export interface DumpFileOptions extends DumpOptions {
  /** Put the UTC time into the name: `name@2026-01-02T03-04-05Z.pkl`. */
  tagTime?: boolean;
}

/**
 * Writes a pickle file at once, whole or not at all, and gives the path written. Throws `PicklingError` or
 * `SourceError`, and leaves the old file as it was.
 *
 * @example
 * ```ts
 * dumpFileSync({ a: 1 }, "a.pkl"); // "a.pkl"
 * ```
 */
export function dumpFileSync(value: unknown, path: string | URL, options: DumpFileOptions = {}): string {
  const name = tagged(pathOf(path), options);
  writePathSync(name, dumps(value, withPacks(options)));
  return name;
}

/**
 * Writes a pickle file, whole or not at all, and gives the path written. Throws as {@link dumpFileSync}.
 *
 * @example
 * ```ts
 * await dumpFile(model, "model.pkl", { tagTime: true }); // "model@2026-01-02T03-04-05Z.pkl"
 * ```
 */
export async function dumpFile(value: unknown, path: string | URL, options: DumpFileOptions = {}): Promise<string> {
  const name = tagged(pathOf(path), options);
  await writePath(name, dumps(value, withPacks(options)));
  return name;
}

/**
 * Gives what the file holds; makes and writes it first when there is no such file. Throws what `make` throws, and as
 * `dumpFile` and `loadFile` do.
 *
 * @example
 * ```ts
 * const table = await cached("table.pkl", () => slowQuery());
 * ```
 */
export async function cached<T = unknown>(
  path: string | URL,
  make: () => T | Promise<T>,
  options: LoadAsyncOptions & DumpOptions = {},
): Promise<T> {
  const name = pathOf(path);
  // Read back even when just made, so that the first call gives what all later ones give.
  if (!existsSync(name)) await dumpFile(await make(), name, options);
  return loadFile<T>(name, options);
}

function tagged(path: string, { tagTime }: DumpFileOptions): string {
  if (!tagTime) return path;
  const extension = extname(path);
  const time = new Date().toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  return join(dirname(path), `${basename(path, extension)}@${time}${extension}`);
}
