/**
 * Sequences that elements refer to, fetched from the file's global heaps before the elements are read.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import type { Context, GlobalHeap } from "../storage/context.ts";
import { NOWHERE, type Sizes } from "../storage/cursor.ts";
import type { Reading } from "../storage/store.ts";
import type { H5Type } from "./datatype.ts";

/** An address in elements; {@link NOWHERE} when all its bits are set. */
export function addressAt(bytes: Uint8Array, at: number, { offsets, place }: Sizes): number {
  if (place !== undefined) return place(bytes.subarray(at, at + offsets), at);
  let value = 0;
  let none = true;
  for (let i = offsets - 1; i >= 0; i--) {
    const byte = bytes[at + i] as number;
    value = value * 256 + byte;
    none &&= byte === 0xff;
  }
  if (none) return NOWHERE;
  if (!Number.isSafeInteger(value)) throw new FormatError("an address is too large", { format: "hdf5" });
  return value;
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

function isAddress(bytes: Uint8Array, at: number, { offsets }: Sizes): boolean {
  return offsets < 8 || (bytes[at + 7] === 0 && (bytes[at + 6] as number) < 0x20);
}

function overlapping(offset: number): FormatError {
  return new FormatError("the global heaps of a file overlap", { offset, format: "hdf5" });
}

/** Do elements refer to heaps? */
export function refersToHeap(type: H5Type): boolean {
  switch (type.kind) {
    case "vlen":
    case "vlenString":
      return true;
    case "reference":
      return type.of === "region";
    case "array":
      return refersToHeap(type.base);
    case "compound":
      return type.members.some((member) => refersToHeap(member.type));
    default:
      return false;
  }
}

/** Heaps at hand. */
export class Heaps {
  readonly #context: Context;
  readonly #found = new Map<number, GlobalHeap>();

  constructor(context: Context) {
    this.#context = context;
  }

  get #sizes(): Sizes {
    return this.#context.sizes;
  }

  /** Fetches what elements from `from` to `to` refer to, and what that refers to; what was fetched before is let go. */
  *fetch(type: H5Type, bytes: Uint8Array, from: number, to: number): Reading<void> {
    this.#found.clear();
    let size = 0;
    const todo = [{ type, bytes, from, to }];
    while (todo.length > 0) {
      const next = todo.pop() as (typeof todo)[number];
      const wanted = new Set<number>();
      const regions = new Set<number>();
      const inner: { type: H5Type; heap: number; index: number; count: number }[] = [];
      const look = (type: H5Type, at: number): void => {
        switch (type.kind) {
          case "array":
            for (let i = 0; i < type.size; i += type.base.size) look(type.base, at + i);
            return;
          case "compound":
            for (const member of type.members) if (refersToHeap(member.type)) look(member.type, at + member.offset);
            return;
          case "reference":
            if (type.of === "region" && isAddress(next.bytes, at, this.#sizes)) {
              regions.add(addressAt(next.bytes, at, this.#sizes));
            }
            return;
          case "vlen":
          case "vlenString": {
            const count = u32(next.bytes, at);
            const heap = addressAt(next.bytes, at + 4, this.#sizes);
            const index = u32(next.bytes, at + 4 + this.#sizes.offsets);
            if (count === 0 || index === 0) return;
            wanted.add(heap);
            if (type.kind === "vlen" && refersToHeap(type.base)) inner.push({ type: type.base, heap, index, count });
            return;
          }
          default:
        }
      };
      if (!refersToHeap(next.type)) continue;
      for (let i = next.from; i < next.to; i++) look(next.type, i * next.type.size);
      for (const heap of wanted) {
        if (heap <= 0 || this.#found.has(heap) || heap === this.#context.pending?.heap) continue;
        const found = yield* this.#context.heap(heap);
        this.#found.set(heap, found);
        size += found.size;
        // Heaps that do not overlap are no longer than the file.
        if (size > this.#context.store.size) throw overlapping(heap);
      }
      for (const heap of regions) {
        if (heap <= 0 || this.#found.has(heap) || heap === this.#context.pending?.heap) continue;
        try {
          const found = yield* this.#context.heap(heap);
          this.#found.set(heap, found);
          size += found.size;
        } catch (e) {
          // Who follows a reference that leads nowhere will be told so.
          if (!(e instanceof FormatError)) throw e;
        }
        if (size > this.#context.store.size) throw overlapping(heap);
      }
      for (const { type, heap, index, count } of inner) {
        const found = this.object(heap, index);
        if (found === null) continue;
        todo.push({ type, bytes: found, from: 0, to: Math.min(count, Math.floor(found.length / type.size)) });
      }
    }
  }

  /** An object of a heap that was fetched; null for the null object. */
  object(heap: number, index: number): Uint8Array | null {
    if (index === 0 || heap <= 0) return null;
    const { pending } = this.#context;
    const found = heap === pending?.heap ? pending.blob(index) : this.#found.get(heap)?.objects.get(index);
    if (found !== undefined) return found;
    throw new FormatError(`the global heap has no object ${index}`, { offset: heap, format: "hdf5" });
  }

  /** The sequence that an element refers to: how many items it has, and its bytes; null for none. */
  sequence(bytes: Uint8Array, at: number): { readonly count: number; readonly bytes: Uint8Array } | null {
    const count = u32(bytes, at);
    if (count === 0) return null;
    const { offsets } = this.#sizes;
    const found = this.object(addressAt(bytes, at + 4, this.#sizes), u32(bytes, at + 4 + offsets));
    return found === null ? null : { count, bytes: found };
  }

  /** What a reference to a region refers to; null for the null reference. */
  region(bytes: Uint8Array, at: number): Uint8Array | null {
    return this.object(addressAt(bytes, at, this.#sizes), u32(bytes, at + this.#sizes.offsets));
  }
}
