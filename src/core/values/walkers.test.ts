import { describe, expect, test } from "vitest";
import { PyDict } from "./dict.ts";
import { equal } from "./equal.ts";
import { pythonClass, pythonParts, toJS } from "./js.ts";
import { PyObject } from "./object.ts";
import { inspectText, repr } from "./repr.ts";
import { PyByteArray, PyComplex, PyFloat, PyGlobal } from "./scalars.ts";
import { PyFrozenSet, PySet } from "./set.ts";
import { Mark, tuple, tupleFrom } from "./tuple.ts";

const deep = (levels: number): unknown[] => {
  let list: unknown[] = [];
  for (let i = 0; i < levels; i++) list = [list];
  return list;
};

describe("repr", () => {
  test("of instances that refer to each other in many ways ends", () => {
    const cls = new PyGlobal("app", "Node");
    let node: unknown = "leaf";
    for (let i = 0; i < 60; i++) {
      const above = new PyObject(cls);
      above.attrs.set("left", node);
      above.attrs.set("right", [node]);
      node = above;
    }
    const text = repr(node);
    expect(text.length).toBeLessThan(200_000);
    expect(text).toContain("<app.Node …>");
    expect(text.startsWith("<app.Node left=<app.Node left=")).toBe(true);
    // What is not long says all, however often.
    const one = new PyObject(cls, tuple(1));
    expect(repr([one, one])).toBe("[<app.Node new=(1,)>, <app.Node new=(1,)>]");
  });

  test.each<[unknown, string]>([
    [
      [null, true, false, 1, 1.5, -0, 1e16, 2n ** 64n],
      "[None, True, False, 1, 1.5, -0.0, 1e+16, 18446744073709551616]",
    ],
    [tuple(), "()"],
    [tuple(1), "(1,)"],
    [tuple(1, "it's"), '(1, "it\'s")'],
    [tupleFrom([1, 2], 2), "(1, 2.0)"],
    [[new PyFloat(1), new PyComplex(4, 6)], "[1.0, (4+6j)]"],
    [new Uint8Array([97, 0]), "b'a\\x00'"],
    [PyByteArray.from([97]), "bytearray(b'a')"],
    [
      new PyDict<unknown>([
        ["a", [1]],
        [tuple(1, 2), new PyDict()],
      ]),
      "{'a': [1], (1, 2): {}}",
    ],
    [[new PySet(), new PySet([1, "a"]), new PyFrozenSet([tuple()])], "[set(), {1, 'a'}, frozenset({()})]"],
    [{ a: new Map([[1, new Set([2])]]), b: new Set() }, "{'a': {1: {2}}, 'b': set()}"],
    [
      new Date("2020-01-02T03:04:05.006Z"),
      "datetime.datetime(2020, 1, 2, 3, 4, 5, 6000, tzinfo=datetime.timezone.utc)",
    ],
    [new Date("2020-01-02T00:00:00Z"), "datetime.datetime(2020, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)"],
    [[undefined, new Float64Array(1), class {}], "[<js undefined>, <js Float64Array>, <js function>]"],
  ])("%#", (value, text) => expect(repr(value)).toBe(text));

  test("remembers floats in lists and dicts", () => {
    const list = [1, 2, "a"];
    Mark.setFloats(list, { at: [1], values: [2] });
    const dict = new PyDict([["a", 1]]);
    dict.setFloat(0, true);
    expect(repr([list, dict])).toBe("[[1, 2.0, 'a'], {'a': 1.0}]");
    list[1] = 3;
    expect(repr(list)).toBe("[1, 3, 'a']");
  });

  test("names recursion, and prints shared parts twice", () => {
    const list: unknown[] = [[1]];
    list.push(list[0], list, new PyDict([["x", list]]));
    expect(repr(list)).toBe("[[1], [1], [...], {'x': [...]}]");
    expect(inspectText(list)).toBe("[[1], [1], <Recursion on list …>, {'x': <Recursion on list …>}]");
  });

  test("is the text of dicts, sets and objects of unknown classes", () => {
    const person = new PyObject(new PyGlobal("crm", "Person"));
    person.attrs.set("name", "Ada");
    person.attrs.set("self", person);
    const values = [new PyDict([["a", [1, 2.5]]]), new PySet([1]), new PyFrozenSet(["x"]), person];
    expect(values.map(String)).toEqual(["{'a': [1, 2.5]}", "{1}", "frozenset({'x'})", String(repr(person))]);
    expect(`${person}`).toBe("<crm.Person name='Ada' self=...>");
    expect(String(new PyDict([["x", "x".repeat(2e6)]])).length).toBeLessThan(1_000_010);
  });

  test("goes 100 000 levels deep, and inspects no more than a million characters", () => {
    expect(repr(deep(100_000))).toHaveLength(200_002);
    expect(inspectText("x".repeat(2e6))).toHaveLength(1_000_001);
  });
});

