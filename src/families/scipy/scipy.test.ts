/** Sparse matrices of SciPy 0.19, 1.11 and 1.18: read, printed, and written again. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { array, NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { equal } from "../../core/values/equal.ts";
import { repr } from "../../core/values/repr.ts";
import { tuple } from "../../core/values/tuple.ts";
import { dumps, loads } from "../../formats/pickle/index.ts";
import { numpy } from "../numpy/index.ts";
import { SparseMatrix, scipy } from "./index.ts";

interface Row {
  id: string;
  by: string;
  type: string;
  shape: number[];
  nnz: number;
  dtype: string;
  dense: string;
  repr: string;
  pickles: string[];
}

const file = new URL("../../../fixtures/data/scipy.jsonl.gz", import.meta.url);
const rows = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const packs = [scipy, numpy];
const read = (data: string): SparseMatrix =>
  loads(Uint8Array.from(Buffer.from(data, "base64")), { packs, globals: "error" });

describe("scipy.sparse", () => {
  it("comes back in every layout", () => {
    for (const row of rows) {
      for (const data of row.pickles) {
        const made = read(data);
        const where = `${row.id} ${row.by}`;
        expect(made, where).toBeInstanceOf(SparseMatrix);
        expect([where, made.shape, made.nnz, repr(made.toArray())]).toEqual([where, row.shape, row.nnz, row.dense]);
        expect([where, `${made.format}_${made.isArray ? "array" : "matrix"}`]).toEqual([where, row.type]);
        expect([where, String(made.dtype)]).toEqual([where, row.dtype]);
      }
      if (row.by.startsWith("1.18")) expect(repr(read(row.pickles[2]!))).toBe(row.repr);
    }
    expect(rows.length).toBeGreaterThan(200);
  });

  it("is written so that it reads back equal", () => {
    for (const row of rows) {
      const made = read(row.pickles[2]!);
      for (let protocol = 0; protocol <= 5; protocol++) {
        const again = loads<SparseMatrix>(dumps(made, { packs, protocol }), { packs });
        expect(equal(again, made), `${row.id} ${row.by} ${protocol}`).toBe(true);
      }
    }
  });

  it("gives items and transposes", () => {
    for (const row of rows) {
      const made = read(row.pickles[2]!);
      const dense = made.toDense();
      if (made.ndim !== 2) continue;
      expect(repr(made.T.toArray()), row.id).toBe(repr(dense.T.toArray()));
      expect(repr(made.get(0, -1))).toBe(repr(dense.get(0, -1)));
      expect(() => made.get(99, 0)).toThrow(RangeError);
    }
    for (const format of ["csr", "csc", "coo"] as const) {
      const made = SparseMatrix.fromDense(
        array([
          [0, 1, 0],
          [2, 0, 3],
        ]),
        format,
      );
      expect([made.nnz, made.get(1, 2), made.toArray()]).toEqual([
        3,
        3,
        [
          [0, 1, 0],
          [2, 0, 3],
        ],
      ]);
      const again = loads<SparseMatrix>(dumps(made, { packs }), { packs });
      expect(again.part("data")).toBeInstanceOf(NDArray);
      expect(equal(again, made)).toBe(true);
    }
  });

  it("refuses layouts that do not add up", () => {
    const ints = (...items: number[]): NDArray => array(Int32Array.from(items));
    const csr = (indptr: NDArray, indices: NDArray, data: unknown, shape: unknown = tuple(2, 2)): (() => unknown) => {
      const attrs = new PyDict<string, unknown>([
        ["_shape", shape],
        ["indptr", indptr],
        ["indices", indices],
        ["data", data],
      ]);
      const stream = dumps(new SparseMatrix("csr", false, attrs), { packs });
      return () => loads(stream, { packs });
    };
    expect(csr(ints(0, 1, 2), ints(0, 1), array([1, 2]))).not.toThrow();
    expect(csr(ints(0, 1, 2), ints(0, 2), array([1, 2]))).toThrow("2 is not below 2");
    expect(csr(ints(0, 1, 2), ints(0, -1), array([1, 2]))).toThrow("-1 is not below 2");
    expect(csr(ints(0, 2, 1), ints(0, 1), array([1, 2]))).toThrow("indptr falls");
    expect(csr(ints(0, 1, 5), ints(0, 1), array([1, 2]))).toThrow("5 is not below 3");
    expect(csr(ints(0, 1), ints(0, 1), array([1, 2]))).toThrow("3 items");
    expect(csr(ints(0, 1, 2), ints(0, 1), [1, 2])).toThrow("an array of 1 axes");
    expect(csr(ints(0, 1, 2), ints(0, 1), array([1, 2]), tuple("a", 2))).toThrow("a tuple of ints");
    expect(csr(ints(0, 1, 2), ints(0, 1), array([1, 2]), tuple(2 ** 40, 2))).toThrow();
  });
});
