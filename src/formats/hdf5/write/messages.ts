/**
 * Messages of object headers on their way to a file (specification, section IV.A.2).
 *
 * @module
 */
import type { ExternalPart } from "../data.ts";
import type { Pipeline } from "../filters/index.ts";
import type { RawAttribute } from "../messages/attribute.ts";
import type { Link } from "../messages/links.ts";
import type { Sizes } from "../storage/cursor.ts";
import { encoded, isAscii } from "../storage/text.ts";
import { Encoder } from "./encoder.ts";
import { EXTENSIBLE } from "./extensible.ts";
import type { Image } from "./image.ts";
import { encodeSpace, encodeType } from "./types.ts";

/** An attribute message: of version 1 where its name is ASCII and the header old, else of version 3. */
export function attributeMessage(raw: RawAttribute, data: Uint8Array, sizes: Sizes, version: 1 | 2): Uint8Array {
  const name = encoded(raw.name);
  const type = encodeType(raw.type, sizes);
  const space = encodeSpace(raw.space, sizes);
  const e = new Encoder(sizes, 64 + type.length + data.length);
  const old = version === 1 && isAscii(raw.name);
  e.u8(old ? 1 : 3)
    .u8(0)
    .u16(name.length + 1)
    .u16(type.length)
    .u16(space.length);
  if (!old) e.u8(isAscii(raw.name) ? 0 : 1);
  for (const part of [Uint8Array.of(...name, 0), type, space]) {
    e.bytes(part);
    if (old) e.align(8);
  }
  return e.bytes(data).done();
}

/**
 * A fill value message, and when storage is set aside: late for what stands together, bit by bit for chunks; and when
 * it is filled.
 */
export function fillMessage(
  fill: Uint8Array | null,
  kind: string,
  time: "alloc" | "never" | "ifset",
  sizes: Sizes,
): Uint8Array {
  const when = kind === "compact" ? 1 : kind === "chunked" || kind === "virtual" ? 3 : 2;
  const e = new Encoder(sizes).u8(2).u8(when).u8(["alloc", "never", "ifset"].indexOf(time)).u8(1);
  return e
    .u32(fill?.length ?? 0)
    .bytes(fill ?? new Uint8Array(0))
    .done();
}

/** A filter pipeline message of version 1. */
export function pipelineMessage(pipeline: Pipeline, sizes: Sizes): Uint8Array {
  const e = new Encoder(sizes).u8(1).u8(pipeline.length).zeros(6);
  for (const { id, flags, name, values } of pipeline) {
    const text = encoded(name);
    const room = name === "" ? 0 : (text.length + 8) & ~7;
    e.u16(id).u16(room).u16(flags).u16(values.length);
    e.bytes(text).zeros(room - text.length);
    for (const value of values) e.u32(value >>> 0);
    if (values.length % 2 === 1) e.zeros(4);
  }
  return e.done();
}

export function contiguousMessage(at: number, size: number, sizes: Sizes): Uint8Array {
  return new Encoder(sizes).u8(3).u8(1).offset(at).length(size).done();
}

export function compactMessage(data: Uint8Array, sizes: Sizes): Uint8Array {
  return new Encoder(sizes, data.length + 4).u8(3).u8(0).u16(data.length).bytes(data).done();
}

/** A view, whose parts an object of a global heap tells: version 4. */
export function virtualMessage(heap: number, index: number, sizes: Sizes): Uint8Array {
  return new Encoder(sizes).u8(4).u8(3).offset(heap).u32(index).done();
}

/** The files in which elements stand; their names are in a local heap, behind an empty one. */
export function externalMessage(heap: number, parts: readonly ExternalPart[], sizes: Sizes): Uint8Array {
  const e = new Encoder(sizes).u8(1).zeros(3).u16(parts.length).u16(parts.length).offset(heap);
  let place = 8;
  for (const { file, at, size } of parts) {
    e.length(place).length(at).length(size);
    place += namePlace(file).length;
  }
  return e.done();
}

function namePlace(file: string): Uint8Array {
  const text = encoded(file);
  const out = new Uint8Array((text.length + 8) & ~7);
  out.set(text);
  return out;
}

