/** Lazy arrays give what arrays in memory give, whatever is sliced, and write what was set. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openPath } from "../../platform/filesource.ts";
import { inMemory, toRanges } from "../../sources/index.ts";
import type { Source } from "../bytes/parse.ts";
import { type DTypeSpec, dtype, type Index, LazyNDArray, NDArray } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-lazy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers that are the same each time (Numerical Recipes' generator). */
function numbers(seed: number): () => number {
  return () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8;
}

/** A source that counts what is read of it. */
function counted(bytes: Uint8Array): Source & { read: NonNullable<Source["read"]>; bytes: number; asks: number } {
  const source = inMemory(bytes) as Source;
  const out = Object.assign(source, { bytes: 0, asks: 0 });
  const { read } = source;
  out.read = (spans) => {
    out.asks++;
    out.bytes += spans.reduce((sum, { size }) => sum + size, 0);
    return read!(spans);
  };
  return out as typeof out & { read: NonNullable<Source["read"]> };
}

/** `count` rows of `width` items, the item at `i` being `i`. */
function rows(count: number, width: number): { data: Int32Array; whole: NDArray } {
  const data = Int32Array.from({ length: count * width }, (_, i) => i);
  return { data, whole: NDArray.over(dtype("<i4"), data, [count, width]) };
}

function randomIndex(next: () => number, size: number): Index {
  switch (next() % 5) {
    case 0:
      return size === 0 ? ":" : (next() % (2 * size)) - size;
    case 1:
      return ":";
    default: {
      const end = (): string => (next() % 3 === 0 ? "" : String((next() % (2 * size + 4)) - size - 2));
      const step = [1, 1, 2, 3, -1, -2, 7][next() % 7];
      return `${end()}:${end()}:${step}`;
    }
  }
}

describe("slices that leave most of the file untouched", () => {
  const { data, whole } = rows(24, 1 << 18);
  const indices: Index[][] = [
    [":", 0],
    [":", "-3:"],
    ["::-2", "7:20:3"],
    [":", "::100000"],
    ["3:9", "5:9:-1"],
    [":", "10:20000:5000"],
    ["1::7", "::65536"],
  ];

  it.each([
    ["where every ask is dear", false],
    ["of files", true],
  ])("read little, and give the same, %s", async (_, isFile) => {
    for (const index of indices) {
      const source = counted(new Uint8Array(data.buffer));
      if (!isFile) delete source.readSync;
      const lazy = new LazyNDArray(source, { dtype: "<i4", shape: [24, 1 << 18], mode: "c" });
      const want = whole.slice(...index);
      const found = await lazy.slice(...index);
      expect([index, found.shape, found.equal(want)]).toEqual([index, want.shape, true]);
      // At most what a row spans from the first to the last of what is wanted, but for the widest.
      if (isFile) expect(source.bytes, String(index)).toBeLessThan(24 * 100_000);
      await lazy.set(-5, "2:5", "::3");
      const changed = whole.copy();
      for (let row = 2; row < 5; row++)
        for (let i = 0; i < 1 << 18; i += 3) (changed.data as Int32Array)[row * (1 << 18) + i] = -5;
      expect((await lazy.slice(...index)).equal(changed.slice(...index)), `changed ${index}`).toBe(true);
      if (isFile) expect(lazy.sliceSync(...index).equal(changed.slice(...index))).toBe(true);
    }
  });
});

