/** Objects of HDF5 files as h5py's: what they print, which file and group they are in, records by names of fields. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { compoundDType, Dataset, File, NDArray, open, UnsupportedError } from "../src/hdf5.ts";
import { PyDict, repr, tuple } from "../src/pickle.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-hdf5api-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// print(f), print(f["a"]), print(f["a/x"]) of h5py 3.
test("files and groups print as in h5py", async () => {
  const path = join(folder, "printed.h5");
  const file = new File(path, "w");
  expect(repr(file)).toBe('<HDF5 file "printed.h5" (mode r+)>');
  file.createDataset("a/x", { data: [1, 2] });
  expect(repr(file.group("a"))).toBe('<HDF5 group "/a" (1 members)>');
  expect([file.filename, file.libver, file.mode]).toEqual([path, "earliest", "r+"]);
  file.close();
  expect(repr(file)).toBe("<Closed HDF5 file>");
  expect(repr(File.create({ libver: "latest" }))).toBe("<HDF5 file in memory (mode r+)>");

  const awaited = await open(path);
  expect(repr(awaited)).toBe('<HDF5 file "printed.h5" (mode r)>');
  expect(repr(await awaited.group("a"))).toBe('<HDF5 group "/a">');
  const names: (string | undefined)[] = [];
  for await (const item of awaited.values()) names.push(item?.name);
  expect(names).toEqual(["/a"]);
  const x = await awaited.dataset("a/x");
  expect([(await x.parent).name, await x.fillvalue]).toEqual(["/a", 0n]);
  await awaited.close();
  expect(repr(awaited)).toBe("<Closed HDF5 file>");
});

test("objects know their file and the group above", () => {
  const file = File.create();
  const x = file.createDataset("a/b/x", { data: [1] });
  expect([x.parent.name, x.parent.parent.name, file.parent.name, file.group("a").parent.name]).toEqual([
    "/a/b",
    "/a",
    "/",
    "/",
  ]);
  expect([x.file, file.group("a").file, file.file]).toEqual([file, file, file]);
  // As h5py's f[ref].name.
  const found = file.deref(x.ref) as typeof x;
  expect([found.name, found.parent.name, repr(found)]).toEqual(["/a/b/x", "/a/b", repr(x)]);
  const group = file.deref(file.group("a").ref) as typeof x.parent;
  expect([group.name, [...group.walk()].map(([path, item]) => [path, item.name])]).toEqual([
    "/a",
    [
      ["b", "/a/b"],
      ["b/x", "/a/b/x"],
    ],
  ]);
  expect(file.deref(file.ref)?.name).toBe("/");
  x.dims[0]?.attachScale(file.createDataset("places", { data: [0.5] }));
  expect(x.dims[0]?.scales.map(({ name }) => name)).toEqual(["/places"]);
  file.delete("a/b/x");
  expect(found.name).toBe("/a/b/x");
  expect(() => (file.deref(x.ref) as typeof x).parent).toThrow("what a reference leads to has no path");
});

test("records of numbers are taken by the names of their fields, too", () => {
  const dtype = compoundDType([
    ["a", "i4"],
    ["b", "f8"],
  ]);
  const file = File.create();
  const rows = file.createDataset("rows", {
    data: [
      { a: 1, b: 2.5 },
      { b: 4.5, a: 3 },
    ],
    dtype,
  });
  expect(repr(rows.get("a"))).toBe("array([1, 3], dtype=int32)");
  rows.set(0, { a: 7, b: 0.5 });
  rows.set(
    1,
    new PyDict<unknown, unknown>([
      ["a", 8],
      ["b", 1],
    ]),
  );
  expect(repr(rows.read())).toBe("array([(7, 0.5), (8, 1. )], dtype=[('a', '<i4'), ('b', '<f8')])");
  rows.set([tuple(1, 2), tuple(3, 4)]);
  expect(repr(rows.get("b"))).toBe("array([2., 4.])");
  file.createDataset("one", { data: { a: 1, b: 2 }, dtype });
  file.attrs.set("row", { a: 5, b: 6 }, { dtype });
  expect([file.dataset("one").get("a"), repr(file.attrs.get("row"))]).toEqual([1, expect.stringContaining("(5, 6.")]);
  expect(() => rows.set(0, { a: 1 })).toThrow('a record lacks the field "b"');
});

test("a closed file is not read, whatever the system has opened since", () => {
  const paths = ["first.h5", "second.h5"].map((name) => join(folder, name));
  for (const [i, path] of paths.entries()) {
    const file = new File(path, "w");
    file.createDataset("x", { data: new Float32Array(1000).fill(i) });
    file.close();
  }
  const first = new File(paths[0] as string);
  const x = first.dataset("x");
  first.close();
  const second = new File(paths[1] as string);
  expect(() => x.read()).toThrow("the file is closed");
  second.close();
});

test("an option that there is not is refused", () => {
  writeFileSync(join(folder, "any.h5"), File.create().toUint8Array());
  expect(() => new File(join(folder, "any.h5"), "r", { driver: "core" } as object)).toThrow(
    'File has no option "driver": the options are external, members',
  );
});

test("64-bit integers come as numbers where they are asked for", async () => {
  const bytes = gunzipSync(readFileSync(new URL("../fixtures/data/hdf5/types-earliest.h5.gz", import.meta.url)));
  const [plain, asked] = [new File(bytes, "r"), new File(bytes, "r", { bigint: "number" })];
  const awaited = await open(bytes, { bigint: "number" });
  let count = 0;
  for (const [name, item] of plain.walk()) {
    if (!(item instanceof Dataset) || !/^[<>][iu]8$/.test(item.dtype.str)) continue;
    count++;
    const ints = item.read();
    for (const read of [asked.dataset(name).read(), await (await awaited.dataset(name)).read()]) {
      if (!(ints instanceof NDArray)) expect(read, name).toBe(Number(ints));
      else {
        expect([(read as NDArray).dtype.name, (read as NDArray).shape], name).toEqual(["float64", item.shape]);
        expect((read as NDArray).flat(), name).toEqual(ints.flat().map(Number));
      }
    }
  }
  expect(count).toBeGreaterThan(4);

  const file = File.create({ bigint: "number" });
  file.attrs.set("epochs", 12).set("steps", [1n, 2n]);
  const x = file.createDataset("x", { data: [1, 2, 3] });
  expect([file.attrs.get("epochs"), x.get(-1), x.fillvalue]).toEqual([12, 3, 0]);
  expect((file.attrs.get("steps") as NDArray).toArray()).toEqual([1, 2]);
  x.set(0, 2n ** 53n);
  expect(() => x.get(0)).toThrow("the value is 9007199254740992, which a number may not hold exactly: open the file");
  expect(x.get(1)).toBe(2);
  const again = await open(file.toUint8Array(), { bigint: "number" });
  await expect((await again.dataset("x")).read()).rejects.toThrow(UnsupportedError);
  expect(await again.attrs.get("epochs")).toBe(12);
});

// d.asstr()[()], of a shape (2, 2) and of a part.
test("text of datasets, of fixed length or any", async () => {
  const path = join(folder, "texts.h5");
  const file = new File(path, "w-");
  const fixed = file.createDataset("fixed", {
    data: [
      ["ab", "c"],
      ["é", ""],
    ],
    dtype: "S3",
  });
  file.createDataset("any", { data: ["one", "two"] });
  file.createDataset("single", { data: "text" });
  expect(fixed.asString()).toEqual(["ab", "c", "é", ""]);
  expect(fixed.asString(0)).toEqual(["ab", "c"]);
  expect(file.dataset("any").asString("1:")).toEqual(["two"]);
  expect(file.dataset("single").asString()).toEqual(["text"]);
  expect(() => file.createDataset("n", { data: [1] }).asString()).toThrow("asString is for datasets of text");
  file.close();
  expect(() => new File(path, "w-")).toThrow("file exists");
  const awaited = await open(path);
  expect(await (await awaited.dataset("fixed")).asString(1)).toEqual(["é", ""]);
  await awaited.close();
});

// f.create_dataset_like("d", f["c"], shape=(4, 20)) of h5py 3.16.
test("a dataset like another", () => {
  const file = File.create();
  const options = { chunks: [5, 5], compression: "gzip", compressionOpts: 7, shuffle: true, fletcher32: true } as const;
  const c = file.createDataset("c", { shape: [10, 20], maxshape: [null, 20], ...options, fillvalue: 3, dtype: "i2" });
  const d = file.createDatasetLike("d", c, { shape: [4, 20] });
  expect([d.shape, d.maxshape, d.chunks]).toEqual([
    [4, 20],
    [null, 20],
    [5, 5],
  ]);
  expect([d.compression, d.compressionOpts, d.shuffle, d.fletcher32]).toEqual(["gzip", 7, true, true]);
  expect([d.fillvalue, d.dtype.str, d.get(0, 0)]).toEqual([3, "<i2", 3]);
  const plain = file.createDatasetLike("plain", file.createDataset("p", { data: [1.5, 2] }));
  expect([plain.shape, plain.chunks, plain.dtype.str]).toEqual([[2], null, "<f8"]);
});

// f.attrs.create("x", 3, dtype="i2"); f.attrs.modify("x", 7); f.attrs.modify("x", [1, 2]).
test("attributes are modified in their type and place", () => {
  const file = File.create({ trackOrder: true });
  file.attrs.set("x", 3, { dtype: "i2" }).set("y", [1.5, 2]).modify("x", 7).modify("z", "new");
  expect([...file.attrs]).toEqual([
    ["x", 7],
    ["y", expect.anything()],
    ["z", "new"],
  ]);
  file.attrs.modify("y", new Int32Array([3, 4]));
  expect((file.attrs.get("y") as NDArray).toArray()).toEqual([3, 4]);
  expect((file.attrs.get("y") as NDArray).dtype.str).toBe("<f8");
  expect(() => file.attrs.modify("x", [1, 2])).toThrow("Shape of data is incompatible with existing attribute");
  const again = new File(file.toUint8Array());
  expect(again.attrs.get("x")).toBe(7);
});
