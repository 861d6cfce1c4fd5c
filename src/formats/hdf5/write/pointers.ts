/**
 * Elements that refer to something: sequences in global heaps, and objects.
 *
 * While a file is made, sequences stand in a heap in memory whose address is one that no file has, and new objects have
 * numbers instead of addresses; both are exchanged when the file is written.
 *
 * @module
 */
import { Cursor, type Sizes } from "../storage/cursor.ts";
import type { H5Type } from "../types/datatype.ts";
import type { Reference } from "../types/reference.ts";

/** The first number of a new object, by the bytes of an address; the number before is the heap in memory. */
function firstId(sizes: Sizes): number {
  return sizes.offsets >= 8 ? 2 ** 52 : 2 ** (8 * sizes.offsets) - 2 ** (8 * sizes.offsets - 2);
}

/** Does a type have elements that refer to something (or, when `sequences` is set, to sequences)? */
export function refers(type: H5Type, sequences = false): boolean {
  switch (type.kind) {
    case "vlen":
    case "vlenString":
      return true;
    case "reference":
      return !sequences;
    case "array":
      return refers(type.base, sequences);
    case "compound":
      return type.members.some((member) => refers(member.type, sequences));
    default:
      return false;
  }
}

/** A datatype as a file with addresses of another size has it. */
export function fitted(type: H5Type, sizes: Sizes): H5Type {
  if (sizes.offsets === 8) return type;
  switch (type.kind) {
    case "vlenString":
      return { ...type, size: 8 + sizes.offsets };
    case "vlen":
      return { ...type, size: 8 + sizes.offsets, base: fitted(type.base, sizes) };
    case "reference":
      return {
        ...type,
        size: type.of === "region" ? sizes.offsets + 4 : type.of === "object" ? sizes.offsets : type.size,
      };
    case "array": {
      const base = fitted(type.base, sizes);
      return { ...type, base, size: type.shape.reduce((a, b) => a * b, base.size) };
    }
    case "compound": {
      if (!refers(type)) return type;
      let offset = 0;
      const members = type.members.map((member) => {
        const inner = fitted(member.type, sizes);
        const made = { name: member.name, offset, type: inner };
        offset += inner.size;
        return made;
      });
      return { kind: "compound", size: offset, members };
    }
    default:
      return type;
  }
}

/** The heap in memory. */
export class Pointers {
  readonly sizes: Sizes;
  /** Number of the first new object. */
  readonly first: number;
  readonly #blobs: Uint8Array[] = [];

  constructor(sizes: Sizes) {
    this.sizes = sizes;
    this.first = firstId(sizes);
  }

  /** Address of the heap in memory. */
  get heap(): number {
    return this.first - 1;
  }

  /** Is a number one of a new object? */
  isNew(id: number): boolean {
    return id >= this.first;
  }

  /** An object of the heap in memory. */
  blob(index: number): Uint8Array {
    return this.#blobs[index - 1] as Uint8Array;
  }

  /** Puts an object into the heap in memory; gives its number. */
  keep(blob: Uint8Array): number {
    return this.#blobs.push(blob);
  }

  /** Writes an element that refers to a sequence; `count` counts its elements, null its bytes. */
  putSequence(out: Uint8Array, at: number, bytes: Uint8Array, count: number | null): void {
    const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
    if (bytes.length === 0) {
      out.fill(0, at, at + 8 + this.sizes.offsets);
      return;
    }
    view.setUint32(at, count ?? bytes.length, true);
    this.putAddress(out, at + 4, this.heap);
    view.setUint32(at + 4 + this.sizes.offsets, this.#blobs.push(bytes), true);
  }

  putReference(out: Uint8Array, at: number, reference: Reference | null): void {
    this.putAddress(out, at, reference === null || reference.isNull ? 0 : reference.address);
  }

  /** A region stands in a heap, behind the address of its dataset. Throws `TypeError` for a reference to an object. */
  putRegion(out: Uint8Array, at: number, reference: Reference | null): void {
    out.fill(0, at, at + this.sizes.offsets + 4);
    if (reference === null || reference.isNull) return;
    if (reference.broken !== null) throw reference.broken;
    if (reference.region === null) {
      throw new TypeError("a reference to a region is wanted: ds.regionref(…) makes one");
    }
    this.putAddress(out, at, this.heap);
    new DataView(out.buffer, out.byteOffset).setUint32(
      at + this.sizes.offsets,
      this.#blobs.push(reference.region),
      true,
    );
  }

  putAddress(out: Uint8Array, at: number, address: number): void {
    for (let i = 0; i < this.sizes.offsets; i++) {
      out[at + i] = address % 256;
      address = Math.floor(address / 256);
    }
  }

  /**
   * Elements with what they refer to exchanged: `keep` puts a sequence into a heap of the file, `find` gives the
   * address of a new object. The bytes are a copy.
   */
  moved(type: H5Type, bytes: Uint8Array, move: Move): Uint8Array {
    const out = bytes.slice();
    for (let at = 0; at + type.size <= out.length; at += type.size) this.#move(type, out, at, move);
    return out;
  }

  #moveRegion(out: Uint8Array, at: number, move: Move): void {
    const c = new Cursor(out, this.sizes).skip(at + this.sizes.offsets);
    const blob = this.blob(c.u32()).slice();
    const id = new Cursor(blob, this.sizes).offset();
    if (this.isNew(id)) this.putAddress(blob, 0, move.find(id));
    const { heap, index } = move.keep(blob);
    this.putAddress(out, at, heap);
    new DataView(out.buffer, out.byteOffset).setUint32(at + this.sizes.offsets, index, true);
  }

  /** An address among elements; one that no file can have, which nobody wrote, is infinite. */
  #addressIn(out: Uint8Array, at: number): number {
    let value = 0;
    for (let i = this.sizes.offsets - 1; i >= 0; i--) value = value * 256 + (out[at + i] as number);
    return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
  }

  #move(type: H5Type, out: Uint8Array, at: number, move: Move): void {
    switch (type.kind) {
      case "reference": {
        const id = this.#addressIn(out, at);
        if (type.of === "region") {
          if (id === this.heap) this.#moveRegion(out, at, move);
          return;
        }
        if (type.of !== "object") return;
        if (this.isNew(id) && id < Number.POSITIVE_INFINITY) this.putAddress(out, at, move.find(id));
        return;
      }
      case "compound":
        for (const member of type.members) {
          if (refers(member.type)) this.#move(member.type, out, at + member.offset, move);
        }
        return;
      case "array":
        if (!refers(type.base)) return;
        for (let i = 0; i < type.size; i += type.base.size) this.#move(type.base, out, at + i, move);
        return;
      case "vlen":
      case "vlenString": {
        if (this.#addressIn(out, at + 4) !== this.heap) return;
        let blob = this.blob(new Cursor(out, this.sizes).skip(at + 4 + this.sizes.offsets).u32());
        if (type.kind === "vlen" && refers(type.base)) blob = this.moved(type.base, blob, move);
        const { heap, index } = move.keep(blob);
        this.putAddress(out, at + 4, heap);
        new DataView(out.buffer, out.byteOffset).setUint32(at + 4 + this.sizes.offsets, index, true);
        return;
      }
      default:
    }
  }
}

/** Where things go when the file is written. */
export interface Move {
  keep(blob: Uint8Array): { heap: number; index: number };
  find(id: number): number;
}
