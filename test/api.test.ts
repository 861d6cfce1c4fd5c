/** The public names of every subpath: what changes here shows in review (`npx vitest run test/api.test.ts -u`). */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
const { exports } = JSON.parse(text) as { exports: Record<string, { types: string } | string> };

/** `class`, `function/2` (with its arity), or the type of a constant. */
function kindOf(value: unknown): string {
  if (typeof value !== "function") return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  return /^class\b/.test(String(value)) ? "class" : `function/${value.length}`;
}

test("the public names are those of api.snap.json", async () => {
  const api: Record<string, Record<string, string>> = {};
  for (const [subpath, target] of Object.entries(exports)) {
    if (typeof target === "string") continue;
    const file = target.types.replace(/^\.\/dist\//, "../src/").replace(/\.d\.ts$/, ".ts");
    const module = (await import(new URL(file, import.meta.url).href)) as Record<string, unknown>;
    const names = Object.keys(module).sort();
    expect(names, subpath).not.toEqual([]);
    api[subpath] = Object.fromEntries(names.map((name) => [name, kindOf(module[name])]));
  }
  await expect(`${JSON.stringify(api, null, 2)}\n`).toMatchFileSnapshot("api.snap.json");
});
