import { readFileSync } from "node:fs";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../test/support/base64.ts";
import { bz2, gzip, lz4, lzma, xz, zlib, zstd } from "./core/codecs/index.ts";
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
  const ROWS = [
    { name: "Ada", score: 1.5, age: 36 },
    { name: "Grace", score: 2, age: 85 },
    { name: "Edith", score: -3, age: 70 },
  ];

  it.each(Object.keys(files).filter((name) => !/zip|tar/.test(name)))("%s", async (name) => {
    const data = bytesOf(files[name] as string);
    for (const source of [data, new Blob([Uint8Array.from(data)]), drip(data, 100)]) {
      const frame = (await load(source)) as DataFrame;
      expect(frame.toRecords()).toEqual(ROWS);
    }
    expect(dumps(loads(data))).toEqual(dumps(loads(bytesOf(files["frame.pkl"] as string))));
    const { verdict } = await scan(data, { name });
    expect(verdict).toBe("safe");
    expect((await infoOf(data)).format).toBe("pickle");
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
