import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BrineError, isBrineError, UnpicklingError } from "../../../core/errors.ts";
import { OPCODES } from "../opcodes.ts";
import { type DisMemo, type DisOptions, dis, genops, opcodes, optimize } from "./index.ts";

interface Case {
  d?: string;
  z?: string;
  t: string;
  v: string;
  e?: number;
  o?: string;
  oe?: number;
}
type Failure = number | null;
/** Where pickletools itself falls over (IndexError, TypeError); brine says what is wrong instead. */
const FAILED = -1;
const fixture = JSON.parse(
  readFileSync(new URL("../../../../fixtures/data/pickletools.json", import.meta.url), "utf8"),
) as {
  variants: DisOptions[];
  opcodes: [string, number, string | null, string[], string[], number, string][];
  errors: string[];
  corpus: Case[];
  mutations: [number, number, number, string, Failure, string | null, Failure][];
  memo: [string, string, string];
};

const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const corpus = fixture.corpus.map(({ d, z }) =>
  d === undefined ? new Uint8Array(inflateSync(base64(z!))) : base64(d),
);

/** Lone surrogates as Python's "surrogatepass" writes them. */
function surrogatepass(text: string): Buffer {
  const parts = text.split(/((?<![\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff]))/);
  return Buffer.concat(
    parts.map((part, i) => {
      const code = part.charCodeAt(0);
      return i % 2 ? Buffer.from([0xed, 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]) : Buffer.from(part);
    }),
  );
}
const hash = (data: string | Uint8Array): string =>
  createHash("sha256")
    .update(typeof data === "string" ? surrogatepass(data) : data)
    .digest("hex")
    .slice(0, 16);

/** Runs dis as far as it goes; the text so far and the reason it stopped. */
function disassemble(bytes: Uint8Array, options: DisOptions = {}): { text: string; error: UnpicklingError | null } {
  let text = "";
  try {
    dis(bytes, { ...options, out: (line) => (text += `${line}\n`) });
    return { text, error: null };
  } catch (e) {
    expect(e).toBeInstanceOf(UnpicklingError);
    return { text, error: e as UnpicklingError };
  }
}

function checkFailure(error: UnpicklingError | null, expected: Failure | undefined, label: string): void {
  if (expected === undefined || expected === null) expect(error?.reason, label).toBeUndefined();
  else if (expected === FAILED) expect(error, label).not.toBeNull();
  else expect(error?.reason, label).toBe(fixture.errors[expected]);
}

function tryOptimize(bytes: Uint8Array): { result: Uint8Array | null; error: UnpicklingError | null } {
  try {
    return { result: optimize(bytes), error: null };
  } catch (e) {
    expect(e).toBeInstanceOf(UnpicklingError);
    return { result: null, error: e as UnpicklingError };
  }
}

/** Text as the fixture keeps it: whole, or "#" and its hash. */
const like = (text: string, expected: string): string => (expected.startsWith("#") ? `#${hash(text)}` : text);

describe("pickletools answers as CPython's", () => {
  it("has the same opcode table", () => {
    const ours = opcodes.map((o) => [o.name, o.code, o.arg, o.before, o.after, o.proto, o.doc.split("\n")[0]]);
    expect(ours).toEqual(fixture.opcodes);
    expect(OPCODES.filter((o) => o !== undefined)).toHaveLength(opcodes.length);
    for (const { code, name } of opcodes) expect(OPCODES[code]?.name).toBe(name);
  });

  it("lists every pickle", () => {
    expect(corpus.length).toBeGreaterThan(600);
    for (const [i, expected] of fixture.corpus.entries()) {
      const { text, error } = disassemble(corpus[i]!);
      if (expected.e !== FAILED) expect(like(text, expected.t), `pickle ${i}`).toBe(expected.t);
      checkFailure(error, expected.e, `pickle ${i}`);
      if (error === null) expect(dis(corpus[i]!)).toBe(text);
    }
  });

  it("lists with annotations and other indents", () => {
    for (const [i, expected] of fixture.corpus.entries()) {
      if (expected.e === FAILED) continue;
      const texts = fixture.variants.map((options) => disassemble(corpus[i]!, options).text);
      expect(hash(texts.join("\f")), `pickle ${i}`).toBe(expected.v);
    }
  });

  it("optimizes every pickle", () => {
    for (const [i, expected] of fixture.corpus.entries()) {
      const { result, error } = tryOptimize(corpus[i]!);
      checkFailure(error, expected.oe, `pickle ${i}`);
      if (result === null) continue;
      const { o } = expected;
      if (o === "=") expect(Buffer.compare(result, corpus[i]!), `pickle ${i}`).toBe(0);
      else if (o!.startsWith("#")) expect(`#${hash(result)}`, `pickle ${i}`).toBe(o);
      else expect(Buffer.from(result).toString("base64"), `pickle ${i}`).toBe(o);
    }
  });

  it("takes broken pickles as Python does", () => {
    for (const [i, at, byte, text, error, optimized, failure] of fixture.mutations) {
      const whole = corpus[i]!;
      const bytes = byte < 0 ? whole.slice(0, at) : whole.slice();
      if (byte >= 0) bytes[at] = byte;
      const label = `pickle ${i}, byte ${at} = ${byte}: ${Buffer.from(bytes).toString("latin1")}`;
      const listed = disassemble(bytes);
      if (error !== FAILED) expect(hash(listed.text), label).toBe(text);
      checkFailure(listed.error, error, label);
      const { result, error: refused } = tryOptimize(bytes);
      checkFailure(refused, failure, label);
      expect(result && hash(result), label).toBe(optimized);
    }
  });

  it("shares a memo between pickles", () => {
    const [stream, first, second] = fixture.memo;
    const bytes = base64(stream);
    const memo: DisMemo = new Map();
    expect(dis(bytes, { memo })).toBe(first);
    const start = [...genops(bytes)].at(-1)!.end;
    expect(dis(bytes, { memo, start })).toBe(second);
    expect(() => dis(bytes, { start })).toThrow("memo key 0 has never been stored into");
  });
});

