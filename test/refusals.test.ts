/** What cannot be saved is refused with the path to it and what to do; hooks and names by which it can be. */

import { open } from "node:fs/promises";
import { Server, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_PROTOCOL,
  dumps,
  HIGHEST_PROTOCOL,
  isBrineError,
  loads,
  PicklingError,
  PyGlobal,
  PyObject,
  repr,
  tuple,
} from "../src/pickle.ts";

class Client {
  query(): void {}
}

class Instance {}

/** The error of dumping `value` deep inside other values. */
function refusal(value: unknown): PicklingError {
  try {
    dumps({ jobs: [1, 2, 3, { conn: value }] });
  } catch (e) {
    expect(isBrineError(e, "PICKLING")).toBe(true);
    return e as PicklingError;
  }
  throw new Error("was dumped");
}

describe("what cannot be saved", () => {
  const timer = setTimeout(() => {});
  clearTimeout(timer);
  it.each<[string, unknown, string]>([
    ["a socket", new Socket(), "Socket: it lives only in this process; drop the field and reconnect after load, or"],
    ["a server", new Server(), "reconnect after load"],
    ["a client of one's own", new Client(), "reconnect after load"],
    ["an instance", new Instance(), "instance of Instance: register the class by defineClass, or give a reducer"],
    ["a promise", Promise.resolve(1), "await it first"],
    ["a WeakMap", new WeakMap(), "WeakMap: nobody holds what it names; drop the field"],
    ["a WeakRef", new WeakRef({}), "drop the field"],
    ["a function", () => 1, "register it by defineFunction, or drop the field"],
    ["a class", Client, "the class Client: register it by defineClass"],
    ["a symbol", Symbol("x"), "drop the field"],
    ["undefined", undefined, 'use null, or the option undefinedAs: "none"'],
    ["a generator", (function* () {})(), "a Generator: gather what it gives in an array"],
    ["an iterator", new Map().keys(), "a Map Iterator: gather what it gives in an array"],
    ["a namespace", Math, "instance of Math"],
    ["a timer", timer, "give a reducer"],
    ["a stream", new ReadableStream(), "reconnect after load"],
    ["an AbortController", new AbortController(), "give a reducer"],
    ["an invalid date", new Date(Number.NaN), "an invalid Date is no moment: use null, or drop the field"],
    ["a typed array, where NumPy is not known", new Float32Array(1), 'take dumps of "brine"'],
    ["a list as a key", new Map([[[1], 2]]), "unhashable type: 'list'"],
    ["a plain object as a key", new Map([[{}, 2]]), "unhashable type: 'dict'"],
    ["a list in a set", new Set([[1]]), "unhashable type: 'list'"],
    ["a dict in a tuple in a set", new Set([tuple(new Map())]), "unhashable type: 'dict'"],
  ])("%s names its path, and what to do", (_, value, told) => {
    const error = refusal(value);
    expect(error).toBeInstanceOf(PicklingError);
    expect(error.path).toBe("value.jobs[3].conn");
    expect(error.message).toMatch(/\(value\.jobs\[3\]\.conn\)$/);
    expect(error.reason).toContain(told);
  });

  it("an open file names its path", async () => {
    const file = await open(fileURLToPath(import.meta.url));
    try {
      expect(refusal(file).path).toBe("value.jobs[3].conn");
    } finally {
      await file.close();
    }
  });

  it("a dict's key, a tuple's item and a set's element have paths, too", () => {
    const paths = [new Map([[tuple(1, Client), 1]]), tuple(1, [Client]), new Set([Client])].map((value) => {
      try {
        dumps(value);
      } catch (e) {
        return (e as PicklingError).path;
      }
      return null;
    });
    expect(paths.every((path) => path?.startsWith("value"))).toBe(true);
    expect(paths[1]).toBe("value[1][0]");
  });

  it("keys that are no text stand in paths as Python prints them", () => {
    const key = new PyObject(new PyGlobal("shop", "Key"), tuple());
    for (const [made, step] of [
      [tuple(1, null), "[(1, None)]"],
      [new Uint8Array([65]), "[b'A']"],
      [key, `[${repr(key)}]`],
      ["two words", '["two words"]'],
    ] as const) {
      expect(refusal(new Map([[made, Client]])).path).toBe(`value.jobs[3].conn${step}`);
    }
    // A symbol has no text of its own.
    expect(refusal(new Map([[tuple(1, Symbol("x")), 1]])).path).toMatch(/^value\.jobs\[3\]\.conn\[\(1, /);
  });

  it("a long path is told by its ends, and given whole", () => {
    let deep: unknown = Client;
    for (let i = 0; i < 10_000; i++) deep = [deep];
    const error = refusal(deep);
    expect(error.path).toBe(`value.jobs[3].conn${"[0]".repeat(10_000)}`);
    expect(error.message.length).toBeLessThan(700);
    expect(error.message).toMatch(/^cannot pickle the class Client: .* \(value\.jobs\[3\]\.conn\[0\].*\[0\]\)$/);
  });
});

describe("what saves it all the same", () => {
  const reduced = tuple(new PyGlobal("app", "connect"), tuple("db:1"));

  it("dispatchTable, by class", () => {
    const dispatchTable = new Map([[Client, () => reduced]]);
    const back = loads<PyObject>(dumps(new Client(), { dispatchTable }));
    expect([back.how, repr(back.cls), repr(back.args)]).toEqual(["call", "<class 'app.connect'>", "('db:1',)"]);
  });

  it("reducerOverride, by value", () => {
    const reducerOverride = (value: unknown): unknown => (value instanceof Client ? reduced : undefined);
    expect(loads<PyObject[]>(dumps([new Client()], { reducerOverride }))[0]?.how).toBe("call");
  });

  it("undefinedAs", () => {
    expect(repr(loads(dumps([undefined], { undefinedAs: "none" })))).toBe("[None]");
  });
});

describe("names that moved", () => {
  const stream = (name: string): Uint8Array => Uint8Array.from(`c${name}\n)\x81.`, (char) => char.charCodeAt(0));

  it("renames takes a whole module, or one class", () => {
    const cls = (name: string, renames: Record<string, string>): string =>
      repr(loads<PyObject>(stream(name), { renames }).cls);
    expect(cls("person\nPerson", { person: "person1" })).toBe("<class 'person1.Person'>");
    expect(cls("person\nPerson", { "person.Person": "people.Human" })).toBe("<class 'people.Human'>");
    expect(cls("person2\nPerson", { person: "person1" })).toBe("<class 'person2.Person'>");
  });
});

describe("protocols", () => {
  it("are Python's numbers", () => {
    expect([HIGHEST_PROTOCOL, DEFAULT_PROTOCOL]).toEqual([5, 4]);
    expect([dumps(1)[1], dumps(1, { protocol: -1 })[1], dumps(1, { protocol: 2 })[1]]).toEqual([4, 5, 2]);
    expect(() => dumps(1, { protocol: 6 })).toThrow(RangeError);
  });
});
