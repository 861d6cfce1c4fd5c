/** `brine/numpy`: npz, memory that is given, arrays that stay in their files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { openZip, zipPieces } from "./core/zip/index.ts";
import {
  array,
  dumps,
  dumpsNpz,
  isBrineError,
  LazyNDArray,
  load,
  loads,
  type NDArray,
  type NpzFile,
  openMemmap,
  save,
  savez,
  savezCompressed,
} from "./numpy.ts";
import * as web from "./platform/web.ts";
import { inMemory } from "./sources/index.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-npz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const floats = array(
  Float32Array.from({ length: 600_000 }, (_, i) => i / 7),
  { shape: [600, 1000] },
);

describe("into", () => {
  it("is filled and viewed, from bytes, paths, blobs, URLs and packed streams", async () => {
    const bytes = dumps(floats);
    writeFileSync(at("f.npy"), bytes);
    const gzipped = new Response(gzipSync(bytes)).body!.pipeThrough(new DecompressionStream("gzip"));
    for (const input of [
      bytes,
      at("f.npy"),
      pathToFileURL(at("f.npy")),
      new Blob([bytes as Uint8Array<ArrayBuffer>]),
      gzipped,
    ]) {
      const into = new Float32Array(600_010);
      const made = await load(input, { into });
      expect((made.data as Float32Array).buffer).toBe(into.buffer);
      expect([made.shape, made.get(-1, -1), into[599_999], into[600_000]]).toEqual([
        [600, 1000],
        Math.fround(599_999 / 7),
        Math.fround(599_999 / 7),
        0,
      ]);
    }
    const shared = new SharedArrayBuffer(2_400_000);
    expect((loads(bytes, { into: shared }).data as Float32Array).buffer).toBe(shared);
  });

  it("is refused where it is too small or not aligned", async () => {
    const bytes = dumps(Float64Array.of(1, 2));
    expect(() => loads(bytes, { into: new Uint8Array(15) })).toThrow(RangeError);
    expect(() => loads(bytes, { into: new Uint8Array(32).subarray(4) })).toThrow("multiple of 8");
    await expect(load(new Blob([bytes as Uint8Array<ArrayBuffer>]), { into: new Uint8Array(15) })).rejects.toThrow(
      RangeError,
    );
    expect(() => loads(dumpsNpz([[1]]), { into: new Float64Array(1) })).toThrow("one array");
    // Big-endian items are turned where they are.
    const big = dumps(array([1, 2], { dtype: ">f8" }));
    const into = new Float64Array(2);
    expect([loads(big, { into }).toArray(), [...into]]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

describe("npz", () => {
  const arrays = { w: floats, b: array([1n, 2n]), text: array(["é", "ab"]), one: array(2.5) };

  it("is written to paths, streams and writers, and read one by one", async () => {
    await savez(at("s.npz"), arrays);
    await savezCompressed(at("c.npz"), arrays);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const [streamed] = await Promise.all([load<NpzFile>(readable), savez(writable, arrays)]);
    const chunks: Uint8Array[] = [];
    await savez({ write: (chunk: Uint8Array) => void chunks.push(chunk.slice()) }, arrays);
    expect(Buffer.compare(Buffer.concat(chunks), readFileSync(at("s.npz")))).toBe(0);
    expect(Buffer.compare(dumpsNpz(new Map(Object.entries(arrays))), readFileSync(at("s.npz")))).toBe(0);
    for (const npz of [streamed, await load<NpzFile>(at("s.npz")), await load<NpzFile>(at("c.npz"))]) {
      expect([npz.files, npz.size, npz.has("w"), npz.has("w.npy"), npz.has("x")]).toEqual([
        ["w", "b", "text", "one"],
        4,
        true,
        true,
        false,
      ]);
      expect((await npz.array("w")).equal(floats)).toBe(true);
      expect(npz.arraySync("text").toArray()).toEqual(["é", "ab"]);
      expect(((await npz.get("one.npy")) as NDArray).item()).toBe(2.5);
      expect(await npz.get("none")).toBe(undefined);
      await expect(npz.array("none")).rejects.toThrow("it has w, b, text, one");
      expect([...(await npz.all()).keys()]).toEqual(npz.files);
      await npz.close();
    }
    expect(readFileSync(at("c.npz")).length).toBeLessThan(2_400_000);
  });

  it("names what is not named, takes typed and nested arrays", () => {
    const npz = loads<NpzFile>(dumpsNpz([Int8Array.of(1), [[1, 2]]]));
    expect([...npz.allSync()].map(([name, item]) => [name, (item as NDArray).dtype.name])).toEqual([
      ["arr_0", "int8"],
      ["arr_1", "float64"],
    ]);
    expect(loads<NpzFile>(dumpsNpz({})).size).toBe(0);
    expect(() => dumpsNpz(5 as unknown as [])).toThrow(TypeError);
    expect(() => dumpsNpz({ o: array([null]) }, { allowPickle: false })).toThrow("allowPickle");
    const evil = JSON.parse('{"__proto__": [1], "constructor": [2]}');
    const again = loads<NpzFile>(dumpsNpz(evil));
    expect([again.files, again.arraySync("__proto__").toArray(), again.has("toString")]).toEqual([
      ["__proto__", "constructor"],
      [1],
      false,
    ]);
  });

  it("gives memory of its own, and bytes of what is no array", async () => {
    const bytes = Buffer.concat(
      zipPieces([
        { name: "x.npy", data: [dumps([1])] },
        { name: "note", data: [Buffer.from("hello")] },
      ]),
    );
    const kept = Uint8Array.from(bytes);
    const npz = loads<NpzFile>(kept);
    const [x, note] = [npz.arraySync("x"), npz.getSync("note") as Uint8Array];
    const y = await npz.array("x");
    await expect(npz.array("note")).rejects.toThrow(TypeError);
    kept.fill(0);
    expect([x.toArray(), y.toArray(), Buffer.from(note).toString()]).toEqual([[1], [1], "hello"]);
  });

  it("is read by ranges: one array of many costs little", async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`a${i}`, new Float64Array(10_000).fill(i)]));
    const data = dumpsNpz(many);
    let sent = 0;
    let requests = 0;
    const server = createServer((request, response) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
      const body = from === undefined ? data : data.subarray(Number(from), Math.min(Number(to) + 1, data.length));
      const range = { "content-range": `bytes ${from}-${Number(from) + body.length - 1}/${data.length}` };
      requests++;
      response.on("error", () => undefined);
      response.writeHead(
        from === undefined ? 200 : 206,
        from === undefined ? { "content-length": data.length } : range,
      );
      // What a client does not want any more is not sent.
      let place = 0;
      const more = (): void => {
        while (place < body.length && !response.destroyed) {
          sent += Math.min(16384, body.length - place);
          const ok = response.write(body.subarray(place, (place += 16384)));
          if (!ok) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/many.npz`);
    try {
      const npz = await load<NpzFile>(url);
      expect((await npz.array("a33")).get(77)).toBe(33);
      expect(requests).toBeLessThanOrEqual(4);
      const lazy = (await npz.lazy("a7")) as LazyNDArray;
      expect((await lazy.slice("5:7")).toArray()).toEqual([7, 7]);
      await npz.close();
      const before = sent;
      const direct = await openMemmap(url, { mode: "r" }).catch((e: unknown) => e);
      expect(isBrineError(direct, "FORMAT")).toBe(true);
      expect(sent - before).toBeLessThanOrEqual(1 << 16);
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });

  it("holds bombs to limits", () => {
    const zeros = dumpsNpz({ z: new Uint8Array(100_000_000) }, { compressed: true });
    expect(zeros.length).toBeLessThan(110_000);
    // What deflate can do at all is let through; what a lying directory claims is not.
    expect((loads<NpzFile>(zeros).getSync("z") as NDArray).size).toBe(100_000_000);
    expect(() => loads<NpzFile>(zeros, { limits: { maxRatio: 100 } }).getSync("z")).toThrow("maxRatio");
    const many = dumpsNpz(Array.from({ length: 100 }, () => [1]));
    expect(() => loads<NpzFile>(many, { limits: { maxEntries: 99 } })).toThrow("maxEntries");
  });

  it("names the file in what it throws", async () => {
    const bytes = dumpsNpz({ x: [1, 2, 3] });
    bytes[bytes.indexOf(0x3f, 100)] = 0x40;
    writeFileSync(at("bad.npz"), bytes);
    const npz = await load<NpzFile>(at("bad.npz"));
    await expect(npz.get("x")).rejects.toThrow(/bad CRC-32 .*bad\.npz\/x\.npy/);
    await npz.close();
    await expect(load(at("none.npz"))).rejects.toMatchObject({ code: "SOURCE" });
  });
});

describe("zips", () => {
  it("hold large files that are not packed, whole or damaged", async () => {
    const data = Uint8Array.from({ length: 40_000_001 }, (_, i) => (i * 7919) >>> 5);
    const whole = Buffer.concat(zipPieces([{ name: "large", data: [data] }]));
    expect(Buffer.compare(await (await openZip(inMemory(whole))).read("large"), data)).toBe(0);
    whole[29_000_000]! ^= 1;
    await expect((await openZip(inMemory(whole))).read("large")).rejects.toThrow("bad CRC-32");
    const zip = await openZip(inMemory(whole));
    const gone = { ...zip.source, read: async () => [new Uint8Array(100)] };
    const short = await openZip({
      ...inMemory(whole),
      read: (spans) => (spans[0]!.at > 35e6 || spans[0]!.at < 25e6 ? zip.source.read!(spans) : gone.read()),
    });
    await expect(short.read("large")).rejects.toMatchObject({ code: "TRUNCATED" });
  });

  it("of more than 65535 files, beyond 2 GiB, aligned, in any order", async () => {
    const items = Array.from({ length: 70_000 }, (_, i) => ({ name: `f${i}`, data: [Uint8Array.of(i)] }));
    const whole = Buffer.concat(zipPieces(items));
    const zip = await openZip(inMemory(whole));
    expect([zip.entries.size, [...zip.readSync("f69999")]]).toEqual([70_000, [69_999 & 255]]);
    const aligned = Buffer.concat(
      zipPieces(["a", "bcd", "data/0"].map((name, i) => ({ name, data: [new Uint8Array(i + 1)], align: 64 }))),
    );
    const other = await openZip(inMemory(aligned));
    for (const name of other.entries.keys()) expect((await other.placeOf(name))! % 64).toBe(0);
    expect(other.readSync("data/0").length).toBe(3);
    // Sizes and offsets of 64 bits, over one block of zeros that stands for all.
    const piece = new Uint8Array(1 << 27);
    const huge = zipPieces([
      { name: "huge", data: Array.from({ length: 17 }, () => piece) },
      { name: "last", data: [Uint8Array.of(7)] },
    ]);
    const starts: number[] = [];
    let size = 0;
    for (const part of huge) {
      starts.push(size);
      size += part.length;
    }
    const source = {
      ...inMemory(new Uint8Array(0)),
      size,
      read: async (spans: readonly { at: number; size: number; into?: Uint8Array }[]) =>
        spans.map(({ at: from, size: want, into }) => {
          const out = (into ?? new Uint8Array(want)).subarray(0, Math.min(want, size - from));
          for (const [i, part] of huge.entries()) {
            const begin = Math.max(from, starts[i] as number);
            const end = Math.min(from + out.length, (starts[i] as number) + part.length);
            if (begin < end)
              out.set(part.subarray(begin - (starts[i] as number), end - (starts[i] as number)), begin - from);
          }
          return out;
        }),
    };
    const far = await openZip(source);
    expect([far.entry("huge").size, [...(await far.read("last"))]]).toEqual([17 * 2 ** 27, [7]]);
  });
});

describe("openMemmap", () => {
  it("makes, changes and reads files as NumPy's does", async () => {
    const path = at("m.npy");
    const made = await openMemmap(path, { mode: "w+", dtype: ">f4", shape: [100, 3], fortranOrder: true });
    await made.set([1, 2, 3], 5);
    await made.set(9, ":", 1);
    await made.close();
    const want = array(new Float32Array(300), { shape: [100, 3], dtype: ">f4" }).astype(">f4");
    for (let i = 0; i < 100; i++) want.set(9, i, 1);
    want.set(1, 5, 0);
    want.set(3, 5, 2);
    expect(Buffer.compare(readFileSync(path), dumps(want.copy("F")))).toBe(0);
    const again = await openMemmap(path);
    expect([again.mode, again.order, again.shape, again.dtype.str]).toEqual(["r+", "F", [100, 3], ">f4"]);
    await again.set(-1, -1, -1);
    await again.flush();
    const lazy = await load(path, { mmapMode: "r" });
    expect([await lazy.get(99, 2), (await lazy.load()).equal(loads(readFileSync(path)))]).toEqual([-1, true]);
    await Promise.all([again.close(), lazy.close()]);
    const copy = await load(path, { mmapMode: "c" });
    await copy.set(5, 0, 0);
    expect([await copy.get(0, 0), loads(readFileSync(path)).get(0, 0)]).toEqual([5, 0]);
    await copy.close();
    const second = await openMemmap(at("v.npy"), { mode: "w+", shape: [2], version: [2, 0] });
    await second.close();
    expect(readFileSync(at("v.npy"))[6]).toBe(2);
  });

  it("refuses what cannot be", async () => {
    await save(at("o.npy"), array([null, 1]));
    await expect(openMemmap(at("o.npy"))).rejects.toThrow("memory-mapped");
    await expect(openMemmap(at("x.npy"), { mode: "w+" })).rejects.toThrow("shape");
    await expect(openMemmap(at("x.npy"), { mode: "w+", shape: [1], dtype: "O" })).rejects.toThrow("memory-mapped");
    await expect(openMemmap(at("x.npy"), { mode: "w+", shape: [1], version: [4, 0] })).rejects.toThrow(RangeError);
    await expect(openMemmap(dumps([1]))).rejects.toThrow("path");
    await expect(openMemmap(at("none.npy"))).rejects.toMatchObject({ code: "SOURCE" });
    await expect(openMemmap(at("nowhere/x.npy"), { mode: "w+", shape: [1] })).rejects.toMatchObject({ code: "SOURCE" });
    await expect(web.openPath("x.npy", "r+")).rejects.toMatchObject({ code: "SOURCE" });
    await expect(web.makePath("x.npy", new Uint8Array(0), 0)).rejects.toMatchObject({ code: "SOURCE" });
    writeFileSync(at("cut.npy"), dumps([1, 2, 3]).slice(0, -1));
    await expect(openMemmap(at("cut.npy"))).rejects.toMatchObject({ code: "TRUNCATED" });
    const lazy = await openMemmap(dumps([1, 2, 3]), { mode: "r" });
    expect(lazy).toBeInstanceOf(LazyNDArray);
    expect(lazy.loadSync().toArray()).toEqual([1, 2, 3]);
  });
});
