/** Rare filters as a page has them: fetched when they are awaited, handed in where nobody can wait. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { unpackSnappy } from "../src/core/codecs/index.ts";
import { FormatError, isBrineError, UnsupportedError } from "../src/core/errors.ts";
import type { NDArray } from "../src/core/ndarray/index.ts";
import {
  AsyncDataset,
  type Dataset,
  File,
  type Filter,
  loadFilters,
  open,
  type RareFilter,
} from "../src/formats/hdf5/index.ts";

vi.mock("#filters", () => import("../src/formats/hdf5/filters/later.ts"));

const path = fileURLToPath(new URL("../fixtures/data/hdf5/plugins.h5.gz", import.meta.url));
const bytes = new Uint8Array(gunzipSync(readFileSync(path)));

const same = (a: unknown, b: unknown): boolean => (a as NDArray).equal(b);

test("who awaits gets every filter by itself; who does not is told how", async () => {
  await using awaited = await open(bytes);
  using bare = new File(bytes);
  using full = new File(bytes, "r", { filters: await loadFilters() });
  let count = 0;
  const missing = new Set<string>();
  for await (const [name, item] of awaited.walk()) {
    if (!(item instanceof AsyncDataset)) continue;
    count++;
    expect(same(await item.read(), full.dataset(name).read()), name).toBe(true);
    try {
      bare.dataset(name).read();
    } catch (e) {
      expect(e).toBeInstanceOf(UnsupportedError);
      const { feature, message } = e as UnsupportedError;
      missing.add(feature);
      expect(message).toContain(`pass { filters: await loadFilters("${feature}") }`);
    }
  }
  expect(count).toBe(88);
  expect([...missing].sort()).toEqual(["bitshuffle", "blosc", "bzip2", "lz4", "zstd"]);
});

test("what was shuffled before a filter is put together again", async () => {
  const shuffled = new Uint8Array(gunzipSync(readFileSync(path.replace("plugins", "shuffled"))));
  using file = new File(shuffled, "r", { filters: await loadFilters() });
  const right = Array.from({ length: 1500 }, (_, i) => 3 * i);
  expect(file.size).toBe(30);
  for (const [name, item] of file.walk()) {
    expect((item as Dataset).shuffle, name).toBe(true);
    expect(((item as Dataset).read() as NDArray).toArray(), name).toEqual(right);
    expect((item as Dataset).get(1234), name).toBe(3702);
  }
});

test("snappy in blosc is read; filters of other plugins are named, with what to do", async () => {
  const unread = new Uint8Array(gunzipSync(readFileSync(path.replace("plugins", "unread"))));
  using file = new File(unread, "r", { filters: await loadFilters() });
  const right = Array.from({ length: 3000 }, (_, i) => (i % 10 === 0 ? 7 : 3 * i));
  const refused: string[] = [];
  for (const [name, item] of file.walk()) {
    if (name.startsWith("snappy")) {
      expect(((item as Dataset).read() as NDArray).toArray(), name).toEqual(right);
      continue;
    }
    const read = (): unknown => (item as Dataset).read();
    expect(read, name).toThrow(UnsupportedError);
    expect(read, name).toThrow(`the filter ${name} (number 32`);
    expect(read, name).toThrow(/write the data again in Python \(hdf5plugin reads/);
    refused.push(name);
  }
  expect(refused.sort()).toEqual(["blosc2", "fcidecomp", "sperr", "sz", "sz3", "zfp"]);
});

test("chunks changed in any place are typed errors, or other data", async () => {
  const filters = await loadFilters();
  let seed = 7;
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  let refused = 0;
  for (let round = 0; round < 40; round++) {
    const changed = bytes.slice();
    for (let i = 0; i < 8; i++) changed[4096 + random(changed.length - 4096)] = random(256);
    try {
      using file = new File(changed, "r", { filters });
      for (const [, item] of file.walk()) {
        try {
          (item as Dataset).read();
        } catch (e) {
          if (!isBrineError(e)) throw e;
          refused++;
        }
      }
    } catch (e) {
      if (!isBrineError(e)) throw e;
    }
  }
  expect(refused).toBeGreaterThan(20);
});

test("damaged snappy is a typed error, or other data", () => {
  const block = Uint8Array.of(20, 0x08, 1, 2, 3, 0x1d, 3, 0x16, 1, 0);
  expect([...unpackSnappy(block, 20)]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 2, 2, 2, 2, 2, 2]);
  for (let at = 0; at < block.length; at++) {
    for (let mask = 1; mask < 256; mask++) {
      const bad = block.slice();
      bad[at] = (bad[at] as number) ^ mask;
      try {
        expect(unpackSnappy(bad, 50).length).toBeLessThanOrEqual(50);
      } catch (e) {
        expect(e).toBeInstanceOf(FormatError);
      }
    }
    expect(() => unpackSnappy(block.subarray(0, at), 20)).toThrow(FormatError);
  }
});

test("only what is named is fetched; a name that there is not is refused", async () => {
  expect((await loadFilters("zstd", "szip")).map(({ id, name }) => [id, name])).toEqual([
    [32015, "zstd"],
    [4, "szip"],
  ]);
  expect((await loadFilters()).length).toBe(8);
  await expect(loadFilters("zfp" as RareFilter)).rejects.toThrow(/no filter "zfp": there are szip, nbit/);
});

test("filters of one's own unpack and pack", () => {
  const invert = (data: Uint8Array): Uint8Array => data.map((byte) => byte ^ 255);
  const own: Filter = { id: 32013, name: "inverse", decode: invert, encode: invert };
  const plain = File.create();
  plain.createDataset("x", { data: Int32Array.of(1, 2, 3), compression: "lzf" });
  const made = plain.toUint8Array();
  // lzf leaves so few bytes as they are; the pipeline names another filter from now on.
  const at = Buffer.from(made).indexOf("lzf\0") - 8;
  expect(made[at]).toBe(32000 & 255);
  made[at] = 32013 & 255;
  const file = new File(made, "r+", { filters: [own] });
  expect([...(file.dataset("x").read() as NDArray)]).toEqual([1, 2, 3]);
  file.dataset("x").set(0, 7);
  const changed = file.toUint8Array();
  expect(() => new File(changed).dataset("x").read()).toThrow(/pass \{ filters \} with one that knows it/);
  expect(new File(changed, "r", { filters: [own] }).dataset("x").get(0)).toBe(7);
});

test("a level that gzip has not is told when a chunk is packed again", () => {
  const plain = File.create();
  plain.createDataset("x", { data: new Int32Array(100), compression: "gzip" });
  const made = plain.toUint8Array();
  made[Buffer.from(made).indexOf("deflate\0") + 8] = 200;
  const file = new File(made, "r+");
  file.dataset("x").set(0, 7);
  expect(() => file.toUint8Array()).toThrow("gzip has levels from 0 to 9, not 200");
});

test("filters of the caller's keep what they were given", async () => {
  const size = 1 << 16;
  const data = new Uint8Array(4 * size).map((_, i) => i >> 10);
  const seen: Uint8Array[] = [];
  const keeper: Filter = {
    id: 4321,
    name: "keeper",
    decode: (bytes) => {
      seen.push(bytes);
      return bytes;
    },
    encode: (bytes) => bytes,
  };
  const file = File.create({ filters: [keeper] });
  const x = file.createDataset("x", { data, chunks: [size], compression: "gzip" });
  // As HDF5 has it, filters of one's own come before gzip.
  Object.assign(x.info, { pipeline: [{ id: 4321, flags: 0, name: "keeper", values: [] }, ...x.info.pipeline] });
  const bytes = file.toUint8Array();
  const read = (new File(bytes, "r", { filters: [keeper] }).dataset("x").read() as NDArray).data;
  expect(Buffer.compare(read as Uint8Array, data)).toBe(0);
  const later = await open(bytes, { filters: [keeper] });
  const again = ((await ((await later.dataset("x")) as AsyncDataset).read()) as NDArray).data;
  expect(Buffer.compare(again as Uint8Array, data)).toBe(0);
  expect(seen.length).toBe(8);
  for (const part of seen) expect(part.length).toBe(size);
});