describe("slices", () => {
  it("are those of arrays in memory: 2000 of them, every dtype and order", async () => {
    const next = numbers(3);
    for (let round = 0; round < 2000; round++) {
      const dtype = [
        "<f8",
        ">i4",
        "u1",
        "<c8",
        "<U3",
        "S5",
        "<i8",
        [
          ["a", "<i4"],
          ["b", ">f8"],
        ],
      ][next() % 8]!;
      const shape = Array.from({ length: next() % 5 }, () => (next() % 12 === 0 ? 0 : 1 + (next() % 7)));
      const order = next() % 2 ? "C" : "F";
      const spec = dtype as DTypeSpec;
      const itemsize = NDArray.fromBytes(spec, new Uint8Array(0), [0]).dtype.itemsize;
      const bytes = Uint8Array.from({ length: 5 + itemsize * shape.reduce((a, n) => a * n, 1) }, (_, i) =>
        spec === "<U3" ? (i % 4 === 1 ? 65 + (next() % 26) : 0) : next() % 100,
      );
      const plain = NDArray.fromBytes(spec, bytes.slice(5), shape, { order });
      const lazy = new LazyNDArray(inMemory(bytes), { dtype: spec, shape, order, byteOffset: 5 });
      const indices: Index[] = shape.slice(0, next() % (shape.length + 1)).map((n) => randomIndex(next, n));
      if (next() % 4 === 0) indices.splice(next() % (indices.length + 1), 0, next() % 2 ? null : "...");
      let want: NDArray;
      try {
        want = plain.slice(...indices);
      } catch (e) {
        // "..." may have moved an index to a shorter axis.
        expect(() => lazy.sliceSync(...indices)).toThrow((e as Error).message);
        continue;
      }
      const got = next() % 2 ? await lazy.slice(...indices) : lazy.sliceSync(...indices);
      expect([got.shape, got.toBytes(), got.dtype]).toEqual([want.shape, want.toBytes(), want.dtype]);
    }
  });

  it("read only the pages that they touch", async () => {
    const data = new Float64Array(3_000_000).map((_, i) => i);
    const source = counted(new Uint8Array(data.buffer));
    const lazy = new LazyNDArray(source, { dtype: "<f8", shape: [3000, 1000] });
    expect((await lazy.slice("1000:1002")).toArray()).toEqual([
      [...data.subarray(1_000_000, 1_001_000)],
      [...data.subarray(1_001_000, 1_002_000)],
    ]);
    expect(source.bytes).toBeLessThanOrEqual(1 << 20);
    expect(await lazy.get(1001, 5)).toBe(1_001_005);
    expect([source.asks, lazy.getSync(-1, -1)]).toEqual([1, 2_999_999]);
    // A column goes through all pages, without keeping them.
    expect((await lazy.slice(":", 7)).toArray()).toEqual(Array.from({ length: 3000 }, (_, i) => i * 1000 + 7));
    expect(source.bytes).toBeLessThan(25_000_000);
    const before = source.bytes;
    const rows = await lazy.slice("0:2000:2", "::-1");
    expect(rows.get(3, 0)).toBe(6999);
    expect(source.bytes - before).toBeLessThan(17_000_000);
  });

  it("go straight to their memory when they are long", async () => {
    const data = new Int32Array(4_000_000).map((_, i) => i);
    const source = counted(new Uint8Array(data.buffer));
    const lazy = new LazyNDArray(source, { dtype: "<i4", shape: [4, 1_000_000] });
    expect((await lazy.slice("::-2")).get(0, 3)).toBe(3_000_003);
    expect(source.bytes).toBe(8_000_000);
    const into = new Int32Array(5_000_000);
    const all = await lazy.load({ into });
    expect([all.data.length, (all.data as Int32Array).buffer === into.buffer, into[3_999_999]]).toEqual([
      4_000_000,
      true,
      3_999_999,
    ]);
    expect([...lazy.windows(3)].map((part) => part.shape[0])).toEqual([3, 1]);
    const firsts: unknown[] = [];
    for await (const part of lazy.windows(2)) firsts.push(part.get(0, 0));
    expect(firsts).toEqual([0, 2_000_000]);
    expect(() => lazy.windows(0)).toThrow(RangeError);
    await expect(lazy.load({ into: new Uint8Array(8) })).rejects.toThrow("needs 16000000");
    await expect(lazy.load({ into: new Uint8Array(16_000_001).subarray(1) })).rejects.toThrow("multiple of 4");
    const swapped = new LazyNDArray(source, { dtype: ">i4", shape: [4, 1_000_000] });
    expect((await swapped.load({ into })).get(0, 1)).toBe(1 << 24);
  });
});

