/** The command on torch's files: checkpoints of real torch, zip and legacy. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { run } from "./run.ts";

interface Row {
  id: string;
  by: string;
  file: string;
  tensors: { name: string; dtype: string; shape: number[] }[];
}

const fixture = new URL("../../fixtures/data/torch.jsonl.gz", import.meta.url);
const rows = gunzipSync(readFileSync(fixture))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const folder = mkdtempSync(join(tmpdir(), "brine-torch-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function brine(...args: string[]): Promise<string> {
  const text: string[] = [];
  const sink = { write: (part: string | Uint8Array) => text.push(String(part)) };
  const code = await run(args, { stdout: sink, stderr: sink, stdin: (async function* () {})(), env: {} });
  expect(code, text.join("")).toBe(0);
  return text.join("");
}

test("a checkpoint is shown as a tree, each tensor with shape and dtype", async () => {
  const found = rows.filter(({ id }) => /checkpoint/.test(id));
  expect(found.length).toBeGreaterThan(2);
  for (const [i, row] of found.entries()) {
    const path = join(folder, `${i}.pt`);
    writeFileSync(path, Buffer.from(row.file, "base64"));
    const shown = await brine(path, "-n", "100", "-d", "10");
    for (const { name, dtype, shape } of row.tensors) {
      const last = name.split(".").at(-1) as string;
      const told = `<tensor (${shape.join(", ")}${shape.length === 1 ? "," : ""}) ${dtype}>`;
      const isShown = shown.split("\n").some((text) => text.includes(last) && text.includes(told));
      expect(isShown, `${row.by} ${row.id} ${name} ${told}`).toBe(true);
    }
  }
});
