/**
 * A dataset's header, read.
 *
 * @module
 */

import { FormatError } from "../../core/errors.ts";
import type { DatasetInfo, ExternalPart } from "./data.ts";
import { parsePipeline } from "./filters/index.ts";
import { parseFill, parseOldFill } from "./messages/fill.ts";
import { parseLayout } from "./messages/layout.ts";
import { parseSpace } from "./messages/space.ts";
import type { Context } from "./storage/context.ts";
import { Cursor } from "./storage/cursor.ts";
import { MESSAGE, messageOf, type ObjectHeader } from "./storage/header.ts";
import { heapText, localHeap } from "./storage/localheap.ts";
import type { Reading } from "./storage/store.ts";
import { utf8Text } from "./storage/text.ts";
import type { H5Type } from "./types/datatype.ts";

/** Is an object a dataset? */
export function isDataset(header: ObjectHeader): boolean {
  return (
    messageOf(header, MESSAGE.layout) !== undefined &&
    messageOf(header, MESSAGE.dataspace) !== undefined &&
    messageOf(header, MESSAGE.datatype) !== undefined
  );
}

/** Is an object a datatype that was given a name? */
export function isType(header: ObjectHeader): boolean {
  return header.messages.some(({ kind }) => kind === MESSAGE.datatype) && !isDataset(header);
}

/** The type that a named datatype is. */
export function typeOf(context: Context, header: ObjectHeader): H5Type {
  return context.typeOf(needed(context, header, MESSAGE.datatype, "datatype"));
}

function needed(context: Context, header: ObjectHeader, kind: number, what: string): Cursor {
  const found = messageOf(header, kind);
  if (found === undefined) {
    throw new FormatError(`an object has no ${what}`, { offset: header.at, format: "hdf5" });
  }
  return new Cursor(found.data, context.sizes, found.at);
}

/** Everything a dataset's header says. */
export function* describe(context: Context, header: ObjectHeader, root: number): Reading<DatasetInfo> {
  const type = context.typeOf(needed(context, header, MESSAGE.datatype, "datatype"));
  const space = parseSpace(needed(context, header, MESSAGE.dataspace, "dataspace"));
  const layout = parseLayout(needed(context, header, MESSAGE.layout, "layout"));
  const at = (kind: number): Cursor | null => {
    const found = messageOf(header, kind);
    return found === undefined ? null : new Cursor(found.data, context.sizes, found.at);
  };
  const filters = at(MESSAGE.filters);
  const pipeline = filters === null ? [] : parsePipeline(filters);
  const fillAt = at(MESSAGE.fill);
  const oldAt = at(MESSAGE.oldFill);
  const told = fillAt === null ? null : parseFill(fillAt);
  const fill = told?.value ?? (oldAt === null ? null : parseOldFill(oldAt));
  if (fill !== null && fill.length !== type.size) {
    throw new FormatError(`a fill value of ${fill.length} bytes for elements of ${type.size}`, {
      offset: header.at,
      format: "hdf5",
    });
  }
  const outside = at(MESSAGE.external);
  const external = outside === null ? [] : yield* parts(context, outside);
  return { type, space, layout, pipeline, fill, isUnfilled: told?.never === true, external, root };
}

/** The files of external storage (specification, section IV.A.2.h). */
function* parts(context: Context, c: Cursor): Reading<ExternalPart[]> {
  c.version("external file list", 1);
  c.skip(5);
  const used = c.u16();
  const heap = yield* localHeap(context, c.offset());
  const names = yield* context.store.get(heap.at, heap.size);
  const out: ExternalPart[] = [];
  for (let i = 0; i < used; i++) {
    const file = utf8Text(heapText(names, c.length(), context));
    const at = c.length();
    out.push({ file, at, size: c.lengthOrNone() });
  }
  return out;
}
