/** Floats that NumPy has no types for (fixtures/make/hdf5_floats.py), read and awaited. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { NDArray } from "../src/core/ndarray/index.ts";
import { PyComplex } from "../src/core/values/index.ts";
import { type AsyncDataset, Dataset, File, open } from "../src/formats/hdf5/index.ts";
import { describe, differences, value } from "./support/describe-hdf5.ts";

const folder = fileURLToPath(new URL("../fixtures/data/hdf5/floats/", import.meta.url));
const unpacked = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(`${folder}${name}.gz`)));

test("floats with their highest bit in the mantissa are those that h5py reads", () => {
  const { objects } = JSON.parse(Buffer.from(unpacked("floats.jsonl")).toString()) as { objects: unknown[] };
  expect(objects).toHaveLength(9);
  expect(differences(describe(unpacked("floats.h5")), objects)).toEqual([]);
});

test("long doubles of ten bytes are NumPy's", () => {
  using file = new File(unpacked("floats.h5"));
  const found = file.dataset("ten bytes").read() as NDArray;
  expect(found.dtype.str).toBe("<f16");
  expect(found.astype("f8").toArray()).toEqual([0, 1, -1.5, 3.25, 100, 2 ** -9, -0, 2.5]);
});

test("complex numbers of half floats come as those of single ones", async () => {
  const bytes = unpacked("complex.h5");
  using file = new File(bytes);
  const later = await open(bytes);
  for (const [name, order] of [
    ["half floats LE", "<"],
    ["half floats BE", ">"],
  ] as const) {
    const found = file.dataset(name).read() as NDArray;
    expect(found.dtype.str, name).toBe(`${order}c8`);
    expect(found.toArray(), name).toEqual([
      new PyComplex(1, 2),
      new PyComplex(-0.5, 0),
      new PyComplex(Number.POSITIVE_INFINITY, -65504),
    ]);
    expect(file.dataset(name).fillvalue, name).toEqual(new PyComplex(0, 0));
    expect(value(await ((await later.get(name)) as AsyncDataset).read()), name).toEqual(value(found));
  }
  await later.close();
});

test("each element is what the whole says", () => {
  for (const name of ["floats.h5", "complex.h5"]) {
    using file = new File(unpacked(name));
    for (const [path, item] of file.walk()) {
      if (!(item instanceof Dataset)) continue;
      const whole = item.read() as NDArray;
      const last = (item.shape?.[0] as number) - 1;
      expect(value(item.get(-1)), path).toEqual(value(whole.get(last)));
    }
  }
});
