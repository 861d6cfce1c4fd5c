/** `encoding` and `errors` read every byte of a Python 2 `str` as Python's codecs do. */
import { afterAll, describe, expect, it } from "vitest";
import { loads } from "../../src/formats/pickle/read/loads.ts";
import { Peer, pythons } from "./support/peer.ts";

const info = pythons().pop();
const peer = info ? new Peer(info) : null;
afterAll(() => peer?.close());

const CODECS = [
  ...["ascii", "US-ASCII", "latin1", "iso8859-1", "cp819", "L1", "utf-8", "koi8-r", "koi8_u", "cp866", "mac-roman"],
  ...["mac_cyrillic", "cp1250", "cp1251", "windows-1251", "cp1252", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"],
  ...["cp874", "iso-8859-2", "iso8859_5", "iso-8859-7", "iso-8859-9", "latin5", "iso-8859-11", "iso-8859-15", "latin9"],
];
const HANDLERS = ["strict", "ignore", "replace", "backslashreplace", "surrogateescape"];

describe.skipIf(peer === null)("one byte", () => {
  it.each(CODECS)("%s", async (codec) => {
    const name = JSON.stringify(codec);
    // What is ignored cannot be read.
    const one = `None if e == "strict" and not bytes([b]).decode(${name}, "ignore") else bytes([b]).decode(${name}, e)`;
    const source = `[[${one} for b in range(256)] for e in ${JSON.stringify(HANDLERS)}]`;
    const told = loads<(string | null)[][]>(new Uint8Array(await (peer as Peer).dumps(source, 4)));
    for (const [i, errors] of HANDLERS.entries()) {
      for (let b = 0; b < 256; b++) {
        let read: string | null = null;
        try {
          read = loads<string>(Uint8Array.of(0x55, 1, b, 0x2e), { encoding: codec, errors });
        } catch {
          // Refused, as Python does.
        }
        expect(read, `${errors} of ${b}`).toBe(told[i]?.[b]);
      }
    }
  });
});

describe.skipIf(peer === null)("several bytes, some of them wrong", () => {
  it.each(["gbk", "shift_jis", "euc-kr", "big5", "utf-8", "utf-16-le"])("%s", async (codec) => {
    const name = JSON.stringify(codec);
    for (const [text, wrong] of [
      ["a\u4e2d", [0xfe]],
      ["\u4e2d\u4e2d", [0xfe]],
    ] as const) {
      const source = `(lambda b: [b] + [b.decode(${name}, e) for e in ("ignore", "backslashreplace")])(${JSON.stringify(text)}.encode(${name}) + bytes(${JSON.stringify(wrong)}))`;
      const [bytes, ...told] = loads<[Uint8Array, string, string]>(
        new Uint8Array(await (peer as Peer).dumps(source, 4)),
      );
      const stream = Uint8Array.of(0x55, bytes.length, ...bytes, 0x2e);
      const read = ["ignore", "backslashreplace"].map((errors) => loads(stream, { encoding: codec, errors }));
      expect(read).toEqual(told);
    }
  });
});
