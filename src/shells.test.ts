import { readFileSync } from "node:fs";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../test/support/base64.ts";
import { bz2, gzip, joined, lz4, lzma, xz, zlib, zstd } from "./core/codecs/index.ts";
import { zipPieces } from "./core/zip/index.ts";
import { diagnose, fix } from "./doctor.ts";
import { dumps, isBrineError, load, loadAll, loads, repr, toJS, UnsupportedError } from "./index.ts";
import type { DataFrame } from "./pandas.ts";
import { infoOf } from "./tools/info/index.ts";
import { scan } from "./tools/scan/index.ts";

const shells = JSON.parse(readFileSync(new URL("../fixtures/data/shells.json", import.meta.url), "utf8")) as Record<
  string,
  string
>;
const bytes = (name: string): Uint8Array => bytesOf(shells[name] as string);
const VALUE = { scores: [1, 2.5, 3], names: ["Ada", "Grace"], text: "abc".repeat(1000) };

async function* drip(data: Uint8Array, size = 1): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < data.length; i += size) yield data.subarray(i, i + size);
}

async function caught(promise: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof promise === "function" ? promise() : promise);
  } catch (e) {
    return e;
  }
  throw new Error("nothing was thrown");
}

describe("compressed pickles", () => {
  it.each(["gzip", "members", "zlib", "bz2", "xz", "lzma"])("of Python: %s", async (name) => {
    const data = bytes(name);
    expect(toJS(loads(data))).toEqual(VALUE);
    expect(toJS(await load(data))).toEqual(VALUE);
    expect(toJS(await load(new Blob([new Uint8Array(data)])))).toEqual(VALUE);
    expect(toJS(await load(drip(data)))).toEqual(VALUE);
    const all: unknown[] = [];
    for await (const { value } of loadAll(drip(data, 50))) all.push(value);
    expect(repr(all.slice(1))).toBe("[2, [3]]");
    expect(repr((loads(data) as Map<string, unknown>).get("scores"))).toBe("[1, 2.5, 3.0]");
  });

  it("in one another, four deep at most", async () => {
    let data: Uint8Array = dumps([1]);
    for (let i = 0; i < 4; i++) data = i % 2 ? gzipSync(data) : deflateSync(data);
    expect(loads(data)).toEqual([1]);
    expect(await load(data)).toEqual([1]);
    data = gzipSync(data);
    for (const e of [await caught(() => loads(data)), await caught(load(data))]) {
      expect(e).toMatchObject({ code: "LIMIT", limit: "maxNesting" });
    }
  });

  it("name what is inside when that is no pickle", async () => {
    const data = gzipSync('{"a": 1}');
    expect(() => loads(data)).toThrow(/JSON file/);
    await expect(load(data)).rejects.toThrow(UnsupportedError);
  });

  it("say that they are damaged or cut", async () => {
    for (const whole of [gzipSync(dumps("abc".repeat(99))), deflateSync(dumps("abc".repeat(99)))]) {
      const cut = whole.subarray(0, whole.length - 12);
      const bad = Uint8Array.from(whole).fill(255, 12, 20);
      for (const run of [() => loads(cut), () => load(drip(cut, 9)), () => loads(bad), () => load(drip(bad, 9))]) {
        expect(isBrineError(await caught(run))).toBe(true);
      }
      expect(await caught(() => loads(cut))).toMatchObject({
        code: "TRUNCATED",
        format: expect.stringMatching(/zip|zlib/),
      });
    }
  });

  it("are held to limits: bombs", async () => {
    // 100 MB of spaces, and then once more packed, are 100 KB and less than one.
    const bomb = gzipSync(dumps(" ".repeat(100_000_000)), { level: 9 });
    const twice = gzipSync(bomb, { level: 9 });
    for (const data of [bomb, twice]) {
      expect(await caught(() => loads(data))).toMatchObject({ code: "LIMIT", limit: "maxRatio" });
      expect(await caught(load(drip(data, 1 << 16)))).toMatchObject({ code: "LIMIT", limit: "maxRatio" });
    }
    expect(loads<string>(bomb, { limits: { maxRatio: 2000 } }).length).toBe(100_000_000);
    const small = gzipSync(dumps("abc".repeat(1000)));
    for (const run of [
      () => loads(small, { limits: { maxBytes: 1000 } }),
      () => load(small, { limits: { maxBytes: 1000 } }),
    ]) {
      expect(await caught(run)).toMatchObject({ code: "LIMIT", limit: "maxBytes" });
    }
  });

  it("end with their source: an abort, a failure", async () => {
    const data = gzipSync(dumps(Array.from({ length: 99_999 }, (_, i) => i)));
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield data.subarray(0, 20_000);
      throw new Error("the line went dead");
    }
    await expect(load(failing())).rejects.toMatchObject({ code: "SOURCE", message: /line went dead/ });
    const stop = new AbortController();
    async function* stalled(): AsyncGenerator<Uint8Array> {
      yield data.subarray(0, 20_000);
      setTimeout(() => stop.abort(new Error("enough")), 10);
      await new Promise(() => undefined);
    }
    await expect(load(stalled(), { signal: stop.signal })).rejects.toThrow("enough");
  });
});

