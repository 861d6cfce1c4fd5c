import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { bytesOf } from "../../../test/support/base64.ts";
import type { Source } from "../../core/bytes/parse.ts";
import {
  dumps,
  type FileLike,
  type LoadOptions,
  load,
  loadAll,
  loads,
  PyDict,
  PyFrozenSet,
  PyGlobal,
  PyObject,
  PySet,
  repr,
  tuple,
} from "./index.ts";
import { globalsFor } from "./read/loads.ts";
import { parsePickle } from "./read/parse.ts";

// Made by CPython 3.13: [1, "a"], {"b": 2}, "x" * 20 and (1, 2.5) by protocols 0, 2, 4 and 5, one after another.
const row = bytesOf(
  "KGxwMApJMQphVmEKcDEKYS6AAn1xAFgBAAAAYnEBSwJzLoAElRgAAAAAAAAAjBR4eHh4eHh4eHh4eHh4eHh4eHh4eJQugAWVDgAAAAAAAABLAUdABAAAAAAAAIaULg==",
);
const rowReprs = ["[1, 'a']", "{'b': 2}", `'${"x".repeat(20)}'`, "(1, 2.5)"];

/** A source that gives its bytes in pieces of one size, and knows nothing of its own. */
function dripping(bytes: Uint8Array, piece = 1): Source {
  let at = 0;
  return { next: async () => bytes.subarray(at, (at += piece)) };
}

/** A file-like object that counts how far it was read. */
function fileLike(bytes: Uint8Array, async = false): FileLike & { at: number } {
  const give = (file: { at: number }, end: number): never => {
    const piece = bytes.subarray(file.at, end);
    file.at = Math.min(end, bytes.length);
    return (async ? Promise.resolve(piece) : piece) as never;
  };
  return {
    at: 0,
    read(n) {
      return give(this, this.at + n);
    },
    readline() {
      const end = bytes.indexOf(10, this.at);
      return give(this, end < 0 ? bytes.length : end + 1);
    },
  };
}

async function outcome(run: () => unknown): Promise<string> {
  try {
    return repr(await run());
  } catch (e) {
    return `${(e as Error).name}: ${(e as Error).message}`;
  }
}

interface Case {
  id: string;
  stream: string;
}
/** Every so-manieth stream; 1 in a night's run. */
const EVERY = Number(process.env["BRINE_EVERY"] ?? 8);
const file = new URL("../../../fixtures/data/values.jsonl.gz", import.meta.url);
const cases = gunzipSync(readFileSync(file)).toString().split("\n").filter(Boolean);

/** Reads by windows that grow one byte at a time, from the opcode that was begun. */
function creeping(bytes: Uint8Array, options: LoadOptions): unknown {
  const parse = parsePickle(globalsFor(options), 0, null, true);
  let at = -1;
  let size = 0;
  for (let step = parse.next(); ; ) {
    if (step.done) return step.value.value;
    const ask = step.value as { at: number };
    size = ask.at === at ? size + 1 : 1;
    at = ask.at;
    step = parse.next({ bytes: bytes.slice(at, at + size), last: at + size > bytes.length });
  }
}

test("every stream reads the same byte by byte, from a file-like object and at once", async () => {
  let accepted = 0;
  for (let i = 0; i < cases.length; i += EVERY) {
    const line = cases[i] as string;
    const { id, stream } = JSON.parse(line) as Case;
    const bytes = bytesOf(stream);
    if (bytes.length > 400) continue;
    const options = { encoding: "latin1", persistentLoad: (pid: unknown) => tuple("pid", pid) };
    const expected = await outcome(() => loads(bytes, options));
    const refused = /^\w+Error: /.test(expected);
    if (!refused) expect(await outcome(() => creeping(bytes, options)), id).toBe(expected);
    if (bytes.length > 120) continue;
    expect(await outcome(() => load(dripping(bytes), options)), id).toBe(expected);
    if (refused) continue;
    accepted++;
    const { end } = loadAll(bytes, options)[Symbol.iterator]().next().value as { end: number };
    const lax = fileLike(Buffer.concat([bytes, Buffer.from("left alone")]));
    expect(await outcome(() => load(lax, options)), id).toBe(expected);
    expect(lax.at, id).toBe(end);
  }
  expect(accepted).toBeGreaterThan(1000 / EVERY);
});