describe("brine's own rules", () => {
  it("tells where and in which opcode", () => {
    const { error } = disassemble(new Uint8Array([0x4e, 0x58, 9, 0, 0, 0, 0x61]));
    expect([error?.offset, error?.opcode, error?.format]).toEqual([1, "BINUNICODE", "pickle"]);
  });

  it("reads views into larger buffers", () => {
    const whole = new Uint8Array([9, 9, 0x4d, 1, 2, 0x2e, 9]);
    expect([...genops(whole.subarray(2, 6))].map(({ arg, pos }) => [arg, pos])).toEqual([
      [513, 0],
      [null, 3],
    ]);
    expect(optimize(whole.subarray(2, 6))).toEqual(new Uint8Array([0x4d, 1, 2, 0x2e]));
  });

  it("stops an indent bomb, a claimed length and an endless text", () => {
    const marks = new Uint8Array(200_000).fill(0x28);
    expect(
      isBrineError(
        catching(() => dis(marks)),
        "LIMIT",
      ),
    ).toBe(true);
    expect(
      isBrineError(
        catching(() => dis(marks, { indentlevel: 2 ** 40 })),
        "LIMIT",
      ),
    ).toBe(true);
    const claim = new Uint8Array([0x8e, 0, 0, 0, 0, 0, 0, 0, 0x40]);
    expect(catching(() => optimize(claim))).toBeInstanceOf(UnpicklingError);
    const line = new Uint8Array(3_000_000).fill(0x31);
    line[0] = 0x49;
    expect(catching(() => optimize(line))).toBeInstanceOf(UnpicklingError);
  });

  it("needs no recursion and linear time", () => {
    const deep = new Uint8Array(300_001).fill(0x85);
    deep[0] = 0x29;
    deep[300_000] = 0x2e;
    expect(dis(deep).split("\n")).toHaveLength(300_003);
    expect(Buffer.compare(optimize(deep), deep)).toBe(0);
    const nested = new Uint8Array([...new Array(1500).fill(0x28), ...new Array(1500).fill(0x74), 0x2e]);
    expect(dis(nested).length).toBeGreaterThan(1500 * 1500 * 4);
  });

  it("optimizes sound pickles to a fixed point, and reads or throws on any bytes", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .array(fc.constantFrom(...opcodes.map((o) => o.code)), { maxLength: 60 })
        .map((codes) => Uint8Array.from(codes)),
    );
    const property = fc.property(bytes, (data) => {
      const error = catching(() => dis(data));
      expect(error === undefined || error instanceof BrineError, String(error)).toBe(true);
      const refused = catching(() => optimize(data));
      expect(refused === undefined || refused instanceof BrineError, String(refused)).toBe(true);
    });
    fc.assert(property, { numRuns: 5000 });
    for (const data of corpus) {
      if (disassemble(data).error !== null) continue; // a memo key stored twice stays twice
      const once = tryOptimize(data).result;
      if (once !== null) expect(Buffer.compare(optimize(once), once)).toBe(0);
    }
  });
});

function catching(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (e) {
    return e;
  }
}
