import { describe, expect, it } from "vitest";
import { equal } from "../values/equal.ts";
import { repr } from "../values/repr.ts";
import { PyComplex } from "../values/scalars.ts";
import { isFloatAt, tuple } from "../values/tuple.ts";
import { array, DType, dtype, NDArray, NumpyScalar } from "./index.ts";

describe("dtype", () => {
  it("reads NumPy's spellings", () => {
    for (const [spec, str] of [
      ["float64", "<f8"],
      ["<f8", "<f8"],
      ["=i4", "<i4"],
      [">u2", ">u2"],
      ["bool", "|b1"],
      ["?", "|b1"],
      ["S5", "|S5"],
      [">U3", ">U3"],
      ["complex64", "<c8"],
      ["datetime64[25us]", "<M8[25us]"],
      ["m8", "<m8"],
      ["object", "|O"],
      ["V7", "|V7"],
      ["(2,3)f4", "|V24"],
      ["i4,f4", "|V8"],
    ] as const) {
      const made = dtype(spec);
      expect([spec, made.str]).toEqual([spec, str]);
      expect(Object.isFrozen(made)).toBe(true);
    }
    expect(dtype("float64")).toBe(dtype("<f8"));
    expect(dtype("<M8[ns]").equals(dtype("M8[ns]"))).toBe(true);
    expect(equal(dtype([["x", "i4"]]), dtype([["x", "<i4"]]))).toBe(true);
    expect(equal(dtype([["x", "i4"]]), dtype([["y", "<i4"]]))).toBe(false);
    for (const bad of ["f7", "<y", "", "M8[fortnight]", "i4,,f4", "float63"])
      expect(() => dtype(bad), bad).toThrow(TypeError);
  });

  it("lays records out as C does when asked to", () => {
    const packed = dtype([
      ["a", "i1"],
      ["b", "<f8", [2]],
      [["T", "c"], "<i2"],
    ]);
    expect([packed.itemsize, packed.names, packed.fields?.get("c")?.title]).toEqual([19, ["a", "b", "c"], "T"]);
    expect(
      dtype(
        [
          ["a", "i1"],
          ["b", "f8"],
        ],
        { align: true },
      ).itemsize,
    ).toBe(16);
    expect(repr(dtype({ names: ["a"], formats: ["<f4"], offsets: [4], itemsize: 12 }).descr)).toBe(
      "[('', '|V4'), ('a', '<f4'), ('', '|V4')]",
    );
    expect(() => dtype({ names: ["a", "b"], formats: ["<f4", "<f4"], offsets: [0, 2] }).descr).toThrow(TypeError);
    expect(() => dtype({ names: ["a"], formats: ["<f4"], offsets: [-1] })).toThrow(RangeError);
    expect(dtype("f4")).toBeInstanceOf(DType);
  });
});

