import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pattern } from "./paths.ts";
import { run } from "./run.ts";

const EVIL = "cos\nsystem\n(S'true'\ntR.";
const OWN = "cshop.models\nOrder\n(tR.";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brine-scan-"));
  mkdirSync(join(folder, "deep/er"), { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  writeFileSync(join(folder, "safe.pkl"), "(lp0\nI1\na.");
  writeFileSync(join(folder, "own.pkl"), OWN);
  writeFileSync(join(folder, "deep/evil.pkl"), EVIL);
  writeFileSync(join(folder, "deep/er/notes.md"), "# nothing\n");
  writeFileSync(join(folder, "node_modules/evil.pkl"), EVIL);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function brine(...argv: string[]): Promise<[code: number, out: string, err: string]> {
  let [out, err] = ["", ""];
  const code = await run(["scan", ...argv], {
    stdout: { write: (data) => (out += String(data)) },
    stderr: { write: (data) => (err += String(data)) },
    stdin: (async function* () {
      yield EVIL;
    })(),
    env: {},
  });
  return [code, out, err];
}

it("says what it found, with the opcodes around it, and ends in 1", async () => {
  const [code, out] = await brine(join(folder, "deep/evil.pkl"), "-g");
  expect(code).toBe(1);
  expect(out.replaceAll(folder, "")).toBe(`/deep/evil.pkl: dangerous
  dangerous  dangerous-name  /deep/evil.pkl+0x0
    os.system: the module os can run code or reach files or the net. It is called with ("true").
    → do not load it in Python; ask who wrote it for a file without code
    | >     0: GLOBAL "os system"
    |      11: MARK
    |      12: STRING "true"
    |      20: TUPLE
  dangerous  os.system  reduce
`);
});

it("ends in 0 safe, 3 suspicious, 2 not scanned, and the worst wins", async () => {
  expect((await brine(join(folder, "safe.pkl")))[0]).toBe(0);
  expect((await brine(join(folder, "own.pkl")))[0]).toBe(3);
  expect((await brine(join(folder, "own.pkl"), "--allow-suspicious"))[0]).toBe(0);
  expect((await brine(join(folder, "own.pkl"), "--allow", "shop.models.Order"))[0]).toBe(0);
  expect((await brine(join(folder, "own.pkl"), "--strict"))[0]).toBe(1);
  const [code, , err] = await brine(join(folder, "none.pkl"), join(folder, "own.pkl"));
  expect([code, err]).toEqual([2, expect.stringContaining("none.pkl")]);
  expect((await brine(join(folder, "none.pkl"), join(folder, "deep/evil.pkl")))[0]).toBe(1);
  expect((await brine())[0]).toBe(2);
  expect((await brine("x", "--json", "--sarif"))[0]).toBe(2);
});

it("takes folders, patterns and stdin, and leaves out what is excluded", async () => {
  const [code, out] = await brine(folder);
  expect(code).toBe(1);
  expect(out).toContain("4 files: 1 dangerous, 1 suspicious, 2 safe");
  expect((await brine(folder, "--exclude", "evil.*,own.pkl"))[0]).toBe(0);
  expect((await brine(`${folder}/**/*.pkl`))[1]).toContain("3 files: 1 dangerous");
  expect((await brine(`${folder}/*.pkl`))[1]).toContain("2 files: 0 dangerous");
  expect(await brine(`${folder}/*.none`)).toEqual([2, "", expect.stringContaining("leads to no file")]);
  const [, text] = await brine("-");
  expect(text).toContain("dangerous-name  stdin+0x0");
});

it("prints JSON and SARIF", async () => {
  const [, json] = await brine(join(folder, "own.pkl"), "--json");
  expect(JSON.parse(json)).toMatchObject({ verdict: "suspicious", files: [{ findings: [{ rule: "unknown-name" }] }] });
  const [code, text] = await brine(join(folder, "deep/evil.pkl"), "--sarif");
  expect(code).toBe(1);
  const log = JSON.parse(text) as {
    version: string;
    runs: { results: { level: string; ruleId: string; ruleIndex: number }[] }[];
  };
  expect(log.version).toBe("2.1.0");
  expect(log.runs[0]?.results[0]).toMatchObject({ level: "error", ruleId: "dangerous-name", ruleIndex: 0 });
});

it("patterns are those of shells", () => {
  const fits = (glob: string, path: string): boolean => pattern(glob).test(path);
  expect(fits("*.pkl", "a.pkl")).toBe(true);
  expect(fits("*.pkl", "a/b.pkl")).toBe(false);
  expect(fits("**/*.pkl", "a/b/c.pkl")).toBe(true);
  expect(fits("a?[0-9].p*", "ab7.pkl")).toBe(true);
  expect(fits("[!a].x", "b.x")).toBe(true);
  expect(fits("a.x", "abx")).toBe(false);
});
