/** Views, external storage and few bits that brine writes; h5py judges them in test/python/hdf5views.test.ts. */
import { expect, test } from "vitest";
import type { NDArray } from "../src/core/ndarray/index.ts";
import { File, open, slice, VirtualLayout, VirtualSource } from "../src/hdf5.ts";

const list = (value: unknown): unknown => (value as NDArray).toArray();

test.each(["earliest", "latest"] as const)("views are read before and after they are written: %s", async (libver) => {
  const source = File.create();
  source.createDataset("data", { data: Int32Array.from({ length: 10 }, (_, i) => i) });
  const bytes = source.toUint8Array();
  const external = (name: string): Uint8Array | undefined => (name === "a.h5" ? bytes : undefined);
  const file = new File(new Uint8Array(0), "w", { libver, external });
  const layout = new VirtualLayout({ shape: [3, 4], dtype: "i4" });
  layout.set(0, new VirtualSource("a.h5", "data", { shape: 10 }).get("::3"));
  layout.set(2, "1:3", new VirtualSource("a.h5", source.dataset("data")).get([7, 9]));
  layout.set(1, new VirtualSource("missing.h5", "data", { shape: 4 }));
  const made = file.createVirtualDataset("all", layout, { fillvalue: -1 });
  const wanted = [
    [0, 3, 6, 9],
    [-1, -1, -1, -1],
    [-1, 7, 9, -1],
  ];
  expect(made.isVirtual).toBe(true);
  expect(list(made.read())).toEqual(wanted);
  const whole = file.toUint8Array();
  expect(list(new File(whole, "r", { external }).dataset("all").read())).toEqual(wanted);
  const later = await open(whole, { external });
  expect(list(await (await later.dataset("all")).get("1:", "1:"))).toEqual([
    [-1, -1, -1],
    [7, 9, -1],
  ]);
});

test("what does not fit is refused", () => {
  const source = new VirtualSource("a.h5", "x", { shape: [10, 2] });
  const layout = new VirtualLayout({ shape: [20], dtype: "f4", maxshape: [null] });
  expect(() => layout.set(source.get(0))).toThrow("a source of 2 elements does not fit 20 places of the view");
  expect(() => layout.set(slice(0, Number.POSITIVE_INFINITY), source.get(":", 0))).toThrow(RangeError);
  expect(() => new VirtualLayout({ shape: [3], dtype: "f4" }).set(slice(0, Number.POSITIVE_INFINITY), source)).toThrow(
    "an axis without end needs null in maxshape",
  );
  expect(() => layout.set(0, 5 as never)).toThrow("a view shows a VirtualSource");
  expect(() => new VirtualSource("a.h5", "x")).toThrow("the shape of a source must be told");
  expect(() => new VirtualLayout({ shape: [], dtype: "f4" })).toThrow(RangeError);
  const file = File.create();
  const external = "raw.bin";
  expect(() => file.createDataset("a", { data: [1], external })).toThrow(/pass \{ external \}/);
  expect(() => file.createDataset("b", { shape: 3, external, compression: "gzip" })).toThrow(/Chunked format/);
  expect(() => file.createDataset("c", { shape: 3, dtype: "i4", external: [["raw.bin", 0, 11]] })).toThrow(
    "the files have room for 11 bytes, the dataset has 12",
  );
});

test("elements in other files are read through a resolver", () => {
  const raw = new Uint8Array(Float64Array.of(0, 1, 2, 3, 4).buffer);
  const external = (name: string): Uint8Array | undefined => (name === "raw.bin" ? raw : undefined);
  const file = new File(new Uint8Array(0), "w", { external });
  const x = file.createDataset("x", { shape: [3], dtype: "<f8", external: [["raw.bin", 16, 24]] });
  expect(list(x.read())).toEqual([2, 3, 4]);
  expect(x.external).toEqual([["raw.bin", 16, 24]]);
  x.set("1:", [-3, -4]);
  expect(list(x.read())).toEqual([2, -3, -4]);
  // Other files change when this one is written.
  expect(raw).toEqual(new Uint8Array(Float64Array.of(0, 1, 2, 3, 4).buffer));
  const bytes = file.toUint8Array();
  expect(raw).toEqual(new Uint8Array(Float64Array.of(0, 1, 2, -3, -4).buffer));
  expect(list(new File(bytes, "r", { external }).dataset("x").get("1:"))).toEqual([-3, -4]);
  expect(() => new File(bytes).dataset("x").read()).toThrow(/pass \{ external \}/);
});

test("elements go into other files, piece by piece", () => {
  const parts: Record<string, Uint8Array> = { a: new Uint8Array(12), b: new Uint8Array(8) };
  const external = (name: string): Uint8Array | undefined => parts[name];
  const file = new File(new Uint8Array(0), "w", { external });
  const places = [["a", 4, 6] as const, ["b", 1, null] as const];
  file.createDataset("x", { data: Int16Array.of(1, 2, 3, 4, 5), external: places });
  file.createDataset("words", { data: ["salt", "and", "water"], external: [["c", 0, null]] });
  expect(() => file.toUint8Array()).toThrow("elements belong into the file c, for which { external } gives nothing");
  parts["c"] = new Uint8Array(40);
  expect(() => file.toUint8Array()).toThrow("c has 40 bytes, 48 more belong behind byte 0 of it");
  parts["c"] = new Uint8Array(48);
  const bytes = file.toUint8Array();
  expect(parts["a"]).toEqual(Uint8Array.of(0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 0, 0));
  expect(parts["b"]).toEqual(Uint8Array.of(0, 4, 0, 5, 0, 0, 0, 0));
  const again = new File(bytes, "r+", { external });
  expect(list(again.dataset("x").read())).toEqual([1, 2, 3, 4, 5]);
  expect(list(again.dataset("words").read())).toEqual(["salt", "and", "water"]);
  again.dataset("x").set(-1, 7);
  const third = again.toUint8Array();
  expect(parts["b"]?.[3]).toBe(7);
  expect(third.length).toBeLessThanOrEqual(2 * bytes.length);
  expect(list(new File(third, "r", { external }).dataset("x").read())).toEqual([1, 2, 3, 4, 7]);
});

test("few bits hold what they can", () => {
  const file = File.create();
  const ints = Int32Array.from({ length: 10_000 }, (_, i) => 100_000 + ((i * 37) % 90));
  file.createDataset("ints", { data: ints, scaleoffset: true });
  file.createDataset("floats", { data: [1.234, 5.678, Number.NaN, 9.1], scaleoffset: 2, chunks: [2] });
  const bytes = file.toUint8Array();
  expect(bytes.length).toBeLessThan(ints.byteLength);
  const back = new File(bytes);
  expect([...(back.dataset("ints").read() as NDArray)]).toEqual([...ints]);
  // What is no number makes a chunk keep all bits.
  const [a, b, c, d] = back.dataset("floats").read() as unknown as number[];
  expect([a, b].map((x) => Math.abs((x as number) - (x === a ? 1.234 : 5.678)) <= 0.005)).toEqual([true, true]);
  expect([c, d]).toEqual([Number.NaN, 9.1]);
  expect(() => file.createDataset("x", { data: ["a"], scaleoffset: 1 })).toThrow(TypeError);
  expect(() => file.createDataset("x", { data: [1.5], scaleoffset: true })).toThrow(/must be provided/);
  expect(() => file.createDataset("x", { data: [1], scaleoffset: 2, fletcher32: true })).toThrow(/potentially lossy/);
  expect(() => file.createDataset("x", { data: [1], scaleoffset: -1 })).toThrow("scale factor must be >= 0");
});
