/**
 * Dense links and attributes on their way to a file: a fractal heap and the version 2 B-trees that find its objects
 * (specification, sections III.A.2 and III.G).
 *
 * @module
 */
import { bytesFor } from "../storage/btree2.ts";
import { lookup3 } from "../storage/lookup3.ts";
import { encoded } from "../storage/text.ts";
import { Encoder } from "./encoder.ts";
import type { Image } from "./image.ts";

/** An object of the heap, by its name and its number in the order of creation. */
export interface DenseObject {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly order: number;
}

/** Larger objects stand outside the heap's blocks. */
const MOST_MANAGED = 4096;
const MAX_DIRECT = 65536;
/** Records that a tree of one node may have: their number takes two bytes. */
const MOST_RECORDS = 60000;
const NODE = 1 << 16;

/** Writes dense links or attributes; gives the addresses for the info message. */
export function writeDense(
  image: Image,
  what: "links" | "attributes",
  objects: readonly DenseObject[],
): { heap: number; names: number; orders: number } {
  const isLinks = what === "links";
  const { heap, ids } = writeHeap(image, objects, isLinks ? 7 : 8, isLinks ? 32 : 40);
  const { sizes } = image;
  const hashed = objects.map(({ name, order }, i) => {
    const bytes = encoded(name);
    return { hash: lookup3(bytes), name, order, id: ids[i] as Uint8Array };
  });
  hashed.sort((a, b) => a.hash - b.hash || (a.name < b.name ? -1 : 1));
  const names = hashed.map(({ hash, order, id }) => {
    const e = new Encoder(sizes, 20);
    return (isLinks ? e.u32(hash).bytes(id) : e.bytes(id).u8(0).u32(order).u32(hash)).done();
  });
  hashed.sort((a, b) => a.order - b.order);
  const orders = hashed.map(({ order, id }) => {
    const e = new Encoder(sizes, 20);
    return (isLinks ? e.uint(order, 8).bytes(id) : e.bytes(id).u8(0).u32(order)).done();
  });
  return {
    heap,
    names: writeTree2(image, isLinks ? 5 : 8, names),
    orders: writeTree2(image, isLinks ? 6 : 9, orders),
  };
}

/** Writes a fractal heap whose objects stand in one block, or each by itself when it is large. */
function writeHeap(
  image: Image,
  objects: readonly DenseObject[],
  idLength: number,
  maxBits: number,
): { heap: number; ids: Uint8Array[] } {
  const { sizes } = image;
  const offsetSize = (maxBits + 7) >> 3;
  const headSize = 26 + 12 * sizes.lengths + 3 * sizes.offsets;
  const heap = image.alloc(headSize);
  const ids: Uint8Array[] = [];
  const huge: Uint8Array[] = [];
  let hugeBytes = 0;
  let managed = 0;
  const block = new Encoder(sizes, 4096).signature("FHDB").u8(0).offset(heap).zeros(offsetSize);
  for (const { bytes } of objects) {
    const id = new Encoder(sizes, idLength);
    if (bytes.length > MOST_MANAGED) {
      const record = new Encoder(sizes)
        .offset(image.add(bytes))
        .length(bytes.length)
        .length(huge.length + 1);
      huge.push(record.done());
      hugeBytes += bytes.length;
      id.u8(0x10).uint(huge.length, Math.min(8, idLength - 1));
    } else {
      managed++;
      id.u8(0).uint(block.at, offsetSize).uint(bytes.length, 2);
      block.bytes(bytes);
    }
    ids.push(id.zeros(idLength - id.at).done());
  }
  let start = 512;
  while (start < block.at) start *= 2;
  const free = managed > 0 ? start - block.at : 0;
  const size = managed > 0 ? start : 0;
  const root = managed > 0 ? image.alloc(start) : -1;
  if (managed > 0) image.put(root, block.zeros(start - block.at).done());
  const tree = huge.length > 0 ? writeTree2(image, 1, huge) : -1;
  const e = new Encoder(sizes, headSize).signature("FRHP").u8(0).u16(idLength).u16(0).u8(0).u32(MOST_MANAGED);
  e.length(huge.length).offset(tree).length(free).offset(-1);
  e.length(size).length(size).length(size).length(managed);
  e.length(hugeBytes).length(huge.length).length(0).length(0);
  e.u16(4).length(start).length(Math.max(start, MAX_DIRECT)).u16(maxBits).u16(1);
  e.offset(root).u16(0).checksum();
  image.put(heap, e.done());
  return { heap, ids };
}

/** Writes a version 2 B-tree of sorted records: one node, or a root above leaves. */
function writeTree2(image: Image, type: number, records: readonly Uint8Array[]): number {
  const { sizes } = image;
  const recordSize = records[0]?.length ?? 1;
  const head = image.alloc(22 + sizes.offsets + sizes.lengths);
  const single = records.length <= MOST_RECORDS;
  let nodeSize = single ? 512 : NODE;
  while (single && nodeSize < 10 + records.length * recordSize) nodeSize *= 2;
  const leaf = (part: readonly Uint8Array[]): number => {
    const e = new Encoder(sizes, nodeSize).signature("BTLF").u8(0).u8(type);
    for (const record of part) e.bytes(record);
    e.checksum();
    return image.add(e.zeros(nodeSize - e.at).done());
  };
  let root: number;
  let rootCount: number;
  if (single) {
    root = leaf(records);
    rootCount = records.length;
  } else {
    const capacity = Math.floor((nodeSize - 10) / recordSize);
    // Records between the leaves stand in the root; the leaves share the rest evenly.
    const leaves = Math.ceil((records.length + 1) / (capacity + 1));
    const between: Uint8Array[] = [];
    const children: { at: number; count: number }[] = [];
    let at = 0;
    for (let i = 0; i < leaves; i++) {
      const left = records.length - at - (leaves - 1 - i);
      const count = Math.ceil(left / (leaves - i));
      children.push({ at: leaf(records.slice(at, at + count)), count });
      at += count;
      if (i < leaves - 1) between.push(records[at++] as Uint8Array);
    }
    const e = new Encoder(sizes, nodeSize).signature("BTIN").u8(0).u8(type);
    for (const record of between) e.bytes(record);
    for (const child of children) e.offset(child.at).uint(child.count, bytesFor(capacity));
    e.checksum();
    if (e.at > nodeSize) throw new RangeError("a group has too many links");
    root = image.add(e.zeros(nodeSize - e.at).done());
    rootCount = between.length;
  }
  const e = new Encoder(sizes).signature("BTHD").u8(0).u8(type).u32(nodeSize).u16(recordSize);
  e.u16(single ? 0 : 1)
    .u8(100)
    .u8(40)
    .offset(root)
    .u16(rootCount)
    .length(records.length);
  image.put(head, e.checksum().done());
  return head;
}
