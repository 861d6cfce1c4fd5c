/**
 * Local heaps (specification, section III.D): the names of an old group's links.
 *
 * All names are read from the whole heap; to find one of them, those on the way to it are read where they stand.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import type { Context } from "./context.ts";
import { Cursor } from "./cursor.ts";
import type { Reading } from "./store.ts";

/** Where the texts of a local heap stand. */
export interface LocalHeap {
  readonly at: number;
  readonly size: number;
}

/** Reads the head of a local heap. */
export function* localHeap({ store, sizes }: Context, at: number): Reading<LocalHeap> {
  const head = yield* store.get(at, 8 + 2 * sizes.lengths + sizes.offsets);
  const c = new Cursor(head, sizes, at).signature("HEAP");
  c.version("local heap", 0);
  const size = c.skip(3).length();
  c.lengthOrNone();
  const data = c.offset();
  store.check(data, size);
  return { at: data, size };
}

/** Names are mostly shorter. */
const SHORT = 64;

/** The NUL-terminated text at a place of a heap that was not read. */
export function* textIn({ store, sizes }: Context, heap: LocalHeap, place: number): Reading<Uint8Array> {
  for (let most = SHORT; ; most *= 4) {
    const size = Math.min(most, heap.size - place);
    if (size <= 0) throw new FormatError("a name lies behind its heap", { offset: heap.at + place, format: "hdf5" });
    const bytes = store.ready(heap.at + place, size) ?? (yield* store.get(heap.at + place, size));
    const nul = bytes.indexOf(0);
    if (nul >= 0) return bytes.subarray(0, nul);
    if (size < most) return new Cursor(bytes, sizes, heap.at + place).text();
  }
}

/** The NUL-terminated text at a place of a heap. */
export function heapText(heap: Uint8Array, at: number, { sizes }: Context): Uint8Array {
  return new Cursor(heap, sizes).skip(at).text();
}
