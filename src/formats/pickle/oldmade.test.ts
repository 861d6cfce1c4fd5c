/** How protocols 0 and 1 made instances is how they are written again. */
import { describe, expect, it } from "vitest";
import { dumps, loads } from "./index.ts";

describe("instances of classes that nobody registered, made by protocols 0 and 1", () => {
  const text = (latin1: string): Uint8Array => Uint8Array.from(latin1, (c) => c.charCodeAt(0));
  const again = (stream: string, protocol: number): string =>
    String.fromCharCode(...dumps(loads(text(stream)), { protocol, canonical: true }));

  it("are written by copyreg._reconstructor again, since __new__ may want arguments that nobody knows", () => {
    // What pickle.dumps(…, 1) of CPython 3.13 gives of classes in __main__ over object, float and list.
    const base =
      "ccopy_reg\n_reconstructor\nq\0(c__main__\nT\nq\x01c__builtin__\nobject\nq\x02Ntq\x03Rq\x04}q\x05X\x01\0\0\0aq\x06K\x01sb.";
    expect(again(base, 1)).toBe(base);
    expect(again(base, 4)).toContain("_reconstructor");
    const float =
      "ccopy_reg\n_reconstructor\nq\0(c__main__\nF\nq\x01c__builtin__\nfloat\nq\x02G?\xf0\0\0\0\0\0\0tq\x03Rq\x04.";
    expect(again(float, 1)).toBe(float);
    const list =
      "ccopy_reg\n_reconstructor\nq\0(c__main__\nL\nq\x01c__builtin__\nlist\nq\x02]q\x03(K\x01K\x02etq\x04Rq\x05.";
    expect(again(list, 1)).toBe(list);
    expect(again(list, 4)).not.toContain("_reconstructor");
  });

  it("are Python 2's without a base where they were", () => {
    // As CPython 2.7 writes them, but for the attribute's name, which is unicode here.
    const old = "(c__main__\nOld\nq\0oq\x01}q\x02X\x01\0\0\0aq\x03K\x01sb.";
    expect(again(old, 1)).toBe(old);
    expect(again("(i__main__\nOld\np0\n(dp1\nVa\np2\nI1\nsb.", 0)).toBe("(i__main__\nOld\np0\n(dp1\nVa\np2\nI1\nsb.");
  });
});
