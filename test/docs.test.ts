/** Executes the examples of README.md and the guides in docs/, and finds the files that the documents name. */

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const work = join(root, ".cache", "docs");
const FACES: Readonly<Record<string, string>> = {
  brine: "src/index.ts",
  "brine/bundle": "src/whole.ts",
  "brine/doctor": "src/doctor.ts",
  "brine/hdf5": "src/hdf5.ts",
  "brine/joblib": "src/joblib.ts",
  "brine/keras": "src/keras.ts",
  "brine/memory": "src/memory.ts",
  "brine/node": "src/node/index.ts",
  "brine/numpy": "src/numpy.ts",
  "brine/pandas": "src/pandas.ts",
  "brine/pickle": "src/pickle.ts",
  "brine/pickletools": "src/formats/pickle/tools/index.ts",
  "brine/scan": "src/scan.ts",
  "brine/sklearn": "src/sklearn.ts",
  "brine/struct": "src/core/struct/index.ts",
  "brine/torch": "src/torch.ts",
};
const GUIDES = [
  "README.md",
  "docs/pickle.md",
  "docs/arrays.md",
  "docs/joblib.md",
  "docs/hdf5.md",
  "docs/numpy-values.md",
  "docs/memory.md",
  "docs/sklearn.md",
  "docs/pandas.md",
  "docs/torch.md",
  "docs/keras.md",
  "docs/doctor.md",
  "docs/scan.md",
  "docs/bundle.md",
];
const home = process.cwd();

beforeAll(() => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, "files"), { recursive: true });
  for (const name of readdirSync(join(root, "examples/data"))) {
    copyFileSync(join(root, "examples/data", name), join(work, "files", name));
  }
  process.chdir(join(work, "files"));
});
afterAll(() => process.chdir(home));

/** Writes an example as a module and gives its path. */
function write(document: string, { line, code }: Example): string {
  const file = join(work, `${document.replaceAll("/", "-")}-${line}.ts`);
  const imports = (_: string, face: string): string => `from "../../${FACES[face]!}"`;
  writeFileSync(file, code.replace(/from "(brine[^"]*)"/g, imports));
  return file;
}

interface Example {
  line: number;
  code: string;
}

function examples(document: string): Example[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length,
    code: match[1]!,
  }));
}

describe.each(GUIDES)("%s", (document) => {
  it.each(examples(document))("prints at line $line what it says", async ({ line, code }) => {
    const told = [...code.matchAll(/^.*\bconsole\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1]);
    expect(told.length).toBe(code.match(/\bconsole\.log\(/g)?.length ?? 0);
    const file = write(document, { line, code });
    const printed: string[] = [];
    const spy = vi.spyOn(console, "log").mockImplementation((...args) => void printed.push(format(...args)));
    try {
      await import(/* @vite-ignore */ file);
    } finally {
      spy.mockRestore();
    }
    expect(printed).toEqual(told);
  });
});

it("are typed as TypeScript wants it", () => {
  const files = GUIDES.flatMap((name) => examples(name).map((example) => write(name, example)));
  // As most programs have it.
  const compilerOptions = { noUncheckedIndexedAccess: false, noUnusedLocals: false, exactOptionalPropertyTypes: false };
  const types = [join(root, "node_modules/@types")];
  const config = join(work, "tsconfig.json");
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: { ...compilerOptions, typeRoots: types },
      files,
      include: [],
    }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", config], { encoding: "utf8", cwd: root });
  const wrong = stdout.split("\n").filter((line) => line.startsWith(".cache/docs/"));
  expect(wrong).toEqual([]);
});

describe.each([
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "docs/coverage.md",
  "docs/dependencies.md",
  "docs/arrays.md",
  "docs/bundle.md",
  "docs/command.md",
  "docs/hdf5.md",
  "docs/joblib.md",
  "docs/keras.md",
  "docs/memory.md",
  "docs/numpy-values.md",
  "docs/pandas.md",
  "docs/pickle.md",
  "docs/scan.md",
  "docs/sklearn.md",
  "docs/torch.md",
])("%s", (document) => {
  it("names only files that are there", () => {
    const text = readFileSync(join(root, document), "utf8");
    const named = [...text.matchAll(/`((?:src|test|docs|fixtures|examples|bench|scripts|\.ci)\/[\w./-]*)`/g)];
    const linked = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map((match) => [match[0], match[1]] as const);
    const folder = document.includes("/") ? "docs" : "";
    const missing = [
      ...named.map(([, path]) => path!).filter((path) => !existsSync(join(root, path))),
      ...linked.map(([, path]) => path!).filter((path) => !existsSync(join(root, folder, path))),
    ];
    expect(missing).toEqual([]);
  });
});
