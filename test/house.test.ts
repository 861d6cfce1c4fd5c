/** The law of the floors: imports go down, sideways only through another room's index, never in a circle. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../src/", import.meta.url));

/** Floors from the ground up; the first that fits a path is its floor. */
const FLOORS: readonly (readonly [floor: number, pattern: RegExp])[] = [
  [0, /^core\/(bytes\/|errors\.ts$)/],
  // What all other matter is made of.
  [0.8, /^core\/values\//],
  [1, /^core\//],
  // The side door: sources and platform stand beside the formats and know only the ground.
  [0.5, /^(sources|platform)\//],
  [2, /^(formats|math)\//],
  [3, /^families\//],
  [4, /^[^/]+\.ts$/],
  [4, /^tools\//],
  [5, /^(cli|node)\//],
];

/** Imports that break the law, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "formats/pickle/stdlib.ts > families/stdlib/index.ts": "the one door from pickle up to the pack it always knows",
};

/** Files that import each other in a circle, each group with its reason. */
const CIRCLES: Readonly<Record<string, string>> = {};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

const files = (readdirSync(root, { recursive: true }) as string[])
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .sort();
const sources = files.filter((file) => !file.endsWith(".test.ts"));
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");
/** A file's code without its comments (which show imports in examples). */
const codeOf = (file: string): string =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

function specifiers(file: string): { name: string; typeOnly: boolean }[] {
  const code = codeOf(file);
  return [
    ...[...code.matchAll(STATEMENT)].map(([, type, name]) => ({ name: name as string, typeOnly: type !== undefined })),
    ...[...code.matchAll(DYNAMIC)].map(([, name]) => ({ name: name as string, typeOnly: false })),
  ];
}

const imports: Import[] = sources.flatMap((from) =>
  specifiers(from)
    .filter(({ name }) => name.startsWith("."))
    .map(({ name, typeOnly }) => ({
      from,
      to: relative(root, join(root, dirname(from), name)).replaceAll("\\", "/"),
      typeOnly,
    })),
);

function floorOf(file: string): number {
  const found = FLOORS.find(([, pattern]) => pattern.test(file));
  if (found === undefined) throw new Error(`${file} stands on no floor: add its folder to FLOORS`);
  return found[0];
}

/** A room: `core/values`, `formats/pickle`, `families/stdlib`, `cli`…; the hall's files are one. */
function roomOf(file: string): string {
  const parts = file.split("/");
  if (parts.length === 1) return "hall";
  if (parts.length === 2) return parts[0] as string;
  return ["core", "formats", "families", "tools"].includes(parts[0] as string)
    ? parts.slice(0, 2).join("/")
    : (parts[0] as string);
}

test("every import leads to a file", () => {
  const lost = imports.filter(({ to }) => !sources.includes(to)).map(({ from, to }) => `${from} > ${to}`);
  expect(imports.length).toBeGreaterThan(100);
  expect(lost).toEqual([]);
});

test("imports go down, or sideways to another room's index", () => {
  const wrong: string[] = [];
  const used = new Set<string>();
  for (const { from, to } of imports) {
    const line = `${from} > ${to}`;
    const [here, there] = [floorOf(from), floorOf(to)];
    const sideways = here === there && roomOf(from) !== roomOf(to);
    // The ground has no rooms, and files that lie free in core/ or the hall belong to all of their floor.
    const free = here === 0 || /^core\/[^/]+\.ts$/.test(to) || roomOf(to) === "hall" || /^core\/[^/]+\.ts$/.test(from);
    if (there <= here && !(sideways && !free && !to.endsWith("/index.ts"))) continue;
    if (line in EXCEPTIONS) used.add(line);
    else wrong.push(line);
  }
  expect(wrong).toEqual([]);
  expect(Object.keys(EXCEPTIONS).filter((line) => !used.has(line))).toEqual([]);
});

test("nothing is imported in a circle", () => {
  // Types are gone at run time, so only what remains can run in a circle.
  const next = new Map<string, string[]>(sources.map((file) => [file, []]));
  for (const { from, to, typeOnly } of imports) if (!typeOnly) next.get(from)?.push(to);
  // Tarjan: files that reach each other.
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file) as number);
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file) as number, low.get(to) as number));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1 || next.get(file)?.includes(file)) circles.push(group.sort().join(" "));
  };
  for (const file of sources) if (!index.has(file)) visit(file);
  expect(circles.filter((circle) => !(circle in CIRCLES))).toEqual([]);
  expect(Object.keys(CIRCLES).filter((circle) => !circles.includes(circle))).toEqual([]);
});

test("only platform, node and cli know Node", () => {
  const wrong = sources
    .filter((file) => !/^(platform|node|cli)\//.test(file))
    .flatMap((file) => specifiers(file).map(({ name }) => [file, name] as const))
    .filter(([, name]) => !name.startsWith(".") && name !== "#platform" && name !== "#filters")
    .map(([file, name]) => `${file} imports ${name}`);
  expect(wrong).toEqual([]);
  // The page's half of the platform least of all.
  expect(specifiers("platform/web.ts").filter(({ name }) => !name.startsWith("."))).toEqual([]);
});

test("no code is made from text", () => {
  const wrong = sources.filter((file) => /\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(\s*["'`]/.test(codeOf(file)));
  expect(wrong).toEqual([]);
});

test("no file over 500 lines, lower-case names, no default exports", () => {
  const long = sources
    .map((file) => [file, textOf(file).trimEnd().split("\n").length] as const)
    .filter(([, lines]) => lines > 500)
    .map(([file, lines]) => `${file}: ${lines} lines`);
  expect(long).toEqual([]);
  expect(files.filter((file) => file !== file.toLowerCase() || /\butils\.ts$/.test(file))).toEqual([]);
  expect(sources.filter((file) => /^export\s+default\b|\bas\s+default\b/m.test(codeOf(file)))).toEqual([]);
});

test("the viewer's files are small, too, and take of brine what stands in src", () => {
  const viewer = fileURLToPath(new URL("../apps/viewer/src/", import.meta.url));
  for (const name of readdirSync(viewer, { recursive: true }) as string[]) {
    if (!name.endsWith(".ts")) continue;
    const text = readFileSync(join(viewer, name), "utf8");
    expect(text.split("\n").length, name).toBeLessThanOrEqual(500);
    const taken = [...text.matchAll(STATEMENT)].map(([, , from]) => from as string);
    expect(
      taken.filter((from) => from !== "uplot" && !/^\.{1,2}\//.test(from)),
      name,
    ).toEqual([]);
  }
});
