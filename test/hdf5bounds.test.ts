/** The work that an HDF5 file makes is no more than its bytes allow: structures that overlap, and scaled ones. */
import { expect, test } from "vitest";
import { Encoder } from "../src/formats/hdf5/write/encoder.ts";
import {
  compoundDType,
  File,
  FormatError,
  slice,
  stringDType,
  VirtualLayout,
  VirtualSource,
  vlenDType,
} from "../src/hdf5.ts";

const SIZES = { offsets: 8, lengths: 8 };
const ROOT = 48;

/** A file whose root's header has these bytes behind it; new structures stand where `at` says. */
function fileOf(size: number, write: (put: (at: number, bytes: Uint8Array) => void) => void): Uint8Array {
  const out = new Uint8Array(size);
  const head = new Encoder(SIZES).bytes(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10));
  out.set(head.u8(2).u8(8).u8(8).u8(0).offset(0).offset(-1).offset(size).offset(ROOT).checksum().done());
  write((at, bytes) => out.set(bytes, at));
  return out;
}

const message = (e: Encoder, kind: number, data: Uint8Array): Encoder =>
  e.u16(kind).u16(data.length).u8(0).zeros(3).bytes(data);

function header(data: Encoder, links = 1): Uint8Array {
  const body = data.done();
  return new Encoder(SIZES, body.length + 16)
    .u8(1)
    .u8(0)
    .u16(1)
    .u32(links)
    .u32(body.length)
    .zeros(4)
    .bytes(body)
    .done();
}

const fails = (bytes: Uint8Array, use: (file: File) => unknown): void => {
  const start = performance.now();
  expect(() => use(new File(bytes))).toThrow(FormatError);
  expect(performance.now() - start).toBeLessThan(10_000);
};

test("one node of links in a thousand places", () => {
  const links = 40000;
  const children = 10000;
  const tree = 256;
  const node = tree + 24 + 16 * children + 8;
  const heap = node + 8 + 40 * links;
  const bytes = fileOf(heap + 64, (put) => {
    const table = new Encoder(SIZES).offset(tree).offset(heap).done();
    put(ROOT, header(message(new Encoder(SIZES), 0x11, table)));
    const e = new Encoder(SIZES).signature("TREE").u8(0).u8(0).u16(children).offset(-1).offset(-1);
    for (let i = 0; i < children; i++) e.length(0).offset(node);
    put(tree, e.length(0).done());
    const s = new Encoder(SIZES).signature("SNOD").u8(1).u8(0).u16(links);
    for (let i = 0; i < links; i++) s.offset(8).offset(ROOT).zeros(24);
    put(node, s.done());
    put(
      heap,
      new Encoder(SIZES)
        .signature("HEAP")
        .u8(0)
        .zeros(3)
        .length(16)
        .length(1)
        .offset(heap + 32)
        .done(),
    );
    put(heap + 40, Uint8Array.of(97, 0));
  });
  fails(bytes, (file) => [...file.keys()]);
});

test("parts of a header that lie over each other", () => {
  const parts = 40000;
  const from = 1024;
  const bytes = fileOf(from + 32 * parts + 16, (put) => {
    const next = (at: number, size: number): Uint8Array => new Encoder(SIZES).offset(at).length(size).done();
    put(ROOT, header(message(new Encoder(SIZES), 0x10, next(from, 32 * parts))));
    // Each part begins behind the one before, and goes on to the end.
    for (let i = 0; i < parts; i++) {
      put(from + 32 * i, message(new Encoder(SIZES), 0x10, next(from + 32 * i + 32, 32 * (parts - i - 1))).done());
    }
  });
  fails(bytes, (file) => [...file.keys()]);
});

test("a header of as many parts as it may have", () => {
  const parts = 60000;
  const from = 1024;
  const bytes = fileOf(from + 32 * parts + 64, (put) => {
    const next = (at: number): Uint8Array => new Encoder(SIZES).offset(at).length(24).done();
    put(ROOT, header(message(new Encoder(SIZES), 0x10, next(from))));
    for (let i = 0; i < parts; i++) {
      const last = i === parts - 1;
      put(
        from + 32 * i,
        message(new Encoder(SIZES), last ? 0x0a : 0x10, last ? new Uint8Array(16) : next(from + 32 * i + 32)).done(),
      );
    }
  });
  const start = performance.now();
  expect([...new File(bytes).keys()]).toEqual([]);
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("heaps that lie over each other", () => {
  // Each heap's first object is the rest of the file, in which the others stand.
  const heaps = 4000;
  const file = File.create();
  file.createDataset("x", {
    shape: [heaps],
    dtype: vlenDType("u1"),
    data: Array.from({ length: heaps }, () => [1, 2]),
  });
  const made = file.toUint8Array();
  const { layout } = new File(made).dataset("x").info;
  if (layout.kind !== "contiguous") throw new Error("elements stand together");
  const tail = 32 * 4000;
  const size = made.length + 48 * heaps + tail;
  const bytes = new Uint8Array(size);
  bytes.set(made);
  // Where a file of version 0 says that it ends.
  bytes.set(new Encoder(SIZES).offset(size).done(), 40);
  for (let i = 0; i < heaps; i++) {
    const at = made.length + 48 * i;
    const rest = made.length + 48 * heaps - at - 32;
    bytes.set(
      new Encoder(SIZES)
        .signature("GCOL")
        .u8(1)
        .zeros(3)
        .length(size - at)
        .u16(1)
        .u16(0)
        .u32(0)
        .length(rest)
        .done(),
      at,
    );
    bytes.set(new Encoder(SIZES).u32(2).offset(at).u32(1).done(), layout.at + 16 * i);
  }
  for (let i = 0; i < 4000; i++) {
    bytes.set(
      new Encoder(SIZES)
        .u16(2 + i)
        .u16(0)
        .u32(0)
        .length(16)
        .done(),
      made.length + 48 * heaps + 32 * i,
    );
  }
  fails(bytes, (damaged) => damaged.dataset("x").read());
});

test("blocks of no elements, without end, are none", () => {
  const file = File.create();
  const own = file.createDataset("own", { data: Int32Array.of(1, 2, 3) });
  const end = slice(0, Number.POSITIVE_INFINITY);
  const layout = new VirtualLayout({ shape: [3], dtype: "i4", maxshape: [null] });
  file.createVirtualDataset("x", layout.set(end, new VirtualSource(".", own).get(end)));
  const bytes = Buffer.from(file.toUint8Array());
  // Each selection: a count of all bits set, then blocks of one.
  const open = Buffer.from("ffffffffffffffff0100000000000000", "hex");
  let found = 0;
  for (let at = bytes.indexOf(open); at >= 0; at = bytes.indexOf(open, at + 1), found++) bytes[at + 8] = 0;
  expect(found).toBe(2);
  expect(new File(new Uint8Array(bytes)).dataset("x").shape).toEqual([0]);
});

test("text in a record with others at its place", () => {
  const made = File.create();
  made.createDataset("x", {
    shape: [2],
    dtype: compoundDType([
      ["words", stringDType()],
      ["number", "<i4"],
    ]),
  });
  const bytes = made.toUint8Array();
  // In version 1 of a datatype the offset follows the name and its NULs.
  const at = Buffer.from(bytes).indexOf("number\0\0") + 8;
  expect(bytes[at]).toBe(16);
  bytes[at] = 0;
  fails(bytes, (file) => file.dataset("x").dtype);
  fails(bytes, (file) => file.dataset("x").read());
});
