/** Runs the command lines that README.md and docs/command.md show, in a shell, and compares what they print. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allCommands } from "../src/cli/commands.ts";
import { bundledCommand } from "./support/command.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let main = "";
const folder = mkdtempSync(join(tmpdir(), "brine-commands-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  main = await bundledCommand("commands");
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/brine"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 });
}, 60_000);

interface Line {
  readonly line: number;
  readonly command: string;
  readonly printed: string;
}

/** The lines behind a `$` in the blocks of a document, and what stands below each. */
function commandsIn(document: string): Line[] {
  const text = readFileSync(join(root, document), "utf8");
  const found: Line[] = [];
  for (const block of text.matchAll(/^```console\n([\s\S]*?)^```/gm)) {
    const first = text.slice(0, block.index).split("\n").length + 1;
    const printed = (block[1] as string).split(/^\$ /m).slice(1);
    let line = first;
    for (const part of printed) {
      const [command = "", ...below] = part.replace(/\n$/, "").split("\n");
      found.push({ line, command, printed: below.join("\n") });
      line += 1 + below.length;
    }
  }
  return found;
}

describe.each(["README.md", "docs/command.md"])("%s", (document) => {
  const work = join(folder, document.replaceAll("/", "-"));
  beforeAll(() => {
    for (const place of [".", "examples/data"])
      cpSync(join(root, "examples/data"), join(work, place), { recursive: true });
  });
  it.each(commandsIn(document))("prints at line $line what it says: $command", ({ command, printed }) => {
    const path = `${join(folder, "bin")}${delimiter}${process.env["PATH"]}`;
    const env = { ...process.env, PATH: path };
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: work, encoding: "utf8", env });
    expect(stderr).toBe("");
    // A line with a remark has nothing below it.
    if (!/ # /.test(command)) expect(stdout.replace(/\n$/, "")).toBe(printed);
    else expect(stdout).not.toBe("");
  });
});

it("docs/command.md has every command", async () => {
  const text = readFileSync(join(root, "docs/command.md"), "utf8");
  for (const { name } of await allCommands()) expect(text).toContain(`brine ${name} `);
});
