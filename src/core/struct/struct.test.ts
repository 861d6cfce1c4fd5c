import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBrineError } from "../errors.ts";
import { PyFloat } from "../values/index.ts";
import { calcsize, iterUnpack, pack, packInto, Struct, StructError, unpack, unpackFrom } from "./index.ts";

type Json = null | boolean | number | string | Json[] | { e: number };
const fixture = JSON.parse(readFileSync(new URL("../../../fixtures/data/struct.json", import.meta.url), "utf8")) as {
  messages: string[];
  cases: [string, string, Json, Json][];
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

/** A fixture value as JS, its floats as numbers or as `PyFloat`s. */
function decode(value: Json, float: (value: number) => unknown = (value) => value): unknown {
  if (Array.isArray(value)) return value.map((item) => decode(item, float));
  if (typeof value !== "string") return value;
  const text = value.slice(1);
  if (value[0] === "i") return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  if (value[0] === "f") return float(text === "nan" ? Number.NaN : Buffer.from(text, "hex").readDoubleBE());
  return value[0] === "b" ? bytes(text) : text;
}

const asFloat = (value: number): PyFloat => new PyFloat(value);

const isError = (answer: Json): answer is { e: number } =>
  typeof answer === "object" && answer !== null && !Array.isArray(answer);

function check(call: () => unknown, answer: Json, label: string): void {
  if (isError(answer)) {
    let caught: unknown;
    try {
      call();
    } catch (e) {
      caught = e;
    }
    expect(caught, label).toBeInstanceOf(StructError);
    expect((caught as Error).message, label).toBe(fixture.messages[answer.e]);
  } else {
    expect(call(), label).toEqual(Array.isArray(answer) ? decode(answer) : answer);
  }
}

/** Sizes between 2^53 and 2^63, which Python counts and we refuse. */
const beyondNumbers = (answer: Json): boolean => typeof answer === "number" && !Number.isSafeInteger(answer);

describe("struct answers as CPython's", () => {
  const kinds = [...new Set(fixture.cases.map(([kind]) => kind))];
  it.each(kinds)("%s", (kind) => {
    for (const [, format, given, answer] of fixture.cases.filter(([k]) => k === kind)) {
      const label = `${kind} ${JSON.stringify(format)} ${JSON.stringify(given)}`;
      const input = given as Json[];
      if (kind === "size") {
        if (beyondNumbers(answer)) expect(() => calcsize(format), label).toThrow("total struct size too long");
        else check(() => calcsize(format), answer, label);
      } else if (kind === "pack") {
        check(() => hex(pack(format, ...(decode(given) as unknown[]))), answer, label);
        check(() => hex(pack(format, ...(decode(given, asFloat) as unknown[]))), answer, `${label} (PyFloat)`);
      } else if (kind === "each") {
        const floats = decode(given, asFloat) as unknown[];
        for (const [i, value] of (decode(given) as unknown[]).entries()) {
          check(() => hex(pack(format, floats[i])), (answer as Json[])[i]!, `${format} ${String(value)} (PyFloat)`);
          check(() => hex(pack(format, value)), (answer as Json[])[i]!, `${format} ${String(value)}`);
        }
      } else if (kind === "unpack") {
        check(() => unpack(format, bytes(given as string)), answer, label);
      } else if (kind === "from") {
        check(() => unpackFrom(format, bytes(input[0] as string), input[1] as number), answer, label);
      } else if (kind === "into") {
        const buffer = new Uint8Array(input[0] as number).fill(255);
        const call = (): string => {
          packInto(format, buffer, input[1] as number, ...(decode(input[2]!) as unknown[]));
          return hex(buffer);
        };
        check(call, answer, label);
      } else {
        check(() => [...iterUnpack(format, bytes(given as string))], answer, label);
      }
    }
  });
});

describe("brine's own rules", () => {
  it("has Windows' native sizes", () => {
    expect(calcsize("l", { platform: "win64" })).toBe(4);
    expect(calcsize("bL", { platform: "win64" })).toBe(8);
    expect(calcsize("bP", { platform: "win64" })).toBe(16);
    expect(new Struct("lL", { platform: "win64" }).unpack(new Uint8Array(8).fill(255))).toEqual([-1, 2 ** 32 - 1]);
    expect(() => new Struct("l", { platform: "win64" }).pack(2 ** 31)).toThrow(
      "'l' format requires -2147483648 <= number <= 2147483647",
    );
  });

  it("gives bigints on demand, numbers and frozen arrays otherwise", () => {
    const all = unpack("<bQ?d", new Uint8Array(18).fill(1), { ints: "bigint" });
    expect(all.slice(0, 3)).toEqual([1n, 0x0101010101010101n, true]);
    expect(Object.isFrozen(all)).toBe(true);
    expect(new Struct("<qq").unpack(pack("<qq", Number.MAX_SAFE_INTEGER, 2n ** 53n))).toEqual([2 ** 53 - 1, 2n ** 53n]);
  });

  it("refuses a number that is not exact as an integer", () => {
    expect(() => pack("<q", 2 ** 53)).toThrow("required argument is not an integer");
    expect(() => pack("<q", 0.5)).toThrow(StructError);
    expect(() => pack("<e", 65520)).toThrow("float too large to pack with e format");
    expect(() => pack("<e", 65520n)).toThrow("int too large to convert");
  });

  it("takes a PyFloat for a float, never for an int", () => {
    expect(hex(pack("<d?", new PyFloat(1), new PyFloat(0)))).toBe("000000000000f03f00");
    expect(() => pack("<q", new PyFloat(1))).toThrow("required argument is not an integer");
  });

  it("reads views into larger buffers and copies strings", () => {
    const whole = new Uint8Array([9, 9, 1, 0, 97, 98, 9]);
    const part = whole.subarray(2, 6);
    const [n, s] = unpack("<h2s", part) as [number, Uint8Array];
    whole[4] = 0;
    expect([n, ...s]).toEqual([1, 97, 98]);
    const into = new Uint8Array(6);
    packInto("<h", new DataView(into.buffer, 2, 3), 1, 258);
    expect([...into]).toEqual([0, 0, 0, 2, 1, 0]);
    expect(unpack("<B", new Uint8Array([7]).buffer)).toEqual([7]);
  });

  it("leaves the buffer's other bytes alone and reports bad arguments as TypeError", () => {
    expect(() => unpack("b", [1] as unknown as Uint8Array)).toThrow(TypeError);
    expect(() => unpackFrom("b", new Uint8Array(1), 0.5)).toThrow(TypeError);
    expect(() => calcsize(1 as unknown as string)).toThrow(TypeError);
    expect(() => calcsize("bé")).toThrow("bad char in struct format");
  });

  it("packs every half it unpacks", () => {
    for (let start = 0; start < 65536; start += 4096) {
      const halves = pack("<4096H", ...Array.from({ length: 4096 }, (_, i) => start + i));
      const back = unpack("<4096H", pack("<4096e", ...unpack("<4096e", halves)));
      for (let i = 0; i < 4096; i++) {
        const bits = start + i;
        const nan = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
        if (!nan && back[i] !== bits) throw new Error(`half ${bits} became ${back[i]}`);
      }
    }
  });

  it("rejects huge counts at once", () => {
    for (const format of ["9007199254740991x", "9007199254740990sb", "1000000000000000q"]) {
      expect(() => pack(format, ...(format.includes("s") ? [new Uint8Array(), 1] : []))).toThrow(StructError);
    }
    expect(() => unpack("9007199254740991b", new Uint8Array(3))).toThrow("unpack requires a buffer of");
  });

  it("survives any format and any bytes", () => {
    const chars = fc.string({ unit: fc.constantFrom(..."@=<>!xcb?BhHiIlLqQnNefdspP0123 "), maxLength: 12 });
    const property = fc.property(chars, fc.uint8Array({ maxLength: 40 }), (format, data) => {
      try {
        const size = calcsize(format);
        if (size > 4096) return;
        const filled = new Uint8Array(size).map((_, i) => data[i % Math.max(1, data.length)] ?? 0);
        const values = unpack(format, filled);
        const again = unpack(format, pack(format, ...values));
        if (!/[efd]/.test(format)) expect(again).toEqual(values);
      } catch (e) {
        // a pascal string or a NaN may not come back as it was; nothing else may go wrong
        expect(isBrineError(e, "STRUCT"), String(e)).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });
});
