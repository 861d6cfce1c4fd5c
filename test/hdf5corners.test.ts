/** Rarer things of HDF5 in files that h5py wrote: odd types and text, views, regions, scales. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, describe as group, test } from "vitest";
import type { NDArray } from "../src/core/ndarray/index.ts";
import {
  File,
  FormatError,
  LimitError,
  open,
  type Reference,
  refDType,
  regionRefDType,
  SourceError,
  slice,
  stringDType,
  UnsupportedError,
} from "../src/hdf5.ts";
import { describe, differences } from "./support/describe-hdf5.ts";

const folder = fileURLToPath(new URL("../fixtures/data/hdf5/corners/", import.meta.url));
const unpacked = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(`${folder}${name}.gz`)));
const lines = Buffer.from(unpacked("corners.jsonl")).toString().trim().split("\n");
const options = { external: (name: string) => (name.startsWith("corners-source") ? unpacked(name) : undefined) };
const made = mkdtempSync(join(tmpdir(), "brine-hdf5corners-"));
afterAll(() => rmSync(made, { recursive: true, force: true }));
const rows = (value: unknown): unknown => (value as NDArray).toArray();

group("files of h5py", () => {
  for (const line of lines) {
    const { file, objects } = JSON.parse(line) as { file: string; objects: unknown[] };
    test(file, () => {
      expect(objects.length).toBeGreaterThan(50);
      expect(differences(describe(unpacked(file), options), objects)).toEqual([]);
    });
  }
});

// HDF5's own test data (tools/test/misc/testfiles of 1.10.8), closed with a cache image.
test("structures of a cache image are found in it", () => {
  const bytes = unpacked("h5clear_mdc_image.h5");
  using file = new File(bytes);
  const data = file.dataset("DSET").read() as NDArray;
  expect(file.dataset("DSET").chunks).toEqual([5, 10]);
  expect(createHash("sha1").update(data.toBytes()).digest("hex")).toBe("f301298f3216f9718aad4bb54e06ddf438d46858");
  expect(() => new File(bytes, "r+")).toThrow(/cache image/);
});

test.each(["earliest", "v112", "latest"])("regions pick what they pick in h5py: %s", async (libver) => {
  const bytes = unpacked(`corners-${libver}.h5`);
  using file = new File(bytes);
  const later = await open(bytes);
  const g = file.group("regions");
  const references = (g.dataset("r").read() as NDArray).flat() as Reference[];
  for (const [i, reference] of references.entries()) {
    const wanted = g.dataset(`picked ${i}`).read() as NDArray;
    const found = g.dataset("t").get(reference) as NDArray;
    expect(found.shape).toEqual(wanted.shape);
    expect(rows(found)).toEqual(rows(wanted));
    expect(rows(await (await later.dataset("regions/t")).get(reference))).toEqual(rows(wanted));
    expect(file.deref(reference)).toMatchObject({ shape: [20, 10] });
  }
  expect(() => g.dataset("x").get(references[0] as Reference)).toThrow(/another dataset/);
  expect(g.dataset("t").dims.map(({ label }) => label)).toEqual(["X", ""]);
  expect(g.dataset("t").dims[0]?.keys()).toEqual(["x axis"]);
  expect(g.dataset("t").dims[1]?.get(0)?.shape).toEqual([10]);
  expect(g.dataset("y").isScale).toBe(true);
});

test.each(["earliest", "v112", "latest"])(
  "regions lead to the same elements when a file is repacked or copied: %s",
  (libver) => {
    const path = join(made, `regions-${libver}.h5`);
    writeFileSync(path, unpacked(`corners-${libver}.h5`));
    File.repack(path);
    using file = new File(path);
    const copy = File.create();
    copy.copy(file.group("regions"), "regions");
    for (const found of [file, new File(copy.toUint8Array())]) {
      const g = found.group("regions");
      const references = (g.dataset("r").read() as NDArray).flat() as Reference[];
      expect(references.length).toBeGreaterThan(3);
      for (const [i, reference] of references.entries()) {
        expect(rows(g.dataset("t").get(reference))).toEqual(rows(g.dataset(`picked ${i}`).read()));
      }
    }
    // A copy without what they lead to leads nowhere, as h5py's.
    const alone = File.create();
    alone.copy(file.dataset("regions/r"), "r");
    expect((rows(alone.dataset("r").read()) as Reference[]).every(({ isNull }) => isNull)).toBe(true);
  },
);

test("a view reads only what is asked for", () => {
  using file = new File(unpacked("corners-latest.h5"), "r", options);
  const stack = file.dataset("views/stack");
  const whole = stack.read() as NDArray;
  expect(rows(stack.get(2, "1:3", "::4"))).toEqual(rows(whole.slice(2, "1:3", "::4")));
  expect(rows(stack.get([0, 2], 5, -1))).toEqual([59n, 1059n]);
  const boxes = file.dataset("views/two boxes");
  expect(rows(boxes.get("4:7", "4:8"))).toEqual(rows((boxes.read() as NDArray).slice("4:7", "4:8")));
  expect(file.dataset("views/growing").shape).toEqual([2, 10]);
  using alone = new File(unpacked("corners-latest.h5"));
  expect(alone.dataset("views/growing").shape).toEqual([1, 10]);
  expect(() => alone.dataset("views/growing").read()).toThrow(/external/);
});

test("references to regions and scales are written, and found again", () => {
  const file = File.create();
  const t = file.createDataset("t", { data: new Int32Array(200).map((_, i) => i), shape: [20, 10], chunks: [3, 4] });
  const refs = file.createDataset("refs", { shape: [3], dtype: regionRefDType });
  refs.set(0, t.regionref("2:4", "3:7"));
  refs.set(1, t.regionref([1, 5], 2));
  file.attrs.set("all", t.regionref());
  expect(() => refs.set(2, t.ref)).toThrow(/region/);
  file.createDataset("x", { data: new Float64Array(20) }).makeScale("places");
  file.createDataset("y", { data: new Float64Array(10) });
  const [first, second] = t.dims;
  if (first === undefined || second === undefined) throw new Error("two axes");
  first.label = "down";
  first.attachScale(file.dataset("x"));
  first.attachScale(file.dataset("y"));
  expect(first.detachScale(file.dataset("y"))).toBe(true);
  expect(first.detachScale(file.dataset("y"))).toBe(false);
  second.attachScale(file.dataset("y"));
  expect(() => second.attachScale(t)).toThrow(/itself/);

  const back = new File(file.toUint8Array(), "r+");
  const ds = back.dataset("t");
  const [one, two, none] = (back.dataset("refs").read() as NDArray).flat() as [Reference, Reference, Reference];
  expect(rows(ds.get(one))).toEqual([
    [23, 24, 25, 26],
    [33, 34, 35, 36],
  ]);
  expect(rows(ds.get(two))).toEqual([[12], [52]]);
  expect(none.isNull).toBe(true);
  expect((ds.get(back.attrs.get("all") as Reference) as NDArray).shape).toEqual([20, 10]);
  ds.set(one, 0);
  expect(ds.get(3, 6)).toBe(0);
  expect(ds.dims[0]?.label).toBe("down");
  expect(ds.dims[0]?.keys()).toEqual(["places"]);
  expect(ds.dims[1]?.scales.map(({ shape }) => shape)).toEqual([[10]]);
  expect(back.dataset("y").attrs.get("CLASS")).toBe("DIMENSION_SCALE");
});

test("chunks are gone through one by one", () => {
  const file = File.create();
  const t = file.createDataset("t", { shape: [5, 6], dtype: "u1", chunks: [2, 4] });
  expect([...t.chunksIter()].length).toBe(6);
  expect([...t.chunksIter("1:3", "3:5")]).toEqual(
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [4, 5],
      ],
      [
        [2, 3],
        [3, 4],
      ],
      [
        [2, 3],
        [4, 5],
      ],
    ].map((one) => one.map(([from, to]) => slice(from, to))),
  );
  expect([...t.chunksIter("2:2")]).toEqual([]);
  expect(() => [...t.chunksIter("::2")]).toThrow(/steps/);
  expect(() => [...file.createDataset("plain", { data: [1] }).chunksIter()]).toThrow(/chunks/);
});

test("links that lead out are named, and not followed unasked", () => {
  const file = File.create({ libver: "latest" });
  file.set("out", { kind: "external", file: "gone.h5", path: "/x" });
  const bytes = file.toUint8Array();
  using closed = new File(bytes);
  expect([...closed.entries()]).toEqual([["out", undefined]]);
  expect(() => closed.get("out")).toThrow(/external/);
  using opened = new File(bytes, "r", { external: () => undefined });
  expect(opened.get("out")).toBeUndefined();
  expect(() => opened.dataset("out")).toThrow(SourceError);
});

test("a small file cannot claim more strings than memory has room for", () => {
  const file = File.create();
  file.createDataset("s", { shape: [2 ** 24], dtype: stringDType(), chunks: [2 ** 16] });
  using back = new File(file.toUint8Array());
  expect(() => back.dataset("s").read()).toThrow(LimitError);
  expect((back.dataset("s").get(":5") as NDArray).toArray()).toEqual(["", "", "", "", ""]);
});

test("a reference that makes no sense is an element until it is followed", async () => {
  const file = File.create();
  const t = file.createDataset("t", { data: new Int32Array(6) });
  const refs = file.createDataset("refs", { shape: [3], dtype: regionRefDType });
  refs.set(0, t.regionref("2:4"));
  refs.set(1, t.regionref("1:3"));
  const bytes = file.toUint8Array();
  const at = new File(bytes).dataset("refs").info.layout;
  if (at.kind !== "contiguous") throw new Error("elements stand together");
  for (const garbage of [new Uint8Array(12).fill(0xee), Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0)]) {
    bytes.set(garbage, at.at + 12);
    const back = new File(bytes, "r+");
    const [one, two, none] = (back.dataset("refs").read() as NDArray).flat() as [Reference, Reference, Reference];
    expect([one.isNull, two.isNull, none.isNull]).toEqual([false, false, true]);
    expect((back.dataset("t").get(one) as NDArray).shape).toEqual([2]);
    for (const follow of [() => back.deref(two), () => back.dataset("t").get(two)]) expect(follow).toThrow(FormatError);
    expect(() => back.dataset("refs").set(0, two)).toThrow(FormatError);
    const later = await open(bytes);
    const [, again] = ((await (await later.dataset("refs")).read()) as NDArray).flat() as Reference[];
    await expect(later.deref(again as Reference)).rejects.toThrow(FormatError);
  }
});

test("references that nobody wrote stay as they are when their neighbours change", () => {
  const file = File.create();
  file.createDataset("refs", { shape: [3], dtype: refDType }).set(0, file.ref);
  const bytes = file.toUint8Array();
  const { layout } = new File(bytes).dataset("refs").info;
  if (layout.kind !== "contiguous") throw new Error("elements stand together");
  bytes.fill(0xee, layout.at + 8, layout.at + 16);
  const changed = new File(bytes, "r+");
  changed.dataset("refs").set(2, changed.ref);
  const again = new File(changed.toUint8Array());
  const [one, two, three] = (again.dataset("refs").read() as NDArray).flat() as [Reference, Reference, Reference];
  expect([one, three].map((ref) => again.deref(ref)?.name)).toEqual(["/", "/"]);
  expect(() => again.deref(two)).toThrow(FormatError);
});

test("an ellipsis takes a scalar dataset as an array without axes", () => {
  const file = File.create();
  file.createDataset("n", { data: 5, dtype: "i4" });
  file.createDataset("text", { data: "word" });
  const n = file.dataset("n").get("...") as NDArray;
  expect([n.shape, n.dtype.name, n.item()]).toEqual([[], "int32", 5]);
  expect(file.dataset("n").get()).toBe(5);
  expect((file.dataset("text").get("...") as NDArray).item()).toBe("word");
});

test("references of HDF5 1.12 to objects are followed, those to regions and attributes refused", async () => {
  const bytes = unpacked("../references/references.h5");
  using file = new File(bytes);
  const later = await open(bytes);
  const [object, region, attribute, inGroup] = rows(file.dataset("refs").read()) as Reference[];
  expect(file.deref(object as Reference)).toMatchObject({ shape: [20] });
  expect(file.deref(inGroup as Reference)).toMatchObject({ shape: [] });
  for (const reference of [region, attribute] as Reference[]) {
    expect(reference.isNull).toBe(false);
    expect(() => file.deref(reference)).toThrow(UnsupportedError);
    await expect(later.deref(reference)).rejects.toThrow(UnsupportedError);
  }
  expect((rows(file.dataset("null").read()) as Reference[]).map(({ isNull }) => isNull)).toEqual(Array(4).fill(true));
  await later.close();
  // They are not lost without a word.
  writeFileSync(join(made, "references.h5"), bytes);
  expect(() => File.repack(join(made, "references.h5"))).toThrow(/only read/);
  expect(readFileSync(join(made, "references.h5"))).toEqual(Buffer.from(bytes));
});
