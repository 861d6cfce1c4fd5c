/** What people type who know h5py: what they get is what h5py 3.16 gives, or words that help. */
import { expect, test } from "vitest";
import { array, type NDArray } from "../src/core/ndarray/index.ts";
import { tuple } from "../src/core/values/index.ts";
import {
  type CreateOptions,
  compoundDType,
  enumDType,
  externalLink,
  File,
  open,
  refDType,
  slice,
  softLink,
  stringDType,
  vlenDType,
} from "../src/hdf5.ts";
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

test("ints that do not fit become the nearest that do, in datasets; in attributes NumPy cuts their bits off", () => {
  const file = File.create();
  const stored = (data: unknown, dtype: string): unknown => {
    const made = file.createDataset(`x${file.size}`, { data, dtype });
    const written = file.createDataset(`x${file.size}`, { shape: made.shape as number[], dtype });
    written.set("...", data);
    expect((written.read() as NDArray).toArray()).toEqual((made.read() as NDArray).toArray());
    return (made.read() as NDArray).toArray();
  };
  // By h5py 3.16.
  expect(stored(Int32Array.of(300, -5, 7), "u1")).toEqual([255, 0, 7]);
  expect(stored(Float64Array.of(300.7, -5.7, 127.9, -128.9, 0.5), "i1")).toEqual([127, -5, 127, -128, 0]);
  expect(stored(Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, -1e20), "i4")).toEqual([
    -2147483648, 2147483647, -2147483648,
  ]);
  expect(stored(Float64Array.of(Number.NaN, 65535.9, -1), ">i2")).toEqual([0, 32767, -1]);
  expect(stored(BigInt64Array.of(2n ** 40n, -(2n ** 40n), 5n), "i4")).toEqual([2147483647, -2147483648, 5]);
  expect(stored(BigInt64Array.of(-5n, 2n ** 62n), "u8")).toEqual([0n, 2n ** 62n]);
  expect(stored(BigUint64Array.of(2n ** 64n - 1n, 3n), "i8")).toEqual([2n ** 63n - 1n, 3n]);
  expect(stored(Float64Array.of(1e20, -1e20, 3e9), "i8")).toEqual([2n ** 63n - 1n, -(2n ** 63n), 3000000000n]);
  expect(stored(array([[300, -1]]), "u1")).toEqual([[255, 0]]);
  expect(stored(Int16Array.of(-300, 300), "f4")).toEqual([-300, 300]);
  file.attrs.set("x", Int32Array.of(300, -5, 7), { dtype: "u1" });
  expect((file.attrs.get("x") as NDArray).toArray()).toEqual([44, 251, 7]);
  // Of lists every number must fit.
  for (const data of [[Number.NaN, 1], [[Number.POSITIVE_INFINITY]], Number.NaN, [2 ** 40]]) {
    expect(() => stored(data, "i4")).toThrow(RangeError);
  }
});

test("fields of arrays find those of the dataset by their names", () => {
  const file = File.create();
  const fields: [string, string][] = [
    ["a", "i4"],
    ["b", "f8"],
    ["s", "S3"],
  ];
  const rows = file.createDataset("rows", { shape: [3], dtype: fields });
  const other = (...names: [string, string][]): NDArray =>
    array([tuple(...[3, 4.5, "zz"].slice(0, names.length))], { dtype: names });
  rows.set(":2", other(["b", "i4"], ["a", "f8"], ["s", "S5"]));
  expect(repr(rows.get(":2"))).toContain("array([(4, 3., b'zz'), (4, 3., b'zz')],");
  // What the array lacks stays as it is.
  rows.set(1, other(["b", "f8"]));
  rows.set("b", "a", 2, other(["a", "f8"], ["b", "f8"]));
  expect((rows.get("a") as NDArray).toArray()).toEqual([4, 4, 3]);
  expect((rows.get("b") as NDArray).toArray()).toEqual([3, 3, 4.5]);
  const made = file.createDataset("made", { data: other(["b", "i4"], ["a", "f8"]), dtype: fields.slice(0, 2) });
  expect(made.get(0)).toEqual([4, 3]);
  expect(file.createDataset("cut", { data: other(["a", "i4"]), dtype: [["a", "u1"]] }).get("a", 0)).toBe(3);
});

