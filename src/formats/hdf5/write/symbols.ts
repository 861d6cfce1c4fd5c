/**
 * Old groups on their way to a file: names in a local heap, symbol tables and their B-tree (specification, sections
 * III.A.1, III.B and III.D).
 *
 * @module
 */
import type { Link } from "../messages/links.ts";
import { encoded } from "../storage/text.ts";
import { Encoder } from "./encoder.ts";
import type { Image } from "./image.ts";

/** How many entries the nodes of a file have, halved. */
export interface TreeRanks {
  readonly leaf: number;
  readonly internal: number;
  readonly chunk: number;
}

/** What HDF5 takes unless told. */
export const RANKS: TreeRanks = { leaf: 4, internal: 16, chunk: 32 };

/** Can an old group hold such links? */
export function isOldLink(link: Link): boolean {
  return link.kind === "hard" || link.kind === "soft";
}

interface Named {
  readonly name: Uint8Array;
  readonly link: Link;
}

function compare(a: Named, b: Named): number {
  const n = Math.min(a.name.length, b.name.length);
  for (let i = 0; i < n; i++) {
    const d = (a.name[i] as number) - (b.name[i] as number);
    if (d !== 0) return d;
  }
  return a.name.length - b.name.length;
}

/** Writes the links of an old group; gives the addresses for its symbol table message. */
export function writeSymbols(
  image: Image,
  ranks: TreeRanks,
  links: ReadonlyMap<string, Link>,
  find: (id: number) => number,
): { tree: number; heap: number } {
  const { sizes } = image;
  const entries = [...links].map(([name, link]): Named => ({ name: encoded(name), link })).sort(compare);
  // The heap: an empty name first, then names and the paths of soft links.
  const heap = new Encoder(sizes, 256).zeros(8);
  const text = (bytes: Uint8Array): number => {
    const at = heap.at;
    heap.bytes(bytes).u8(0).align(8);
    return at;
  };
  const places = entries.map(({ name, link }) => ({
    name: text(name),
    path: link.kind === "soft" ? text(encoded(link.path)) : 0,
  }));
  const heapData = image.add(heap.done());
  const head = new Encoder(sizes).signature("HEAP").u8(0).zeros(3).length(heap.at).length(1).offset(heapData);
  const heapAt = image.add(head.done());

  const perNode = 2 * ranks.leaf;
  const entrySize = sizes.lengths + sizes.offsets + 24;
  let children: { at: number; last: number }[] = [];
  for (let i = 0; i < entries.length; i += perNode) {
    const part = entries.slice(i, i + perNode);
    const e = new Encoder(sizes, 8 + perNode * entrySize).signature("SNOD").u8(1).u8(0).u16(part.length);
    part.forEach(({ link }, k) => {
      const { name, path } = places[i + k] as (typeof places)[number];
      e.length(name);
      if (link.kind === "hard") e.offset(find(link.at)).u32(0).u32(0).zeros(16);
      else e.offset(-1).u32(2).u32(0).u32(path).zeros(12);
    });
    e.zeros((perNode - part.length) * entrySize);
    children.push({ at: image.add(e.done()), last: (places[i + part.length - 1] as { name: number }).name });
  }
  // The tree: a key stands before each child and behind the last; it is the greatest name up to there.
  const most = 2 * ranks.internal;
  const nodeSize = 8 + 2 * sizes.offsets + most * sizes.offsets + (most + 1) * sizes.lengths;
  for (let level = 0; ; level++) {
    const count = Math.max(1, Math.ceil(children.length / most));
    const at = Array.from({ length: count }, () => image.alloc(nodeSize));
    const next: typeof children = [];
    let before = 0;
    for (let n = 0; n < count; n++) {
      const part = children.slice(n * most, (n + 1) * most);
      const e = new Encoder(sizes, nodeSize).signature("TREE").u8(0).u8(level).u16(part.length);
      e.offset(at[n - 1] ?? -1).offset(at[n + 1] ?? -1);
      e.length(before);
      for (const child of part) {
        e.offset(child.at).length(child.last);
        before = child.last;
      }
      e.zeros(nodeSize - e.at);
      image.put(at[n] as number, e.done());
      next.push({ at: at[n] as number, last: before });
    }
    if (count === 1) return { tree: at[0] as number, heap: heapAt };
    children = next;
  }
}
