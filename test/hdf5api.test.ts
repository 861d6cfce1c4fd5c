/** Objects of HDF5 files as h5py's: what they print, which file and group they are in, records by names of fields. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compoundDType, File, open } from "../src/hdf5.ts";
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
  expect(() => new File(join(folder, "any.h5"), "r", { bigint: "number" } as object)).toThrow(
    'File has no option "bigint": the options are external, members',
  );
});