describe("sources", () => {
  const bytes = dumps({ a: [1, 2.5, "é".repeat(50_000)], b: new Uint8Array(1_200_000).fill(7) });
  const expected = repr(loads(bytes));
  async function* pieces(size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const stream = (): ReadableStream<Uint8Array> => new Blob([bytes as BlobPart]).stream();
  test.each<[string, () => Parameters<typeof load>[0]]>([
    ["bytes", () => bytes],
    ["ArrayBuffer", () => bytes.slice().buffer],
    ["DataView", () => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)],
    ["Blob", () => new Blob([bytes as BlobPart])],
    ["Response", () => new Response(bytes as BodyInit)],
    ["ReadableStream", stream],
    ["async iterable", () => pieces(70_001)],
    ["file-like", () => fileLike(bytes)],
    ["asynchronous file-like", () => fileLike(bytes, true)],
    ["data: URL", () => new URL(`data:application/octet-stream;base64,${Buffer.from(bytes).toString("base64")}`)],
  ])("%s", async (_, input) => {
    expect(repr(await load(input())) === expected).toBe(true);
  });

  test("a bad status is a SourceError", async () => {
    const answer = load(new Response("gone", { status: 404 }));
    await expect(answer).rejects.toMatchObject({ code: "SOURCE", status: 404 });
  });

  test("what cannot be read is a TypeError", async () => {
    await expect(load(5 as never)).rejects.toThrow(TypeError);
    await expect(load({ read() {} } as never)).rejects.toThrow(/readline/);
  });

  test("values own their memory", async () => {
    for (const input of [bytes, new Blob([bytes as BlobPart])]) {
      const value = await load<Map<string, Uint8Array>>(input);
      const big = value.get("b") as Uint8Array;
      expect(big.buffer).not.toBe(bytes.buffer);
      expect(big.buffer.byteLength).toBeLessThan(2_400_000);
    }
  });

  test("a failing stream is a SourceError with its cause", async () => {
    const broken = async function* () {
      yield bytes.subarray(0, 10);
      throw new Error("cable cut");
    };
    await expect(load(broken())).rejects.toMatchObject({ code: "SOURCE", cause: { message: "cable cut" } });
  });
});

test.each([false, true])("one file-like object gives pickle after pickle (asynchronous: %s)", async (async) => {
  const source = fileLike(row, async);
  for (const text of rowReprs) expect(repr(await load(source))).toBe(text);
  expect(source.at).toBe(row.length);
  await expect(load(source)).rejects.toThrow(/Ran out of input/);
});

test("loadAll gives each pickle and its place", async () => {
  const sync = [...loadAll(row)];
  expect(sync.map(({ value }) => repr(value))).toEqual(rowReprs);
  expect(sync[0]?.start).toBe(0);
  expect(sync.slice(1).map(({ start }) => start)).toEqual(sync.slice(0, -1).map(({ end }) => end));
  expect(sync.at(-1)?.end).toBe(row.length);
  for (const input of [row, new Blob([row as BlobPart]), dripping(row, 7), fileLike(row)]) {
    const all = [];
    for await (const { value, start, end } of loadAll(input)) all.push({ text: repr(value), start, end });
    expect(all).toEqual(sync.map(({ value, start, end }) => ({ text: repr(value), start, end })));
  }
});

test("leaving loadAll early lets the source go", async () => {
  let returned = false;
  const source = (async function* () {
    try {
      for (;;) yield dumps(1);
    } finally {
      returned = true;
    }
  })();
  for await (const { value } of loadAll(source)) {
    expect(value).toBe(1);
    break;
  }
  await Promise.resolve();
  expect(returned).toBe(true);
});

