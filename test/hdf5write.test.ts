/** HDF5 files that brine makes, read by brine; `test/python/hdf5.test.ts` gives them to h5py. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { array, type NDArray } from "../src/core/ndarray/index.ts";
import { PyFloat } from "../src/core/values/index.ts";
import { type Dataset, enumDType, File, type Group, softLink, stringDType, vlenDType } from "../src/hdf5.ts";
import { fill, summary } from "./support/hdf5-samples.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-hdf5-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["earliest", false],
  ["earliest", true],
  ["latest", false],
  ["latest", true],
] as const)("libver %s, trackOrder %s", (libver, trackOrder) => {
  it("reads what it wrote", () => {
    const file = File.create({ libver, trackOrder });
    fill(file);
    const before = summary(file);
    const bytes = file.toUint8Array();
    expect(before.length).toBeGreaterThan(360);
    expect(summary(new File(bytes))).toEqual(before);
    // A second writing is as the first, and so is one of what was read.
    expect(file.toUint8Array()).toEqual(bytes);
  });

  it("copies a tree into another file", () => {
    const source = File.create({ libver, trackOrder });
    fill(source);
    const target = File.create({ userblockSize: 512 });
    for (const name of ["numbers", "text", "kinds", "storage"]) target.copy(source.group(name), `copy/${name}`);
    const read = new File(target.toUint8Array());
    expect(read.userblockSize).toBe(512);
    const paths = (file: Group): unknown[] =>
      [...file.walk()].filter(([, item]) => "info" in item).map(([path]) => path);
    for (const name of ["numbers", "text", "kinds", "storage"]) {
      const [one, two] = [source.group(name), read.group(`copy/${name}`)];
      expect(paths(two)).toEqual(paths(one));
      for (const path of paths(one) as string[]) {
        expect(String(two.dataset(path).read()), path).toBe(String(one.dataset(path).read()));
        expect(two.dataset(path).dtype.str).toBe(one.dataset(path).dtype.str);
      }
    }
  });
});

test("a changed file is as a new one, and old data stays where it was", () => {
  const path = join(folder, "changed.h5");
  {
    using file = new File(path, "w");
    fill(file);
  }
  const old = readFileSync(path);
  {
    using file = new File(path, "r+");
    expect(file.mode).toBe("r+");
    file.attrs.set("note", "changed");
    file.dataset("storage/gzip").set("3:5", "::2", -1);
    file.dataset("storage/grown").resize([30, 5]);
    file.dataset("text/many").set("10:12", ["ten", "eleven"]);
    file.dataset("kinds/vlen").set(1, [7, 8, 9, 10]);
    file.dataset("storage/unwritten").set(1, 2, 5);
    file.move("numbers", "moved/numbers");
    expect(file.delete("links/many/n7")).toBe(true);
    expect(file.delete("links/many/n7")).toBe(false);
  }
  const now = readFileSync(path);
  expect(now.length - old.length).toBeLessThan(90_000);
  using file = new File(path);
  expect(file.attrs.get("note")).toBe("changed");
  const grid = file.dataset("storage/gzip").read() as NDArray;
  expect([grid.get(3, 0), grid.get(3, 1), grid.get(5, 0)]).toEqual([-1, 91, 150]);
  expect(file.dataset("storage/grown").shape).toEqual([30, 5]);
  expect(String(file.dataset("text/many").get("9:13"))).toBe("['line 9' 'ten' 'eleven' 'line 12']");
  expect((file.dataset("kinds/vlen").get(1) as NDArray).toArray()).toEqual([7, 8, 9, 10]);
  expect((file.dataset("kinds/vlen").get(2) as NDArray).toArray()).toEqual([4]);
  expect((file.dataset("storage/unwritten").read() as NDArray).toArray()).toEqual([
    [0, 0, 0, 0],
    [0, 0, 5, 0],
    [0, 0, 0, 0],
  ]);
  expect(file.has("numbers")).toBe(false);
  expect(file.dataset("moved/numbers/int").read()).toBe(5n);
  expect(file.group("links/many").size).toBe(299);
  expect(readdirSync(folder)).toEqual(["changed.h5"]);
});

describe("modes", () => {
  const path = join(folder, "modes.h5");
  it("makes, refuses and opens as h5py does", () => {
    expect(() => new File(path, "r+")).toThrow(/no such file/);
    expect(() => new File(join(folder, "none", "x.h5"), "w")).toThrow(/no such file/);
    new File(path, "x").close();
    expect(() => new File(path, "x")).toThrow(/file exists/);
    {
      using file = new File(path, "a");
      file.createGroup("g");
    }
    {
      using file = new File(path, "a");
      file.createGroup("h");
      expect([...file.keys()]).toEqual(["g", "h"]);
    }
    {
      using file = new File(path);
      expect(file.mode).toBe("r");
      expect(() => file.createGroup("x")).toThrow(/no write intent/);
      expect(() => file.attrs.set("x", 1)).toThrow(/no write intent/);
      expect(() => file.delete("g")).toThrow(/no write intent/);
    }
    new File(path, "w").close();
    expect([...new File(path).keys()]).toEqual([]);
    // biome-ignore lint/suspicious/noExplicitAny: a mode that there is not
    expect(() => new File(path, "rw" as any)).toThrow(/Invalid mode/);
  });

  it("leaves a file without changes alone, and takes none after it was closed", () => {
    const before = readFileSync(path);
    const file = new File(path, "r+");
    file.close();
    expect(readFileSync(path)).toEqual(before);
    expect(() => file.createGroup("late")).toThrow(/closed/);
    file.close();
  });

  it("writes at flush, and again", () => {
    using file = new File(path, "w");
    file.createDataset("a", { data: [1, 2] });
    file.flush();
    expect([...new File(path).keys()]).toEqual(["a"]);
    file.createDataset("b", { data: [3] });
    file.dataset("a").set(0, 9);
    file.flush();
    expect((new File(path).dataset("a").read() as NDArray).toArray()).toEqual([9n, 2n]);
  });

  it("packs side by side at an asynchronous end", async () => {
    {
      await using file = new File(path, "w");
      file.createDataset("x", { data: new Float32Array(1e5).fill(3), chunks: [1000], compression: "gzip" });
    }
    expect((new File(path).dataset("x").get("-2:") as NDArray).toArray()).toEqual([3, 3]);
  });

  it("changes bytes in memory", () => {
    const made = File.create();
    made.createDataset("x", { data: [1, 2, 3] });
    const file = new File(made.toUint8Array(), "r+");
    file.dataset("x").set(0, 10);
    expect((new File(file.toUint8Array()).dataset("x").read() as NDArray).toArray()).toEqual([10n, 2n, 3n]);
    expect(new File(file.toUint8Array()).toUint8Array()).toEqual(file.toUint8Array());
  });

  it("does not lose the old file to a failed write", () => {
    writeFileSync(path, "old");
    const file = new File(path, "w");
    file.createDataset("x", { shape: [4], dtype: "f4", chunks: [2] });
    const node = file.attrs.owner.shared.draft?.nodes.values().next().value;
    (node as unknown as { attrs: null }).attrs = null;
    expect(() => file.close()).toThrow();
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("createDataset (h5py's test_dataset)", () => {
  const file = File.create();
  let n = 0;
  const make = (options: Parameters<Group["createDataset"]>[1]): Dataset => file.createDataset(`d${n++}`, options);

  it("takes shapes and dtypes", () => {
    expect(make({ shape: [] }).shape).toEqual([]);
    expect(make({ shape: 63 }).shape).toEqual([63]);
    expect(make({ shape: [6, 10] }).dtype.str).toBe("<f4");
    expect(make({ shape: [2n ** 3n].map(Number) }).nbytes).toBe(32);
    expect(make({ data: [new PyFloat(1), 2] }).dtype.str).toBe("<f8");
    expect(make({ data: [1, 2] }).dtype.str).toBe("<i8");
    expect(make({ data: [1, 2.5] }).dtype.str).toBe("<f8");
    expect(make({ data: 1e300 }).dtype.str).toBe("<f8");
    expect(make({ data: [] }).dtype.str).toBe("<f8");
    expect(make({ data: array([1, 2, 3, 4]), shape: [2, 2] }).shape).toEqual([2, 2]);
    expect(() => make({ data: [1, 2, 3, 4], shape: [4, 2] })).toThrow(/incompatible/);
    expect(() => make({})).toThrow(/One of data, shape or dtype/);
    expect(() => make({ shape: [-1] })).toThrow(/no length/);
    expect(() => make({ shape: new Array(33).fill(1) })).toThrow(/at most 32/);
  });

  it("refuses options that there are not, and says what they are called", () => {
    // biome-ignore lint/suspicious/noExplicitAny: what people write
    const wrong = (options: any): void => void make(options);
    expect(() => wrong({ shape: [100], type: "i4" })).toThrow(/no option "type": it is called dtype/);
    expect(() => wrong({ shape: [100], compression_opts: 4 })).toThrow(/compressionOpts/);
    expect(() => wrong({ shape: [100], nonsense: 4 })).toThrow(/the options are shape/);
    expect(() => file.attrs.set("x", 1, { type: "i4" } as never)).toThrow(/dtype/);
  });

  it("chooses chunks as h5py does", () => {
    const guess = (shape: number[], spec = "f4", maxshape?: (number | null)[]): readonly number[] | null =>
      make({ shape, dtype: spec, chunks: true, ...(maxshape && { maxshape }) }).chunks;
    // By h5py 3.16.
    expect(guess([1000, 1000])).toEqual([63, 125]);
    expect(guess([10])).toEqual([10]);
    expect(guess([1, 1, 1e6], "f8")).toEqual([1, 1, 3907]);
    expect(guess([0], "i8", [null])).toEqual([1024]);
    expect(guess([100, 100, 100, 3], "u1")).toEqual([25, 25, 25, 2]);
    expect(guess([2 ** 20, 2 ** 10], "f8")).toEqual([4096, 8]);
    expect(guess([3, 100000, 7], "<i2")).toEqual([1, 12500, 1]);
  });

  it("refuses chunks that do not fit", () => {
    expect(() => make({ shape: [100], chunks: [200] })).toThrow(/Chunk shape must not be greater/);
    expect(make({ shape: [100], chunks: [200], maxshape: [200] }).chunks).toEqual([200]);
    expect(make({ shape: [100], chunks: [200], maxshape: [null] }).chunks).toEqual([200]);
    expect(() => make({ shape: [100], chunks: [10, 10] })).toThrow(/number of axes/);
    expect(() => make({ shape: [], chunks: true })).toThrow(/Scalar datasets/);
    expect(() => make({ data: 1, compression: "gzip" })).toThrow(/Scalar datasets/);
    expect(() => make({ shape: [10], chunks: false, maxshape: [100] })).toThrow(/Chunked format required/);
    expect(() => make({ shape: [10], chunks: false, compression: "lzf" })).toThrow(/Chunked format required/);
    expect(() => make({ shape: [10], maxshape: [5] })).toThrow(/maxshape/);
  });

  it("packs as it is told", () => {
    const one = make({ shape: [20, 30], compression: "gzip" });
    expect([one.compression, one.compressionOpts]).toEqual(["gzip", 4]);
    expect(make({ shape: [20, 30], compression: 7 }).compressionOpts).toBe(7);
    expect(make({ shape: [20, 30], compression: "gzip", compressionOpts: 9 }).compressionOpts).toBe(9);
    const lzf = make({ shape: [20, 30], compression: "lzf", shuffle: true, fletcher32: true });
    expect([lzf.compression, lzf.shuffle, lzf.fletcher32]).toEqual(["lzf", true, true]);
    expect(() => make({ shape: [20], compression: "gzip", compressionOpts: 14 as never })).toThrow(/0-9/);
    expect(() => make({ shape: [20], compression: 3, compressionOpts: 4 })).toThrow(/Conflict/);
    expect(() => make({ shape: [20], compression: "lzf", compressionOpts: 4 })).toThrow(/no options/);
    expect(() => make({ shape: [20], compressionOpts: 4 })).toThrow(/must be specified/);
    expect(() => make({ shape: [20], compression: "xz" as never })).toThrow(/unavailable/);
  });

  it("says why it cannot hold a type", () => {
    expect(() => make({ shape: [2], dtype: "O" })).toThrow(/no native HDF5 equivalent/);
    expect(() => make({ shape: [2], dtype: "U5" })).toThrow(/stringDType/);
    expect(() => make({ shape: [2], dtype: "M8[s]" })).toThrow(/opaqueDType/);
    expect(() => make({ data: [1, "a"] })).toThrow(/several kinds/);
    expect(() => make({ data: [null] })).toThrow(/no type for this/);
    expect(() => make({ data: { a: 1 } })).toThrow(/no type for this/);
    expect(() => make({ data: 2n ** 64n })).toThrow(/64 bits/);
    expect(() => make({ data: ["a\0b"] })).toThrow(/NULL/);
    expect(() => make({ data: [1], dtype: stringDType() })).toThrow(/text is wanted/);
    expect(() => make({ data: ["x"], dtype: "i4" })).toThrow(TypeError);
    expect(() => enumDType({ A: 300 }, "u1")).toThrow(/does not fit/);
    expect(() => enumDType({ A: 1 }, "f4")).toThrow(/only ints/);
    expect(() => stringDType({ encoding: "latin1" as never })).toThrow(/invalid encoding/);
  });

  it("fills what was not written", () => {
    const ds = make({ shape: [10], dtype: "f4", fillvalue: 4.5 });
    expect(ds.fillvalue).toBe(4.5);
    expect(ds.get(3)).toBe(4.5);
    expect(() => make({ shape: [10], dtype: "f4", fillvalue: "x" })).toThrow(TypeError);
    expect(() => make({ shape: [10], dtype: "f4", fillvalue: [1, 2] })).toThrow(/single element/);
  });
});

describe("set (h5py's test_dataset and test_slicing)", () => {
  const file = File.create();
  const grid = (chunks: readonly number[] | null): Dataset => {
    file.delete("g");
    return file.createDataset("g", { shape: [4, 6], dtype: "i4", chunks });
  };
  describe.each([null, [3, 4]])("chunks %s", (chunks) => {
    const rows = (...args: Parameters<Dataset["set"]>): unknown => {
      const ds = grid(chunks);
      ds.set(...args);
      return (ds.read() as NDArray).toArray();
    };
    const zeros = (): number[][] => Array.from({ length: 4 }, () => new Array(6).fill(0));
    it("writes by all kinds of indices", () => {
      const one = zeros();
      (one[1] as number[])[2] = 5;
      expect(rows(1, 2, 5)).toEqual(one);
      expect(rows(-3, -4, 5)).toEqual(one);
      expect(rows([1], 2, 5)).toEqual(one);
      const mask = array(one).astype("bool");
      expect(rows(mask, 5)).toEqual(one);
      expect(rows(7)).toEqual(zeros().map((row) => row.map(() => 7)));
      expect(rows("...", [1, 2, 3, 4, 5, 6])).toEqual(zeros().map(() => [1, 2, 3, 4, 5, 6]));
      expect(rows(":", "1::2", [[1, 2, 3]])).toEqual(zeros().map(() => [0, 1, 0, 2, 0, 3]));
      expect(rows(":", 2, [1, 2, 3, 4])).toEqual([1, 2, 3, 4].map((n) => [0, 0, n, 0, 0, 0]));
      expect(rows(":", "2:3", [[1], [2], [3], [4]])).toEqual([1, 2, 3, 4].map((n) => [0, 0, n, 0, 0, 0]));
      expect(
        rows([0, 3], "4:", [
          [1, 2],
          [3, 4],
        ]),
      ).toEqual([[0, 0, 0, 0, 1, 2], zeros()[0], zeros()[0], [0, 0, 0, 0, 3, 4]]);
      expect(rows("2:2", "...", 5)).toEqual(zeros());
      expect(rows(1, "...", new Float64Array([1.9, 2, 3, 4, 5, 6]))).toEqual([
        zeros()[0],
        [1, 2, 3, 4, 5, 6],
        zeros()[0],
        zeros()[0],
      ]);
      expect(rows("...", array([[[9]]]))).toEqual(zeros().map((row) => row.map(() => 9)));
    });
    it("refuses what does not fit", () => {
      expect(() => rows([1, 2, 3])).toThrow(/Can't broadcast \(3\) -> \(4, 6\)/);
      expect(() => rows(4, 0, 1)).toThrow(/out of range/);
      expect(() => rows("0:2", "...", zeros())).toThrow(/Can't broadcast/);
      expect(() => rows(0, 0, "text")).toThrow(TypeError);
    });
  });

  it("writes fields of records", () => {
    const ds = file.createDataset("rec", {
      shape: [3],
      dtype: [
        ["a", "<i4"],
        ["b", "<f8"],
      ],
    });
    ds.set("a", [1, 2, 3]);
    ds.set("b", 1, 0.5);
    expect(String(ds.read())).toBe("[(1, 0. ) (2, 0.5) (3, 0. )]");
    expect(() => ds.set("c", 1)).toThrow(/the fields are a, b/);
  });

  it("writes text and sequences", () => {
    const text = file.createDataset("text", { shape: [3], dtype: stringDType() });
    text.set(0, "one");
    text.set("1:", ["two", "three"]);
    expect((text.read() as NDArray).toArray()).toEqual(["one", "two", "three"]);
    const lists = file.createDataset("lists", { shape: [3], dtype: vlenDType("f4") });
    lists.set(0, [1, 2]);
    lists.set("1:", [[3], new Float32Array([4, 5])]);
    expect((lists.read() as NDArray).flat().map((one) => (one as NDArray).toArray())).toEqual([[1, 2], [3], [4, 5]]);
  });

  it("resizes chunked datasets only, up to maxshape", () => {
    const ds = file.createDataset("grow", { shape: [20, 30], maxshape: [20, 60], dtype: "i2", fillvalue: 1 });
    ds.set(5);
    ds.resize([20, 50]);
    expect([ds.shape, ds.get(0, 29), ds.get(0, 30)]).toEqual([[20, 50], 5, 1]);
    ds.resize(10, 1);
    ds.resize(30, 1);
    expect([ds.get(3, 9), ds.get(3, 10), ds.get(3, 29)]).toEqual([5, 1, 1]);
    expect(() => ds.resize([20, 70])).toThrow(/maxshape/);
    expect(() => ds.resize([21, 30])).toThrow(/maxshape/);
    expect(() => ds.resize(50, 2)).toThrow(/Invalid axis/);
    expect(() => file.dataset("text").resize([5])).toThrow(/Only chunked/);
  });
});

describe("groups (h5py's test_group)", () => {
  const file = File.create();
  it("makes groups and what stands above them", () => {
    expect(file.createGroup("a/b/c").name).toBe("/a/b/c");
    expect(file.group("a").createGroup("/top").name).toBe("/top");
    expect(() => file.createGroup("a")).toThrow(/already exists/);
    expect(file.requireGroup("a/b").name).toBe("/a/b");
    expect(file.requireGroup("new/one").name).toBe("/new/one");
    file.createDataset("ds", { data: 1 });
    expect(() => file.requireGroup("ds")).toThrow(/not a group/);
    expect(() => file.createGroup("ds/x")).toThrow(/is a dataset/);
    expect(() => file.createGroup("")).toThrow(/names no object/);
    expect(() => file.createDataset("ds", { data: 1 })).toThrow(/already exists/);
    expect(() => file.createGroup("a\0b")).toThrow(/NUL/);
  });
  it("finds or makes datasets", () => {
    const ds = file.requireDataset("req", { shape: [10, 3], dtype: "f4" });
    ds.set(0, 0, 5);
    expect(file.requireDataset("req", { shape: [10, 3], dtype: "f4" }).get(0, 0)).toBe(5);
    expect(file.requireDataset("req", { shape: [10, 3], dtype: "f2" }).get(0, 0)).toBe(5);
    expect(() => file.requireDataset("req", { shape: [10, 3], dtype: "f2", exact: true })).toThrow(/Datatypes/);
    expect(() => file.requireDataset("req", { shape: [10, 3], dtype: "f8" })).toThrow(/Datatypes/);
    expect(() => file.requireDataset("req", { shape: [10, 4], dtype: "f4" })).toThrow(/Shapes/);
    expect(() => file.requireDataset("a", { shape: [10, 4], dtype: "f4" })).toThrow(/not a dataset/);
  });
  it("links, moves and deletes", () => {
    file.set("soft", softLink("/a/b")).set("into/soft", softLink("b"));
    expect(file.group("soft").name).toBe("/a/b");
    file.createDataset("soft/x", { data: 3 });
    expect(file.dataset("a/b/x").read()).toBe(3n);
    file.set("again", file.dataset("a/b/x"));
    file.dataset("again").set(4);
    expect(file.delete("a/b/x")).toBe(true);
    expect(file.dataset("again").read()).toBe(4n);
    file.move("again", "deep/down/there");
    expect(file.dataset("deep/down/there").read()).toBe(4n);
    expect(() => file.move("again", "x")).toThrow(/not there/);
    expect(() => file.move("deep", "a")).toThrow(/already exists/);
    expect(() => file.createGroup("into/soft/x")).toThrow(/leads nowhere/);
    expect(() => File.create().set("other", file.group("a"))).toThrow(/same file/);
    expect(file.has("nothing/here")).toBe(false);
    expect(file.delete("nothing/here")).toBe(false);
    const order = File.create({ trackOrder: true });
    for (const name of ["z", "a", "m"]) order.createGroup(name);
    expect([...new File(order.toUint8Array()).keys()]).toEqual(["z", "a", "m"]);
  });
  it("keeps a loop of hard links", () => {
    const looped = File.create();
    looped.createGroup("a").set("up", looped);
    looped.group("a").set("self", looped.group("a"));
    const read = new File(looped.toUint8Array());
    expect([...read.walk()].map(([path]) => path)).toEqual(["a"]);
    expect([...read.group("a/self/up/a").keys()]).toEqual(["self", "up"]);
    const copy = File.create();
    copy.copy(read.group("a"), "b");
    expect([...copy.group("b/self/up/a/up").keys()]).toEqual(["a"]);
  });
});
