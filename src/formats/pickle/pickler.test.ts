import { expect, test } from "vitest";
import { bytesOf } from "../../../test/support/base64.ts";
import { defineClass, dump, loadAll, loads, Pickler, PyGlobal, PyObject, repr, tuple, Unpickler } from "./index.ts";

// Made by CPython 3.13: one Pickler dumps ["shared"], then {"again": that list}.
const memo4 = bytesOf("gASVDQAAAAAAAABdlIwGc2hhcmVklGEugASVDgAAAAAAAAB9lIwFYWdhaW6UaABzLg==");

test("the memo goes on from pickle to pickle, as CPython's does", async () => {
  const unpickler = new Unpickler(memo4);
  const shared = unpickler.loadSync();
  const again = unpickler.loadSync<Map<string, unknown>>();
  expect(again.get("again")).toBe(shared);
  expect(unpickler.memo.get(0)).toBe(shared);
  expect(() => unpickler.loadSync()).toThrow(/Ran out of input/);

  const slow = new Unpickler(new Blob([memo4 as BlobPart]));
  const [first, second] = await Promise.all([slow.load(), slow.load<Map<string, unknown>>()]);
  expect(second.get("again")).toBe(first);
  await expect(slow.load()).rejects.toThrow(/Ran out of input/);

  const pickler = new Pickler(null, { canonical: true });
  pickler.dump(shared);
  pickler.dump(again);
  expect(Buffer.from(pickler.getValue()).equals(memo4)).toBe(true);
});

test.each([0, 1, 2, 3, 4, 5])("what one Pickler writes one Unpickler reads, protocol %i", (protocol) => {
  const pickler = new Pickler(null, { protocol });
  const cls = new PyGlobal("app", "Thing");
  const thing = new PyObject(cls);
  const values = [thing, [thing, cls, tuple(1, 2), "text"], [thing, cls, "text", { a: thing }]];
  for (const value of values) pickler.dump(value);
  const unpickler = new Unpickler(pickler.getValue());
  const back = values.map(() => unpickler.loadSync());
  expect(back.map((value) => repr(value))).toEqual(values.map((value) => repr(loads(bytesFrom(value)))));
  expect((back[1] as unknown[])[0]).toBe(back[0]);
});

function bytesFrom(value: unknown): Uint8Array {
  const pickler = new Pickler();
  pickler.dump(value);
  return pickler.getValue();
}

test("clearMemo makes the next pickle stand for itself", () => {
  const pickler = new Pickler();
  const shared = ["shared"];
  pickler.dump(shared);
  pickler.clearMemo();
  pickler.dump([shared]);
  expect([...loadAll(pickler.getValue())].map(({ value }) => value)).toEqual([["shared"], [["shared"]]]);
});

test("fast writes without a memo", () => {
  const pickler = new Pickler();
  pickler.fast = true;
  const shared = ["s"];
  pickler.dump([shared, shared]);
  const [a, b] = loads<unknown[]>(pickler.getValue());
  expect(a).not.toBe(b);
});

test("after a failed dump the memo is not trusted", () => {
  const pickler = new Pickler();
  expect(() => pickler.dump([["x"], () => 1])).toThrow(/value\[1\]/);
  expect(() => pickler.dump(1)).toThrow(/clearMemo/);
  pickler.clearMemo();
  pickler.dump(1);
  expect(loads(pickler.getValue())).toBe(1);
});

test("hooks may be methods of a subclass", () => {
  const store = { name: "the store" };
  class Saver extends Pickler {
    override persistentId(value: unknown): unknown {
      return value === store ? "store" : undefined;
    }
    override reducerOverride(value: unknown): unknown {
      return value instanceof Date ? { func: new PyGlobal("app", "when"), args: tuple(value.getTime()) } : undefined;
    }
  }
  class Loader extends Unpickler {
    override persistentLoad(id: unknown): unknown {
      return id === "store" ? store : super.persistentLoad(id);
    }
    override findClass(module: string, name: string): unknown {
      return name === "when" ? new PyGlobal("other", "when") : super.findClass(module, name);
    }
  }
  const saver = new Saver();
  saver.dump([store, new Date(5)]);
  const [back, when] = new Loader(saver.getValue()).loadSync<[unknown, PyObject]>();
  expect(back).toBe(store);
  expect(repr(when)).toBe("<other.when args=(5,)>");
  expect(() => new Unpickler(saver.getValue()).loadSync()).toThrow(/persistentLoad/);
});

test("findClass may name another class, hand names on, or give a class that is registered", () => {
  class Moved extends Unpickler {
    override findClass(module: string, name: string): unknown {
      return super.findClass(module === "old_things" ? "collections" : module, name);
    }
  }
  const stream = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
  const renamed = stream("\x80\x02cold_things\nOrderedDict\n)R.");
  expect(repr(new Moved(renamed).loadSync())).toBe("OrderedDict()");
  const findClass = (): unknown => new PyGlobal("__builtin__", "xrange");
  expect(repr(loads(stream("ca\nb\n(K\x05tR."), { findClass }))).toBe("range(0, 5)");
  expect(repr(loads(stream("\x80\x03ca\nb\n."), { findClass, globals: "error" }))).toBe("<class '__builtin__.xrange'>");
  // What is only handed on is held to the policy.
  expect(() => new Moved(stream("cos\nsystem\n."), { globals: "error" }).loadSync()).toThrow(
    "os.system is not allowed",
  );

  class Point {}
  const classes = [defineClass({ python: "geo.Point", js: Point })];
  const made = stream("\x80\x02cother\nP\n)\x81}U\x01xK\x01sb.");
  const given = loads(made, { classes, findClass: () => Point });
  expect(given).toBeInstanceOf(Point);
  expect({ ...(given as object) }).toEqual({ x: 1 });
  expect(() => loads(made, { findClass: () => Point })).toThrow("pass it by defineClass or defineFunction");
});

test("a target gets the bytes in order and is left open", async () => {
  const chunks: Uint8Array[] = [];
  const slow = {
    write: (chunk: Uint8Array) => new Promise<void>((done) => setTimeout(() => done(void chunks.push(chunk)))),
  };
  const pickler = new Pickler(slow);
  await Promise.all([pickler.dump(1), pickler.dump("two"), pickler.dump([3])]);
  expect([...loadAll(Buffer.concat(chunks))].map(({ value }) => value)).toEqual([1, "two", [3]]);
  expect(() => new Pickler("a.pkl" as never)).toThrow(TypeError);
});

test("dump fills a compressing stream and closes it, in chunks of at most 1 MiB", async () => {
  const gzip = new CompressionStream("gzip");
  const read = new Response(gzip.readable.pipeThrough(new DecompressionStream("gzip"))).bytes();
  await dump(new Uint8Array(3_000_000), gzip.writable);
  expect(loads<Uint8Array>(await read).length).toBe(3_000_000);

  const sizes: number[] = [];
  let closed = false;
  const sink = (): WritableStream =>
    new WritableStream({
      write: (chunk: Uint8Array) => void sizes.push(chunk.length),
      close: () => void (closed = true),
    });
  await dump(new Uint8Array(3_000_000), sink(), { preventClose: true });
  expect([sizes.length, Math.max(...sizes), closed]).toEqual([3, 1 << 20, false]);
  const failing = new WritableStream({ write: () => Promise.reject(new Error("full")) });
  await expect(dump(1, failing)).rejects.toMatchObject({ code: "SOURCE", cause: { message: "full" } });
});
