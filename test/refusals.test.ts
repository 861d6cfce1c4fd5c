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
  type PyObject,
  repr,
  tuple,
} from "../src/pickle.ts";

class Client {
  query(): void {}
}

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
  it.each<[string, unknown]>([
    ["a socket", new Socket()],
    ["a server", new Server()],
    ["a client of one's own", new Client()],
    ["a promise", Promise.resolve(1)],
    ["a WeakMap", new WeakMap()],
    ["a WeakRef", new WeakRef({})],
    ["a function", () => 1],
    ["a class", Client],
    ["a symbol", Symbol("x")],
    ["undefined", undefined],
    ["a generator", (function* () {})()],
    ["a timer", timer],
    ["a stream", new ReadableStream()],
    ["an AbortController", new AbortController()],
    ["an invalid date", new Date(Number.NaN)],
  ])("%s names its path", (_, value) => {
    const error = refusal(value);
    expect(error).toBeInstanceOf(PicklingError);
    expect(error.path).toBe("value.jobs[3].conn");
    expect(error.message).toMatch(/\(value\.jobs\[3\]\.conn\)$/);
    expect(error.reason.length).toBeGreaterThan(20);
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