describe("writing", () => {
  const base = NDArray.over(
    new LazyNDArray(inMemory(new Uint8Array(8)), { dtype: "<f8", shape: [] }).dtype,
    new Float64Array(600_000),
    [600, 1000],
  );
  const file = (): string => {
    const path = join(folder, `${Math.random()}`);
    writeFileSync(path, new Uint8Array(600_000 * 8 + 16));
    return path;
  };

  it("r refuses, c stays in memory, r+ reaches the file", async () => {
    const path = file();
    const shape = [600, 1000];
    for (const mode of ["r", "c", "r+"] as const) {
      const source = await openPath(path, mode === "r+" ? "r+" : "r");
      const lazy = new LazyNDArray(source, { dtype: "<f8", shape, byteOffset: 16, mode });
      const doing = lazy.set(7, 599, "::-1");
      if (mode === "r") {
        await expect(doing).rejects.toThrow("read-only");
        const part = await lazy.slice("0:2");
        for (const made of [part, part.T, part.slice(0), part.reshape(-1), part.get(1) as NDArray]) {
          expect([made.writeable, made.copy().writeable]).toEqual([false, true]);
          expect(() => made.set(1, ...made.shape.map(() => 0))).toThrow("read-only");
        }
      } else {
        await doing;
        await lazy.set(NDArray.over(base.dtype, Float64Array.of(1, 2, 3), [3]), "10:4:-2", 2);
        expect((await lazy.load()).get(599, 3)).toBe(7);
        expect((await lazy.slice(":12", 2)).toArray()).toEqual([0, 0, 0, 0, 0, 0, 3, 0, 2, 0, 1, 0]);
        await expect(lazy.set([1, 2], 0, "0:3")).rejects.toThrow(RangeError);
        await expect(lazy.set("x", 0, 0)).rejects.toThrow(TypeError);
      }
      await lazy.close();
      const bytes = readFileSync(path);
      const view = new Float64Array(bytes.buffer.slice(bytes.byteOffset + 16, bytes.byteOffset + bytes.length));
      expect([view[599_999], view[8002], view[10_002]]).toEqual(mode === "r+" ? [7, 2, 1] : [0, 0, 0]);
      expect(bytes.subarray(0, 16).every((n) => n === 0)).toBe(true);
    }
  });

  it("sets what NumPy sets: 300 views in both orders, beside other work", async () => {
    const next = numbers(5);
    for (let round = 0; round < 300; round++) {
      const shape = Array.from({ length: 1 + (next() % 3) }, () => 1 + (next() % 9));
      const order = next() % 2 ? "C" : "F";
      const size = shape.reduce((a, n) => a * n, 1);
      const bytes = new Uint8Array(size * 4);
      const lazy = new LazyNDArray(inMemory(bytes), { dtype: ">i4", shape, order, mode: "c" });
      const want = NDArray.fromBytes(">i4", bytes, shape, { order });
      for (let n = 0; n < 3; n++) {
        const indices = shape.slice(0, next() % (shape.length + 1)).map((k) => randomIndex(next, k));
        const part = want.slice(...indices);
        const values = Array.from({ length: part.size }, () => next() % 1000);
        const made = NDArray.over(
          NDArray.fromBytes("<i4", new Uint8Array(0), [0]).dtype,
          Int32Array.from(values),
          part.shape,
        );
        const setting = lazy.set(made, ...indices);
        const { data } = part;
        for (const [i, index] of [...indicesOf(part.shape)].entries()) part.set(values[i], ...index);
        expect(data).toBe(want.data);
        await setting;
      }
      expect((await lazy.load()).toBytes()).toEqual(want.toBytes());
      expect(bytes.every((n) => n === 0)).toBe(true);
    }
  });

  it("survives flushes that overlap and ones that fail", async () => {
    const held = new Uint8Array(8 << 20);
    let broken = true;
    const source: Source = {
      ...inMemory(held),
      async write(at, bytes) {
        await new Promise((done) => setTimeout(done, 1));
        if (broken) throw new Error("no room");
        held.set(bytes, at);
      },
    };
    const lazy = new LazyNDArray(source, { dtype: "u1", shape: [held.length], mode: "r+" });
    await lazy.set(1, "::4096");
    await expect(lazy.flush()).rejects.toThrow("no room");
    expect(held[0]).toBe(0);
    broken = false;
    const first = lazy.flush();
    await lazy.set(2, "1::4096");
    expect((await lazy.slice("4096:4098")).toArray()).toEqual([1, 2]);
    await Promise.all([first, lazy.flush()]);
    expect([...held.subarray(4096, 4099)]).toEqual([1, 2, 0]);
    expect((await lazy.slice("4096:4098")).toArray()).toEqual([1, 2]);
  });
});

function* indicesOf(shape: readonly number[]): Generator<number[]> {
  const size = shape.reduce((a, n) => a * n, 1);
  for (let i = 0; i < size; i++) {
    let rest = i;
    const index: number[] = [];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index.unshift(rest % (shape[axis] as number));
      rest = Math.floor(rest / (shape[axis] as number));
    }
    yield index;
  }
}

describe("what cannot be", () => {
  it("is a typed error", async () => {
    const source = inMemory(new Uint8Array(64));
    expect(() => new LazyNDArray(source, { dtype: "O", shape: [1] })).toThrow("objects");
    expect(() => new LazyNDArray(source, { dtype: "<f8", shape: [9] })).toThrow("64 of 72");
    expect(() => new LazyNDArray(source, { dtype: "<f8", shape: [8], byteOffset: 80 })).toThrow("0 of 64");
    expect(() => new LazyNDArray(source, { dtype: "V0", shape: [2 ** 40] })).toThrow("too large");
    expect(() => new LazyNDArray(source, { dtype: "<f8", shape: [2 ** 50] })).toThrow("too large");
    expect(() => new LazyNDArray(source, { dtype: "<f8", shape: [1], mode: "r+" })).toThrow(TypeError);
    expect(() => new LazyNDArray(source, { dtype: "<f8", shape: [1], mode: "x" as "r" })).toThrow(TypeError);
    const blob = await toRanges(new Blob([new Uint8Array(64)]));
    const lazy = new LazyNDArray(blob, { dtype: "<f8", shape: [2, 4] });
    expect((await lazy.load()).shape).toEqual([2, 4]);
    expect(() => lazy.loadSync()).toThrow("at once");
    await expect(lazy.slice(2)).rejects.toThrow(RangeError);
    expect(String(lazy)).toBe("<memmap (2, 4) float64 C, mode r, at byte 0>");
    const path = join(folder, "short");
    writeFileSync(path, new Uint8Array(64));
    const cut = new LazyNDArray(await openPath(path), { dtype: "u1", shape: [64] });
    truncateSync(path, 10);
    await expect(cut.load()).rejects.toMatchObject({ code: "SOURCE", offset: 10 });
    await cut.close();
  });
});
