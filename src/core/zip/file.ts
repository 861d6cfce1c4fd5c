/**
 * A zip that is open: its files by name, read one by one.
 *
 * @module
 */

import { crc32 } from "../bytes/digest.ts";
import { roomFor } from "../bytes/memory.ts";
import { type Parse, runSync, type Source, type Span } from "../bytes/parse.ts";
import { Reader, run } from "../bytes/reader.ts";
import { SourceError, TruncatedError } from "../errors.ts";
import { parseZip, type ZipEntry, type ZipLimits } from "./directory.ts";
import { checkedContent, demandReadable, isLarge, parseZipEntry, parseZipPacked, parseZipPlace } from "./entry.ts";
import { DEFLATE_ONLY, type Methods } from "./methods.ts";

/** Options of {@link openZip}. */
export interface ZipOptions extends ZipLimits {
  /** How methods of packing are undone, beyond stored (deflate). */
  methods?: Methods | undefined;
  /** Where the sums of all files are 0 there are none, as torch writes zips on demand. */
  sumless?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** Bytes of a large file in memory that are copied at once: the processor's cache still has them when they are summed. */
const STEP = 1 << 18;
/** Bytes that are read at once, */
const PIECE = 1 << 22;
/** in so many reads at a time, while what came is summed. */
const READS = 3;

/** A zip over a source that reads ranges. */
export class ZipFile {
  /** Files by name; of several of one name the last. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly source: Source;
  readonly #options: ZipOptions;

  /** @internal */
  constructor(source: Source, entries: readonly ZipEntry[], options: ZipOptions) {
    this.source = source;
    const isSumless = options.sumless === true && entries.every(({ crc }) => crc === 0);
    this.entries = new Map(entries.map((entry) => [entry.name, isSumless ? { ...entry, crc: null } : entry]));
    this.#options = options;
  }

  /** The entry of a name; `RangeError` when there is none. */
  entry(name: string): ZipEntry {
    const found = this.entries.get(name);
    if (found === undefined) throw new RangeError(`there is no ${JSON.stringify(name)} in the zip`);
    return found;
  }

