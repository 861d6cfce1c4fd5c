/** Data that Python's bz2, lzma, gzip, zlib, lz4 and lzf packed, and what we pack ourselves. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../../../test/support/base64.ts";
import { PACKED, SHA256, SIZE } from "../../platform/wasm/module.ts";
import { isBrineError, TruncatedError } from "../errors.ts";
import { Bunzip } from "./bunzip.ts";
import {
  bz2,
  type Codec,
  type Decoder,
  deflateRaw,
  drained,
  drawn,
  gzip,
  joined,
  lz4,
  lzfDecode,
  lzfEncode,
  lzma,
  xxh32,
  xz,
  zlib,
} from "./index.ts";
import { Unlzma, Unxz } from "./unxz.ts";

interface Row {
  codec: string;
  note: string;
  size: number;
  sha256: string;
  packed: string;
  level?: number;
}

const rows = JSON.parse(readFileSync(new URL("../../../fixtures/data/codecs.json", import.meta.url), "utf8")) as Row[];
const CODECS: Record<string, Codec> = { bz2, xz, lzma, lz4, zlib, gzip };

function sum(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function* pieces(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < data.length; i += size) yield data.subarray(i, i + size);
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const out: Uint8Array[] = [];
  for await (const piece of source) out.push(piece);
  return joined(out);
}

describe("codecs", () => {
  it("read what Python packed, at once and byte by byte", async () => {
    expect(rows.length).toBeGreaterThan(130);
    for (const { codec, note, size, sha256, packed } of rows) {
      const bytes = bytesOf(packed);
      if (codec === "lzf") {
        expect([note, sum(lzfDecode(bytes, size))]).toEqual([note, sha256]);
        continue;
      }
      const made = CODECS[codec] as Codec;
      const label = `${codec}: ${note}`;
      expect([label, sum(made.decode(bytes))]).toEqual([label, sha256]);
      expect([label, sum(drained(made.decoder(), bytes))]).toEqual([label, sha256]);
      // liblzma itself refuses an end mark behind a known size when it comes byte by byte.
      const piece = /known size/.test(note) ? 4096 : 1;
      expect([label, sum(await all(made.decodePieces(pieces(bytes, piece))))]).toEqual([label, sha256]);
      expect(made.decode(bytes, { maxOutput: size }).length).toBe(size);
      if (size > 0) expect(() => made.decode(bytes, { maxOutput: size - 1 })).toThrow(/maxBytes/);
    }
  });

  it("look no more at pieces that are spent", async () => {
    await zlib.ready?.();
    const spent = { zlib: 0, gzip: 0, lz4: 0 };
    for (const { codec, note, sha256, packed } of rows) {
      if (codec !== "zlib" && codec !== "gzip" && codec !== "lz4") continue;
      const bytes = bytesOf(packed);
      for (const size of [1, 50, 700]) {
        const decoder = (CODECS[codec] as Codec).decoder();
        let piece = new Uint8Array(size);
        const out: Uint8Array[] = [];
        for (let at = 0; !decoder.done; ) {
          const block = new Uint8Array(300);
          const count = decoder.read(block);
          out.push(block.subarray(0, count));
          if (count === block.length || decoder.done) continue;
          if (decoder.spent === true) {
            spent[codec]++;
            piece.fill(0xa5);
          } else piece = new Uint8Array(size);
          const next = bytes.subarray(at, at + size);
          piece.set(next);
          at += size;
          decoder.push(piece.subarray(0, next.length), next.length === 0);
        }
        expect([codec, note, size, sum(joined(out))]).toEqual([codec, note, size, sha256]);
      }
    }
    for (const count of Object.values(spent)) expect(count).toBeGreaterThan(100);
  });

  it("write bz2, xz and lzma byte for byte as Python does", async () => {
    for (const { codec, note, packed, level } of rows) {
      if (level === undefined) continue;
      const made = CODECS[codec] as Codec;
      const bytes = bytesOf(packed);
      const plain = made.decode(bytes);
      expect([codec, note, sum(made.encode(plain, level))]).toEqual([codec, note, sum(bytes)]);
      if (plain.length < 5000) {
        const piecewise = await all(made.encodePieces(pieces(plain, 77), level));
        expect([codec, note, sum(piecewise)]).toEqual([codec, note, sum(bytes)]);
      }
    }
    expect(() => bz2.encode(new Uint8Array(1), 10)).toThrow(RangeError);
    expect(() => xz.encode(new Uint8Array(1), 10)).toThrow(/level|options/);
  });

  it("pack lz4 and lzf so that they come back", async () => {
    for (const { codec, packed } of rows) {
      if (codec !== "zlib") continue;
      const plain = zlib.decode(bytesOf(packed));
      for (const level of [0, 3, 9]) {
        const once = lz4.encode(plain, level);
        expect(sum(lz4.decode(once))).toBe(sum(plain));
        expect(sum(await all(lz4.encodePieces(pieces(plain, 9999), level)))).toBe(sum(once));
      }
      const small = lzfEncode(plain);
      if (small !== null) expect(sum(lzfDecode(small, plain.length))).toBe(sum(plain));
    }
    // What joblib writes through LZ4FrameFile: version 1, linked blocks of 64 KiB, neither sums nor size.
    expect([...lz4.encode(Uint8Array.of(1)).subarray(0, 7)]).toEqual([4, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0]);
    let seed = 1;
    const long = Uint8Array.from({ length: 3_000_000 }, (_, i) => {
      if (i % 5 === 0) seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return i % 3000 < 1500 ? seed >>> 28 : i >> 9;
    });
    for (const level of [0, 5]) {
      const packed = lz4.encode(long, level);
      expect(packed.length).toBeLessThan(long.length * 0.7);
      expect(sum(lz4.decode(packed))).toBe(sum(long));
    }
  });

  it("say that data are damaged or cut", () => {
    const seen = new Set<string>();
    for (const { codec, note, packed } of rows) {
      if (!/^(text|floats), (level 9|preset 6|linked True, sums True)$|^text$/.test(note) || codec === "zlib") continue;
      const bytes = bytesOf(packed);
      const read = (data: Uint8Array): Uint8Array =>
        codec === "lzf" ? lzfDecode(data, 9000) : (CODECS[codec] as Codec).decode(data, { maxOutput: 1e6 });
      const right = codec === "lzf" ? "" : sum(read(bytes));
      for (let i = 0; i < bytes.length; i += 1 + (i >> 4)) {
        let cut: unknown = null;
        try {
          read(bytes.subarray(0, i));
        } catch (e) {
          cut = e;
        }
        expect([codec, note, i, isBrineError(cut)]).toEqual([codec, note, i, true]);
        const bad = Uint8Array.from(bytes);
        bad[i]! ^= 1 << (i % 8);
        try {
          if (sum(read(bad)) !== right) seen.add(`${codec} undetected`);
        } catch (e) {
          if (!isBrineError(e)) throw e;
          seen.add(`${codec} ${e.code}`);
        }
      }
    }
    // lzma of the old kind and lzf have no check sum.
    expect([...seen].filter((line) => /undetected/.test(line) && !/^(lzma|lzf) /.test(line))).toEqual([]);
    expect([...seen].filter((line) => /FORMAT/.test(line)).length).toBeGreaterThan(5);
  });

  it("refuse a dictionary of lz4 by its number, and one of lzma that takes too much memory", () => {
    const frame = Uint8Array.of(4, 0x22, 0x4d, 0x18, 0x41, 0x40, 7, 0, 0, 0, 0);
    frame[10] = (xxh32(frame.subarray(4, 10)) >>> 8) & 255;
    expect(() => lz4.decode(frame)).toThrow(/dictionary 7, which is not in the file/);
    const huge = Uint8Array.from([0x5d, 0, 0, 0, 0x80, ...new Array(8).fill(255), 0, 0, 0, 0, 0, 0]);
    expect(() => lzma.decode(huge)).toThrow(/512 MiB/);
  });
});

describe("plain TypeScript, where WebAssembly is forbidden", () => {
  const PLAIN: Record<string, () => Decoder> = {
    bz2: () => new Bunzip(),
    xz: () => new Unxz(),
    lzma: () => new Unlzma(),
  };

  it("reads what Python packed, at once and byte by byte", async () => {
    let read = 0;
    for (const { codec, note, sha256, packed } of rows) {
      const make = PLAIN[codec];
      if (make === undefined) continue;
      const bytes = bytesOf(packed);
      const label = `${codec}: ${note}`;
      if (note === "x86 filter") {
        expect(() => drained(make(), bytes)).toThrow(/filter 0x4/);
        continue;
      }
      expect([label, sum(drained(make(), bytes))]).toEqual([label, sha256]);
      expect([label, sum(await all(drawn(make, pieces(bytes, bytes.length < 3000 ? 1 : 100))))]).toEqual([
        label,
        sha256,
      ]);
      read++;
    }
    expect(read).toBeGreaterThan(60);
  });

  it("finds damage", () => {
    for (const { codec, note, packed } of rows) {
      const make = PLAIN[codec];
      if (make === undefined || !/^text, (level 9|preset 6)$/.test(note)) continue;
      const bytes = bytesOf(packed);
      const right = sum(drained(make(), bytes));
      for (let i = 0; i < bytes.length; i += 1 + (i >> 5)) {
        expect(() => drained(make(), bytes.subarray(0, i))).toThrow(TruncatedError);
        const bad = Uint8Array.from(bytes);
        bad[i]! ^= 1 << (i % 8);
        try {
          const same = sum(drained(make(), bad, { maxOutput: 1e6 })) === right;
          if (codec !== "lzma") expect([codec, i, same]).toEqual([codec, i, true]);
        } catch (e) {
          if (!isBrineError(e)) throw e;
        }
      }
    }
  });
});

describe("the WebAssembly module", () => {
  it("is the one whose sum is committed, and wants nothing from outside", async () => {
    const wasm = deflateRaw.decode(bytesOf(PACKED));
    expect(wasm.length).toBe(SIZE);
    expect(sum(wasm)).toBe(SHA256);
    expect(WebAssembly.Module.imports(await WebAssembly.compile(Uint8Array.from(wasm)))).toEqual([]);
  });
});
