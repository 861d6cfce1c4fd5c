/**
 * Unpacks as far as it goes: a stream that breaks has given what stands before the break.
 *
 * @module
 */
import type { Codec, Decoder } from "../../core/codecs/index.ts";
import { joined } from "../../core/codecs/index.ts";
import { type BrineError, isBrineError, LimitError } from "../../core/errors.ts";

/** What came out, and why no more. */
export interface Unpacked {
  readonly bytes: Uint8Array;
  readonly error: BrineError | null;
}

const BLOCK = 1 << 18;

/** Everything that comes out of packed bytes, up to `most`. */
export async function unpack(
  codec: Pick<Codec, "decoder" | "ready">,
  packed: Uint8Array,
  most: number,
): Promise<Unpacked> {
  await codec.ready?.();
  const blocks: Uint8Array[] = [];
  let total = 0;
  let decoder: Decoder | null = null;
  try {
    decoder = codec.decoder();
    decoder.push(packed, true);
    while (!decoder.done) {
      const block = new Uint8Array(BLOCK);
      const filled = decoder.read(block);
      if (filled > 0) blocks.push(block.subarray(0, filled));
      total += filled;
      if (total > most) {
        return { bytes: joined(blocks), error: new LimitError("maxRatio", most, total) };
      }
      if (filled === 0 && !decoder.done) break;
    }
    return { bytes: joined(blocks), error: null };
  } catch (e) {
    if (!isBrineError(e)) throw e;
    // What was decoded into the block that broke is lost with it: smaller steps save it.
    const again = total === 0 ? small(codec, packed) : null;
    return { bytes: again ?? joined(blocks), error: e };
  } finally {
    decoder?.close?.();
  }
}

/** The first bytes of a stream that breaks early, byte by byte. */
function small(codec: Pick<Codec, "decoder">, packed: Uint8Array): Uint8Array {
  const out: Uint8Array[] = [];
  let decoder: Decoder | null = null;
  try {
    decoder = codec.decoder();
    decoder.push(packed, true);
    while (!decoder.done) {
      const one = new Uint8Array(16);
      const filled = decoder.read(one);
      if (filled === 0) break;
      out.push(one.subarray(0, filled));
    }
  } catch (e) {
    if (!isBrineError(e)) throw e;
  } finally {
    decoder?.close?.();
  }
  return joined(out);
}
