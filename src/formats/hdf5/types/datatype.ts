/**
 * Datatypes as files say them (specification, section IV.A.2.d).
 *
 * @module
 */
import type { Cursor } from "../storage/cursor.ts";
import { utf8Text } from "../storage/text.ts";

/** A member of a compound. */
export interface Member {
  readonly name: string;
  readonly offset: number;
  readonly type: H5Type;
}

/** One name and value of an enum; the value in the bytes of its base type. */
export interface EnumName {
  readonly name: string;
  readonly value: Uint8Array;
}

interface Sized {
  /** Bytes of one element in the file. */
  readonly size: number;
}

/** Integers and bit fields. */
export interface FixedType extends Sized {
  readonly kind: "int" | "bitfield";
  readonly big: boolean;
  readonly signed: boolean;
  /** First bit that counts, and how many do. */
  readonly bitOffset: number;
  readonly precision: number;
}

/** Floating-point numbers: where sign, exponent and mantissa stand. */
export interface FloatType extends Sized {
  readonly kind: "float";
  readonly order: "<" | ">" | "vax";
  readonly bitOffset: number;
  readonly precision: number;
  readonly sign: number;
  readonly expAt: number;
  readonly expSize: number;
  readonly manAt: number;
  readonly manSize: number;
  readonly bias: number;
  /** 0: no normalization, 1: the highest bit is always set, 2: it is implied. */
  readonly norm: number;
}

/** Any datatype. */
export type H5Type =
  | FixedType
  | FloatType
  | (Sized & { readonly kind: "time"; readonly big: boolean; readonly precision: number })
  | (Sized & { readonly kind: "string"; readonly padding: number; readonly utf8: boolean })
  | (Sized & { readonly kind: "opaque"; readonly tag: string })
  | (Sized & { readonly kind: "compound"; readonly members: readonly Member[] })
  | (Sized & { readonly kind: "reference"; readonly of: "object" | "region" | "object2" | "region2" | "attribute" })
  | (Sized & { readonly kind: "enum"; readonly base: FixedType; readonly names: readonly EnumName[] })
  | (Sized & { readonly kind: "vlen"; readonly base: H5Type })
  | (Sized & { readonly kind: "vlenString"; readonly utf8: boolean; readonly padding: number })
  | (Sized & { readonly kind: "array"; readonly base: H5Type; readonly shape: readonly number[] })
  | (Sized & { readonly kind: "complex"; readonly base: FloatType });

const MAX_DEPTH = 64;
/** Elements have at most so many bytes; NumPy ends at twice that. */
const MOST_SIZE = 2 ** 30;
/** Numbers have at most so many bytes. */
const MOST_BYTES = 4096;

