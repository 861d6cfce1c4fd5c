/** Large elements go to disk at once, into the file that is being made. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { NDArray } from "../src/core/ndarray/index.ts";
import { File } from "../src/hdf5.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-spill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const COUNT = 2_200_000;
const numbers = (): Float64Array => Float64Array.from({ length: COUNT }, (_, i) => i);
const last = (file: File, name: string): unknown => file.dataset(name).get(-1);

test.each([
  ["earliest", 0],
  ["latest", 512],
] as const)("the file is the same, and the caller's array is free: %s", (libver, userblockSize) => {
  const path = join(folder, `${libver}.h5`);
  const data = numbers();
  const file = new File(path, "w", { libver, userblockSize });
  const ds = file.createDataset("x", { data });
  expect(readdirSync(folder).filter((name) => name.includes(`.${libver}.h5.`)).length).toBe(1);
  expect(existsSync(path)).toBe(false);
  data.fill(-1);
  file.createDataset("again", { shape: [COUNT], dtype: "f8" }).set(numbers());
  file.createDataset("changed", { data: numbers() }).set(-1, 5);
  file.createDataset("small", { data: [1, 2, 3] });
  file.attrs.set("a", "text");
  expect(ds.get(7)).toBe(7);
  const bytes = file.toUint8Array();
  file.close();
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  for (const source of [path, bytes]) {
    using back = new File(source);
    expect([...back.keys()]).toEqual(["again", "changed", "small", "x"]);
    expect(back.userblockSize).toBe(userblockSize);
    for (const name of ["x", "again"]) {
      const found = (back.dataset(name).read() as NDArray).data as Float64Array;
      expect(found.length).toBe(COUNT);
      expect(found.every((value, i) => value === i)).toBe(true);
    }
    expect(last(back, "changed")).toBe(5);
    expect(back.attrs.get("a")).toBe("text");
  }
});

test("a file that is flushed can be gone on with", () => {
  const path = join(folder, "twice.h5");
  const file = new File(path, "w");
  file.createDataset("x", { data: numbers() });
  file.flush();
  const size = statSync(path).size;
  file.createDataset("y", { data: numbers() });
  expect(last(file, "x")).toBe(COUNT - 1);
  file.close();
  expect(statSync(path).size).toBeGreaterThan(size * 1.9);
  using back = new File(path);
  expect([last(back, "x"), last(back, "y")]).toEqual([COUNT - 1, COUNT - 1]);
});

test("the old file stays until the new one is whole", () => {
  const path = join(folder, "old.h5");
  {
    using file = new File(path, "w");
    file.createDataset("x", { data: [1, 2, 3] });
  }
  const before = readFileSync(path);
  const file = new File(path, "w");
  file.createDataset("x", { data: numbers() });
  expect(readFileSync(path).equals(before)).toBe(true);
  file.attrs.set("large", new Uint8Array(70_000));
  file.createDataset("y", { data: numbers() });
  file.close();
  using back = new File(path);
  expect(last(back, "y")).toBe(COUNT - 1);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
