import { describe, expect, it } from "vitest";
import { readCases } from "../../../test/support/cases.ts";
import { array, MaskedArray, type NDArray } from "../../core/ndarray/index.ts";
import { File, softLink } from "../../formats/hdf5/index.ts";
import {
  equal,
  type LoadOptions,
  loads,
  PyDict,
  PyFloat,
  PyFrozenSet,
  PyGlobal,
  PyObject,
  PySet,
  repr,
  tuple,
} from "../../index.ts";
import { DataFrame } from "../../pandas.ts";
import { type Difference, type DiffOptions, diff, diffHdf5 } from "./index.ts";

/** One line for each: sign, path, and texts. */
function told(all: Iterable<Difference>): string[] {
  return [...all].map((one) => {
    if (one.kind === "elements")
      return `${one.path}: ${one.count}/${one.size} ${one.first.at}: ${one.first.a} → ${one.first.b}`;
    const { kind, path, a, b } = { a: "", b: "", ...one };
    return `${kind} ${path}: ${a}${a && b ? " → " : ""}${b}`;
  });
}
const between = (a: unknown, b: unknown, options: DiffOptions = {}): string[] => told(diff(a, b, options));

describe("values", () => {
  it("are compared path by path", () => {
    const a = new PyDict<unknown, unknown>([
      ["scores", [1, 2, 1.5]],
      ["old", 1],
      [1, "one"],
      ["t", tuple(1, 2)],
    ]);
    const b = new PyDict<unknown, unknown>([
      ["new", "x"],
      ["scores", [1, 2, 1.25, 4]],
      [true, "ein"],
      ["t", [1, 2]],
    ]);
    expect(between(a, b)).toEqual([
      "changed ['scores'][2]: 1.5 → 1.25",
      "added ['scores'][3]: 4",
      "removed ['old']: 1",
      "changed [1]: 'one' → 'ein'",
      "changed ['t']: (1, 2) → [1, 2]",
      "added ['new']: 'x'",
    ]);
    expect(between(a, a)).toEqual([]);
  });

  it("are equal as Python has it, and of other types where that is asked", () => {
    const [ints, others] = [
      [1, 0, 2, new PyDict([["a", 1]])],
      [new PyFloat(1), false, 2n, new Map([["a", new PyFloat(1)]])],
    ];
    expect(between(ints, others)).toEqual([]);
    expect(between(ints, others, { types: true })).toEqual([
      "type [0]: int 1 → float 1.0",
      "type [1]: int 0 → bool False",
      "type [3]['a']: int 1 → float 1.0",
    ]);
    expect(between(Number.NaN, Number.NaN)).toEqual(["changed : nan → nan"]);
    expect(between([Number.NaN], [Number.NaN], { equalNaN: true })).toEqual([]);
    expect(between([1, 1e20, -0], [1.001, 1.0001e20, 0], { rtol: 0.01 })).toEqual([]);
    expect(between(10, 10.5, { atol: 0.5 })).toEqual([]);
    expect(between(2n ** 64n, 2n ** 64n + 1n)).toEqual(["changed : 18446744073709551616 → 18446744073709551617"]);
  });

  it("are sets, objects, tables, masked arrays, long texts", () => {
    expect(between(new PySet([1, 2]), new PyFrozenSet([2, 3]))).toEqual(["removed : 1", "added : 3"]);
    const person = (name: string, cls = "Person"): PyObject => {
      const made = new PyObject(new PyGlobal("shop", cls));
      made.attrs.set("name", name);
      return made;
    };
    expect(between(person("Ada"), person("Bob"))).toEqual(["changed .name: 'Ada' → 'Bob'"]);
    expect(between(person("Ada"), person("Ada", "Robot"))[0]).toMatch(/^changed : <shop\.Person .* → <shop\.Robot /);
    const [one, two] = [
      DataFrame.fromColumns({ a: [1, 2], b: ["x", "y"] }),
      DataFrame.fromColumns({ a: [1, 3], b: ["x", "y"] }),
    ];
    expect(between(one, two)).toEqual(["['a'].values: 1/2 1: 2 → 3"]);
    expect(between(one, DataFrame.fromColumns({ a: [1, 2], b: ["x", "y"] }))).toEqual([]);
    const of = (data: number[]): MaskedArray =>
      new MaskedArray(array(data, { dtype: "i8" }), array([false, true, false]));
    const [p, q] = [of([1, 2, 3]), of([1, 9, 4])];
    expect(between(p, q)).toEqual([".filled(): 1/3 2: 3 → 4"]);
    expect(between(`${"a".repeat(99)}x`, `${"a".repeat(99)}y`)).toEqual([
      `changed : …[83:] '${"a".repeat(16)}x' → …[83:] '${"a".repeat(16)}y'`,
    ]);
  });

  it("may be cyclic, shared and deep", () => {
    const loop = (last: number): unknown[] => {
      const list: unknown[] = [];
      list.push(list, last);
      return list;
    };
    expect(between(loop(1), loop(1))).toEqual([]);
    expect(between(loop(1), loop(2))).toEqual(["changed [1]: 1 → 2"]);
    const deep = (inner: unknown): unknown => {
      let made = inner;
      for (let i = 0; i < 100_000; i++) made = [made];
      return made;
    };
    expect(between(deep(1), deep(1))).toEqual([]);
    // Two lists that hold each other in two ways would be compared for ever, were pairs forgotten.
    let [a, b]: unknown[] = [1, 1];
    for (let i = 0; i < 200; i++)
      [a, b] = [
        [a, a],
        [b, b],
      ];
    expect(between(a, b)).toEqual([]);
  });

  it("differ exactly when they are not equal, over what five Pythons wrote", () => {
    const values: unknown[] = [];
    for (const c of readCases("values")) {
      if (c.error || c.loads > 1 || c.options.persistent || c.options.buffers) continue;
      const { extensions, fix_imports, ...options } = c.options;
      if (extensions) continue;
      if (fix_imports === false) (options as LoadOptions).fixImports = false;
      values.push(loads(c.stream, options as LoadOptions));
    }
    expect(values.length).toBeGreaterThan(1000);
    const wrong: string[] = [];
    for (let i = 0; i + 7 < values.length; i++) {
      for (const step of [0, 1, 7]) {
        const [a, b] = [values[i], values[i + step]];
        if (([...diff(a, b)].length === 0) === equal(a, b)) continue;
        wrong.push(`${i} ${step} ${repr(a, { maxChars: 99 })} | ${repr(b, { maxChars: 99 })} ${told(diff(a, b))}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("arrays", () => {
  it("tell how many elements differ, and by how much at most", () => {
    const [a, b] = [
      array(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: "f8" },
      ),
      array(
        [
          [1, 2.5],
          [3, 3],
        ],
        { dtype: "f8" },
      ),
    ];
    expect([...diff(a, b)]).toEqual([
      {
        kind: "elements",
        path: "",
        count: 2,
        size: 4,
        first: { at: [0, 1], a: "2.0", b: "2.5" },
        absolute: { at: [1, 1], by: 1 },
        relative: { at: [1, 1], by: 1 / 3 },
      },
    ]);
    expect([...diff(a, b, { rtol: 0.5 })]).toEqual([]);
    expect(between(a.T, b.T)).toEqual([": 2/4 1,0: 2.0 → 2.5"]);
  });

  it("of every dtype", () => {
    const pairs: [string, unknown, unknown][] = [
      ["?", [true, false], [true, true]],
      ["i8", [1n, 2n ** 62n], [1n, 2n ** 62n + 1n]],
      ["u8", [1n, 2n ** 63n], [1n, 2n ** 63n + 1n]],
      ["f2", [1, 2], [1, 2.5]],
      ["g", [1, 2], [1, 2.5]],
      ["S3", ["a", "b"], ["a", "c"]],
      ["U3", ["a", "é"], ["a", "ü"]],
      ["M8[s]", [1n, 5n], [1n, 6n]],
      [">i4", [1, 2], [1, 3]],
    ];
    for (const [type, x, y] of pairs) {
      const [a, b] = [array(x, { dtype: type }), array(y, { dtype: type })];
      expect([...diff(a, b)], type).toMatchObject([{ kind: "elements", count: 1, size: 2, first: { at: [1] } }]);
      expect([...diff(a, a.copy())], type).toEqual([]);
    }
    const [c, d] = [array([1, 2]).astype("c16"), array([1, 3]).astype("c8")];
    expect(between(c, d)).toEqual(["dtype : complex128 → complex64", ": 1/2 1: (2+0j) → (3+0j)"]);
    expect(between(array([1, 2], { dtype: "i8" }), array([1.5, 2]))).toEqual([
      "dtype : int64 → float64",
      ": 1/2 0: 1 → 1.5",
    ]);
    expect(between(array([1, 2]), array([[1, 2]]))).toEqual(["shape : (2,) → (1, 2)"]);
    const records = (last: number) =>
      array([tuple(1, 2.5), tuple(2, last)], {
        dtype: [
          ["x", "i4"],
          ["y", "f8"],
        ],
      });
    expect(between(records(3), records(4))).toEqual(["['y']: 1/2 1: 3.0 → 4.0"]);
    const objects = (last: unknown): NDArray => {
      const made = array([0, 0], { dtype: "O" });
      made.set([1, last], 1);
      return made;
    };
    expect(between(objects(2), objects(3))).toEqual(["changed [1][1]: 2 → 3"]);
    const nan = array([Number.NaN, 1]);
    expect([between(nan, nan.copy()).length, between(nan, nan.copy(), { equalNaN: true })]).toEqual([1, []]);
    expect(between(array([Number.POSITIVE_INFINITY]), array([5]), { rtol: 1, atol: 9 }).length).toBe(1);
  });
});

describe("HDF5 files", () => {
  it("are compared by objects, links, attributes and elements", () => {
    const made = (change: boolean): File => {
      const file = File.create();
      const group = file.createGroup("g");
      group.attrs.set("unit", change ? "F" : "C");
      const data = Float64Array.from({ length: 3_000_000 }, (_, i) => (change && i === 2_999_998 ? 7 : i));
      file.createDataset("g/x", { data, ...(change ? { chunks: [4096], compression: "gzip" as const } : {}) });
      file.createDataset("n", { data: array([1, 2], { dtype: change ? "i4" : "i8" }) });
      file.createDataset("s", { data: change ? ["a", "b"] : ["a", "c"] });
      file.set("soft", softLink(change ? "/g" : "/n"));
      file.set("g/loop", group);
      file.createGroup(change ? "new" : "old");
      return new File(file.toUint8Array());
    };
    const [a, b] = [made(false), made(true)];
    expect(told(diffHdf5(a, made(false)))).toEqual([]);
    expect(told(diffHdf5(a, b)).sort()).toEqual([
      "/g/x: 1/3000000 2999998: 2999998.0 → 7.0",
      "added /new: Group (0)",
      "changed /g@unit: 'C' → 'F'",
      "changed /s[1]: 'c' → 'b'",
      "dtype /n: int64 → int32",
      "link /soft: Soft Link {/n} → Soft Link {/g}",
      "removed /old: Group (0)",
    ]);
  });
});