/** Reads a datatype. */
export function parseType(c: Cursor, depth = 0): H5Type {
  if (depth > MAX_DEPTH) throw c.bad("datatypes are nested too deep");
  const head = c.u8();
  const version = head >> 4;
  const cls = head & 15;
  const bits = c.uint(3);
  const size = c.u32();
  if (size === 0 || size > MOST_SIZE) throw c.bad(`elements of ${size} bytes make no sense`, 4);
  switch (cls) {
    case 0:
    case 4: {
      if (size > MOST_BYTES) throw c.bad(`numbers of ${size} bytes are not known`, 4);
      const bitOffset = c.u16();
      const precision = c.u16();
      if (precision === 0 || bitOffset + precision > size * 8) {
        throw c.bad("an integer type makes no sense");
      }
      const signed = cls === 0 && (bits & 8) !== 0;
      return { kind: cls === 0 ? "int" : "bitfield", size, big: (bits & 1) !== 0, signed, bitOffset, precision };
    }
    case 1:
      return parseFloat(c, bits, size);
    case 2:
      if (size > MOST_BYTES) throw c.bad(`times of ${size} bytes are not known`, 4);
      return { kind: "time", size, big: (bits & 1) !== 0, precision: c.u16() };
    case 3:
      return { kind: "string", size, padding: bits & 15, utf8: ((bits >> 4) & 15) === 1 };
    case 5: {
      const tag = c.take(Math.min(c.left, ((bits & 255) + 7) & ~7));
      const end = tag.indexOf(0);
      return { kind: "opaque", size, tag: utf8Text(end < 0 ? tag : tag.subarray(0, end)) };
    }
    case 6:
      return { kind: "compound", size, members: parseMembers(c, version, bits & 0xffff, size, depth) };
    case 7: {
      const of = (["object", "region", "object2", "region2", "attribute"] as const)[bits & 15];
      if (of === undefined) throw c.bad(`references of kind ${bits & 15} are not known`);
      demandRoom(c, size, of === "object" ? 0 : of === "region" ? 4 : 3 - c.sizes.offsets);
      return { kind: "reference", size, of };
    }
    case 8: {
      const base = parseType(c, depth + 1);
      if (base.kind !== "int" || base.size !== size) throw c.bad("an enum must be of integers of its size");
      const count = bits & 0xffff;
      const texts: string[] = [];
      for (let i = 0; i < count; i++) texts.push(name(c, version));
      const names = texts.map((text) => ({ name: text, value: c.take(base.size).slice() }));
      return { kind: "enum", size, base, names };
    }
    case 9: {
      const base = parseType(c, depth + 1);
      demandRoom(c, size, 8);
      if ((bits & 15) === 1)
        return { kind: "vlenString", size, utf8: ((bits >> 8) & 15) === 1, padding: (bits >> 4) & 15 };
      return { kind: "vlen", size, base };
    }
    case 10: {
      const rank = c.u8();
      if (rank > 32) throw c.bad(`an array type of ${rank} axes: there may be 32`, 1);
      if (version < 3) c.skip(3);
      const shape: number[] = [];
      for (let i = 0; i < rank; i++) shape.push(c.u32());
      if (version < 3) c.skip(4 * rank);
      const base = parseType(c, depth + 1);
      const items = shape.reduce((a, b) => a * b, 1);
      if (items * base.size !== size) throw c.bad("the size of an array type does not fit its shape");
      return { kind: "array", size, base, shape };
    }
    case 11: {
      const base = parseType(c, depth + 1);
      if (base.kind !== "float" || base.size * 2 !== size) throw c.bad("a complex type must be of two floats");
      return { kind: "complex", size, base };
    }
    default:
      throw c.bad(`datatypes of class ${cls} are not known`);
  }
}

/** Throws when elements are too small for an address and so many bytes more. */
function demandRoom(c: Cursor, size: number, more: number): void {
  if (size < c.sizes.offsets + more) throw c.bad(`references of ${size} bytes have no room for an address`);
}

function parseFloat(c: Cursor, bits: number, size: number): FloatType {
  if (size > MOST_BYTES) throw c.bad(`numbers of ${size} bytes are not known`, 4);
  const order = (bits & 0x41) === 0x41 ? "vax" : bits & 1 ? ">" : "<";
  const bitOffset = c.u16();
  const precision = c.u16();
  const expAt = c.u8();
  const expSize = c.u8();
  const manAt = c.u8();
  const manSize = c.u8();
  const bias = c.u32();
  if (bitOffset + precision > size * 8 || expAt + expSize > size * 8 || manAt + manSize > size * 8) {
    throw c.bad("a floating-point type makes no sense");
  }
  const norm = (bits >> 4) & 3;
  const sign = (bits >> 8) & 255;
  if (sign >= size * 8 || (order === "vax" && size % 2 === 1)) throw c.bad("a floating-point type makes no sense");
  return { kind: "float", size, order, bitOffset, precision, sign, expAt, expSize, manAt, manSize, bias, norm };
}

function name(c: Cursor, version: number): string {
  const from = c.at;
  const text = utf8Text(c.text());
  if (version < 3) c.align(8, from);
  return text;
}

function parseMembers(c: Cursor, version: number, count: number, size: number, depth: number): Member[] {
  const members: Member[] = [];
  if (count === 0) throw c.bad("a compound has no members");
  for (let i = 0; i < count; i++) {
    const text = name(c, version);
    const offset = version >= 3 ? c.uint(offsetSize(size)) : c.u32();
    let shape: number[] = [];
    if (version === 1) {
      const rank = c.u8();
      if (rank > 4) throw c.bad(`a member of ${rank} axes: there may be four`, 1);
      c.skip(11);
      shape = [c.u32(), c.u32(), c.u32(), c.u32()].slice(0, rank);
    }
    let type = parseType(c, depth + 1);
    if (shape.length > 0) {
      type = { kind: "array", size: shape.reduce((a, b) => a * b, type.size), base: type, shape };
    }
    if (offset + type.size > size) throw c.bad(`the member ${JSON.stringify(text)} does not lie in its compound`);
    members.push({ name: text, offset, type });
  }
  return members;
}

/** Bytes that the offsets of a compound of this size take in version 3. */
export function offsetSize(size: number): number {
  return size < 256 ? 1 : size < 65536 ? 2 : size < 1 << 24 ? 3 : 4;
}
