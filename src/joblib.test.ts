/** `brine/joblib`: what `compress` means, compressors of the caller's, companions, lazy arrays, bad files. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open as openFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { bz2, gzip, lz4, lzma, xz, zlib } from "./core/codecs/index.ts";
import { load as brineLoad, loads as brineLoads, isBrineError, repr, tuple } from "./index.ts";
import { array, type Compress, type Compressor, dump, dumps, LazyNDArray, load, loads, NDArray } from "./joblib.ts";

const folder = mkdtempSync(join(tmpdir(), "joblib-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const legacy = fileURLToPath(new URL("../fixtures/data/joblib/", import.meta.url));

const value = (): Map<string, unknown> =>
  new Map<string, unknown>([
    ["w", array(new Float64Array(1000), { shape: [10, 100] })],
    ["n", tuple(1, 2.5, null)],
  ]);
const shown = (v: unknown): string => repr(v);

const MAGIC: Record<string, number[]> = {
  none: [0x80, 4],
  zlib: [0x78],
  gzip: [0x1f, 0x8b],
  bz2: [0x42, 0x5a, 0x68],
  lzma: [0x5d, 0],
  xz: [0xfd, 0x37],
  lz4: [4, 0x22, 0x4d, 0x18],
};
function kindOf(bytes: Uint8Array): string {
  return Object.entries(MAGIC).find(([, magic]) => magic.every((byte, i) => bytes[i] === byte))?.[0] ?? "?";
}

describe("compress", () => {
  // [compress, name, what joblib 1.5.3 writes]
  it.each<[Compress | undefined, string, string]>([
    [undefined, "x.pkl", "none"],
    [false, "x.joblib", "none"],
    [0, "x.pkl", "none"],
    [true, "x.pkl", "zlib"],
    [3, "x.pkl", "zlib"],
    [9, "x.bin", "zlib"],
    [false, "x.z", "zlib"],
    [0, "x.gz", "gzip"],
    [false, "x.bz2", "bz2"],
    [true, "x.lzma", "lzma"],
    [3, "x.xz", "xz"],
    [false, "x.pkl.lz4", "lz4"],
    ["xz", "x.gz", "xz"],
    ["gzip", "x", "gzip"],
    [["bz2", 1], "x.xz", "bz2"],
    [["zlib", 0], "x.gz", "none"],
    [["lz4", null], "x", "lz4"],
  ])("%j to %s is %s", async (compress, name, kind) => {
    const options = compress === undefined ? {} : { compress };
    expect(await dump(value(), at(name), options)).toEqual([at(name)]);
    const bytes = readFileSync(at(name));
    expect(kindOf(bytes)).toBe(kind);
    expect(shown(await load(at(name)))).toBe(shown(loads(dumps(value()))));
    expect(shown(await brineLoad(at(name)))).toBe(shown(loads(dumps(value()))));
    expect(shown(loads(bytes))).toBe(shown(loads(dumps(value()))));
  });

  it("has joblib's levels", () => {
    const bytes = dumps(value());
    const level = (name: string, n: number | null): Buffer => Buffer.from(dumps(value(), { compress: [name, n] }));
    expect(level("zlib", null).equals(zlib.encode(bytes, 3))).toBe(true);
    expect(level("gzip", null).equals(gzip.encode(bytes, 3))).toBe(true);
    expect(level("bz2", null).equals(bz2.encode(bytes, 9))).toBe(true);
    expect(level("xz", null).equals(xz.encode(bytes, 6))).toBe(true);
    expect(level("lzma", 1).equals(lzma.encode(bytes, 1))).toBe(true);
    expect(level("lz4", null).equals(lz4.encode(bytes, 0))).toBe(true);
  });

  it("refuses what joblib refuses, in its words", async () => {
    expect(() => dumps(1, { compress: 10 })).toThrow(
      /^Non valid compress level given: "10". Possible values are \[0, 1/,
    );
    expect(() => dumps(1, { compress: ["zlib", -1] })).toThrow(RangeError);
    expect(() => dumps(1, { compress: "zip" })).toThrow(/^Non valid compression method given: "zip". Possible values/);
    expect(() => dumps(1, { compress: ["zlib"] as never })).toThrow(/should contain exactly 2 elements/);
    await expect(dump(1, at("y"), { compress: "zip" })).rejects.toThrow(RangeError);
  });
});

describe("compressors of the caller's", () => {
  const turned: Compressor = {
    name: "turned",
    prefix: Uint8Array.of(0xee, 0xee),
    extension: ".turned",
    compress: (bytes) => Uint8Array.from([0xee, 0xee, ...bytes.map((byte) => byte ^ 255)]),
    decompress: (bytes) => bytes.subarray(2).map((byte) => byte ^ 255),
  };

  it("are options of the call", async () => {
    const compressors = [turned];
    for (const [name, compress] of [
      ["a.turned", false],
      ["a.pkl", "turned"],
      ["a.gz", ["turned", 3]],
    ] as [string, Compress][]) {
      await dump([1, 2], at(name), { compressors, compress });
      const bytes = readFileSync(at(name));
      expect([...bytes.subarray(0, 3)]).toEqual([0xee, 0xee, 0x7f]);
      expect(await load(at(name), { compressors })).toEqual([1, 2]);
      expect(loads(bytes, { compressors })).toEqual([1, 2]);
      await expect(load(at(name))).rejects.toThrow(/invalid load key/);
    }
    // Of several endings that fit, the last one registered wins.
    await dump([1], at("b.gz"), { compressors: [{ ...turned, extension: ".gz" }] });
    expect(readFileSync(at("b.gz"))[0]).toBe(0xee);
  });

  it("may wait, except for loads", async () => {
    const waiting: Compressor = { ...turned, decompress: async (bytes) => turned.decompress(bytes) };
    await dump([1], at("c.turned"), { compressors: [waiting] });
    expect(await load(at("c.turned"), { compressors: [waiting] })).toEqual([1]);
    expect(() => loads(readFileSync(at("c.turned")), { compressors: [waiting] })).toThrow(/waits: use load/);
  });

  it("follow register_compressor's rules", () => {
    const run = (compressor: unknown) => () => dumps(1, { compressors: [compressor as Compressor] });
    expect(run({ ...turned, name: 5 })).toThrow("Compressor name should be a string, '5' given.");
    expect(run({ ...turned, compress: null })).toThrow(TypeError);
    expect(run({ ...turned, name: "gzip" })).toThrow("Compressor 'gzip' already registered.");
    expect(run({ ...turned, name: "gzip", force: true })).not.toThrow();
    expect(dumps([1], { compress: "gzip", compressors: [{ ...turned, name: "gzip", force: true }] })[0]).toBe(0xee);
  });
});

describe("files", () => {
  it("hold several dumps, in whatever they are written to", async () => {
    const pieces: Uint8Array[] = [];
    const sink = { write: (chunk: Uint8Array) => void pieces.push(chunk.slice()) };
    expect(await dump([array([1, 2]), 1], sink)).toBe(null);
    await dump({ b: new Float32Array(3) }, sink);
    await dump("last", sink, { compress: "xz" });
    writeFileSync(at("many"), Buffer.concat(pieces));
    const file = await openFile(at("many"));
    expect(repr(await load(file))).toBe("[array([1., 2.]), 1]");
    expect(repr(await load(file))).toBe("{'b': array([0., 0., 0.], dtype=float32)}");
    expect(await load(file)).toBe("last");
    await file.close();
  });

  it("are streams, too", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const [back] = await Promise.all([load<NDArray[]>(readable), dump([new Int16Array(70_000).fill(7)], writable)]);
    expect(back[0]!.dtype.name).toBe("int16");
    expect(back[0]!.flat().every((n) => n === 7)).toBe(true);
  });

  it("are named by paths and URLs, and nothing else", async () => {
    const url = pathToFileURL(at("by url.gz"));
    expect(await dump([1], url)).toEqual([at("by url.gz")]);
    expect(readFileSync(at("by url.gz"))[0]).toBe(0x1f);
    expect(await load(url)).toEqual([1]);
    for (const target of [5, null, undefined, {}]) {
      await expect(dump([1], target as never)).rejects.toThrow(/^Second argument should be a filename or a file-like/);
    }
  });

  it("stay whole when writing stops", async () => {
    await dump([1], at("kept"));
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    await expect(dump([2], at("kept"), { signal: stop.signal })).rejects.toThrow("enough");
    await expect(dump([() => 1], at("kept"))).rejects.toThrow(/cannot be saved|function/);
    expect(await load(at("kept"))).toEqual([1]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("give arrays of their own memory in load, views in loads", async () => {
    const bytes = dumps([array(new Float64Array([1, 2, 3]))]);
    const [view] = loads<[NDArray]>(bytes);
    expect((view.data as Float64Array).buffer).toBe(bytes.buffer);
    const [copy] = loads<[NDArray]>(bytes, { copy: true });
    expect((copy.data as Float64Array).buffer).not.toBe(bytes.buffer);
    const before = bytes.slice();
    const [own] = await load<[NDArray]>(bytes);
    (own.data as Float64Array).fill(9);
    expect(bytes).toEqual(before);
  });

  it("keep the byte order where they are asked to", async () => {
    const big = array([1, 258], { dtype: ">i4" });
    const bytes = dumps(big);
    expect(repr(loads(bytes))).toBe("array([  1, 258], dtype=int32)");
    expect(repr(loads(bytes, { ensureNativeByteOrder: false }))).toBe("array([  1, 258], dtype='>i4')");
    expect(repr(loads(bytes))).toBe("array([  1, 258], dtype=int32)");
    await dump(big, at("big"));
    await expect(load(at("big"), { mmapMode: "r", ensureNativeByteOrder: true })).rejects.toThrow(RangeError);
  });

  it("are written twice where an array is met twice, as joblib does", () => {
    const one = new Float64Array(3);
    const [a, b] = loads<NDArray[]>(dumps([one, one]));
    expect(a).not.toBe(b);
    expect(a!.equal(b)).toBe(true);
  });
});

describe("companions", () => {
  const name = "joblib_0.9.2_pickle_py35_np19.pkl";
  const bytes = (file: string): Uint8Array => new Uint8Array(readFileSync(join(legacy, file)));
  const all = new Map([1, 2, 3, 4].map((n) => [`${name}_0${n}.npy`, bytes(`${name}_0${n}.npy`)]));

  it("come from a Map or a function, or lie beside the path", async () => {
    const expected = repr(await load(join(legacy, name)));
    expect(repr(loads(bytes(name), { companions: all }))).toBe(expected);
    expect(repr(await load(new Blob([bytes(name) as Uint8Array<ArrayBuffer>]), { companions: all }))).toBe(expected);
    const blobs = (file: string): Blob => new Blob([all.get(file) as Uint8Array<ArrayBuffer>]);
    expect(repr(await load(bytes(name), { companions: blobs }))).toBe(expected);
  });

  it("are left in their files by mmapMode, and written there", async () => {
    const whole = await load<NDArray[]>(join(legacy, name));
    const options = { mmapMode: "r" as const, onWarning: () => {} };
    mkdirSync(at("beside"));
    for (const file of [name, ...all.keys()]) writeFileSync(at(`beside/${file}`), readFileSync(join(legacy, file)));
    const blobs = (file: string): Blob => new Blob([all.get(file) as Uint8Array<ArrayBuffer>]);
    const main = new Blob([bytes(name) as Uint8Array<ArrayBuffer>]);
    for (const list of [
      await load<unknown[]>(at(`beside/${name}`), options),
      await load<unknown[]>(main, { ...options, companions: blobs }),
    ]) {
      expect(list.length).toBe(whole.length);
      let lazy = 0;
      for (const [i, item] of list.entries()) {
        if (!(item instanceof LazyNDArray)) expect(repr(item)).toBe(repr(whole[i]));
        else {
          lazy++;
          expect(item.source.name === undefined || item.source.name.endsWith(".npy")).toBe(true);
          expect((await item.load()).equal(whole[i])).toBe(true);
          await item.close();
        }
      }
      // Those of objects are read whole.
      expect(lazy).toBe(whole.filter((item) => item instanceof NDArray && !item.dtype.hasObject).length);
      expect(lazy).toBeGreaterThan(0);
    }
    const written = await load<unknown[]>(at(`beside/${name}`), { ...options, mmapMode: "r+" });
    const [first] = written as LazyNDArray[];
    await first!.set(77, 0);
    await first!.flush();
    for (const item of written) if (item instanceof LazyNDArray) await item.close();
    expect((await load<NDArray[]>(at(`beside/${name}`)))[0]!.get(0)).toBe(77n);
  });

  it("are asked for when they are missing", async () => {
    for (const run of [
      () => loads(bytes(name)),
      () => brineLoads(bytes(name)),
      () => load(bytes(name)),
      () => load(bytes(name), { companions: new Map() }),
    ]) {
      const error = await Promise.resolve()
        .then(run)
        .then(String, (e) => e);
      expect(error).toMatchObject({ code: "SOURCE", message: expect.stringMatching(/_01\.npy.*companions/) });
    }
    writeFileSync(at("alone.pkl"), bytes(name));
    await expect(load(at("alone.pkl"))).rejects.toThrow(/no such file.*_01\.npy/);
  });

  it("lie beside the file and nowhere else", () => {
    const text = Buffer.from(bytes(name)).toString("latin1");
    for (const evil of ["../../../etc/passwd", "/etc/passwd", "a\\b", "..", ".", "", "C:evil", "a\0b"]) {
      const first = `${name}_01.npy`;
      const changed = text.replace(
        String.fromCharCode(first.length, 0, 0, 0) + first,
        String.fromCharCode(evil.length, 0, 0, 0) + evil,
      );
      expect(changed).not.toBe(text);
      const opened: string[] = [];
      const companions = new Map(all);
      companions.get = (key: string) => {
        opened.push(key);
        return all.get(key);
      };
      expect(() => loads(Buffer.from(changed, "latin1"), { companions })).toThrow(/no name of a file beside/);
      expect(opened).toEqual([]);
    }
  });

  it("bring joblib's warning", async () => {
    const told: string[] = [];
    await load(join(legacy, name), { onWarning: (text) => told.push(text) });
    await load(join(legacy, "joblib_0.9.2_compressed_pickle_py35_np19.gz"), { onWarning: (text) => told.push(text) });
    await load(at("x.pkl"), { onWarning: (text) => told.push(text) });
    expect(told.map((text) => text.replace(legacy, ""))).toEqual([
      `The file '${name}' has been generated with a joblib version less than 0.10. Please regenerate this pickle file.`,
      "The file 'joblib_0.9.2_compressed_pickle_py35_np19.gz' has been generated with a joblib version less than 0.10. " +
        "Please regenerate this pickle file.",
    ]);
  });

  it("of Python 2 say which encoding they need", async () => {
    const path = join(legacy, "joblib_0.10.0_pickle_py27_np17.pkl");
    for (const run of [() => load(path), () => loads(readFileSync(path))]) {
      const error = await Promise.resolve()
        .then(run)
        .then(String, (e) => e);
      expect(error.message).toMatch(/You may be trying to read with python 3 a joblib pickle generated with python 2/);
    }
    expect(repr((await load<unknown[]>(path, { encoding: "latin1" }))[0])).toBe("array([0, 1, 2, 3, 4])");
    expect(repr((await load<unknown[]>(path, { encoding: "bytes" }))[0])).toBe("array([0, 1, 2, 3, 4])");
  });
});

describe("mmapMode", () => {
  const big = (): NDArray =>
    array(
      Float64Array.from({ length: 300_000 }, (_, i) => i),
      { shape: [300, 1000] },
    );

  it("leaves arrays in their file, and reads only the pickle", async () => {
    await dump(
      new Map<string, unknown>([
        ["a", big()],
        ["b", new Int32Array(5)],
        ["n", 7],
      ]),
      at("big.joblib"),
    );
    let read = 0;
    const blob = new Blob([readFileSync(at("big.joblib"))]);
    const slice = blob.slice.bind(blob);
    blob.slice = (from = 0, to = blob.size) => {
      read += to - from;
      return slice(from, to);
    };
    for (const source of [at("big.joblib"), blob]) {
      const { a, b, n } = await load<{ a: LazyNDArray; b: LazyNDArray; n: number }>(source, {
        mmapMode: "r",
        dicts: "object",
      });
      expect(a).toBeInstanceOf(LazyNDArray);
      expect(n).toBe(7);
      if (source === blob) expect(read).toBeLessThan(60_000);
      expect((await a.slice("10:12", 3)).toArray()).toEqual([10003, 11003]);
      await a.close();
      // The file is shared, and open until the last array is closed.
      expect(repr(await b.load())).toBe("array([0, 0, 0, 0, 0], dtype=int32)");
      expect((await load<{ a: NDArray }>(source, { dicts: "object" })).a.equal(big())).toBe(true);
      await b.close();
    }
  });

  it("writes changes back with r+", async () => {
    await dump([big(), "x"], at("changed.joblib"));
    const [a] = await load<[LazyNDArray, string]>(at("changed.joblib"), { mmapMode: "w+" });
    await a.set(-1, 2, 5);
    await a.close();
    const [after] = await load<[NDArray]>(at("changed.joblib"));
    expect(after.get(2, 5)).toBe(-1);
    expect(after.get(2, 6)).toBe(2006);
  });

  it("is ignored with joblib's warnings where there is no file to stay in", async () => {
    const told: string[] = [];
    const options = { mmapMode: "r" as const, onWarning: (text: string) => void told.push(text) };
    const bytes = dumps([big()]);
    await dump([big()], at("packed.gz"));
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
    for (const source of [bytes, at("packed.gz"), stream]) {
      expect((await load<[NDArray]>(source, options))[0]).toBeInstanceOf(NDArray);
    }
    expect(told).toEqual([
      'In memory persistence is not compatible with mmap_mode "r" flag passed. mmap_mode option will be ignored.',
      `mmap_mode "r" is not compatible with compressed file ${at("packed.gz")}. "r" flag will be ignored.`,
      expect.stringMatching(/is not a raw file, mmap_mode "r" flag will be ignored\.$/),
    ]);
  });

  it("warns of arrays of before 1.2 that are not aligned, loads arrays of objects, closes what failed", async () => {
    const told: string[] = [];
    const path = join(legacy, "joblib_0.11.0_pickle_py36_np111.pkl");
    const list = await load<unknown[]>(path, { mmapMode: "c", onWarning: (text) => told.push(text) });
    expect(list.map((item) => (item as object).constructor.name).slice(0, 3)).toEqual([
      "LazyNDArray",
      "LazyNDArray",
      "NDArray",
    ]);
    expect(told.length).toBe(3);
    expect(told[0]).toMatch(/is not byte aligned/);
    expect(repr(await (list[1] as LazyNDArray).load())).toBe("array([0., 1., 2., 3., 4.])");
    for (const item of list) if (item instanceof LazyNDArray) await item.close();
    writeFileSync(at("cut.joblib"), dumps([big()]).subarray(0, 100_000));
    await expect(load(at("cut.joblib"), { mmapMode: "r" })).rejects.toMatchObject({ code: "TRUNCATED" });
  });
});

describe("bad files", () => {
  const whole = dumps([array(new Float64Array(64)), array([1, "a"], { dtype: "O" }), "end"]);

  it("that are cut anywhere say so", async () => {
    for (let size = 0; size < whole.length; size += 7) {
      for (const run of [() => loads(whole.subarray(0, size)), () => load(new Blob([whole.slice(0, size)]))]) {
        const error = await Promise.resolve()
          .then(run)
          .then(String, (e) => e);
        expect([size, isBrineError(error)]).toEqual([size, true]);
      }
    }
  });

  it("that are damaged load or say so", async () => {
    let seed = 3;
    const next = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8;
    for (let round = 0; round < 1500; round++) {
      const bad = whole.slice();
      for (let n = 1 + (next() % 3); n > 0; n--) bad[next() % bad.length] = next();
      try {
        expect(repr(loads(bad)).length).toBeGreaterThan(0);
      } catch (e) {
        if (!isBrineError(e)) throw e;
      }
      if (round % 10 > 0) continue;
      try {
        await load(new Blob([bad]));
      } catch (e) {
        if (!isBrineError(e)) throw e;
      }
    }
  });

  it("that claim too much are refused before memory is taken", async () => {
    const text = Buffer.from(dumps(array(new Float64Array(2), { shape: [1, 2] }))).toString("latin1");
    // The shape (1, 2) as BININT1s becomes one of BININTs.
    const huge = text.replace("K\x01K\x02\x86", "J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86");
    const frame = Number(Buffer.from(text, "latin1").readBigUInt64LE(3)) + 6;
    const bytes = Buffer.from(huge, "latin1");
    bytes.writeBigUInt64LE(BigInt(frame), 3);
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield bytes;
    }
    for (const run of [
      () => loads(bytes),
      () => load(new Blob([bytes])),
      () => load(stream()),
      () => load(gzipSync(bytes)),
    ]) {
      const error = await Promise.resolve()
        .then(run)
        .then(String, (e) => e);
      expect(error).toMatchObject({ code: expect.stringMatching(/FORMAT|TRUNCATED|LIMIT/), offset: expect.anything() });
    }
    const bomb = gzipSync(dumps(new Int8Array(100_000_000)), { level: 9 });
    expect(() => loads(bomb)).toThrow(/maxRatio/);
    await expect(load(bomb)).rejects.toThrow(/maxRatio/);
  });
});

describe("the bytes that are given", () => {
  const big = array([1, 2, 3], { dtype: ">f8" });
  const given = dumps([big, array([], { dtype: ">i4", shape: [0, 2] }), new Uint8Array([1, 2, 3])]);

  it.each([
    ["Uint8Array", () => given.slice()],
    ["Buffer", () => Buffer.from(given)],
  ])("stay as they were, %s or not", async (_, make) => {
    for (const read of [loads, load] as const) {
      const bytes = make();
      const made = (await read<unknown[]>(bytes)) as [NDArray, NDArray, Uint8Array];
      expect(made.slice(0, 2).map((one) => (one as NDArray).dtype.str)).toEqual(["<f8", "<i4"]);
      expect([made[0].toArray(), made[1].shape]).toEqual([
        [1, 2, 3],
        [0, 2],
      ]);
      expect(Buffer.from(bytes).equals(given)).toBe(true);
    }
  });

  it("are let go by copy, also those of a Buffer", () => {
    const bytes = Buffer.from(given);
    for (const read of [loads, brineLoads]) {
      const made = read<unknown[]>(bytes, { copy: true })[2] as Uint8Array;
      expect([made.constructor, made.buffer === bytes.buffer]).toEqual([Uint8Array, false]);
    }
  });
});
