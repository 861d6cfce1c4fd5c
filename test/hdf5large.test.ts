/** HDF5 files that are large, old or damaged, changed and repacked by brine. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import type { NDArray } from "../src/core/ndarray/index.ts";
import { type Dataset, dtype, File, type Group, isBrineError, open, type Reference, softLink } from "../src/hdf5.ts";
import { describe as described } from "./support/describe-hdf5.ts";
import { fill, summary } from "./support/hdf5-samples.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-hdf5-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a group of 70000 links, and one of 10000 old ones", () => {
  const file = File.create({ trackOrder: true });
  const target = file.createGroup("g");
  for (let i = 0; i < 70000; i++) target.set(`n${i}`, softLink("/x"));
  const read = new File(file.toUint8Array()).group("g");
  expect(read.size).toBe(70000);
  expect([...read.keys()].slice(0, 3)).toEqual(["n0", "n1", "n2"]);
  expect(read.getLink("n69999")).toEqual({ kind: "soft", path: "/x" });
  const old = File.create();
  for (let i = 0; i < 10000; i++) old.set(`g/n${i}`, i);
  const oldRead = new File(old.toUint8Array());
  expect(oldRead.group("g").size).toBe(10000);
  expect(oldRead.dataset("g/n7777").read()).toBe(7777n);
});

test("attributes of more than 64 KiB, in old files too", () => {
  const file = File.create();
  file.createDataset("x", { data: 1 });
  const bytes = file.toUint8Array();
  const big = Float64Array.from({ length: 9000 }, (_, i) => i);
  const changed = new File(bytes, "r+");
  changed.dataset("x").attrs.set("big", big).set("small", "s");
  const read = new File(changed.toUint8Array());
  expect((read.dataset("x").attrs.get("big") as NDArray).get(8999)).toBe(8999);
  expect(read.dataset("x").attrs.get("small")).toBe("s");
  expect(read.dataset("x").read()).toBe(1n);
  expect(described(changed.toUint8Array())).toHaveLength(described(bytes).length);
  expect(dtype("f8").equals((read.dataset("x").attrs.get("big") as NDArray).dtype)).toBe(true);
});

test("changing damaged files ends in typed errors", () => {
  const made = File.create({ libver: "latest", trackOrder: true });
  fill(made);
  made.delete("links/many");
  made.group("storage").delete("many");
  made.group("text").delete("many");
  const old = File.create();
  old.copy(made.group("storage"), "storage");
  old.copy(made.group("kinds"), "kinds");
  old.createDataset("attributes", { data: [1] }).attrs.set("x", 1);
  let random = 12345;
  const next = (n: number): number => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    return Math.floor((random / 2 ** 32) * n);
  };
  const seen = new Set<string>();
  for (const whole of [made.toUint8Array(), old.toUint8Array()]) {
    for (let i = 0; i < 150; i++) {
      const bytes = whole.slice(0, i % 5 === 0 ? next(whole.length) : undefined);
      for (let k = next(6); k >= 0 && bytes.length > 0; k--) bytes[next(Math.min(bytes.length, 40_000))] = next(256);
      try {
        const file = new File(bytes, "r+");
        file.dataset("attributes").attrs.set("new", 1);
        file.copy("kinds", "copy");
        file.dataset("storage/grown").resize([50, 7]);
        for (const name of ["gzip", "one", "filled", "unwritten", "lzf"]) file.dataset(`storage/${name}`).set(0, 1, 5);
        file.delete("storage/many");
        expect(summary(new File(file.toUint8Array())).length).toBeGreaterThan(3);
        seen.add("fine");
      } catch (e) {
        if (!isBrineError(e)) throw e;
        seen.add(e.code);
      }
    }
  }
  expect(seen.has("fine")).toBe(true);
  expect(seen.has("FORMAT")).toBe(true);
});

describe("a large file", () => {
  const path = join(folder, "large.h5");
  const make = (options: Parameters<typeof File.create>[0] = {}): void => {
    using file = new File(path, "w", options);
    fill(file);
  };

  it.each([0, 1024])("is changed in its place on wish, behind a user block of %i bytes", (userblockSize) => {
    make({ userblockSize });
    const old = readFileSync(path);
    {
      using file = new File(path, "r+", { inPlace: true });
      file.attrs.set("note", "one");
      file.dataset("storage/gzip").set(3, 0, -1);
      file.flush();
      expect(new File(path).attrs.get("note")).toBe("one");
      file.attrs.set("note", "two");
      file.dataset("storage/plain").set(0, 0, -2);
      file.createDataset("new/x", { data: ["text"] });
    }
    using file = new File(path);
    expect(file.attrs.get("note")).toBe("two");
    expect([file.dataset("storage/gzip").get(3, 0), file.dataset("storage/plain").get(0, 0)]).toEqual([-1, -2]);
    expect(file.dataset("new/x").get(0)).toBe("text");
    expect(file.userblockSize).toBe(userblockSize);
    expect(file.group("links/many").size).toBe(300);
    // All that did not change stands where it stood.
    const now = readFileSync(path);
    let differs = 0;
    for (let i = 0; i < old.length; i++) if (old[i] !== now[i]) differs++;
    expect(differs).toBeLessThan(1000);
  });

  it("is as long as its superblock says when it was changed in its place", () => {
    const end = (): bigint => readFileSync(path).readBigUInt64LE(40);
    for (const text of ["a", "abc", "abcdefgh", "abcdefghi"]) {
      make();
      using file = new File(path, "r+", { inPlace: true });
      file.createDataset("bytes", { data: Uint8Array.from(text, (c) => c.charCodeAt(0)) });
      file.flush();
      expect(end()).toBe(BigInt(readFileSync(path).length));
    }
  });

  it("is repacked without gaps, references and all", () => {
    make({ trackOrder: true, userblockSize: 512 });
    const before = summary(new File(path));
    const size = readFileSync(path).length;
    for (let i = 0; i < 3; i++) {
      using file = new File(path, "r+");
      file.dataset("storage/all").set(i);
      file.dataset("text/many").set(0, `line ${i}`);
    }
    {
      using file = new File(path, "r+");
      file.dataset("storage/all").set(file.dataset("storage/plain").read());
      file.dataset("text/many").set(0, "line 0");
    }
    expect(readFileSync(path).length).toBeGreaterThan(size * 1.05);
    File.repack(path);
    expect(readFileSync(path).length).toBeLessThan(size * 1.02);
    using file = new File(path);
    expect(summary(file)).toEqual(before);
    expect(file.userblockSize).toBe(512);
    const [first, second] = file.dataset("links/refs").read() as Iterable<Reference>;
    expect([...(file.deref(first as Reference) as Group).keys()]).toEqual([...file.group("storage").keys()]);
    expect((file.deref(second as Reference) as Dataset).compression).toBe("gzip");
  });
});

test("elements beyond 2 ** 31 of one axis, in a file of 5 GB", async () => {
  const [few, many] = [77777, 5_000_000_000];
  const made = File.create();
  made.createDataset("x", { data: Uint8Array.from({ length: few }, (_, i) => (i * 7 + (i >> 8)) & 255) });
  const bytes = made.toUint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const data = Buffer.from(bytes).indexOf(Buffer.from([0, 7, 14, 21, 28, 35, 42, 49]));
  // The lengths in its header, and the end of the file in the superblock, are made larger: the rest is a hole.
  for (let at = 0; at + 8 <= bytes.length; at++) {
    if (view.getBigUint64(at, true) === BigInt(few)) view.setBigUint64(at, BigInt(many), true);
  }
  view.setBigUint64(40, BigInt(data + many), true);
  const path = join(folder, "hole.h5");
  try {
    const to = openSync(path, "w");
    writeSync(to, bytes);
    writeSync(
      to,
      Uint8Array.from({ length: 10 }, (_, i) => i + 1),
      0,
      10,
      data + many - 10,
    );
    closeSync(to);
    const file = new File(path);
    const x = file.dataset("x");
    expect(x.shape).toEqual([many]);
    const read = (...index: Parameters<typeof x.get>): unknown => (x.get(...index) as NDArray).toArray();
    expect(read("4999999990:")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(read("4999999990::3")).toEqual([1, 4, 7, 10]);
    expect(read([4_999_999_992, 4_999_999_999])).toEqual([3, 10]);
    expect([x.get(-1), x.get(2), read("2147483646:2147483650")]).toEqual([10, 14, [0, 0, 0, 0]]);
    file.close();
    const awaited = await open(path);
    const last = await (await awaited.dataset("x")).get("4999999996:");
    expect((last as NDArray).toArray()).toEqual([7, 8, 9, 10]);
    await awaited.close();
  } finally {
    rmSync(path);
  }
});

test("chunks beyond 2 ** 31 of one axis", () => {
  const file = File.create({ libver: "latest" });
  const x = file.createDataset("x", { shape: [5_000_000_000], dtype: "u1", chunks: [1 << 20] });
  x.set(
    "4999999990:",
    Uint8Array.from({ length: 10 }, (_, i) => i + 1),
  );
  x.set([3_000_000_000], 9);
  const again = new File(file.toUint8Array()).dataset("x");
  expect((again.get("4999999990::3") as NDArray).toArray()).toEqual([1, 4, 7, 10]);
  expect((again.get("2999999999:3000000002") as NDArray).toArray()).toEqual([0, 9, 0]);
});
