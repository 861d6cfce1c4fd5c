import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { array, MaskedArray } from "../../core/ndarray/index.ts";
import { PyDeque, PySimpleNamespace } from "../../families/stdlib/index.ts";
import { dumps, loads, PyDict, PyFloat, type PyObject, PySet, repr, tuple } from "../../pickle.ts";
import { inspect, inspectValue } from "./index.ts";
import { at, parsePath } from "./path.ts";
import { renderTree } from "./tree.ts";

const lines = (value: unknown, options = {}): string[] => [...renderTree(inspectValue(value, "v"), options)];

describe("inspect", () => {
  it("draws each container under the names that a path takes", () => {
    const value = loads(
      dumps(
        new PyDict<unknown, unknown>([
          ["a", [1, new PyFloat(1), 1.5]],
          [tuple(1, 2), new PySet(["x"])],
          [3, new PyDeque([null])],
          ["n", new PySimpleNamespace([["x", true]])],
        ]),
      ),
    );
    expect(lines(value)).toEqual([
      "v: dict (4)",
      "  ['a']: list (3)",
      "    [0]: int 1",
      "    [1]: float 1.0",
      "    [2]: float 1.5",
      "  [(1, 2)]: set (1)",
      "    [0]: str (1) 'x'",
      "  [3]: collections.deque (1)",
      "    [0]: NoneType None",
      "  ['n']: types.SimpleNamespace",
      "    .x: bool True",
    ]);
  });

  it("shows masked arrays as arrays, and all layout on one line", () => {
    const data = array([1, 2, 3, 4], { dtype: "<i4", shape: [2, 2] });
    const mask = array([false, true, false, false], { shape: [2, 2] });
    const text = "a\nb";
    expect(lines([new MaskedArray(data, mask), [text], array([1, 2, 3, 4], { shape: [2, 2] })])).toEqual([
      "v: list (3)",
      "  [0]: numpy.ma.core.MaskedArray int32 (2, 2) [[1 --] [3 4]]",
      "  [1]: list (1)",
      "    [0]: str (3) 'a\\nb'",
      "  [2]: numpy.ndarray float64 (2, 2) C, min 1.0, max 4.0, mean 2.5 [[1. 2.] [3. 4.]]",
    ]);
  });

  it("gives every node a path that leads back to it", () => {
    const value = loads(
      dumps(
        new PyDict<unknown, unknown>([
          ["it's", [tuple("a", 2n ** 70n)]],
          [null, new PyDict([[true, "\n"]])],
        ]),
      ),
    );
    const todo = [inspectValue(value)];
    let count = 0;
    for (let node = todo.pop(); node !== undefined; node = todo.pop(), count++) {
      expect(at(value, node.path)).toBe(node.value);
      todo.push(...node.children());
    }
    expect(count).toBe(7);
  });

  it("is lazy: a cycle and 100 000 levels are no trouble", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(lines(cycle, { depth: 2 })).toEqual([
      "v: list (1)",
      "  [0]: list (1)",
      "    [0]: list (1) [<Recursion on list …>]",
    ]);
    let deep: unknown = 0;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(lines(deep, { depth: 1 })[1]?.length).toBeLessThan(110);
  });

  it("stops at the limit and says how many more there are", () => {
    expect(lines(Array(1000).fill(0)).at(-1)).toBe("  … 980 more");
    expect(lines(Array(20).fill(0)).length).toBe(21);
  });

  it("previews at most 80 characters, none of which acts on a terminal", () => {
    expect([...inspectValue("x".repeat(1e6)).preview].length).toBe(80);
    expect(inspectValue(new Uint8Array(1e6)).preview.length).toBe(80);
    const evil = loads(new TextEncoder().encode("cm\x1b[2J\nA\x1b]0;\n."));
    expect(lines(evil).join("")).not.toMatch(/\x1b/);
  });

  it("takes several pickles of one file as a list, and leaves alone what follows a single one", async () => {
    const one = dumps("one");
    const both = new Uint8Array([...one, ...dumps("two")]);
    const root = await inspect(both);
    expect([root.type, root.length, [...root.children()].map((node) => node.offset)]).toEqual([
      "pickles",
      2,
      [0, one.length],
    ]);
    expect((await inspect(new Uint8Array([...one, 0, 0]))).value).toBe("one");
    await expect(inspect(new Uint8Array(0))).rejects.toThrow(/byte 0/);
  });
});

describe("paths", () => {
  it("are read as Python would write them", () => {
    expect(parsePath(`a[0]['x\\n'].b[-1][1:][::-2][None][(1, "b")][1.5]`)).toEqual([
      { kind: "attr", name: "a" },
      { kind: "item", key: 0 },
      { kind: "item", key: "x\n" },
      { kind: "attr", name: "b" },
      { kind: "item", key: -1 },
      { kind: "slice", start: 1, stop: null, step: 1 },
      { kind: "slice", start: null, stop: null, step: -2 },
      { kind: "item", key: null },
      { kind: "item", key: tuple(1, "b") },
      { kind: "item", key: 1.5 },
    ]);
    for (const bad of ["[", "[x]", "a..b", "[0", "['a]", "[0]a", "[::0]"]) {
      expect(() => parsePath(bad), bad).toThrow(SyntaxError);
    }
  });

  it("follow indexes, slices and keys as Python does", () => {
    const list = [0, 1, 2, 3, 4];
    for (const [slice, expected] of [
      ["[1:3]", [1, 2]],
      ["[-2:]", [3, 4]],
      ["[::-1]", [4, 3, 2, 1, 0]],
      ["[3:0:-2]", [3, 1]],
      ["[9:]", []],
      ["[:-9]", []],
      ["[-9:2]", [0, 1]],
    ] as const) {
      expect(at(list, slice), slice).toEqual(expected);
    }
    expect(at("héllo", "[1]")).toBe("é");
    expect(at(new PyDict([[1, "one"]]), "[True]")).toBe("one");
    expect(() => at(list, "[5]")).toThrow("no item 5 in list (5)");
    expect(() => at(new PyDict(), ".x")).toThrow("no attribute x in dict");
    expect(() => at(list, ".constructor")).toThrow(RangeError);
    expect(() => at({}, "['__proto__']")).toThrow(RangeError);
  });
});

it("names attributes by bytes, as Python 2's are read with the encoding bytes", () => {
  const object = loads<PyObject>(readFileSync("examples/data/python2.pkl"), { encoding: "bytes" });
  const root = inspectValue(object);
  const customer = at(root.value, "[b'customers'][0]");
  expect(repr(customer)).toMatch(/^<crm\.Customer b'city'='Köln' b'since'=/);
  const [first] = inspectValue(customer).children();
  expect(first?.path).toBe(".__dict__[b'city']");
  expect(at(customer, first!.path)).toBe("Köln");
});
