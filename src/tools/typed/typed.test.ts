import { describe, expect, it } from "vitest";
import { readCases } from "../../../test/support/cases.ts";
import { PyByteArray } from "../../core/values/scalars.ts";
import {
  FormatError,
  fromTypedJSON,
  type LoadOptions,
  loads,
  PyDict,
  PyFloat,
  PyGlobal,
  PyObject,
  repr,
  toTypedJSON,
  tuple,
} from "../../index.ts";
import { dumps } from "../../pickle.ts";

const there = (value: unknown): unknown => fromTypedJSON(JSON.parse(JSON.stringify(toTypedJSON(value))));

describe("typed JSON", () => {
  it("loses nothing of what five Pythons wrote", () => {
    const wrong: string[] = [];
    let walked = 0;
    for (const c of readCases("values")) {
      if (c.error || c.loads > 1 || c.options.persistent) continue;
      const options: LoadOptions = { ...(c.options as object) };
      if (c.options.fix_imports === false) options.fixImports = false;
      if (c.options.buffers) {
        options.buffers = c.options.buffers.map(({ data, readonly }) =>
          readonly ? Uint8Array.from(Buffer.from(data, "hex")) : PyByteArray.from(Buffer.from(data, "hex")),
        );
      }
      const value = loads(c.stream, options);
      const before = dumps(value, { canonical: true });
      let after: Uint8Array;
      try {
        const json = toTypedJSON(value);
        // JSON.stringify itself ends at some thousand levels.
        after = dumps(fromTypedJSON(c.value?.includes("deep") ? json : JSON.parse(JSON.stringify(json))), {
          canonical: true,
        });
      } catch (e) {
        wrong.push(`${c.id} ${c.value}: ${(e as Error).message}`);
        continue;
      }
      walked++;
      if (!Buffer.from(before).equals(after)) wrong.push(`${c.id} ${c.value}: ${repr(value, { maxChars: 200 })}`);
    }
    expect(wrong.length, wrong.slice(0, 9).join("\n")).toBe(0);
    expect(walked).toBeGreaterThan(5000);
  });

  it("says what JSON says where it can", () => {
    expect(toTypedJSON({ a: [1, 1.5, "x", null, true], b: {} })).toEqual({ a: [1, 1.5, "x", null, true], b: {} });
    expect(toTypedJSON([tuple(1), new PyFloat(1), 2n ** 64n, new Uint8Array([1, 2])])).toEqual([
      { $type: "tuple", items: [1] },
      { $type: "float", value: "1.0" },
      { $type: "int", value: "18446744073709551616" },
      { $type: "bytes", base64: "AQI=" },
    ]);
    expect(toTypedJSON(new PyObject(new PyGlobal("app", "User"), tuple("ada")))).toEqual({
      $type: "new",
      class: { $type: "global", module: "app", name: "User" },
      args: ["ada"],
    });
  });

  it("keeps keys that JSON would sort, swallow or take for its own", () => {
    const value = { b: 1, 10: 2, 9: 3, $type: "tuple", ["__proto__"]: 4 };
    const dict = new PyDict<unknown, unknown>([...Object.entries(value), [1, 2], [tuple(), 3]]);
    expect(dumps(there(dict))).toEqual(dumps(dict));
    expect(repr(there(JSON.parse('{"__proto__": {"a": 1}, "$ref": 7}')))).toBe("{'__proto__': {'a': 1}, '$ref': 7}");
  });

  it("keeps what is shared, and cycles, also through tuples and instances", () => {
    const shared = [1];
    expect(toTypedJSON([shared, shared])).toEqual([{ $type: "list", $id: 1, items: [1] }, { $ref: 1 }]);
    const list: unknown[] = [];
    const other: unknown[] = [];
    const cycle = tuple(list, other);
    const user = new PyObject(new PyGlobal("app", "User"), tuple(list), "call");
    user.attrs.set("me", user);
    list.push(cycle, list, user);
    other.push(cycle);
    const again = there(cycle) as [[unknown, unknown, PyObject], [unknown]];
    expect(again[0][0]).toBe(again);
    expect(again[0][1]).toBe(again[0]);
    expect(again[1][0]).toBe(again);
    expect(again[0][2].attrs.get("me")).toBe(again[0][2]);
    expect(again[0][2].args[0]).toBe(again[0]);
  });

  it("keeps a bare float, and a state setter", () => {
    expect(there(new PyFloat(1))).toEqual(new PyFloat(1));
    expect(Object.is(there(-0), -0)).toBe(true);
    const made = new PyObject(new PyGlobal("m", "f"), tuple(), "call");
    made.rare = { setter: new PyGlobal("m", "setter"), state: 1 };
    expect(dumps(there(made))).toEqual(dumps(made));
  });

  it("goes to 100 000 levels", () => {
    let deep: unknown = null;
    for (let i = 0; i < 50_000; i++) deep = [tuple(deep)];
    expect(dumps(fromTypedJSON(toTypedJSON(deep)))).toEqual(dumps(deep));
  });

  it.each([
    [{ $ref: 1 }, /no node has the \$id 1/],
    [{ $type: "tuple", $id: 1, items: [{ $ref: 1 }] }, /holds itself/],
    [{ $type: "call", $id: 1, func: { $ref: 1 } }, /holds itself/],
    [
      [
        { $type: "list", $id: 1, items: [] },
        { $type: "list", $id: 1, items: [] },
      ],
      /two nodes/,
    ],
    [{ $type: "what" }, /unknown \$type "what"/],
    [{ $type: "list" }, /items of a list must be an array/],
    [{ $type: "dict", items: [1] }, /a pair is/],
    [{ $type: "int", value: "0x1" }, /bad int/],
    [[{ $type: "float", value: "" }], /bad float/],
    [{ $type: "bytes", base64: "?" }, /bad base64/],
    [{ $type: "global", module: "a" }, /name of a global/],
    [{ $type: "new" }, /no undefined/],
    [{ $type: "set", items: [[]] }, /unhashable/],
    [{ $type: "call", func: 1 }, /not callable/],
  ])("refuses %j", (json, reason) => {
    expect(() => fromTypedJSON(json)).toThrow(reason);
    expect(() => fromTypedJSON(json)).toThrow(FormatError);
  });
});