describe("signal, progress, limits", () => {
  test("an abort ends a load that waits for ever", async () => {
    const control = new AbortController();
    const stalled: Source = { next: () => new Promise(() => undefined) };
    const answer = load(stalled, { signal: control.signal });
    setTimeout(() => control.abort(new Error("enough")), 10);
    await expect(answer).rejects.toThrow("enough");
    await expect(load(row, { signal: control.signal })).rejects.toThrow("enough");
    expect(repr(loads(row))).toBe(rowReprs[0]);
  });

  test("progress rises to the whole", async () => {
    const bytes = dumps(new Uint8Array(5_000_000));
    const seen: number[] = [];
    let size: number | undefined;
    await load(new Blob([bytes as BlobPart]), {
      onProgress(read, total) {
        seen.push(read);
        size = total;
      },
    });
    expect(seen.at(-1)).toBe(bytes.length);
    expect(size).toBe(bytes.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test("maxBytes bounds what an endless source may give", async () => {
    const endless = async function* () {
      yield Uint8Array.of(0x80, 4, 0x8e, 0, 0, 0, 0, 1, 0, 0, 0);
      for (;;) yield new Uint8Array(65536);
    };
    const answer = load(endless(), { limits: { maxBytes: 1_000_000 } });
    await expect(answer).rejects.toMatchObject({ code: "LIMIT", limit: "maxBytes" });
  });

  test("maxDigits bounds ints in text", async () => {
    const text = (line: string): Uint8Array => new TextEncoder().encode(`${line}\n.`);
    const caught = { code: "LIMIT", limit: "maxDigits" };
    for (const head of ["I", "I-", "I0x", "L", "L-", "L0x"]) {
      const tail = head.startsWith("L") ? "L" : "";
      const bytes = text(`${head}${"7".repeat(1000)}${tail}`);
      expect(typeof loads(bytes, { limits: { maxDigits: 1000 + head.length } })).toBe("bigint");
      expect(() => loads(bytes, { limits: { maxDigits: 999 } })).toThrow(expect.objectContaining(caught));
      await expect(load(bytes, { limits: { maxDigits: 999 } })).rejects.toMatchObject(caught);
    }
    expect(() => loads(text(`L${"7".repeat(1_000_001)}L`))).toThrow(
      expect.objectContaining({ ...caught, actual: 1_000_001 }),
    );
    expect(() => loads(text(`I${"7".repeat(1_000_001)}`))).toThrow(expect.objectContaining(caught));
    expect(String(loads(text(`L${"7".repeat(1_000_001)}L`), { limits: { maxDigits: 1e7 } })).length).toBe(1_000_001);
  });

  test("maxAlloc bounds what values take", async () => {
    const caught = expect.objectContaining({ code: "LIMIT", limit: "maxAlloc", actual: expect.any(Number) });
    for (const unit of ["]", "}", "\x8f", "C\x00", "(\x91", "\x8c\x01a)\x86"]) {
      const stream = new Uint8Array(Buffer.from(`\x80\x04(${unit.repeat(50_000)}l.`, "latin1"));
      expect(() => loads(stream, { limits: { maxAlloc: 100_000 } })).toThrow(caught);
      await expect(load(new Blob([stream]), { limits: { maxAlloc: 100_000 } })).rejects.toThrow(caught);
      expect(loads<unknown[]>(stream).length % 50_000).toBe(0);
    }
    // By itself the limit grows with the file, so that what Python writes is never near it.
    const nested = new Uint8Array(Buffer.from(`\x80\x04(${"\x8f".repeat(6_000_000)}l.`, "latin1"));
    expect(() => loads(nested)).toThrow(caught);
  });

  test("maxKeyNodes bounds what keys are made of", () => {
    const caught = expect.objectContaining({ code: "LIMIT", limit: "maxKeyNodes" });
    const key = (n: number): unknown => tuple(...Array.from({ length: n }, (_, i) => i));
    for (const [small, large] of [
      [new PyDict([[key(50), 1]]), new PyDict([[key(500), 1]])],
      [new PySet([key(50), 1]), new PySet([key(500), 1])],
      [new PyFrozenSet([key(50), 1]), new PyFrozenSet([key(500), 1])],
      [
        new PyDict<unknown, unknown>([
          ["a", 1],
          [key(50), 1],
        ]),
        new PyDict<unknown, unknown>([
          ["a", 1],
          [key(500), 1],
        ]),
      ],
    ]) {
      for (const protocol of [0, 2, 4]) {
        const limits = { maxKeyNodes: 100 };
        expect(repr(loads(dumps(small, { protocol }), { limits }))).toBe(repr(small));
        expect(() => loads(dumps(large, { protocol }), { limits })).toThrow(caught);
        expect(repr(loads(dumps(large, { protocol })))).toBe(repr(large));
      }
    }
    // Lookups are held to the limit of the load as well.
    const raw = new TextEncoder().encode(`(dVa\nI1\ns(${"I5\n".repeat(100_001)}tI2\ns.`);
    expect(() => loads(raw)).toThrow(caught);
    const dict = loads<PyDict>(raw, { limits: { maxKeyNodes: 1e6 } });
    expect([dict.size, dict.get(tuple(...new Array<number>(100_001).fill(5)))]).toEqual([2, 2]);
  });
});

describe("schema", () => {
  const numbers = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) =>
        Array.isArray(value) && value.every((item) => typeof item === "number")
          ? { value: value as number[] }
          : { issues: [{ message: "expected number", path: [1, { key: "deep" }] }, { message: "and more" }] },
    },
  };

  test("checks and types the value", async () => {
    const value: number[] = await load(dumps([1, 2]), { schema: numbers });
    expect(value).toEqual([1, 2]);
    for (const { value } of loadAll(dumps([3]), { schema: numbers })) expect(value[0]).toBe(3);
  });

  test("lists the issues with their paths", async () => {
    const answer = load(dumps([1, "x"]), { schema: numbers });
    await expect(answer).rejects.toMatchObject({ code: "FORMAT" });
    await expect(answer).rejects.toThrow("value[1].deep: expected number; value: and more");
  });

  test("may be asynchronous, but not in a plain for", async () => {
    const later = { "~standard": { validate: async (value: unknown) => ({ value: String(value) }) } };
    expect(await load(dumps(5), { schema: later })).toBe("5");
    expect(() => [...loadAll(dumps(5), { schema: later })]).toThrow(/for await/);
  });
});