  /** The content of a file, in memory of its own. Throws as `parseZipEntry`. */
  async read(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    const entry = this.entry(name);
    const { methods = DEFLATE_ONLY } = this.#options;
    if (entry.method === 0 && entry.size > 2 * STEP) return this.#readStored(entry, methods, signal);
    if (isLarge(entry, methods, this.#options)) {
      await methods.get(entry.method)?.ready?.();
      return asyncParse(this.source, parseZipEntry(entry, methods, this.#options), signal);
    }
    const packed = await asyncParse(this.source, parseZipPacked(entry, methods, this.#options), signal);
    const method = methods.get(entry.method);
    if (method?.decodeAside) return checkedContent(await method.decodeAside(packed, entry), entry);
    await method?.ready?.();
    return checkedContent(method?.decode(packed, entry) ?? packed, entry);
  }

  /** Large files that are not packed: summed up while the next piece is read. */
  async #readStored(entry: ZipEntry, methods: Methods, signal?: AbortSignal): Promise<Uint8Array> {
    demandReadable(entry, methods, this.#options);
    const { size } = entry;
    const start = await asyncParse(this.source, parseZipPlace(entry), signal);
    const { memory } = this.source;
    const cut = (offset: number): TruncatedError =>
      new TruncatedError(`the zip ends in the bytes of ${JSON.stringify(entry.name)}`, { offset, format: "zip" });
    if (memory !== undefined) {
      if (memory.length < start + size) throw cut(memory.length);
      const { copy, sum } = summedCopy(memory.subarray(start, start + size));
      return checkedContent(copy, entry, sum);
    }
    const content = roomFor(size);
    const piece = async (at: number): Promise<Uint8Array> => {
      const into = content.subarray(at, at + PIECE);
      const [got] = await this.source.read!([{ at: start + at, size: into.length, into }], signal);
      if (got!.length === into.length) return into;
      throw cut(start + at + got!.length);
    };
    const begun: Promise<Uint8Array>[] = [];
    let sum = 0;
    try {
      for (let at = 0; at < size || begun.length > 0; ) {
        for (; at < size && begun.length < READS; at += PIECE) {
          const read = piece(at);
          // A failure is told when its turn comes.
          read.catch(() => undefined);
          begun.push(read);
        }
        const bytes = await begun[0]!;
        signal?.throwIfAborted();
        begun.shift();
        sum = crc32(bytes, sum);
      }
    } finally {
      // Where one fails the others still write to this memory, and read from the source.
      await Promise.allSettled(begun);
    }
    return checkedContent(content, entry, sum);
  }

  /** As {@link read}, at once; a stored file of bytes in memory is a view of them. */
  readSync(name: string): Uint8Array {
    return syncParse(this.source, parseZipEntry(this.entry(name), this.#options.methods, this.#options));
  }

  /** Byte of the source at which the content of a stored file begins; null for one that is packed. */
  async placeOf(name: string, signal?: AbortSignal): Promise<number | null> {
    const entry = this.entry(name);
    if (entry.method !== 0 || entry.flags & 0x41) return null;
    return asyncParse(this.source, parseZipPlace(entry), signal);
  }

  async close(): Promise<void> {
    await this.source.close?.();
  }
}

/** A copy of bytes, and their sum: piece by piece, so that none is fetched into the processor's cache twice. */
function summedCopy(bytes: Uint8Array): { copy: Uint8Array; sum: number } {
  const copy = roomFor(bytes.length);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += STEP) {
    const piece = bytes.subarray(at, at + STEP);
    copy.set(piece, at);
    sum = crc32(piece, sum);
  }
  return { copy, sum };
}

async function asyncParse<T>(source: Source, parse: Parse<T>, signal?: AbortSignal): Promise<T> {
  // A reader of its own for each parse, so that several may run at once; all ranges are read by position.
  return run(parse, new Reader({ ...ranges(source), streaming: false }, { signal }), signal);
}

/** The source seen as ranges alone: what other readers take from its front is none of ours. */
function ranges(source: Source): Source {
  const { size, name, read } = source;
  if (read === undefined || size === undefined)
    throw new SourceError("this source cannot be read by ranges", { path: name });
  let at = 0;
  // Memory of one's own: sources of bytes would give views of them.
  const owned = ({ at, size: want, into }: Span): Span => ({
    at,
    size: want,
    into: into ?? roomFor(Math.max(0, Math.min(want, size - at))),
  });
  return {
    size,
    name,
    read: (spans, signal) => read.call(source, spans.map(owned), signal),
    async next(want, signal) {
      const [bytes] = await read.call(source, [{ at, size: Math.min(want, size - at) }], signal);
      at += (bytes as Uint8Array).length;
      return bytes as Uint8Array;
    },
  };
}

function syncParse<T>(source: Source, parse: Parse<T>): T {
  const { readSync } = source;
  if (readSync === undefined)
    throw new SourceError("this source cannot be read at once: use read", { path: source.name });
  let step = parse.next();
  while (!step.done) {
    const ask = step.value;
    if (ask.kind !== "bytes") throw new TypeError("a zip is read by ranges alone");
    step = parse.next(readSync.call(source, ask.spans));
  }
  return step.value;
}

/**
 * Opens a zip over a source that reads ranges and knows its size. Throws `FormatError`, `TruncatedError`, `LimitError`
 * for bad directories.
 */
export async function openZip(source: Source, options: ZipOptions = {}): Promise<ZipFile> {
  const entries = await asyncParse(source, parseZip(source.size ?? 0, options), options.signal);
  return new ZipFile(source, entries, options);
}

/** Opens a zip in memory. Throws as {@link openZip}. */
export function openZipSync(bytes: Uint8Array, source: Source, options: ZipOptions = {}): ZipFile {
  return new ZipFile(source, runSync(parseZip(bytes.length, options), bytes), options);
}
