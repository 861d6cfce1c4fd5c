/** Our own inflate (which pages use) against Node's zlib, fflate's packing, and the digests. */
import { constants, deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { deflate as webDeflate } from "../../platform/deflate.ts";
import { isBrineError } from "../errors.ts";
import { adler32, Crc64, crc32, deflateMany, deflateRaw, drained, gzip, inflateMany, xxh32, zlib } from "./index.ts";

/** Numbers that are the same each time (Numerical Recipes' generator). */
function numbers(seed: number): () => number {
  return () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8;
}

const next = numbers(7);
const INPUTS: Record<string, Uint8Array> = {
  empty: new Uint8Array(0),
  one: Uint8Array.of(65),
  zeros: new Uint8Array(300_000),
  noise: Uint8Array.from({ length: 200_000 }, next),
  text: new TextEncoder().encode(Array.from({ length: 30_000 }, () => `word${next() % 300} `).join("")),
  floats: new Uint8Array(Float64Array.from({ length: 20_000 }, (_, i) => Math.round(Math.sin(i) * 1000)).buffer),
};
const PACK = { "deflate-raw": deflateRawSync, zlib: deflateSync, gzip: gzipSync };
const UNPACK = { "deflate-raw": inflateRawSync, zlib: inflateSync, gzip: gunzipSync };
const CODECS = [deflateRaw, zlib, gzip];

async function* pieces(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < data.length; i += size) yield data.subarray(i, i + size);
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const out: Uint8Array[] = [];
  for await (const piece of source) out.push(piece);
  return Buffer.concat(out);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

describe("our own inflate", () => {
  it("gives what zlib packed, at every level and strategy", () => {
    for (const [name, data] of Object.entries(INPUTS)) {
      for (const codec of CODECS) {
        for (const level of [0, 1, 6, 9]) {
          for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY]) {
            const packed = PACK[codec.name as "gzip"](data, { level, strategy });
            expect([name, codec.name, level, same(drained(codec.decoder(), packed), data)]).toEqual([
              name,
              codec.name,
              level,
              true,
            ]);
          }
        }
      }
    }
  });

  it("takes one byte at a time, and gives few", () => {
    for (const codec of CODECS) {
      for (const data of [INPUTS.empty!, INPUTS.text!.subarray(0, 9999), INPUTS.noise!.subarray(0, 999)]) {
        const packed = PACK[codec.name as "gzip"](data);
        const decoder = codec.decoder();
        const out: number[] = [];
        const into = new Uint8Array(7);
        for (let i = 0; i <= packed.length; i++) {
          decoder.push(packed.subarray(i, i + 1), i === packed.length);
          for (;;) {
            const filled = decoder.read(into);
            out.push(...into.subarray(0, filled));
            if (filled < into.length) break;
          }
        }
        expect(decoder.done).toBe(true);
        expect(same(Uint8Array.from(out), data)).toBe(true);
      }
    }
  });

  it("reads members one after another, and leaves alone what follows", () => {
    const two = Buffer.concat([gzipSync("ab"), gzipSync(""), gzipSync("c"), Buffer.from("\0\0\0 and so on")]);
    expect(Buffer.from(drained(gzip.decoder(), two)).toString()).toBe("abc");
    expect(Buffer.from(drained(zlib.decoder(), Buffer.concat([deflateSync("ab"), Buffer.from("x")]))).toString()).toBe(
      "ab",
    );
    // Name, comment, extra field and header check, as gzip's header may have them.
    const plain = gzipSync("named");
    const head = Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9, 110, 0, 99, 0, 1, 2]);
    expect(Buffer.from(drained(gzip.decoder(), Buffer.concat([head, plain.subarray(10)]))).toString()).toBe("named");
  });

  it("finds damage: cut at every byte, changed at every byte", () => {
    for (const codec of [zlib, gzip]) {
      const packed = PACK[codec.name as "gzip"](INPUTS.text!.subarray(0, 600));
      for (let i = 0; i < packed.length; i++) {
        expect(() => drained(codec.decoder(), packed.subarray(0, i))).toThrow(/truncated/);
        const bad = Uint8Array.from(packed);
        bad[i]! ^= 1 << (i % 8);
        let what: unknown = null;
        try {
          if (!same(drained(codec.decoder(), bad, { maxOutput: 1e6 }), INPUTS.text!.subarray(0, 600))) what = "wrong";
        } catch (e) {
          if (!isBrineError(e)) what = e;
        }
        expect([i, what]).toEqual([i, null]);
      }
    }
  });
});

describe("deflate codecs", () => {
  it("pack and unpack, at once, in pieces and many at a time", async () => {
    for (const codec of CODECS) {
      const shell = codec.name as "gzip";
      for (const data of Object.values(INPUTS)) {
        const packed = codec.encode(data, 6);
        expect(same(UNPACK[shell](packed), data)).toBe(true);
        expect(same(codec.decode(packed), data)).toBe(true);
        expect(same(codec.decode(packed, { maxOutput: data.length }), data)).toBe(true);
        if (data.length > 0) {
          expect(() => codec.decode(packed, { maxOutput: data.length - 1 })).toThrow(/maxBytes/);
          expect(() => drained(codec.decoder(), packed, { maxOutput: data.length - 1 })).toThrow(/maxBytes/);
        }
        expect(same(await all(codec.decodePieces(pieces(packed, 999))), data)).toBe(true);
        expect(same(UNPACK[shell](await all(codec.encodePieces(pieces(data, 9999), 1))), data)).toBe(true);
        for (const level of [0, 1, 9]) {
          expect(same(UNPACK[shell](webDeflate.now(shell, data, level)), data)).toBe(true);
          expect(same(UNPACK[shell](await all(webDeflate.pieces(shell, pieces(data, 5000), level))), data)).toBe(true);
        }
      }
      const many = Object.values(INPUTS);
      const packed = await deflateMany(shell, many, 1);
      const back = await inflateMany(
        shell,
        packed,
        many.map(({ length }) => length),
      );
      expect(back.map((out, i) => same(out, many[i]!))).toEqual(many.map(() => true));
    }
    // Python's gzip.compress(mtime=0) says 3 for the system, whatever it runs on.
    expect([...gzip.encode(INPUTS.one!).subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 3]);
  });
});

describe("digests", () => {
  const nine = new TextEncoder().encode("123456789");
  it("have their known values", () => {
    expect(crc32(nine)).toBe(0xcbf43926);
    expect(crc32(nine.subarray(3), crc32(nine.subarray(0, 3)))).toBe(0xcbf43926);
    expect(adler32(nine)).toBe(0x091e01de);
    expect(adler32(INPUTS.noise!.subarray(9), adler32(INPUTS.noise!.subarray(0, 9)))).toBe(adler32(INPUTS.noise!));
    const crc64 = new Crc64();
    crc64.update(nine.subarray(0, 4));
    crc64.update(nine.subarray(4));
    expect([crc64.high, crc64.low]).toEqual([0x995dc9bb, 0xdf1939fa]);
    expect(xxh32(new Uint8Array(0))).toBe(0x02cc5d05);
    expect(xxh32(nine)).toBe(0x937bad67);
  });
});
