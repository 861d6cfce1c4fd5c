/**
 * Compressed files: what is in a shell, within limits.
 *
 * To add a shell: its codec in `SHELLS`, and a row in `sniff.ts` that tells it by its first bytes.
 *
 * @module
 */
import { rawBytes } from "#platform";
import { type Boxed, mayBeBox, type Shell } from "./boxes.ts";
import type { Source } from "./core/bytes/parse.ts";
import { bz2, type Codec, type Decoder, gzip, located, lz4, lzma, xz, zfile, zlib, zstd } from "./core/codecs/index.ts";
import { FormatError, LimitError } from "./core/errors.ts";
import type { Limits } from "./formats/pickle/index.ts";
import { sniff } from "./sniff.ts";

/** Shells by the names that {@link sniff} gives them. */
const SHELLS: ReadonlyMap<string, Codec> = new Map(
  [gzip, zlib, bz2, xz, lzma, lz4, zstd, zfile].map((codec) => [codec.name, codec]),
);

/** Bytes that are given out whatever they were packed into. */
const FREE = 1 << 26;
const MAX_RATIO = 1000;
const MAX_BYTES = 2 ** 31;
/** Shells in shells that are opened. */
export const MAX_NESTING = 4;
/** Bytes by which every shell is told from everything else. */
const TELLING = 24;

/** The shell that a file begins with, or null; `more` are tried where brine knows none. */
export function shellOf(head: Uint8Array, more: readonly Codec[] = []): Codec | null {
  const known = SHELLS.get(sniff(head).format);
  if (known !== undefined) return known;
  return more.find(({ prefix }) => prefix.every((byte, i) => head[i] === byte)) ?? null;
}

/** Could these few first bytes be those of a shell that more of them would tell? */
export function mayBeShell(head: Uint8Array, more: readonly Codec[] = []): boolean {
  if (head.length >= TELLING) return false;
  for (const { prefix } of [...SHELLS.values(), ...more]) {
    if (prefix.every((byte, i) => i >= head.length || head[i] === byte)) return true;
  }
  return false;
}

/** The first bytes of shells, which no pickle of protocol 2 and above begins with. */
const FIRST: ReadonlySet<number> = new Set([...SHELLS.values()].map(({ prefix }) => prefix[0] as number));

/** Bytes without their shells, which `seen` takes, the outermost first; `boxOf` takes them out of archives of one file. Throws `LimitError` for a bomb, `FormatError` for damaged data. */
export function peeledBytes(
  bytes: Uint8Array,
  limits: Limits = {},
  more: readonly Codec[] = [],
  seen: Shell[] = [],
  boxOf: ((bytes: Uint8Array, limits: Limits) => Boxed | null) | null = null,
): Uint8Array {
  // Frames that are skipped may stand before those of lz4 and zstd.
  const isSkipped = bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
  if (more.length === 0 && !FIRST.has(bytes[0] as number) && !isSkipped && !mayBeBox(bytes)) return bytes;
  const { maxBytes = MAX_BYTES, maxRatio = MAX_RATIO } = limits;
  for (let depth = 0; ; depth++) {
    const shell = shellOf(bytes, more);
    const box = shell === null && boxOf !== null && mayBeBox(bytes) ? boxOf(bytes, limits) : null;
    const format = (shell ?? box?.shell)?.name;
    if (format === undefined) return bytes;
    if (depth === MAX_NESTING) throw new LimitError("maxNesting", MAX_NESTING, depth + 1, { format });
    if (box !== null) {
      seen.push(box.shell);
      bytes = box.content;
    }
    if (shell === null) continue;
    const byRatio = Math.max(FREE, Math.floor(bytes.length * maxRatio));
    const most = Math.min(maxBytes, byRatio);
    const inside = unpacked(shell, bytes, most);
    if (inside === null) {
      if (most === maxBytes) throw new LimitError("maxBytes", maxBytes, maxBytes + 1, { format });
      throw new LimitError("maxRatio", maxRatio, Math.ceil((most + 1) / bytes.length), { format });
    }
    seen.push(shell);
    bytes = inside;
  }
}

/** Unpacked bytes; null when there are more than `most`. */
function unpacked(shell: Codec, bytes: Uint8Array, most: number): Uint8Array | null {
  try {
    return shell.decode(bytes, { maxOutput: most });
  } catch (e) {
    if (e instanceof LimitError) return null;
    throw e instanceof FormatError && SHELLS.get(shell.name) === shell ? atByte(e, shell, bytes, most) : e;
  }
}

/** The error with the packed byte that is wrong, which only a decoder can tell. */
function atByte(e: unknown, shell: Codec, bytes: Uint8Array, most: number): unknown {
  const decoder = shell.decoder();
  const block = rawBytes(MOST_AT_ONCE);
  try {
    decoder.push(bytes, true);
    for (let total = 0; !decoder.done && total <= most; ) total += decoder.read(block);
    return e;
  } catch (again) {
    return located(again, decoder, bytes.length);
  } finally {
    decoder.close?.();
  }
}

