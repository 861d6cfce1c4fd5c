/** Damaged zips open and are read, or throw a brine error: never a native one, never slowly. */
import { expect, test } from "vitest";
import { runSync } from "../bytes/parse.ts";
import { isBrineError } from "../errors.ts";
import { ALL_METHODS, parseZip, parseZipEntry, zipPieces } from "./index.ts";

/** Numbers that are the same each time (Numerical Recipes' generator). */
function numbers(seed: number): () => number {
  return () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8;
}

const text = new TextEncoder().encode("some text that repeats, some text that repeats. ".repeat(9));
const zips = [false, true].map((deflate) =>
  Uint8Array.from(
    Buffer.concat(
      zipPieces([
        { name: "a.npy", data: [text], deflate, zip64: true },
        { name: "é", data: [text.subarray(0, 99), text], deflate, align: 64 },
        { name: "empty", data: [], deflate },
      ]),
    ),
  ),
);

/** Bytes that matter most: the headers, and the directory at the end. */
function place(next: () => number, length: number): number {
  const [where, by] = [next() % 3, next()];
  return where === 0 ? by % 60 : where === 1 ? length - 1 - (by % 200) : by % length;
}

test("20 000 damaged zips", () => {
  const next = numbers(11);
  const native: unknown[] = [];
  let good = 0;
  for (let round = 0; round < 20_000; round++) {
    const zip = zips[round % 2]!;
    let bytes = zip.slice(0, next() % 6 === 0 ? next() % zip.length : zip.length);
    for (let n = 1 + (next() % 4); n > 0; n--)
      bytes[Math.max(0, place(next, bytes.length || 1))] = [0, 255, next()][next() % 3]!;
    if (next() % 9 === 0) bytes = Uint8Array.from([...bytes, ...bytes.subarray(next() % (bytes.length || 1))]);
    try {
      for (const entry of runSync(parseZip(bytes.length), bytes)) {
        // Every other one as very large files are read, piece by piece.
        const limits = { atOnce: round & 2 ? -1 : undefined };
        expect(runSync(parseZipEntry(entry, ALL_METHODS, limits), bytes).length).toBe(entry.size);
        good++;
      }
    } catch (e) {
      if (!isBrineError(e)) native.push(e);
    }
  }
  expect(native.slice(0, 3)).toEqual([]);
  expect(good).toBeGreaterThan(1000);
});

test("a directory that claims much costs little", () => {
  const [zip] = zips as [Uint8Array];
  const view = new DataView(zip.slice().buffer);
  const end = zip.length - 22;
  for (const size of [0xffffffff, 0x7fffffff, zip.length]) {
    view.setUint32(end + 12, size, true);
    expect(() => runSync(parseZip(zip.length), new Uint8Array(view.buffer))).toThrow(/directory/);
  }
});
