import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reprBytes, reprFloat, reprInt, reprString } from "./literal.ts";

const fixture = JSON.parse(readFileSync(new URL("../../../fixtures/data/literal.json", import.meta.url), "utf8")) as {
  unicode: string;
  printable: [number, number][];
  strings: [number[], string][];
  bytes: [string, string][];
  floats: [string, string][];
  ints: string[];
};

describe("literals are written as Python's repr does", () => {
  it("strings", () => {
    for (const [codes, repr] of fixture.strings) expect(reprString(String.fromCodePoint(...codes))).toBe(repr);
  });

  it("every code point, as far as both know the same Unicode", () => {
    const printable = new Uint8Array(0x110000);
    for (const [first, last] of fixture.printable) printable.fill(1, first, last + 1);
    const differing: number[] = [];
    for (let code = 0x80; code < 0x110000; code++) {
      const ch = String.fromCodePoint(code);
      if ((reprString(ch) === `'${ch}'`) !== (printable[code] === 1)) differing.push(code);
    }
    // Only characters that one side does not have yet may differ.
    const ours = process.versions["unicode"]!;
    if (fixture.unicode.startsWith(ours)) expect(differing).toEqual([]);
    const older = Number(ours) < Number.parseFloat(fixture.unicode);
    for (const code of differing) expect(/\p{Cn}/u.test(String.fromCodePoint(code)), code.toString(16)).toBe(older);
  });

  it("bytes", () => {
    for (const [hex, repr] of fixture.bytes) expect(reprBytes(new Uint8Array(Buffer.from(hex, "hex")))).toBe(repr);
  });

  it("floats", () => {
    for (const [hex, repr] of fixture.floats) expect(reprFloat(Buffer.from(hex, "hex").readDoubleBE())).toBe(repr);
  });

  it("ints", () => {
    for (const text of fixture.ints) expect(reprInt(BigInt(text))).toBe(text);
    expect(reprInt(-0)).toBe("0");
    expect(reprInt(1e21)).toBe("1000000000000000000000");
  });
});
