/**
 * Local heaps (specification, section III.D): the names of an old group's links.
 *
 * @module
 */
import type { Context } from "./context.ts";
import { Cursor } from "./cursor.ts";
import type { Reading } from "./store.ts";

/** Reads the data of a local heap. */
export function* localHeap({ store, sizes }: Context, at: number): Reading<Uint8Array> {
  const head = yield* store.get(at, 8 + 2 * sizes.lengths + sizes.offsets);
  const c = new Cursor(head, sizes, at).signature("HEAP");
  c.version("local heap", 0);
  const size = c.skip(3).length();
  c.lengthOrNone();
  return yield* store.get(c.offset(), size);
}

/** The NUL-terminated text at a place of a heap. */
export function heapText(heap: Uint8Array, at: number, { sizes }: Context): Uint8Array {
  return new Cursor(heap, sizes).skip(at).text();
}
