/** The arrays that find chunks by their numbers: as h5py makes them, and as they are made here. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { NDArray } from "../src/core/ndarray/index.ts";
import { type Dataset, File } from "../src/hdf5.ts";

const sparse = fileURLToPath(new URL("../fixtures/data/hdf5/corners/sparse.h5.gz", import.meta.url));
const FILL = -7;

/** Places of the elements that were written. */
function written(ds: Dataset): number[] {
  const { data } = ds.read() as { data: Int32Array };
  const out: number[] = [];
  for (const [i, value] of data.entries()) {
    if (value === FILL) continue;
    expect(value).toBe(i);
    out.push(i);
  }
  return out;
}

test("few of very many chunks are found in h5py's pages", () => {
  using file = new File(new Uint8Array(gunzipSync(readFileSync(sparse))));
  const places = [...(file.dataset("places").read() as NDArray).flat()].map(Number);
  const names = [...file.keys()].filter((name) => name !== "places");
  expect(names.length).toBe(5);
  for (const name of names) {
    const ds = file.dataset(name);
    const kind = name.split(" ")[0];
    expect(ds.info.layout).toMatchObject({ index: { kind } });
    expect(written(ds), name).toEqual(places);
    const [, width = 1] = ds.shape as number[];
    for (const place of places) {
      const index = ds.ndim === 1 ? [place] : [Math.floor(place / width), place % width];
      expect(ds.get(...index)).toBe(place);
    }
  }
});

test.each([
  ["a few", [3], [null], [1], {}],
  ["none", [0], [null], [4], {}],
  ["many", [5000], [null], [1], {}],
  ["packed", [50, 7], [null, 9], [3, 2], { compression: "gzip", shuffle: true }],
  ["columns", [7, 60], [9, null], [3, 2], {}],
  ["depth", [5, 3, 41], [5, 6, null], [2, 2, 2], { fletcher32: true }],
] as const)("one axis without limit: %s", (_name, shape, maxshape, chunks, options) => {
  const file = File.create({ libver: "latest" });
  const data = Int32Array.from({ length: shape.reduce((a: number, b) => a * b, 1) }, (_, i) => 3 * i + 1);
  file.createDataset("x", { data, shape: [...shape], maxshape: [...maxshape], chunks: [...chunks], ...options });
  const back = new File(file.toUint8Array(), "r+");
  const ds = back.dataset("x");
  expect(ds.info.layout).toMatchObject({ index: { kind: "extensible" } });
  expect((ds.read() as NDArray).data).toEqual(data);
  // What is gone on with keeps what was there.
  const axis = maxshape.indexOf(null as never);
  ds.resize((shape[axis] as number) + 100, axis);
  const again = new File(back.toUint8Array()).dataset("x");
  const part = shape.map((n) => `:${n}`);
  expect((again.get(...part) as NDArray).flat()).toEqual([...data]);
});

test("two axes without limit have a tree", () => {
  const file = File.create({ libver: "latest" });
  file.createDataset("x", { shape: [4, 4], maxshape: [null, null], chunks: [2, 2], dtype: "i4" }).set(5);
  const ds = new File(file.toUint8Array()).dataset("x");
  expect(ds.info.layout).toMatchObject({ index: { kind: "btree1" } });
  expect(ds.get(3, 3)).toBe(5);
});

test("few of very many chunks are written in pages", () => {
  const file = File.create({ libver: "latest" });
  const options = { shape: [700_000], maxshape: [null], chunks: [1], dtype: "i4", fillvalue: FILL };
  const places = [0, 3, 4, 140_000, 262_150, 299_999, 550_000, 699_999];
  for (const compression of [undefined, "gzip"] as const) {
    const ds = file.createDataset(compression ?? "plain", {
      ...options,
      ...(compression === undefined ? {} : { compression }),
    });
    for (const place of places) ds.set(place, place);
  }
  const back = new File(file.toUint8Array());
  for (const name of back.keys()) expect(written(back.dataset(name)), name).toEqual(places);
});
