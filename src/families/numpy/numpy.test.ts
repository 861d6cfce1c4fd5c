/** Pickles of real NumPy 1 and 2: arrays, dtypes and scalars, read and written. */
import { describe, expect, it } from "vitest";
import { describeArray, describeItem, expected, readNumpyCases, unbase64 } from "../../../test/support/numpy-cases.ts";
import { array, type DType, dtype, NDArray, NumpyScalar } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { equal } from "../../core/values/equal.ts";
import { repr } from "../../core/values/repr.ts";
import type { PickleBuffer } from "../../core/values/scalars.ts";
import { tuple } from "../../core/values/tuple.ts";
import { dumps, loads } from "../../formats/pickle/index.ts";
import { numpy } from "./index.ts";

const cases = readNumpyCases();
const packs = [numpy];

describe("pickles of NumPy", () => {
  it("give every array, at every protocol", () => {
    let count = 0;
    for (const one of cases) {
      for (const { by, data, buffers } of one.pickles) {
        const made = loads<NDArray>(unbase64(data), {
          packs,
          globals: "error",
          buffers: buffers?.map(unbase64) ?? null,
        });
        expect({ id: one.id, by, ...(describeArray(made) as object) }).toEqual({
          id: one.id,
          by,
          ...(expected(one) as object),
        });
        count++;
      }
    }
    expect(count).toBeGreaterThan(4000);
  });

  it("print as NumPy 2 prints them", () => {
    for (const { id, pickles, text } of cases) {
      if (text === undefined || /c32 0d/.test(id) || pickles[0]?.buffers) continue;
      const made = loads<NDArray>(unbase64(pickles[0]!.data), { packs });
      expect([id, String(made), repr(made)]).toEqual([id, ...text]);
    }
  });

  it("give every scalar, which prints as NumPy 2's", () => {
    for (const { id, scalar } of cases) {
      for (const { by, data } of scalar?.pickles ?? []) {
        const made = loads<NumpyScalar>(unbase64(data), { packs, globals: "error" });
        expect(made, id).toBeInstanceOf(NumpyScalar);
        expect([id, by, describeItem(made.dtype, made.value)]).toEqual([id, by, scalar!.item]);
        // Two more digits than a float64 has.
        if (!/f16|c32|long/.test(id)) expect([id, String(made), repr(made)]).toEqual([id, ...scalar!.text]);
        for (const protocol of [0, 2, 4, 5]) {
          const again = loads<NumpyScalar>(dumps(made, { packs, protocol }), { packs });
          expect([id, again.dtype.str, again.toBytes()]).toEqual([id, made.dtype.str, made.toBytes()]);
        }
      }
    }
  });

  it("are written so that they read back, at every protocol and out of band", () => {
    for (const one of cases) {
      const made = loads<NDArray>(unbase64(one.pickles[0]!.data), { packs });
      for (let protocol = 0; protocol <= 5; protocol++) {
        const again = loads<NDArray>(dumps(made, { packs, protocol }), { packs });
        expect({ id: one.id, protocol, F: again.isF, ...(describeArray(again) as object) }).toEqual({
          id: one.id,
          protocol,
          F: made.isF,
          ...(expected(one) as object),
        });
      }
    }
    const big = array(new Float64Array([1, 2, 3]));
    const buffers: PickleBuffer[] = [];
    const stream = dumps(big, { packs, protocol: 5, bufferCallback: (buffer) => void buffers.push(buffer) });
    expect(buffers[0]?.bytes.buffer).toBe((big.data as Float64Array).buffer);
    const again = loads<NDArray>(stream, { packs, buffers });
    expect((again.data as Float64Array).buffer).toBe((big.data as Float64Array).buffer);
  });
});

