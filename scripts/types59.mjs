// Checks the emitted declarations with TypeScript 5.9, as a program that uses the package would: every subpath is
// imported from an installed copy, library checks on, by Node's and by bundlers' module resolution.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const VERSION = "5.9.3";
const folder = join(root, ".cache", "ts59");
const tsc = join(folder, "node_modules", "typescript", "bin", "tsc");
const library = join(folder, "node_modules", "typescript", "package.json");

const installed = existsSync(library) ? JSON.parse(readFileSync(library, "utf8")).version : null;
if (installed !== VERSION) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const run = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", `typescript@${VERSION}`], {
    cwd: folder,
    stdio: "inherit",
    timeout: 300_000,
  });
  if (run.status !== 0) process.exit(1);
}

// The package as npm would lay it down.
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const copy = join(folder, "node_modules", manifest.name);
rmSync(copy, { recursive: true, force: true });
for (const part of ["package.json", "dist", "src"]) cpSync(join(root, part), join(copy, part), { recursive: true });
const types = join(folder, "node_modules", "@types");
rmSync(types, { recursive: true, force: true });
cpSync(join(root, "node_modules", "@types", "node"), join(types, "node"), { recursive: true });
cpSync(join(root, "node_modules", "undici-types"), join(folder, "node_modules", "undici-types"), { recursive: true });

const subpaths = Object.entries(manifest.exports).filter(([, at]) => typeof at === "object");
const lines = subpaths.flatMap(([name], i) => [
  `import * as part${i} from "${manifest.name}${name.slice(1)}";`,
  `export type Part${i} = typeof part${i};`,
]);
writeFileSync(
  join(folder, "uses.ts"),
  `${lines.join("\n")}\nexport const parts = [${subpaths.map((_, i) => `part${i}`)}];\n`,
);
writeFileSync(
  join(folder, "example.ts"),
  `import { dumps, equal, load, loads, PyDict, type PyTuple, repr, tuple } from "${manifest.name}/pickle";
const pair: PyTuple<[number, string]> = tuple(1, "a");
const dict = loads<PyDict<string, number>>(dumps(new PyDict([["a", 1]])));
export const found: number | undefined = dict.get("a");
export const text: string = repr(pair);
export const same: boolean = equal(await load<unknown>(dumps(pair)), pair);
`,
);

let failed = false;
for (const [module, moduleResolution, lib] of [
  ["nodenext", "nodenext", ["es2022", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"]],
  ["esnext", "bundler", ["es2023", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"]],
]) {
  const compilerOptions = {
    target: "es2022",
    lib,
    module,
    moduleResolution,
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const path = join(folder, `tsconfig.${moduleResolution}.json`);
  writeFileSync(path, JSON.stringify({ compilerOptions, files: ["uses.ts", "example.ts"] }, null, 2));
  const run = spawnSync(process.execPath, [tsc, "-p", path], { cwd: folder, stdio: "inherit" });
  console.log(
    `${run.status === 0 ? "ok  " : "FAIL"} TypeScript ${VERSION}, ${moduleResolution}: ${subpaths.length} subpaths`,
  );
  if (run.status !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
