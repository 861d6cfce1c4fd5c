import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCases, readCaseText } from "./support/cases.ts";
import { compareDescriptions, formText } from "./support/describe-types.ts";

const manifest = JSON.parse(readFileSync(new URL("../fixtures/data/manifest.json", import.meta.url), "utf8")) as Record<
  string,
  { cases: number; sha256: string }
>;

describe.each(["cpython", "values"] as const)("the cases of %s", (name) => {
  const row = manifest[`${name}.jsonl.gz`]!;
  const cases = readCases(name);

  it("are those of the manifest", () => {
    expect(createHash("sha256").update(readCaseText(name), "latin1").digest("hex")).toBe(row.sha256);
    expect(cases.length).toBe(row.cases);
  });

  it("have an id of their own and exactly one expectation", () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(cases.filter((c) => (c.expect === undefined) === (c.error === undefined))).toEqual([]);
  });

  it("refer to nodes that are there", () => {
    for (const { id, expect: told } of cases) {
      if (told === undefined) continue;
      let next = 0;
      const seen = new Set<number>();
      const todo: unknown[] = [told.root];
      while (todo.length > 0) {
        const form = todo.pop();
        if (typeof form !== "object" || form === null) continue;
        const number = (form as { r?: unknown }).r;
        if (typeof number !== "number") todo.push(...Object.values(form));
        else if (!seen.has(number)) {
          seen.add(number);
          next++;
          expect(told.nodes[number], id).toBeDefined();
          todo.push(told.nodes[number]);
        }
      }
      expect(next, id).toBe(told.nodes.length);
    }
  });
});

describe("descriptions", () => {
  it("are compared key by key, and the first difference is told", () => {
    expect(compareDescriptions({ root: { r: 0 }, nodes: [] }, { nodes: [], root: { r: 0 } })).toBeNull();
    expect(compareDescriptions({ v: [1, { i: "1" }, 3] }, { v: [1, { f: "1" }, 4] })).toEqual({
      path: "$.v[1].i",
      expected: "1",
      actual: "(absent)",
    });
    expect(compareDescriptions([], {})).toEqual({ path: "$", expected: [], actual: {} });
  });

  it("have the text that Python's json.dumps gives", () => {
    expect(formText({ t: "tuple", v: [{ s: "é\x7f\ud800\u{1f600}\n" }, null, true, 1] })).toBe(
      '{"t":"tuple","v":[{"s":"\\u00e9\\u007f\\ud800\\ud83d\\ude00\\n"},null,true,1]}',
    );
  });
});