test("a path that leads nowhere is told how far it leads", async () => {
  const file = File.create();
  file.createDataset("g/d", { data: [1, 2, 3] });
  file.set("soft", softLink("/nowhere")).set("far", externalLink("other.h5", "/x"));
  const bytes = file.toUint8Array();
  const external = (): undefined => undefined;
  const later = await open(bytes, { external });
  for (const [path, words] of [
    ["g/e", 'there is no "g/e": /g holds d'],
    ["g/d/x", 'there is no "g/d/x": /g/d is no group'],
    ["/h/e", 'there is no "/h/e": / holds far, g, soft'],
    ["soft/x", 'there is no "soft/x": /soft is a link to /nowhere, which is not there'],
    ["far/y", 'there is no "far/y": /far is a link to /x in the file other.h5, which is not there'],
  ] as const) {
    expect(() => new File(bytes, "r", { external }).dataset(path)).toThrow(words);
    expect(() => new File(bytes, "r+", { external }).group(path)).toThrow(words);
    await expect(later.dataset(path)).rejects.toThrow(words);
  }
  for (let i = 0; i < 12; i++) file.createGroup(`many/${i}`);
  expect(() => file.group("many/x")).toThrow("/many holds 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
  for (const path of [0, undefined, null]) {
    for (const call of ["get", "has", "dataset", "getLink", "createGroup", "delete"] as const) {
      expect(() => file[call](path as never)).toThrow(`a path is text such as "group/dataset", not ${path}`);
    }
  }
  await later.close();
});

test("a group is not moved into itself, where nothing would lead to it", () => {
  const file = File.create();
  file.createDataset("g/h/d", { data: 1 });
  expect(() => file.move("g", "g/x/y")).toThrow('unable to move "g" into itself');
  expect(() => file.move("g", "g/h/y")).toThrow('unable to move "g" into itself');
  expect([...file.keys(), ...file.group("g").keys()]).toEqual(["g", "h"]);
  file.move("g/h", "g/i");
  file.move("g", "k/g");
  expect(file.dataset("k/g/i/d").read()).toBe(1n);
});

test("what is no index, option or mode is refused in words that help", async () => {
  const file = File.create();
  const d = file.createDataset("d", { data: [1, 2, 3], dtype: ">i4" });
  for (const index of [null, undefined, { from: 1 }, true]) {
    expect(() => d.get(index as never)).toThrow(/^an index is an int, a slice such as "2:10" or slice\(2, 10\)/);
  }
  for (const part of ["a", 0.5, Number.NaN]) expect(() => d.get(slice(part as number, 2))).toThrow("a slice has ints");
  expect(() => d.get("0-2")).toThrow('"0-2" is neither a slice such as "2:10" nor the name of a field');
  expect((d.get(Int32Array.of(0, 2)) as NDArray).toArray()).toEqual([1, 3]);

  const ints = new Int32Array(3);
  d.readInto(ints);
  expect([...ints]).toEqual([1, 2, 3]);
  expect(() => d.readInto(new Float32Array(3))).toThrow("elements of >i4 are not for memory of float32");

  const attrs = file.attrs as unknown as { set(...args: unknown[]): unknown };
  expect(() => attrs.set(5, 1)).toThrow("the name of an attribute is text, not 5");
  expect(() => attrs.set("x", "abc", "S3")).toThrow("the options of an attribute are an object");
  const bytes = file.toUint8Array();
  expect(() => new File("x.h5", { mode: "w" } as never)).toThrow("the mode is the second argument");
  expect(() => new File(bytes, "r+", { track_order: true } as never)).toThrow("it is called trackOrder");
  expect(() => File.create("x.h5" as never)).toThrow("the options of File are an object");
  for (const url of ["https://host/x.h5", new URL("https://host/x.h5")]) {
    expect(() => new File(url)).toThrow("what stands on a server is read by await open(new URL(…))");
  }
  expect(() => new File(new Uint8Array(0))).toThrow("this is no HDF5 file: it is empty");
  await expect(open(bytes, "r" as never)).rejects.toThrow("the options of open, which only reads, are an object");
  await expect(open(bytes, { mode: "w" } as never)).rejects.toThrow('has no option "mode": the options are signal');
});

test("what is no record is told how one is written", () => {
  const file = File.create();
  const fields: [string, string][] = [
    ["a", "i4"],
    ["b", "f8"],
  ];
  const rows = file.createDataset("rows", { shape: [2], dtype: fields });
  const words = "a record of 2 fields is { name: value, … } or tuple(…), not ";
  expect(() => rows.set(0, 42)).toThrow(`${words}int`);
  expect(() => rows.set([1, 2.5])).toThrow(`${words}int`);
  expect(() => rows.set([[1, 2.5]])).toThrow(`${words}int`);
  expect(() => file.createDataset("x", { shape: [2], dtype: fields, fillvalue: 1 })).toThrow(`${words}int`);
  rows.set([tuple(1, 2.5), tuple(3, 4.5)]);
  expect((rows.get("b") as NDArray).toArray()).toEqual([2.5, 4.5]);
});