describe("equal", () => {
  test.each<[unknown, unknown, boolean]>([
    [1, true, true],
    [1, 1n, true],
    [2 ** 53, 2n ** 53n + 1n, false],
    [Number.NaN, Number.NaN, false],
    [new PyFloat(1), 1n, true],
    ["1", 1, false],
    [null, 0, false],
    [new PyComplex(1, 0), true, true],
    [[1, [2]], [1n, [new PyFloat(2)]], true],
    [[1], tuple(1), false],
    [[1, 2], [1], false],
    [new Uint8Array([1]), PyByteArray.from([1]), true],
    [new Uint8Array([1]), new Uint8Array([2]), false],
    [
      new PyDict<unknown>([
        ["a", 1],
        [1, [2]],
      ]),
      new PyDict<unknown>([
        [true, [2]],
        ["a", 1n],
      ]),
      true,
    ],
    [new PyDict([["a", null]]), new PyDict([["b", null]]), false],
    [new PyDict([["a", null]]), { a: null }, true],
    [new PyDict<unknown>([[1, "b"]]), new Map([[true, "b"]]), true],
    [new PyDict<unknown>([[1, "b"]]), [1], false],
    [new Map<unknown, unknown>([[1, [2]]]), new Map<unknown, unknown>([[true, [2n]]]), true],
    [new Map([["a", 1]]), { a: true }, true],
    [new Map([["a", 1]]), { a: 2 }, false],
    [new Map([[Number.NaN, 1]]), new Map([[Number.NaN, 1]]), false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [new Set([1, tuple("a")]), new Set<unknown>([tuple("a"), true]), true],
    [new Set([1]), new Map([[1, null]]), false],
    [new Set([1]), new PySet([1n]), true],
    [new Set(["a"]), { a: null }, false],
    [new Date(0), new Date(0), false],
    [new PySet([tuple(1, 2)]), new PyFrozenSet([tuple(1, 2)]), true],
    [new PySet([1]), new PySet([2]), false],
    [new PyFrozenSet([1, 2]), new PyFrozenSet([2, 1]), true],
    [new PyGlobal("a", "b"), new PyGlobal("a", "b"), true],
    [new PyGlobal("a", "b"), new PyGlobal("a", "c"), false],
  ])("%# %s %s", (a, b, same) => {
    expect(equal(a, b)).toBe(same);
    expect(equal(b, a)).toBe(same);
  });

  test("compares instances by what they hold", () => {
    const make = (name: string): PyObject => {
      const object = new PyObject(new PyGlobal("m", "C"), tuple([1]));
      object.attrs.set("name", name);
      return object;
    };
    expect(equal(make("a"), make("a"))).toBe(true);
    expect(equal(make("a"), make("b"))).toBe(false);
  });

  test("follows cycles once, and 100 000 levels", () => {
    const loop = (): unknown[] => {
      const list: unknown[] = [1];
      list.push(list);
      return list;
    };
    expect(equal(loop(), loop())).toBe(true);
    expect(equal(deep(100_000), deep(100_000))).toBe(true);
    expect(equal(deep(100_000), deep(99_999))).toBe(false);
  });
});

describe("toJS", () => {
  test("gives ordinary values", () => {
    const object = new PyObject(new PyGlobal("m", "C"), tuple(1));
    object.attrs.set("__proto__", new PySet([1]));
    const js = toJS(
      new PyDict<string, unknown>([
        ["a", tuple(1, new PyFloat(2))],
        ["o", object],
        ["b", 2n ** 64n],
      ]),
    ) as {
      a: unknown;
      b: unknown;
      o: Record<PropertyKey, unknown>;
    };
    expect(js.a).toEqual([1, 2]);
    expect(Object.isFrozen(js.a)).toBe(false);
    expect(js.b).toBe(2n ** 64n);
    expect(Object.getOwnPropertyDescriptor(js.o, "__proto__")?.value).toEqual(new Set([1]));
    expect(js.o[pythonClass]).toBe("m.C");
    expect(js.o[pythonParts]).toEqual({ args: [1] });
    expect(toJS(2n ** 64n, { bigint: "string" })).toBe("18446744073709551616");
    expect(toJS(new PyDict([[1, 2]]))).toEqual(new Map([[1, 2]]));
  });

  test("goes into plain objects, Maps and Sets, as options of load make them", () => {
    const set = new PySet([tuple(1)]);
    const given = { set, map: new Map([[tuple(1, 2), set]]), js: new Set([tuple(3)]), __proto__: null };
    const js = toJS(given) as { set: Set<unknown>; map: Map<unknown, unknown>; js: Set<unknown> };
    expect(js.set).toEqual(new Set([[1]]));
    expect([...js.map]).toEqual([[[1, 2], js.set]]);
    expect([...js.map.values()][0]).toBe(js.set);
    expect([...js.js]).toEqual([[3]]);
    const object = toJS([new PyObject(new PyGlobal("m", "C"), tuple(1))]) as Record<PropertyKey, unknown>[];
    expect((toJS(object) as typeof object)[0]?.[pythonClass]).toBe("m.C");
    const cycle: Record<string, unknown> = {};
    cycle["me"] = cycle;
    const round = toJS(cycle) as typeof cycle;
    expect(round["me"]).toBe(round);
  });

  test("keeps identity, cycles and depth", () => {
    const shared = [1];
    const list: unknown[] = [shared, shared];
    list.push(list);
    const js = toJS(list) as unknown[];
    expect(js[0]).toBe(js[1]);
    expect(js[2]).toBe(js);
    expect(js).not.toBe(list);
    expect(toJS(deep(100_000))).toHaveLength(1);
  });
});
