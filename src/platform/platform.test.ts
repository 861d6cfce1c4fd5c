/** The page's half of the platform does what Node's does. */
import { expect, it } from "vitest";
import { crc32 } from "../core/bytes/digest.ts";
import * as node from "./node.ts";
import * as web from "./web.ts";

it("swaps items of every size alike", () => {
  for (const size of [2, 4, 8]) {
    for (const count of [0, 1, 3, 1000]) {
      const bytes = Uint8Array.from({ length: 8 + size * count }, (_, i) => (i * 167) >>> 1);
      const other = bytes.slice();
      node.swapItems(bytes.subarray(8), size);
      web.swapItems(other.subarray(8), size);
      expect(other).toEqual(bytes);
      for (let i = 0; i < size && count > 0; i++) expect(bytes[8 + i]).toBe((((7 + size - i) * 167) >>> 1) & 255);
    }
  }
});

it("sums alike, in parts too", () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 31) >>> 2);
  const parts = Array.from({ length: 100 }, (_, i) => bytes.subarray(i * 50, i * 50 + 50));
  // Few bytes are summed by brine's own code.
  expect(parts.reduce((sum, part) => crc32(part, sum), 0)).toBe(crc32(bytes));
  const { fastCrc32 } = node;
  if (fastCrc32 !== null) expect(fastCrc32(bytes, 0)).toBe(crc32(bytes));
  expect(web.fastCrc32).toBe(null);
});

it("sums long runs as zlib does, whatever their ends and what was before", () => {
  const { fastCrc32 } = node;
  if (fastCrc32 === null) return;
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 13);
  for (let size = 65_536 - 20; size < bytes.length; size += 1 + (size % 9973)) {
    const from = size % 7;
    const run = bytes.subarray(from, from + size);
    for (const before of [0, 1, 0x9e3779b9, 0xffffffff]) {
      // Runs below 64 KiB go to zlib as they are.
      let sum = before;
      for (let at = 0; at < run.length; at += 60_000) sum = fastCrc32(run.subarray(at, at + 60_000), sum);
      expect(fastCrc32(run, before), `${size} bytes after ${before}`).toBe(sum);
    }
  }
});

it("makes fresh memory ready, and touches nothing around it", async () => {
  expect(web.openToucher).toBe(null);
  const toucher = await node.openToucher();
  if (toucher === null) return;
  const bytes = new Uint8Array(1 << 20).fill(7);
  await toucher.touch(bytes.subarray(4096, 1 << 19));
  await toucher.touch(bytes.subarray(1 << 20));
  expect(bytes.indexOf(0)).toBe(4096);
  expect(bytes.indexOf(7, 4096)).toBe(1 << 19);
  expect(bytes.indexOf(0, 1 << 19)).toBe(-1);
  await toucher.close();
  // What a closed one cannot do is done by whoever writes the memory.
  await toucher.touch(bytes);
});

it("gives back large memory of one's own, and nothing else", () => {
  const own = new Uint8Array(1 << 16);
  node.releaseBytes(own);
  expect(own.length).toBe(0);
  const whole = new Uint8Array(1 << 16).fill(7);
  const pooled = Buffer.from("a buffer of Node's pool");
  for (const bytes of [whole.subarray(1), whole.subarray(0, 1 << 15), new Uint8Array(100).fill(7), pooled]) {
    const before = bytes.slice();
    node.releaseBytes(bytes);
    expect(bytes).toEqual(before);
  }
  const shared = new Uint8Array(new SharedArrayBuffer(1 << 16));
  node.releaseBytes(shared);
  expect(shared.length).toBe(1 << 16);
  web.releaseBytes(whole);
  expect(whole.length).toBe(1 << 16);
});
