/** Files of zips that are packed and unpacked piece by piece, as those above a gibibyte are. */
import { expect, test } from "vitest";
import { inMemory } from "../../sources/memory.ts";
import type { Source } from "../bytes/parse.ts";
import { crc32, zstd } from "../codecs/index.ts";
import { isBrineError, SourceError, TruncatedError } from "../errors.ts";
import { ALL_METHODS, openZip, openZipSync, zipPieces, zipPiecesAsync } from "./index.ts";

const text = new TextEncoder().encode("pieces that follow each other, and repeat. ".repeat(40_000));
const noise = Uint8Array.from({ length: 3_000_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255);
const options = { methods: ALL_METHODS, atOnce: 1000 };

async function zipped(atOnce?: number): Promise<Uint8Array<ArrayBuffer>> {
  const items = [
    { name: "text", data: [text.subarray(0, 700), text.subarray(700)], deflate: true },
    { name: "noise", data: [noise], deflate: true, level: 1 },
    { name: "stored", data: [text] },
    { name: "small", data: [text.subarray(0, 99)], deflate: true },
  ];
  return new Uint8Array(Buffer.concat(await zipPiecesAsync(items, atOnce)));
}

test("give the same as at once, by both drivers", async () => {
  for (const bytes of [await zipped(), await zipped(1000)]) {
    const later = await openZip(inMemory(bytes), options);
    const now = openZipSync(bytes, inMemory(bytes), options);
    const whole = openZipSync(bytes, inMemory(bytes), { methods: ALL_METHODS });
    for (const [name, content] of [
      ["text", text],
      ["noise", noise],
      ["stored", text],
      ["small", text.subarray(0, 99)],
    ] as const) {
      for (const found of [await later.read(name), now.readSync(name), whole.readSync(name)]) {
        expect(Buffer.from(found).equals(content), name).toBe(true);
      }
    }
  }
});

test("read what zstd packed, as Python 3.14 writes it", async () => {
  const packed = zstd.encode(text);
  const zip = new Uint8Array(Buffer.concat(zipPieces([{ name: "text", data: [packed] }])));
  const view = new DataView(zip.buffer);
  const directory = Buffer.from(zip).indexOf("PK\x01\x02");
  for (const [method, sum, size] of [
    [8, 14, 22],
    [directory + 10, directory + 16, directory + 24],
  ] as const) {
    view.setUint16(method, 93, true);
    view.setUint32(sum, crc32(text), true);
    view.setUint32(size, text.length, true);
  }
  const found = await (await openZip(inMemory(zip), options)).read("text");
  expect(Buffer.from(found).equals(text)).toBe(true);
  view.setUint32(directory + 24, text.length - 1, true);
  expect(() => openZipSync(zip, inMemory(zip), options).readSync("text")).toThrow(/more than the \d+ bytes/);
  expect(() => openZipSync(zip, inMemory(zip)).readSync("text")).toThrow(/packed by zstd/);
});

test("refuse what is cut, damaged, or not as long as the directory tells", async () => {
  const bytes = await zipped(1000);
  const central = Buffer.from(bytes).indexOf("PK\x01\x02", "latin1");
  const view = new DataView(bytes.buffer);
  const size = view.getUint32(central + 24, true);
  const tried = async (change: () => void): Promise<string[]> => {
    const before = bytes.slice();
    change();
    const out: string[] = [];
    for (const read of [
      async () => (await openZip(inMemory(bytes), options)).read("text"),
      async () => openZipSync(bytes, inMemory(bytes), options).readSync("text"),
    ]) {
      out.push(
        await read().then(
          () => "read",
          (e) => (isBrineError(e) ? e.message : `native ${e}`),
        ),
      );
    }
    bytes.set(before);
    return out;
  };
  for (const [change, message] of [
    [() => view.setUint32(central + 24, size - 1, true), /more than the \d+ bytes/],
    [() => view.setUint32(central + 24, size + 1, true), /not the \d+ that the directory tells/],
    [() => view.setUint32(central + 16, 5, true), /bad CRC-32/],
    [() => view.setUint32(central + 20, view.getUint32(central + 20, true) - 9, true), /truncated/],
    [() => bytes.fill(255, 60, 90), /damaged|truncated/],
  ] as const) {
    for (const told of await tried(change)) expect(told).toMatch(message);
  }
});

test("pieces of a stored file that fail, all at once or one by one, are told once", async () => {
  const data = new Uint8Array(30_000_000).map((_, i) => i * 7);
  const bytes = new Uint8Array(Buffer.concat(zipPieces([{ name: "a", data: [data] }])));
  const source = (fail: (at: number) => boolean): Source => ({
    size: bytes.length,
    next: () => Promise.reject(new Error("not asked")),
    read: (spans) =>
      Promise.all(
        spans.map(async ({ at, size, into }) => {
          if (size > 1_000_000 && fail(at)) throw new SourceError(`broken at ${at}`, {});
          const got = bytes.subarray(at, at + size);
          into?.set(got);
          return into ?? got;
        }),
      ),
  });
  const read = async (fail: (at: number) => boolean): Promise<Uint8Array> => (await openZip(source(fail))).read("a");
  expect(Buffer.compare(await read(() => false), data)).toBe(0);
  await expect(read(() => true)).rejects.toThrow("broken at 31");
  await expect(read((at) => at > 10_000_000)).rejects.toThrow(/broken at 1\d{7}/);
  // A source that ends early is a cut zip.
  const short = source(() => false);
  const cut: Source = {
    ...short,
    read: async (spans) =>
      (await short.read!(spans)).map((got, i) =>
        spans[i]!.at > 9_000_000 && spans[i]!.size > 1_000_000 ? got.subarray(0, 10) : got,
      ),
  };
  await expect((await openZip(cut)).read("a")).rejects.toThrow(TruncatedError);
});
