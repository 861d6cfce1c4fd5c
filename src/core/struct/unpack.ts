import { halfToNumber } from "../bytes/half.ts";
import type { Field, Layout } from "./format.ts";

/** Reads every field at `offset`; the caller has checked the length. */
export function unpackFields(layout: Layout, view: DataView, offset: number, bigints: boolean): readonly unknown[] {
  const values: unknown[] = [];
  for (const field of layout.fields) {
    let at = offset + field.offset;
    for (let i = 0; i < field.repeat; i++, at += field.size) {
      values.push(unpackOne(field, view, at, layout.little, bigints));
    }
  }
  return Object.freeze(values);
}

function unpackOne(field: Field, view: DataView, at: number, little: boolean, bigints: boolean): unknown {
  switch (field.kind) {
    case "int":
    case "pointer": {
      const int = unpackInt(field, view, at, little);
      return bigints ? BigInt(int) : int;
    }
    case "float":
      if (field.size === 8) return view.getFloat64(at, little);
      if (field.size === 4) return view.getFloat32(at, little);
      return halfToNumber(view.getUint16(at, little));
    case "bool":
      return view.getUint8(at) !== 0;
    case "pascal": {
      if (field.size === 0) return new Uint8Array();
      const length = Math.min(view.getUint8(at), field.size - 1);
      return bytesOf(view, at + 1, length);
    }
    default:
      return bytesOf(view, at, field.size);
  }
}

function unpackInt({ size, signed }: Field, view: DataView, at: number, little: boolean): number | bigint {
  if (size === 1) return signed ? view.getInt8(at) : view.getUint8(at);
  if (size === 2) return signed ? view.getInt16(at, little) : view.getUint16(at, little);
  if (size === 4) return signed ? view.getInt32(at, little) : view.getUint32(at, little);
  const high = little ? at + 4 : at;
  const top = signed ? view.getInt32(high, little) : view.getUint32(high, little);
  const number = top * 2 ** 32 + view.getUint32(little ? at : at + 4, little);
  if (Number.isSafeInteger(number)) return number;
  return signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little);
}

/** A copy: Python's bytes do not change when the buffer does. */
function bytesOf(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length).slice();
}
