import { expect, test } from "vitest";
import { PyDict } from "./dict.ts";
import { toJSON } from "./json.ts";
import { PyObject } from "./object.ts";
import { PyFloat, PyGlobal } from "./scalars.ts";
import { PySet } from "./set.ts";
import { tuple } from "./tuple.ts";

test("plain JSON of every kind of value", () => {
  const object = new PyObject(new PyGlobal("m", "C"), tuple(1));
  object.attrs.set("a", new Uint8Array([1, 2]));
  const value = new PyDict<unknown>([
    ["x", tuple(1, 2n, 2n ** 64n, new PyFloat(2), Number.NaN, Number.NEGATIVE_INFINITY, null)],
    [1, new PySet(["s"])],
    ["1", object],
    [tuple(1), new PyGlobal("m", "f")],
    ["u", [undefined, Symbol("s"), new Map([[true, 1]]), { k: new Date(0) }]],
  ]);
  expect(JSON.parse(JSON.stringify(toJSON(value)))).toEqual({
    x: [1, 2, "18446744073709551616", 2, "nan", "-inf", null],
    "1": ["s"],
    "1'": { $class: "m.C", $args: [1], a: "AQI=" },
    "(1,)": "<class 'm.f'>",
    u: ["<js undefined>", "<js symbol>", { True: 1 }, { k: "1970-01-01T00:00:00.000Z" }],
  });
});

test("cycles are named, shared parts are shared, depth is no limit", () => {
  const list: unknown[] = [[1]];
  list.push(list[0], new PyDict([["a/b", list]]));
  const inner = new PyDict<string, unknown>();
  inner.set("me", inner);
  list.push(inner);
  expect(toJSON(list)).toEqual([[1], [1], { "a/b": { $ref: "#" } }, { me: { $ref: "#/3" } }]);
  let laughs: unknown = [];
  for (let i = 0; i < 100; i++) laughs = [laughs, laughs];
  expect(toJSON(laughs)).toHaveLength(2);
  let deep: unknown[] = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(toJSON(deep)).toHaveLength(1);
});
