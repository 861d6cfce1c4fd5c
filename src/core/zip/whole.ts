/**
 * A zip whose bytes are all in memory.
 *
 * @module
 */
import { runSync } from "../bytes/parse.ts";
import { parseZip, type ZipEntry, type ZipLimits } from "./directory.ts";
import { parseZipEntry } from "./entry.ts";

/** Files of a zip in memory, read at once: stored ones are views of its bytes. */
export class WholeZip {
  /** Files by name; of several of one name the last. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly #bytes: Uint8Array;
  readonly #limits: ZipLimits;

  /** Throws `FormatError`, `TruncatedError`, `LimitError` for bad directories. */
  constructor(bytes: Uint8Array, limits: ZipLimits = {}) {
    const entries = runSync(parseZip(bytes.length, limits), bytes);
    this.entries = new Map(entries.map((entry) => [entry.name, entry]));
    this.#bytes = bytes;
    this.#limits = limits;
  }

  /** The content of a file, stored or deflated; `RangeError` when there is none, else as `parseZipEntry`. */
  read(name: string): Uint8Array {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new RangeError(`there is no ${JSON.stringify(name)} in the zip`);
    return runSync(parseZipEntry(entry, undefined, this.#limits), this.#bytes);
  }
}
