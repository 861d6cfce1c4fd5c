/** What people type who know h5py: what they get is what h5py 3.16 gives, or words that help. */
import { expect, test } from "vitest";
import { array, type NDArray } from "../src/core/ndarray/index.ts";
import { tuple } from "../src/core/values/index.ts";
import { type CreateOptions, compoundDType, enumDType, File, refDType, stringDType, vlenDType } from "../src/hdf5.ts";
import { repr } from "../src/pickle.ts";

test("a type alone makes a dataset without elements", () => {
  const file = File.create();
  const none = file.createDataset("none", { dtype: "f4" });
  expect([none.shape, repr(none.read())]).toEqual([null, "Empty(dtype=dtype('float32'))"]);
  expect(new File(file.toUint8Array()).dataset("none").shape).toBe(null);
  expect(() => file.createDataset("x", { dtype: "S9", chunks: true })).toThrow("Empty datasets don't support chunk");
  expect(() => file.createDataset("x", { dtype: "S9", maxshape: 20 })).toThrow("Empty datasets don't support chunk");
  expect(() => file.createDataset("x", {})).toThrow("One of data, shape or dtype must be specified");
});

test("what createDataset cannot make of its arguments it says", () => {
  const file = File.create();
  const make = (options?: unknown): unknown => file.createDataset("x", options as CreateOptions);
  for (const options of [undefined, null, [100], "i4", 5]) {
    expect(() => make(options)).toThrow('createDataset takes a name and options: createDataset("x", { shape: [100]');
  }
  for (const [name, meant] of [
    ["compression_opts", "compressionOpts"],
    ["fill_value", "fillvalue"],
    ["fillValue", "fillvalue"],
    ["maxShape", "maxshape"],
    ["track_order", "trackOrder"],
    ["scaleOffset", "scaleoffset"],
    ["chunk", "chunks"],
  ] as const) {
    expect(() => make({ shape: [3], [name]: 1 })).toThrow(`no option "${name}": it is called ${meant}`);
  }
  for (const external of [["x"], ["x", 0], [["x"]], [["x", 0]], [["x", 0, null, 0]]]) {
    expect(() => make({ shape: [6], external })).toThrow("external is a name, or [[");
  }
});

test("external elements may grow along their first axis", () => {
  const file = File.create();
  const make = (maxshape: (number | null)[], external: CreateOptions["external"] = "raw.bin"): unknown => {
    const made = file.createDataset(`x${file.size}`, { shape: [4, 3], dtype: "f4", maxshape, external });
    return [made.chunks, made.maxshape, new File(file.toUint8Array()).dataset(made.name).maxshape];
  };
  expect(make([null, 3])).toEqual([null, [null, 3], [null, 3]]);
  expect(make([8, 3], [["raw.bin", 0, 96]])).toEqual([null, [8, 3], [8, 3]]);
  expect(() => make([8, 3], [["raw.bin", 0, 95]])).toThrow("room for 95 bytes, the dataset has 96");
  expect(() => make([8, null])).toThrow("only the first axis can grow");
});

test("chunks of pointers are chosen by the size of a pointer", () => {
  const file = File.create();
  const row = compoundDType([
    ["n", "i2"],
    ["s", stringDType()],
    ["v", vlenDType("i4")],
  ]);
  const guess = (dtype: CreateOptions["dtype"]): unknown =>
    [[0], [5000], [100000], [300, 400]].map((shape, i) => {
      const options = { shape, chunks: true, ...(dtype !== undefined && { dtype }) };
      return file.createDataset(`${i} of ${file.size}`, options).chunks;
    });
  const pointers = [[1024], [1250], [1563], [38, 50]];
  for (const dtype of [stringDType(), vlenDType("i4"), refDType]) expect(guess(dtype)).toEqual(pointers);
  expect(guess(row)).toEqual([[512], [625], [1563], [19, 50]]);
  expect(guess("(2,3)i4")).toEqual([[256], [313], [782], [19, 50]]);
  expect(guess(enumDType({ A: 1 }, "i2"))).toEqual([[1024], [5000], [6250], [75, 100]]);
});

test("several fields are read and written at once", () => {
  const file = File.create();
  const row = compoundDType([
    ["a", "i4"],
    ["b", "f8"],
    ["s", "S3"],
  ]);
  const rows = file.createDataset("rows", { shape: [3], dtype: row });
  rows.set("a", "b", { a: 5, b: 6.5 });
  expect(repr(rows.get("b", "a"))).toBe("array([(6.5, 5), (6.5, 5), (6.5, 5)], dtype=[('b', '<f8'), ('a', '<i4')])");
  rows.set("b", "a", ":2", [tuple(1.5, 7), tuple(2.5, 8)]);
  expect(rows.get("a", "b", 1)).toEqual([8, 2.5]);
  expect((rows.get("a") as NDArray).toArray()).toEqual([7, 8, 5]);
  expect(() => rows.get("a", "z")).toThrow('there is no field "z": the fields are a, b, s');

  const texts = compoundDType([
    ["n", "i2"],
    ["s", stringDType()],
    ["v", vlenDType("i4")],
  ]);
  const named = file.createDataset("named", { shape: [2], dtype: texts });
  named.set("v", "s", [
    { s: "eins", v: [1, 2] },
    { s: "zwei", v: [] },
  ]);
  const read = new File(file.toUint8Array()).dataset("named").get("s", "v") as NDArray;
  expect((read.field("s") as NDArray).toArray()).toEqual(["eins", "zwei"]);
  expect(repr((read.field("v") as NDArray).get(0))).toBe("array([1, 2], dtype=int32)");
});

test("the last axis of an array of numbers holds the sequences", () => {
  const file = File.create();
  const lists = file.createDataset("lists", { shape: [3], dtype: vlenDType("i8") });
  lists.set(
    ":2",
    array([
      [0.1, 1.1],
      [2.2, 3.3],
    ]),
  );
  lists.set(2, array([[7, 8]]));
  expect(repr(lists.read())).toBe("array([array([0, 1]), array([2, 3]), array([7, 8])], dtype=object)");
  lists.set(array([1, 2, 3]));
  expect(repr(lists.get(1))).toBe("array([1, 2, 3])");
  const eight = Array.from({ length: 8 }, (_, i) => i);
  expect(() => lists.set(array(eight).reshape(2, 2, 2))).toThrow("Can't broadcast (2, 2) -> (3)");
  const square = file.createDataset("square", { shape: [2, 2], dtype: vlenDType("i8") });
  square.set(":", ":", array(eight).reshape(2, 2, 2));
  expect(repr(square.get(1))).toBe("array([array([4, 5]), array([6, 7])], dtype=object)");
});
