/**
 * The attributes of an object, in its header or in a heap.
 *
 * @module
 */
import { TruncatedError } from "../../core/errors.ts";
import { dtype, NDArray } from "../../core/ndarray/index.ts";
import { Empty } from "./empty.ts";
import { parseAttribute, type RawAttribute } from "./messages/attribute.ts";
import { parseDense } from "./messages/links.ts";
import { asAsked } from "./numbers.ts";
import { btree2Records } from "./storage/btree2.ts";
import type { Context } from "./storage/context.ts";
import { Cursor, NOWHERE } from "./storage/cursor.ts";
import { FractalHeap } from "./storage/fractal.ts";
import { MESSAGE, type ObjectHeader } from "./storage/header.ts";
import type { Reading } from "./storage/store.ts";
import { compareText } from "./storage/text.ts";
import { elements, fixedText, scalar } from "./types/decode.ts";
import { mapped } from "./types/dtypes.ts";

/** All attributes, in h5py's order: as they were made where that is kept, else by name. */
export function* attributes(context: Context, header: ObjectHeader): Reading<RawAttribute[]> {
  const out: RawAttribute[] = [];
  for (const message of header.messages) {
    if (message.kind !== MESSAGE.attribute) continue;
    out.push(yield* parseAttribute(context, message.data, message.at, message.order));
  }
  const info = header.messages.find(({ kind }) => kind === MESSAGE.attributeInfo);
  const dense = info === undefined ? null : parseDense(new Cursor(info.data, context.sizes, info.at), 2);
  if (dense !== null && dense.heap !== NOWHERE && dense.names !== NOWHERE) {
    const heap = yield* FractalHeap.open(context, dense.heap);
    for (const record of yield* btree2Records(context, dense.names)) {
      const c = new Cursor(record, context.sizes).skip(8);
      const flags = c.u8();
      const order = c.u32();
      const id = record.subarray(0, 8);
      const data = flags & 2 ? yield* context.sharedMessage(MESSAGE.attribute, id) : yield* heap.object(id);
      out.push(yield* parseAttribute(context, data, dense.heap, order));
    }
  }
  if (dense?.tracked) return out.sort((a, b) => a.order - b.order);
  return out.sort((a, b) => compareText(a.name, b.name));
}

/** The value of an attribute: strings as text, other scalars as values, the rest as arrays. */
export function* attributeValue(context: Context, { type, space, data }: RawAttribute): Reading<unknown> {
  if (space.shape === null) return new Empty(mapped(type).dtype);
  if (space.shape.length === 0) return asAsked(context, yield* scalar(context, type, data));
  if (type.kind === "string") {
    const count = space.shape.reduce((a, b) => a * b, 1);
    if (count * type.size > data.length) {
      throw new TruncatedError(`${count} strings of ${type.size} bytes do not fit in ${data.length} bytes`, {
        format: "hdf5",
      });
    }
    const items: string[] = [];
    for (let i = 0; i < count; i++) {
      items.push(fixedText(type.padding, data.subarray(i * type.size, (i + 1) * type.size)));
    }
    return NDArray.over(dtype("O"), items, space.shape);
  }
  return asAsked(context, yield* elements(context, type, data.slice(), space.shape));
}
