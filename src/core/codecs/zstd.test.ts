/** Frames that libzstd packed, as they are and changed. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../../../test/support/base64.ts";
import { xxh64 } from "../bytes/xxh64.ts";
import { isBrineError, LimitError, TruncatedError, UnsupportedError } from "../errors.ts";
import { drained, joined, zstd } from "./index.ts";

interface Row {
  note: string;
  size: number;
  sha256: string;
  packed: string;
}

const rows = JSON.parse(readFileSync(new URL("../../../fixtures/data/zstd.json", import.meta.url), "utf8")) as Row[];
const row = (note: string): Uint8Array => bytesOf((rows.find((one) => one.note === note) as Row).packed);

function sum(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function* pieces(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < data.length; i += size) yield data.subarray(i, i + size);
}

describe("zstd", () => {
  it("reads what libzstd packed: at once, and in pieces of any size", async () => {
    expect(rows.length).toBeGreaterThan(80);
    for (const { note, size, sha256, packed } of rows) {
      const bytes = bytesOf(packed);
      const right = [note, size, sha256];
      const read = (out: Uint8Array): unknown[] => [note, out.length, sum(out)];
      expect(read(zstd.decode(bytes))).toEqual(right);
      expect(read(zstd.decode(bytes, { maxOutput: size, size }))).toEqual(right);
      expect(read(zstd.decode(bytes, { size: size >> 1 }))).toEqual(right);
      if (size > 0) expect(() => zstd.decode(bytes, { maxOutput: size - 1 })).toThrow(LimitError);
      expect(read(drained(zstd.decoder(), bytes))).toEqual(right);
      for (const step of bytes.length < 4000 ? [1, 100] : [1000]) {
        const all: Uint8Array[] = [];
        for await (const piece of zstd.decodePieces(pieces(bytes, step))) all.push(piece);
        expect(read(joined(all))).toEqual(right);
      }
    }
  });

  it("keeps no more than matches may reach back to", () => {
    const { size, sha256 } = rows.find(({ note }) => note === "a match from afar") as Row;
    const decoder = zstd.decoder();
    decoder.push(row("a match from afar"), true);
    const hash = createHash("sha256");
    const into = new Uint8Array(10_007);
    let total = 0;
    while (!decoder.done) {
      const count = decoder.read(into);
      hash.update(into.subarray(0, count));
      total += count;
    }
    expect([total, hash.digest("hex")]).toEqual([size, sha256]);
  });

  it("looks no more at pieces that are spent", () => {
    const bytes = row("frames");
    const decoder = zstd.decoder();
    let piece = new Uint8Array(50);
    const out: Uint8Array[] = [];
    let spent = 0;
    for (let at = 0; !decoder.done; ) {
      const block = new Uint8Array(300);
      const count = decoder.read(block);
      out.push(block.subarray(0, count));
      if (count === block.length || decoder.done) continue;
      if (decoder.spent) {
        spent++;
        piece.fill(0xa5);
      } else piece = new Uint8Array(50);
      const next = bytes.subarray(at, at + 50);
      piece.set(next);
      at += next.length;
      decoder.push(piece.subarray(0, next.length), next.length === 0);
    }
    expect(sum(joined(out))).toBe((rows.find(({ note }) => note === "frames") as Row).sha256);
    expect(spent).toBeGreaterThan(1);
  });

  it("says that frames are cut", () => {
    for (const note of ["words, level 19", "letters, level 3", "ints, in small blocks", "mixed, no size"]) {
      const bytes = row(note);
      for (let i = 0; i < bytes.length; i++) {
        expect(() => zstd.decode(bytes.subarray(0, i)), `${note} ${i}`).toThrow(TruncatedError);
        expect(() => drained(zstd.decoder(), bytes.subarray(0, i)), `${note} ${i}`).toThrow(TruncatedError);
      }
    }
  });

  it("reads changed frames rightly or says what is wrong, and never stays at work", () => {
    const seen = new Set<string>();
    let slowest = 0;
    for (const { note, packed, size, sha256 } of rows) {
      const bytes = bytesOf(packed);
      if (bytes.length > 700 || !/level 3|small|strategy [159]/.test(note) || size > 1e5) continue;
      const hasSum = ((bytes[4] as number) & 4) !== 0 && !/frames|behind/.test(note);
      for (let i = 0; i < bytes.length; i++) {
        const old = bytes[i] as number;
        for (const changed of [old ^ 0x55, old ^ (1 << (i % 8)), 0, 255]) {
          if (changed === old) continue;
          bytes[i] = changed;
          const start = performance.now();
          try {
            const out = zstd.decode(bytes, { maxOutput: size + 1000 });
            const same = sum(out) === sha256;
            // Only the bit that a sum follows, and bytes of no meaning, let other data through.
            if (hasSum && i !== 4) expect([note, i, changed, same]).toEqual([note, i, changed, true]);
            seen.add(same ? "the same" : "others");
          } catch (e) {
            if (!isBrineError(e)) throw e;
            seen.add(e.code);
          }
          slowest = Math.max(slowest, performance.now() - start);
        }
        bytes[i] = old;
      }
    }
    expect([...seen].sort()).toEqual(["FORMAT", "LIMIT", "TRUNCATED", "UNSUPPORTED", "others", "the same"]);
    expect(slowest).toBeLessThan(2000);
  }, 60_000);

  it("does not take a head's word for the memory it needs", () => {
    // A head that claims 2^40 bytes, and a window of 512 MiB before one byte.
    const claims = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x98, 0, 0, 0, 0, 0, 1, 0, 0, 9, 0, 0, 7);
    expect(() => zstd.decode(claims)).toThrow(/1 bytes came out, not 1099511627776/);
    expect(() => zstd.decode(claims, { maxOutput: 2 ** 40 - 1 })).toThrow(LimitError);
    expect(() => drained(zstd.decoder(), claims)).toThrow(/1 bytes came out/);
    claims[5] = 0x99;
    expect(() => zstd.decode(claims)).toThrow(UnsupportedError);
    expect(() => zstd.decode(claims)).toThrow(/a window of more than 512 MiB/);
  });

  it("packs as it is, and runs of one byte shorter", async () => {
    for (const plain of [[], [7], new Array(300_000).fill(9), Array.from({ length: 200_000 }, (_, i) => i * i)]) {
      const bytes = Uint8Array.from(plain);
      const packed = zstd.encode(bytes);
      expect(packed.length).toBeLessThan(bytes.length + 40);
      expect(sum(zstd.decode(packed))).toBe(sum(bytes));
      const all: Uint8Array[] = [];
      for await (const piece of zstd.encodePieces(pieces(bytes, 70_000))) all.push(piece);
      expect(sum(drained(zstd.decoder(), joined(all)))).toBe(sum(bytes));
    }
    expect(zstd.encode(new Uint8Array(1e6)).length).toBeLessThan(100);
  });

  it("names a dictionary that is wanted", () => {
    const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x22, 0x39, 0x30, 1, 9, 0, 0, 7);
    expect(() => zstd.decode(frame)).toThrow(/needs the dictionary 12345, which is not in the file/);
    frame[5] = frame[6] = 0;
    expect([...zstd.decode(frame)]).toEqual([7]);
  });

  it("sums up as xxHash does", () => {
    const of = (count: number): string =>
      xxh64(Uint8Array.from({ length: count }, (_, i) => (i * 7) & 255)).toString(16);
    // By the reference implementation.
    expect([0, 1, 3, 4, 31, 32, 33, 47, 100, 1000].map(of)).toEqual([
      ...["ef46db3751d8e999", "e934a84adb052768", "9ff70a635a6209ab", "ae5acdc00a55ac41", "f187c62b1e722b7"],
      ...["91b0cb0931a8c629", "931b043cf8d65b94", "980974feb2a7370d", "8e2272c08247d5db", "25275608a9cfc168"],
    ]);
  });
});