describe("NDArray", () => {
  const a = array(
    Float64Array.from({ length: 24 }, (_, i) => i),
    { shape: [2, 3, 4] },
  );

  it("is indexed by Python's rules", () => {
    expect(a.get(1, 2, 3)).toBe(23);
    expect(a.get(-1, -3, -4)).toBe(12);
    expect(a.slice(0, 1).toArray()).toEqual([4, 5, 6, 7]);
    expect(a.slice("...", 0).toArray()).toEqual([
      [0, 4, 8],
      [12, 16, 20],
    ]);
    expect(a.slice(0, "::-1", "1:10:2").toArray()).toEqual([
      [9, 11],
      [5, 7],
      [1, 3],
    ]);
    expect(a.slice(null, 0, 0, { start: -3, stop: null, step: 2 }).toArray()).toEqual([[1, 3]]);
    expect(a.slice(":0").shape).toEqual([0, 3, 4]);
    expect((a.get(1, 2) as NDArray).toArray()).toEqual([20, 21, 22, 23]);
    expect(() => a.get(2, 0, 0)).toThrow("index 2 is out of bounds for axis 0 with size 2");
    expect(() => a.get(0, 0, 0, 0)).toThrow(RangeError);
    expect(() => a.slice("::0")).toThrow("slice step cannot be zero");
  });

  it("shares memory with its views", () => {
    const b = a.copy();
    b.T.slice(3).set(100, 2, 1);
    expect(b.get(1, 2, 3)).toBe(100);
    expect(a.get(1, 2, 3)).toBe(23);
    expect(b.T.shape).toEqual([4, 3, 2]);
    expect(b.T.isF && !b.T.isC).toBe(true);
    expect(b.strides).toEqual([96, 32, 8]);
    expect(b.transpose(1, 0, 2).reshape(-1, 2).shape).toEqual([12, 2]);
    expect(() => b.reshape(5, 5)).toThrow(RangeError);
    const data = new Float32Array(4);
    array(data, { shape: [2, 2] }).set(7, 1, 0);
    expect(data[2]).toBe(7);
  });

  it("converts as C does", () => {
    const floats = array([1.9, -1.9, 300]);
    expect(floats.astype("int8").toArray()).toEqual([1, -1, 44]);
    expect(floats.astype("int64").toArray()).toEqual([1n, -1n, 300n]);
    expect(floats.astype(">f4").get(0)).toBeCloseTo(1.9, 6);
    expect(floats.astype("float16").data).toBeInstanceOf(Uint16Array);
    expect(floats.astype("c8").get(1)).toEqual(new PyComplex(Math.fround(-1.9), 0));
    expect(array(["1.5", "-inf"]).astype("f8").toArray()).toEqual([1.5, Number.NEGATIVE_INFINITY]);
    expect(() => array(["x"]).astype("f8")).toThrow(TypeError);
    expect(floats.astype("f16").astype("f8").equal(floats)).toBe(true);
    expect(() => array([[1], [2, 3]])).toThrow(RangeError);
  });

  it("keeps floats floats in lists", () => {
    const list = array([1, 2]).toArray() as unknown[];
    expect([isFloatAt(list, 0), repr(list)]).toEqual([true, "[1.0, 2.0]"]);
  });

  it("gives fields of records as views where it can", () => {
    const records = array([tuple(1, 2.5, "ab"), tuple(3, 4.5, "c")], {
      dtype: { names: ["x", "y", "s"], formats: ["<i4", "<f8", "<U2"], offsets: [0, 8, 16], itemsize: 24 },
    });
    expect(records.field("x").toArray()).toEqual([1, 3]);
    expect(records.field("y").toArray()).toEqual([2.5, 4.5]);
    expect(records.field("s").toArray()).toEqual(["ab", "c"]);
    expect(records.toArray()).toEqual([tuple(1, 2.5, "ab"), tuple(3, 4.5, "c")]);
    records.field("x").set(9, 0);
    expect(records.get(0)).toEqual(tuple(9, 2.5, "ab"));
    expect(() => records.field("q")).toThrow(RangeError);
  });

  it("keeps the file's order of bytes", () => {
    const big = NDArray.fromBytes(">i4", Uint8Array.of(0, 0, 1, 2, 255, 255, 255, 255), [2]);
    expect(big.data).toEqual(Int32Array.of(258, -1));
    expect([...big.T.slice("::-1").toBytes()]).toEqual([255, 255, 255, 255, 0, 0, 1, 2]);
    expect(() => NDArray.fromBytes("f8", new Uint8Array(9), [1])).toThrow(RangeError);
  });

  it("equals, iterates, has one item or none", () => {
    expect(equal(array([1, 2]), array([1n, 2n]))).toBe(true);
    expect(array([1, 2]).equal(array([[1, 2]]))).toBe(false);
    expect(
      [
        ...array([
          [1, 2],
          [3, 4],
        ]),
      ].map((row) => (row as NDArray).toArray()),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(array(5).item()).toBe(5);
    expect(() => array([1, 2]).item()).toThrow(RangeError);
    expect(() => [...array(5)]).toThrow(TypeError);
  });
});

describe("NumpyScalar", () => {
  it("is a value with a dtype", () => {
    const tenth = new NumpyScalar(dtype("float32"), 0.1);
    expect([Number(tenth), String(tenth), repr(tenth)]).toEqual([Math.fround(0.1), "0.1", "np.float32(0.1)"]);
    expect(equal(new NumpyScalar(dtype("i8"), 5), 5)).toBe(true);
    const day = new NumpyScalar(dtype("M8[D]"), 18262n);
    expect([repr(day), day.toDate()?.toISOString()]).toEqual([
      "np.datetime64('2020-01-01')",
      "2020-01-01T00:00:00.000Z",
    ]);
    for (const [unit, text] of [
      ["M", "2000-03"],
      ["Y", "2000"],
      ["M", "1901-12"],
      ["W", "2000-01-06"],
    ] as const) {
      const [year, month = 1] = text.split("-").map(Number) as [number, number?];
      const ticks = unit === "W" ? 1566n : BigInt(unit === "Y" ? year - 1970 : (year - 1970) * 12 + month - 1);
      const made = new NumpyScalar(dtype(`M8[${unit}]`), ticks);
      expect([String(made), made.toDate()?.toISOString().slice(0, text.length)]).toEqual([text, text]);
    }
    expect(() => NumpyScalar.fromBytes(dtype("f8"), new Uint8Array(4))).toThrow(RangeError);
  });
});

it("refuses ints that a dtype does not hold, as NumPy 2 does", () => {
  for (const [value, dtype, told] of [
    [300, "i1", "Python integer 300 out of bounds for int8"],
    [-1, "u1", "Python integer -1 out of bounds for uint8"],
    [2 ** 40, ">i4", "Python integer 1099511627776 out of bounds for"],
    [2n ** 63n, "i8", "Python integer 9223372036854775808 out of bounds for int64"],
    [-1n, "u8", "Python integer -1 out of bounds for uint64"],
  ] as const) {
    expect(() => array([value], { dtype })).toThrow(told);
  }
  expect(array([300.5, -128, 127], { dtype: "i1" }).toArray()).toEqual([44, -128, 127]);
  expect(String(array([2n ** 70n]).dtype)).toBe("object");
  expect(String(array([0n, 2n ** 63n]).dtype)).toBe("uint64");
  expect(String(array([-1n, 2n ** 63n]).dtype)).toBe("float64");
});
