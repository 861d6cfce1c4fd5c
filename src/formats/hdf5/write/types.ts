/**
 * Datatypes and dataspaces as files hold them (specification, sections IV.A.2.b and d).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import type { Space } from "../messages/space.ts";
import type { Sizes } from "../storage/cursor.ts";
import { encoded } from "../storage/text.ts";
import type { FixedType, FloatType, H5Type } from "../types/datatype.ts";
import { Encoder } from "./encoder.ts";

/** A datatype's bytes. */
export function encodeType(type: H5Type, sizes: Sizes): Uint8Array {
  const e = new Encoder(sizes);
  put(e, type, hasArray(type) ? 2 : 1);
  return e.done();
}

/** Arrays came with version 2, and so do the compounds that hold them. */
function hasArray(type: H5Type): boolean {
  if (type.kind === "array") return true;
  if (type.kind === "vlen") return hasArray(type.base);
  return type.kind === "compound" && type.members.some((member) => hasArray(member.type));
}

function head(e: Encoder, version: number, cls: number, bits: number, size: number): void {
  e.u8((version << 4) | cls)
    .uint(bits, 3)
    .u32(size);
}

function put(e: Encoder, type: H5Type, version: number): void {
  switch (type.kind) {
    case "int":
    case "bitfield": {
      head(e, version, type.kind === "int" ? 0 : 4, (type.big ? 1 : 0) | (type.signed ? 8 : 0), type.size);
      e.u16(type.bitOffset).u16(type.precision);
      break;
    }
    case "float":
      putFloat(e, type, version);
      break;
    case "time":
      head(e, version, 2, type.big ? 1 : 0, type.size);
      e.u16(type.precision);
      break;
    case "string":
      head(e, version, 3, type.padding | (type.utf8 ? 16 : 0), type.size);
      break;
    case "opaque": {
      const tag = encoded(type.tag);
      const room = (tag.length + 7) & ~7;
      if (room > 255) throw new RangeError(`the tag of an opaque type has at most 248 bytes, not ${tag.length}`);
      head(e, version, 5, room, type.size);
      e.bytes(tag).zeros(room - tag.length);
      break;
    }
    case "compound":
      if (type.members.length > 0xffff) throw new RangeError("a compound has at most 65535 members");
      head(e, version, 6, type.members.length, type.size);
      for (const { name, offset, type: inner } of type.members) {
        putName(e, name);
        e.u32(offset);
        if (version === 1) e.zeros(28);
        put(e, inner, version);
      }
      break;
    case "reference": {
      const kind = ["object", "region", "object2", "region2", "attribute"].indexOf(type.of);
      head(e, kind < 2 ? version : 4, 7, kind < 2 ? kind : kind | 16, type.size);
      break;
    }
    case "enum":
      if (type.names.length > 0xffff) throw new RangeError("an enum has at most 65535 names");
      head(e, version, 8, type.names.length, type.size);
      put(e, type.base, version);
      for (const { name } of type.names) putName(e, name);
      for (const { value } of type.names) e.bytes(value);
      break;
    case "vlen":
      head(e, version, 9, 0, type.size);
      put(e, type.base, version);
      break;
    case "vlenString":
      head(e, version, 9, 1 | (type.padding << 4) | (type.utf8 ? 256 : 0), type.size);
      put(e, { kind: "int", size: 1, big: false, signed: false, bitOffset: 0, precision: 8 }, version);
      break;
    case "array": {
      head(e, 2, 10, 0, type.size);
      e.u8(type.shape.length).zeros(3);
      for (const n of type.shape) e.u32(n);
      e.zeros(4 * type.shape.length);
      put(e, type.base, version);
      break;
    }
    default:
      throw new UnsupportedError("native complex types", "native complex types can be read, not written");
  }
}

function putFloat(e: Encoder, type: FloatType, version: number): void {
  const order = type.order === "vax" ? 0x41 : type.order === ">" ? 1 : 0;
  head(e, version, 1, order | (type.norm << 4) | (type.sign << 8), type.size);
  e.u16(type.bitOffset).u16(type.precision).u8(type.expAt).u8(type.expSize).u8(type.manAt).u8(type.manSize);
  e.u32(type.bias);
}

function putName(e: Encoder, name: string): void {
  const from = e.at;
  if (name.includes("\0")) throw new TypeError(`the name ${JSON.stringify(name)} holds a NUL`);
  e.bytes(encoded(name)).u8(0).align(8, from);
}

/** A dataspace's bytes; of one that is `resizable` with the lengths to which it may grow, whatever they are. */
export function encodeSpace({ shape, maxshape }: Space, sizes: Sizes, resizable = false): Uint8Array {
  const e = new Encoder(sizes);
  if (shape === null) return e.u8(2).u8(0).u8(0).u8(2).done();
  // A shape that shrinks may grow again as far as told: said even where it is the shape.
  const grows = resizable || maxshape.some((most, i) => most !== shape[i]);
  e.u8(1)
    .u8(shape.length)
    .u8(grows ? 1 : 0)
    .zeros(5);
  for (const n of shape) e.length(n);
  if (grows) for (const n of maxshape) e.length(n ?? -1);
  return e.done();
}

/** An integer type that fills its bytes. */
export function intType(size: number, signed: boolean, big = false): FixedType {
  return { kind: "int", size, big, signed, bitOffset: 0, precision: size * 8 };
}

/** An IEEE floating-point type, or x86's long double (12 and 16 bytes). */
export function floatType(size: number, order: "<" | ">" = "<"): FloatType {
  const [expAt, expSize, bias] = (
    { 2: [10, 5, 15], 4: [23, 8, 127], 8: [52, 11, 1023] } as Record<number, [number, number, number]>
  )[size] ?? [64, 15, 16383];
  const long = size > 8;
  return {
    kind: "float",
    size,
    order,
    bitOffset: 0,
    precision: long ? 80 : size * 8,
    sign: long ? 79 : size * 8 - 1,
    expAt,
    expSize,
    manAt: 0,
    manSize: expAt,
    bias,
    norm: long ? 0 : 2,
  };
}