/** The local heap of those names; gives its address. */
export function writeExternalNames(image: Image, parts: readonly ExternalPart[]): number {
  const { sizes } = image;
  const names = new Encoder(sizes, 64).zeros(8);
  for (const { file } of parts) names.bytes(namePlace(file));
  const data = image.add(names.done());
  const head = new Encoder(sizes).signature("HEAP").u8(0).zeros(3).length(names.at).length(1).offset(data);
  return image.add(head.done());
}

/** Chunks that a version 1 B-tree finds. */
export function chunkedMessage(at: number, dims: readonly number[], size: number, sizes: Sizes): Uint8Array {
  const e = new Encoder(sizes)
    .u8(3)
    .u8(2)
    .u8(dims.length + 1)
    .offset(at);
  for (const n of dims) e.u32(n);
  return e.u32(size).done();
}

/** Chunks of which there is one, or that an array finds: version 4. */
export function indexedMessage(
  index:
    | { kind: "single"; at: number; packed: { size: number; mask: number } | null }
    | { kind: "fixed"; at: number; pageBits: number }
    | { kind: "extensible"; at: number },
  dims: readonly number[],
  size: number,
  sizes: Sizes,
): Uint8Array {
  const all = [...dims, size];
  const width = all.reduce((most, n) => Math.max(most, Math.floor(Math.log2(Math.max(1, n)) / 8) + 1), 1);
  const packed = index.kind === "single" ? index.packed : null;
  const e = new Encoder(sizes)
    .u8(4)
    .u8(2)
    .u8(packed === null ? 0 : 2)
    .u8(all.length)
    .u8(width);
  for (const n of all) e.uint(n, width);
  if (index.kind === "fixed") e.u8(3).u8(index.pageBits);
  else if (index.kind === "extensible") {
    const { maxBits, inIndex, leastPointers, leastData, pageBits } = EXTENSIBLE;
    e.u8(4).u8(maxBits).u8(inIndex).u8(leastPointers).u8(leastData).u8(pageBits);
  } else {
    e.u8(1);
    if (packed !== null) e.length(packed.size).u32(packed.mask >>> 0);
  }
  return e.offset(index.at).done();
}

/** A link message. */
export function linkMessage(name: string, link: Link, order: number | null, at: number, sizes: Sizes): Uint8Array {
  const text = encoded(name);
  const width = text.length < 256 ? 1 : text.length < 65536 ? 2 : 4;
  const hard = link.kind === "hard";
  const utf8 = !isAscii(name);
  const flags = Math.log2(width) | (order === null ? 0 : 4) | (hard ? 0 : 8) | (utf8 ? 16 : 0);
  const e = new Encoder(sizes, text.length + 32).u8(1).u8(flags);
  if (!hard) e.u8(link.kind === "soft" ? 1 : link.kind === "external" ? 64 : link.type);
  if (order !== null) e.uint(order, 8);
  if (utf8) e.u8(1);
  e.uint(text.length, width).bytes(text);
  if (link.kind === "hard") return e.offset(at).done();
  const data =
    link.kind === "soft"
      ? encoded(link.path)
      : link.kind === "external"
        ? Uint8Array.of(0, ...encoded(link.file), 0, ...encoded(link.path), 0)
        : link.data;
  return e.u16(data.length).bytes(data).done();
}

/** A link info message, or an attribute info message (whose order takes two bytes). */
export function infoMessage(
  width: 8 | 2,
  count: number | null,
  dense: { heap: number; names: number; orders: number } | null,
  sizes: Sizes,
): Uint8Array {
  const e = new Encoder(sizes).u8(0).u8(count === null ? 0 : 3);
  if (count !== null) e.uint(width === 2 ? Math.min(count, 65535) : count, width);
  e.offset(dense?.heap ?? -1).offset(dense?.names ?? -1);
  if (count !== null) e.offset(dense?.orders ?? -1);
  return e.done();
}

export function symbolMessage({ tree, heap }: { tree: number; heap: number }, sizes: Sizes): Uint8Array {
  return new Encoder(sizes).offset(tree).offset(heap).done();
}