/** A source without its outer shell; what reads it holds it to `maxBytes`. */
export function peeled(source: Source, shell: Codec, limits: Limits = {}): Source {
  const { maxRatio = MAX_RATIO, maxBytes = MAX_BYTES } = limits;
  const { name, size } = source;
  let taken = 0;
  let given = 0;
  let asked: AbortSignal | undefined;
  const next = async (into?: ArrayBuffer): Promise<Uint8Array> => {
    if (size === undefined || source.fill === undefined) return source.next(PACKED, asked);
    const room = into === undefined ? new Uint8Array(Math.min(PACKED, size)) : new Uint8Array(into);
    return room.subarray(0, await source.fill(room, asked));
  };
  let ahead: Promise<Uint8Array> | null = null;
  let last: Uint8Array | null = null;
  const packed = async (spent = false): Promise<Uint8Array> => {
    const piece = await (ahead ?? next());
    ahead = null;
    // The next piece is read while this one is unpacked; not of a stream, whose next piece may never come.
    if (size !== undefined && piece.length > 0) {
      // New memory costs about as much as reading it full.
      ahead = next(spent && last?.buffer.byteLength === PACKED ? (last.buffer as ArrayBuffer) : undefined);
      last = piece;
      // A failure is told to whom asks for that piece.
      ahead.catch(() => {});
    }
    taken += piece.length;
    return piece;
  };
  const gave = (count: number): void => {
    given += count;
    if (given > FREE && given > taken * maxRatio) {
      throw new LimitError("maxRatio", maxRatio, Math.ceil(given / taken), { path: name, format: shell.name });
    }
  };
  const inside: Source = {
    ...(shell.pulls?.() === true ? pulled(shell, packed, gave, () => taken) : pieced(shell, packed, gave)),
    name,
    most: size === undefined ? undefined : Math.min(maxBytes, Math.max(FREE, size * maxRatio)),
  };
  const { next: piece, fill, close } = inside;
  inside.next = (want, signal) => {
    asked = signal;
    return piece(want, signal);
  };
  if (fill) {
    inside.fill = (into, signal) => {
      asked = signal;
      return fill(into, signal);
    };
  }
  inside.close = async () => {
    close?.();
    await ahead?.catch(() => {});
    await source.close?.();
  };
  if (source.beside) inside.beside = (other) => source.beside!(other);
  return inside;
}

/** Gives the next packed bytes; `spent`: nobody needs the earlier ones any more. */
type Packed = (spent?: boolean) => Promise<Uint8Array>;
type Reading = Pick<Source, "next" | "fill" | "close">;

/** Draws from the shell's decoder, straight into the memory that the bytes are for. */
function pulled(shell: Codec, packed: Packed, gave: (count: number) => void, taken: () => number): Reading {
  let decoder: Decoder | null = null;
  const read = async (into: Uint8Array, some: boolean): Promise<number> => {
    if (decoder === null) {
      await shell.ready?.();
      decoder = shell.decoder();
    }
    for (let filled = 0; ; ) {
      const count = decoder.done ? 0 : decoded(decoder, filled === 0 ? into : into.subarray(filled));
      gave(count);
      filled += count;
      if (filled === into.length || decoder.done || (some && filled > 0)) return filled;
      const piece = await packed(decoder.spent);
      decoder.push(piece, piece.length === 0);
    }
  };
  const decoded = (decoder: Decoder, into: Uint8Array): number => {
    try {
      return decoder.read(into);
    } catch (e) {
      throw located(e, decoder, taken());
    }
  };
  return {
    async next(want) {
      const block = rawBytes(Math.max(1, Math.min(want, MOST_AT_ONCE)));
      return block.subarray(0, await read(block, true));
    },
    fill: (into) => read(into, false),
    close: () => decoder?.close?.(),
  };
}

const MOST_AT_ONCE = 1 << 19;
/** Packed bytes that are read at a time. */
const PACKED = 1 << 20;

/** Takes pieces as the shell's codec gives them. */
function pieced(shell: Codec, packed: Packed, gave: (count: number) => void): Reading {
  async function* all(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = await packed();
      if (piece.length === 0) return;
      yield piece;
    }
  }
  const pieces = shell.decodePieces(all());
  return {
    async next() {
      for (;;) {
        const { done, value } = await pieces.next();
        if (done) return new Uint8Array(0);
        gave(value.length);
        if (value.length > 0) return value;
      }
    },
    close() {
      // A generator that waits for a stalled source would let this wait as well.
      void pieces.return(undefined).catch(() => undefined);
    },
  };
}