describe("the pack", () => {
  it("keeps shared and cyclic arrays what they are", () => {
    const shared = array([1, 2, 3]);
    const holder = array([null, null], { dtype: "O" });
    holder.set(holder, 0);
    holder.set(shared, 1);
    for (const protocol of [0, 2, 4, 5]) {
      const [one, two, three] = loads<[NDArray, NDArray, NDArray]>(
        dumps([shared, shared, holder], { packs, protocol }),
        { packs },
      );
      expect(one).toBe(two);
      expect(three.get(0)).toBe(three);
      expect(three.get(1)).toBe(one);
    }
    expect(repr(holder)).toBe("array([array(..., dtype=object), array([1., 2., 3.])], dtype=object)");
  });

  it("does not mistake one dtype for another that began alike", () => {
    const types = ["<i4", ">i4", "<f8", ">f8", "<U3", ">U2", "S4", "<M8[ns]", "m8"].map((name) => dtype(name));
    for (const protocol of [0, 2, 4]) {
      const again = loads<DType[]>(dumps(types, { packs, protocol }), { packs });
      expect(again.map((type) => type.str)).toEqual(types.map((type) => type.str));
      expect(equal(again, types)).toBe(true);
    }
  });

  it("dumps typed arrays as arrays, and keeps ints ints", () => {
    const again = loads<NDArray>(dumps(Float32Array.of(1.5, 2), { packs }), { packs });
    expect([again.dtype.name, again.toArray()]).toEqual(["float32", [1.5, 2]]);
    const wide = loads<NDArray>(dumps(array([[1, 2]]), { packs, ints: "bigint" }), { packs, ints: "bigint" });
    expect(wide.shape).toEqual([1, 2]);
    const memory = array([[1n, 2n]]).T;
    expect(loads<NDArray>(dumps(memory, { packs, protocol: 2 }), { packs }).toArray()).toEqual([[1n], [2n]]);
    const mixed = loads<NDArray>(
      dumps(loads(unbase64(cases.find(({ id }) => id === "object 2d")!.pickles[2]!.data), { packs }), { packs }),
      { packs },
    );
    expect(repr(mixed)).toContain("2.0");
  });

  it("reads what Python 2 wrote", () => {
    const text =
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I2\ntcnumpy\ndtype\n" +
      "(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'\\x00\\x00\\x00\\x00\\x00\\x00\\xf8?\\x00\\x00\\x00\\x00\\x00\\x00\\x04\\xc0'\ntb.";
    const stream = new TextEncoder().encode(text);
    for (const encoding of ["latin1", "bytes"]) {
      expect(loads<NDArray>(stream, { packs, encoding }).toArray()).toEqual([1.5, -2.5]);
    }
  });

  it("refuses what does not add up", () => {
    const made = (shape: unknown, type: unknown, data: unknown): (() => unknown) => {
      const entry = numpy.globals.get("numpy.core.multiarray._reconstruct")!;
      const target = new NDArray(dtype("u1"), new Uint8Array(0), { shape: [0], stride: [1], offset: 0 });
      return () => entry.setState?.(target, tuple(1, shape, type, false, data), { protocol: 2, bigints: false });
    };
    expect(made(tuple(2), dtype("f8"), new Uint8Array(15))).toThrow("needs 16 bytes, not 15");
    expect(made(tuple(2 ** 40), dtype("f8"), new Uint8Array(15))).toThrow(RangeError);
    expect(made(tuple(2 ** 40), dtype("S0"), new Uint8Array(0))).toThrow(RangeError);
    expect(made(tuple(-1), dtype("f8"), new Uint8Array(0))).toThrow(RangeError);
    expect(made(tuple(2), "f8", new Uint8Array(16))).toThrow(TypeError);
    expect(made(tuple(2), dtype("O"), [1])).toThrow(RangeError);
    expect(made(tuple(2), dtype([["x", "O"]]), [1, 2])).toThrow(TypeError);
    expect(made(tuple(...new Array(70).fill(1)), dtype("u1"), new Uint8Array(1))).toThrow(RangeError);
    const matrix = "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nmatrix\n(I0\ntS'b'\ntR.";
    expect(loads(new TextEncoder().encode(matrix), { packs })).toBeInstanceOf(NDArray);
    expect(new PyDict([[new NumpyScalar(dtype("i8"), 1), "a"]]).get(1 as never)).toBe("a");
  });
});
