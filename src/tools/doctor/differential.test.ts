import { describe, expect, it } from "vitest";
import { readCases } from "../../../test/support/cases.ts";
import { isBrineError } from "../../core/errors.ts";
import { equal, loads } from "../../index.ts";
import { fix } from "./index.ts";

const MOVED = /^name\.(file_not_found|module_not_found|posix_path|reduce)$/;

describe("fix, over what real Pythons wrote", () => {
  it.each(["2.7", "3.3", "3.7", "3.8"])("keeps the value for Python %s, or says why not", async (python) => {
    const highest = { "2.7": 2, "3.3": 3, "3.7": 4, "3.8": 5 }[python]!;
    const refused: string[] = [];
    const wrong: string[] = [];
    const unequal = new Set<string>();
    let kept = 0;
    for (const { id, stream, options, value } of readCases("values")) {
      // Names of classes move by purpose, and so are not equal.
      if (Object.keys(options).length > 0 || MOVED.test(value ?? "")) continue;
      const was = loads(stream, { encoding: "latin1" });
      try {
        const { bytes } = await fix(stream, { for: { python }, encoding: "latin1" });
        if (bytes[0] === 0x80 && bytes[1]! > highest) wrong.push(`${id} ${value}: protocol ${bytes[1]}`);
        const now = loads(bytes, { encoding: "latin1" });
        // What holds a NaN, or itself, is not equal to a second load of the same bytes either.
        if (!equal(was, loads(stream, { encoding: "latin1" }))) unequal.add(value ?? "");
        else if (!equal(now, was)) wrong.push(`${id} ${value}`);
        kept++;
      } catch (e) {
        if (!isBrineError(e)) wrong.push(`${id} ${value}: ${String(e)}`);
        else refused.push(e.reason);
      }
    }
    expect(wrong).toEqual([]);
    expect(kept).toBeGreaterThan(4800);
    expect(unequal.size).toBeLessThan(15);
    const known = /follow the first pickle|a set that holds itself|NEWOBJ_EX has no like/;
    expect(refused.filter((reason) => !known.test(reason))).toEqual([]);
  });
});
