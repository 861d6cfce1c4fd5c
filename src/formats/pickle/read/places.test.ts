/** Strings of the memo that are kept by their place: recalled, recalled from afar, and replaced. */
import { expect, it } from "vitest";
import { Unpickler } from "../../../pickle.ts";
import { dumps } from "../write/dumps.ts";
import { loads } from "./loads.ts";

const text = new TextEncoder();

/** Opcodes of a pickle, protocol 4: numbers are bytes, strings SHORT_BINUNICODE (BINUNICODE from 256 bytes on). */
function stream(...parts: (number | string)[]): Uint8Array {
  const bytes: number[] = [0x80, 4];
  for (const part of parts) {
    if (typeof part === "number") bytes.push(part);
    else {
      const utf8 = text.encode(part);
      if (utf8.length < 256) bytes.push(0x8c, utf8.length, ...utf8);
      else bytes.push(0x58, utf8.length & 255, utf8.length >> 8, 0, 0, ...utf8);
    }
  }
  return Uint8Array.from([...bytes, 0x2e]);
}

const [MEMOIZE, GET, LONG_GET, PUT, LONG_PUT, MARK, LIST, APPENDS, POP] = [
  0x94, 0x68, 0x6a, 0x71, 0x72, 0x28, 0x5d, 0x65, 0x30,
];
/** 300 strings, so that what follows is far up in the memo. */
const before = Array.from({ length: 300 }, (_, i) => [`b${i}`, MEMOIZE, POP]).flat();
const get = (slot: number): number[] => [LONG_GET, slot & 255, slot >> 8, 0, 0];
const put = (slot: number): number[] => [LONG_PUT, slot & 255, slot >> 8, 0, 0];

const words = ["", "a", "short", "longer than a short string is", "é", "日本", "😀", "x".repeat(300), "ü".repeat(40)];

it("recalls strings of every kind, near and far", () => {
  for (const word of words) {
    const bytes = stream(...before, LIST, MARK, word, MEMOIZE, "other", MEMOIZE, ...get(300), ...get(300), APPENDS);
    expect(loads(bytes)).toEqual([word, "other", word, word]);
    // So many bytes lie between that the window has moved.
    const filler = Array.from({ length: 3000 }, (_, i) => [`filler ${i} ${"z".repeat(90)}`, MEMOIZE, POP]).flat();
    const far = stream(...before, LIST, MARK, word, MEMOIZE, ...filler, ...get(300), "end", ...get(3300), APPENDS);
    expect(loads(far)).toEqual([word, word, "end", `filler 2999 ${"z".repeat(90)}`]);
  }
});

it("takes BINPUT and LONG_BINPUT of the next slot as MEMOIZE", () => {
  const long = "y".repeat(300);
  const parts = [LIST, MARK, long, ...put(300), long, ...put(301), ...get(300), ...get(301), APPENDS];
  expect(loads(stream(...before, ...parts))).toEqual([long, long, long, long]);
  expect(loads(stream(LIST, MARK, long, PUT, 0, GET, 0, APPENDS))).toEqual([long, long]);
});

it("gives a slot that is taken again its new value", () => {
  const again = [
    LIST,
    MARK,
    "first",
    MEMOIZE,
    0x4e,
    ...put(300),
    ...get(300),
    "second",
    ...put(300),
    ...get(300),
    APPENDS,
  ];
  expect(loads(stream(...before, ...again))).toEqual(["first", null, null, "second", "second"]);
  // MEMOIZE counts the slots that are taken, not the highest.
  const counted = [LIST, MARK, "one", MEMOIZE, "two", ...put(300), "three", MEMOIZE, ...get(301), ...get(300), APPENDS];
  expect(loads(stream(...before, ...counted))).toEqual(["one", "two", "three", "three", "two"]);
});

it("refuses slots that are empty", () => {
  expect(() => loads(stream(...before, "last", MEMOIZE, ...get(301)))).toThrow("memo 301 is empty");
});

it("keeps strings of the pickle before in the memo of an Unpickler", () => {
  const values = Array.from({ length: 600 }, (_, i) => `value ${i} of the first pickle`);
  const second = stream(LIST, MARK, ...get(600), APPENDS);
  const unpickler = new Unpickler(Uint8Array.from([...dumps(values), ...second]));
  expect(unpickler.loadSync()).toEqual(values);
  expect(unpickler.loadSync()).toEqual(["value 599 of the first pickle"]);
});

it("lets bytes go by copy, also those of a Buffer", () => {
  const bytes = Buffer.from(dumps(Uint8Array.of(1, 2, 3)));
  const view = loads<Uint8Array>(bytes);
  expect([view.constructor, view.buffer === bytes.buffer]).toEqual([Uint8Array, true]);
  const copy = loads<Uint8Array>(bytes, { copy: true });
  expect([copy.constructor, copy.buffer === bytes.buffer, ...copy]).toEqual([Uint8Array, false, 1, 2, 3]);
});
