/**
 * Inputs without ranges, read into memory from end to end.
 *
 * @module
 */
import type { Source } from "../core/bytes/parse.ts";
import { Reader } from "../core/bytes/reader.ts";
import { flowing } from "./flowing.ts";
import { inMemory } from "./memory.ts";

/**
 * A source itself where it reads ranges, else all its bytes in memory; what was read of it already is lost. Throws
 * `LimitError` beyond `maxBytes`, `TypeError` for what cannot be read.
 */
export async function drained(input: unknown, signal?: AbortSignal, maxBytes?: number): Promise<Source> {
  const source = flowing(input);
  if (source.read && source.size !== undefined) return source;
  const reader = new Reader(source, { signal, maxBytes });
  try {
    for (let need = 1 << 20; ; need *= 2) {
      const { bytes, last } = await reader.window(0, need, false);
      if (last) return inMemory(bytes, source.name);
    }
  } finally {
    await source.close?.();
  }
}