test("calls may nest: a hook may load another pickle", async () => {
  const inner = dumps([1, 2]);
  const outer = dumps([new PyObject(new PyGlobal("a", "B")), "x"]);
  const answer = await load<unknown[]>(dripping(outer), { findClass: () => void loads(inner) });
  expect(answer[1]).toBe("x");
});

test("reads lines of numbers by the short way as by the long one", () => {
  const of = (text: string): unknown => loads(new TextEncoder().encode(`${text}\n.`));
  for (const text of ["0.5", "45.23", "-0.0", "-12.250", "123456789012.345", "0.1234567890123", "00000000000.001"]) {
    expect(Object.is(of(`F${text}`), Number(text)), text).toBe(true);
    for (const other of [`${text}e0`, `${text}00000000000000000`]) expect(of(`F${other}`), other).toBe(Number(other));
  }
  for (const text of [".", "-", "1.2.3", "1.-", "1,5"]) expect(() => of(`F${text}`)).toThrow("convert string to float");
  expect([of("I00"), of("I01"), of("I02"), of("I0"), of("I1"), of("I010")]).toEqual([false, true, 2, 0, 1, 8]);
  const list = loads(new TextEncoder().encode("(lF2.0\naF2.5\naI01\naI2\na."));
  expect(repr(list)).toBe("[2.0, 2.5, True, 2]");
});

test("wrong bytes between others of a codec of several bytes are repaired, and in bounded time", () => {
  const of = (bytes: Uint8Array, encoding: string, errors: string): unknown => {
    const pickle = new Uint8Array(bytes.length + 6);
    pickle[0] = 0x54; // BINSTRING
    new DataView(pickle.buffer).setInt32(1, bytes.length, true);
    pickle.set(bytes, 5);
    pickle[pickle.length - 1] = 0x2e;
    return loads(pickle, { encoding, errors });
  };
  // What CPython 3.11 gives; U+FFFD itself stands behind the wrong byte.
  const mixed = Uint8Array.of(0x61, 0xff, 0x84, 0x31, 0xa4, 0x37, 0xb0, 0xa1);
  expect(of(mixed, "gb18030", "backslashreplace")).toBe("a\\xff\ufffd啊");
  const long = new Uint8Array(1 << 20).map((_, i) => (i & 1 ? 0xa1 : 0xb0));
  long.set([0x80, 0x20], 4096);
  const began = performance.now();
  expect((of(long, "gb2312", "ignore") as string).length).toBeGreaterThan(1 << 18);
  expect(performance.now() - began).toBeLessThan(2000);
});
