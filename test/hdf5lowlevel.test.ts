/** Files that need h5py's low-level calls (fixtures/make/hdf5_lowlevel.py), read, awaited and changed. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, describe as group, test } from "vitest";
import { array, NDArray } from "../src/core/ndarray/index.ts";
import { PyComplex, tuple } from "../src/core/values/index.ts";
import { type AsyncDataset, compoundDType, Dataset, File, open, stringDType } from "../src/formats/hdf5/index.ts";
import { describe, differences, value } from "./support/describe-hdf5.ts";

const folder = fileURLToPath(new URL("../fixtures/data/hdf5/lowlevel/", import.meta.url));
const unpacked = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(`${folder}${name}.gz`)));
const lines = Buffer.from(unpacked("lowlevel.jsonl")).toString().trim().split("\n");
// Of the fill value of records with text h5py 3.16 shows what nobody wrote.
const wrong = (bytes: Uint8Array, objects: unknown[]): unknown[] =>
  differences(describe(bytes), objects).filter((text) => !String(text).startsWith("rows in arrays fillvalue"));

for (const line of lines) {
  const { file, objects } = JSON.parse(line) as { file: string; objects: unknown[] };
  group(file, () => {
    test("is read as h5py reads it", () => {
      expect(objects.length).toBeGreaterThan(50);
      expect(wrong(unpacked(file), objects)).toEqual([]);
    });

    test("gives who awaits what it gives at once", async () => {
      const bytes = unpacked(file);
      using now = new File(bytes);
      const later = await open(bytes);
      for (const [path, item] of now.walk()) {
        if (!(item instanceof Dataset)) continue;
        const found = await ((await later.get(path)) as AsyncDataset).read();
        expect(value(found), path).toEqual(value(item.read()));
      }
      await later.close();
    });

    test("is changed, every element put back and every group rewritten, and found as it was", () => {
      const changed = new File(unpacked(file), "r+");
      for (const [path, item] of [...changed.walk()]) {
        if (!(item instanceof Dataset)) item.attrs.set("seen", "été");
        else if (item.shape?.length === 0) item.set(item.read());
        else item.set("...", item.read());
        expect(changed.get(path)?.attrs.size, path).toBe(item.attrs.size);
      }
      changed.set("one more", new Int8Array(3));
      changed.delete("one more");
      changed.group("groups").set("name 99", 1);
      const again = new File(changed.toUint8Array(), "r+");
      for (const item of [again, ...[...again.walk()].map(([, one]) => one)]) item.attrs.delete("seen");
      again.group("groups").delete("name 99");
      expect(wrong(again.toUint8Array(), objects)).toEqual([]);
    });
  });
}

test("an opaque element is set from its bytes", () => {
  const file = new File(unpacked("lowlevel-4-8.h5"), "r+");
  file.dataset("opaque").set(Uint8Array.of(9, 0, 8, 7));
  expect(file.dataset("opaque").read()).toEqual(Uint8Array.of(9, 0, 8, 7));
  expect(file.dataset("arrays in arrays").read()).toBeInstanceOf(NDArray);
  expect((file.dataset("arrays in arrays").read() as NDArray).shape).toEqual([2, 3, 2]);
});

test("chunks behind filters that can only be read are copied as they are packed", () => {
  const plugins = new File(new Uint8Array(gunzipSync(readFileSync(`${folder}../plugins.h5.gz`))));
  const file = File.create();
  for (const name of plugins.keys()) file.copy(plugins.get(name) as Dataset, name);
  const copied = new File(file.toUint8Array());
  let count = 0;
  for (const [path, item] of plugins.walk()) {
    if (!(item instanceof Dataset)) continue;
    expect(value(copied.dataset(path).read()), path).toEqual(value(item.read()));
    expect(copied.dataset(path).compression).toBe(item.compression);
    count++;
  }
  expect(count).toBe(88);
});

test("records with text and complex numbers are put back as they are read", () => {
  const file = File.create();
  const dtype = compoundDType([
    ["word", stringDType()],
    ["z", "<c16"],
    ["in", compoundDType([["c", ">c8"]])],
  ]);
  const x = file.createDataset("x", { shape: [2], dtype });
  x.set(0, tuple("é", new PyComplex(1, -2), tuple(new PyComplex(0.5, 3))));
  x.set("...", x.read());
  const again = new File(file.toUint8Array()).dataset("x").read() as NDArray;
  expect(String(again)).toBe("[('é', 1.-2.j, (0.5+3.j,)) ('', 0.+0.j, (0. +0.j,))]");
});

test("items that are arrays are told from axes of their own", () => {
  const file = File.create();
  const rows = [
    [
      [1, 2],
      [3, 4],
    ],
  ];
  const dtype = ["<i4", [2, 2]] as const;
  file.createDataset("rows", { data: rows, dtype });
  file.createDataset("array", { data: array(rows, { dtype: "<i4" }), dtype });
  file.createDataset("items", { data: array(rows, { dtype: (file.dataset("rows") as Dataset).dtype }), dtype });
  const again = new File(file.toUint8Array());
  for (const name of ["rows", "array", "items"]) {
    expect(again.dataset(name).shape, name).toEqual([1]);
    expect((again.dataset(name).read() as NDArray).toArray(), name).toEqual(rows);
  }
});