describe("frames that pandas packed", () => {
  const files = JSON.parse(
    readFileSync(new URL("../fixtures/data/pandas-shells.json", import.meta.url), "utf8"),
  ) as Record<string, string>;
  const ENDINGS: Record<string, string> = { gzip: "gz", bz2: "bz2", xz: "xz", zstd: "zst", zip: "zip", tar: "tar" };
  const ROWS = [
    { name: "Ada", score: 1.5, age: 36 },
    { name: "Grace", score: 2, age: 85 },
    { name: "Edith", score: -3, age: 70 },
  ];

  it.each(Object.keys(files))("%s", async (name) => {
    const data = bytesOf(files[name] as string);
    for (const source of [data, new Blob([Uint8Array.from(data)]), drip(data, 700)]) {
      const frame = (await load(source)) as DataFrame;
      expect(frame.toRecords()).toEqual(ROWS);
    }
    expect(dumps(loads(data))).toEqual(dumps(loads(bytesOf(files["frame.pkl"] as string))));
    const { verdict } = await scan(data, { name });
    expect(verdict).toBe("safe");
    const { format, shells } = await infoOf(data);
    const endings = name.split(".").slice(2).reverse();
    expect([format, shells.map((shell) => ENDINGS[shell])]).toEqual(["pickle", endings]);
    // What the doctor rewrites is packed again in the same way.
    const { bytes: mended, changes } = await fix(data, { for: { pandas: "2.0", python: "3.7" } });
    expect(changes.length).toBeGreaterThan(0);
    expect((await infoOf(mended)).shells).toEqual(shells);
    expect((await diagnose(mended)).protocol).toBe(4);
  });

  it("of one file alone, which brine reads", async () => {
    const pickle = dumps([1, 2]);
    const zip = (...names: string[]): Uint8Array<ArrayBuffer> =>
      new Uint8Array(Buffer.concat(zipPieces(names.map((name) => ({ name, data: [pickle] })))));
    expect(loads(zip("x.pkl"))).toEqual([1, 2]);
    expect(await load(drip(zip("x.pkl"), 7))).toEqual([1, 2]);
    expect(await load(new Blob([zip("any/name")]))).toEqual([1, 2]);
    const text = new Uint8Array(Buffer.concat(zipPieces([{ name: "a.txt", data: [Buffer.from("hello")] }])));
    for (const data of [zip("x.pkl", "y.pkl"), zip(), text]) {
      expect(() => loads(data)).toThrow(/zip file, no pickle: unpack it first/);
      await expect(load(drip(data, 50))).rejects.toThrow(/unpack it first/);
    }
    let nested = zip("x");
    for (let i = 0; i < 4; i++) nested = new Uint8Array(Buffer.concat(zipPieces([{ name: "x", data: [nested] }])));
    expect(await caught(() => loads(nested))).toMatchObject({ code: "LIMIT", limit: "maxNesting" });
    expect(await caught(load(nested))).toMatchObject({ code: "LIMIT", limit: "maxNesting" });
    const bomb = joined(zipPieces([{ name: "x", data: [dumps(" ".repeat(7e7))], deflate: true }]));
    for (const limits of [{ maxBytes: 1e6 }, { maxRatio: 100 }]) {
      expect(await caught(() => loads(bomb, { limits }))).toMatchObject({ code: "LIMIT" });
      expect(await caught(load(bomb, { limits }))).toMatchObject({ code: "LIMIT" });
    }
  });

  it("damaged in any byte: typed errors, or the same", async () => {
    for (const name of ["frame.pkl.zip", "frame.pkl.tar"]) {
      const data = bytesOf(files[name] as string);
      for (let i = 0; i < 600; i++) {
        const bad = Uint8Array.from(data);
        bad[i % data.length]! ^= 1 << (i & 7);
        try {
          loads(bad);
        } catch (e) {
          expect([name, i, isBrineError(e)]).toEqual([name, i, true]);
        }
      }
    }
  });
});

describe("errors of a shell say where in the packed bytes they are", () => {
  const random = Uint8Array.from({ length: 90_000 }, (_, i) => (i * 2654435761) >>> ((i % 7) + 9));
  const value = dumps(random);
  it.each([gzip, zlib, bz2, lzma, xz, lz4, zstd])("$name", async (codec) => {
    await codec.ready?.();
    const packed = codec.encode(value);
    const half = packed.subarray(0, packed.length >> 1);
    const truncated = { code: "TRUNCATED", offset: half.length };
    expect(await caught(() => loads(half))).toMatchObject(truncated);
    await expect(load(half)).rejects.toMatchObject(truncated);
    const damaged = packed.slice();
    damaged.fill(0xff, half.length, half.length + 40);
    if (codec !== lz4 && codec !== zstd) {
      const error = (await caught(() => loads(damaged))) as { offset: number };
      expect(error).toMatchObject({ code: "FORMAT", offset: expect.any(Number) });
      expect(error.offset).toBeGreaterThan(10);
      expect(error.offset).toBeLessThanOrEqual(packed.length);
      await expect(load(new Blob([damaged]))).rejects.toMatchObject({ offset: expect.any(Number) });
    }
  });
});
