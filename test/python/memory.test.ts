/** Real joblib.Memory lists and reads what brine's Memory keeps, and the other way round. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { array, PyFloat, tuple } from "../../src/index.ts";
import { Memory } from "../../src/memory.ts";

const python = process.env["BRINE_VENV"] ?? "";
const judge = fileURLToPath(new URL("support/memory_judge.py", import.meta.url));
const hasJoblib = python !== "" && spawnSync(python, ["-c", "import joblib, numpy"]).status === 0;

/** The Python function, whose text both sides know it by. */
const SOURCE = `def f(a, b, c=3, *rest):
    calls.append(a)
    return [a, b, c]
`;

it.skipIf(!hasJoblib).each([false, true])(
  "joblib.Memory and brine's share a folder (compress: %s)",
  async (compress) => {
    const folder = mkdtempSync(join(tmpdir(), "brine-joblib-"));
    try {
      writeFileSync(join(folder, "shared.py"), `calls = []\n\n\n${SOURCE}`);
      const calls: unknown[] = [];
      const memory = new Memory(folder, { compress });
      const f = memory.cache(
        (a: number, b: string, c?: unknown, ...rest: unknown[]): unknown => {
          calls.push(a);
          return [a, b, c ?? 3, ...rest];
        },
        { name: "shared.f", source: SOURCE, defaults: { c: 3 } },
      );
      await f(1, "x");
      await f(1, "y", 2.5);
      const g = memory.cache((n: number) => ({ n, t: tuple(1), a: array(Int32Array.of(n)) }), { name: "app.deep.g" });
      await g(5);
      await memory.cache((x: unknown) => x, { name: "app.h" })(new PyFloat(2));
      const ask = (...more: string[]): Record<string, unknown> => {
        const run = spawnSync(python, [judge, folder, ...more], { encoding: "utf8" });
        expect(run.stderr).toBe("");
        return JSON.parse(run.stdout) as Record<string, unknown>;
      };
      const { found, known, cached, calls: theirs } = ask();
      const rows = (found as [string, string, string, Record<string, string>, boolean][]).map(
        ([func, , value, inputs, sized]) => [func, value, inputs, sized],
      );
      expect(rows).toEqual(
        expect.arrayContaining([
          ["app/deep/g", "{'n': 5, 't': (1,), 'a': array([5], dtype=int32)}", { n: "5" }, true],
          ["app/h", "2.0", { x: "2.0" }, true],
          ["shared/f", "[1, 'x', 3]", { a: "1", b: "'x'", c: "3", "*": "[]" }, true],
          ["shared/f", "[1, 'y', 2.5]", { a: "1", b: "'y'", c: "2.5", "*": "[]" }, true],
        ]),
      );
      expect(rows.length).toBe(4);
      // Python finds what brine computed, and computes only what is new.
      expect(known).toEqual([true, true, false]);
      expect(cached).toBe("([1, 'x', 3], [1, 'y', 2.5])");
      expect(theirs).toEqual([7]);
      // And brine finds what Python computed.
      expect(await f(7, "computed by Python")).toEqual([7, "computed by Python", 3]);
      expect(calls).toEqual([1, 1]);
      expect(ask("--reduce")["left"]).toBe(1);
      expect((await memory.store?.items())?.length).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
