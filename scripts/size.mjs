// Bundles every subpath for a browser and holds it to its budget: `node scripts/size.mjs [--update]`.
//
// budgets.json: bytes after gzip; "target" is where a subpath is to end up. What each module weighs is written to
// .cache/size.txt. No bundle may import from "node:". Run it on a fresh build.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { bundleText } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const budgetsPath = join(root, "scripts", "budgets.json");
const budgets = JSON.parse(readFileSync(budgetsPath, "utf8"));
const { exports: subpaths } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const update = process.argv.includes("--update");

/** The file that is one already, made of all others. */
const PREBUILT = subpaths["./bundle"].default;

/** Subpaths that only Node imports. */
const NODE_ONLY = new Set(["./node"]);

/** The chunks of a bundle; `beside` is another entry of it, so that what both load stands in chunks of its own. */
async function bundle(path, names, beside) {
  if (path === PREBUILT) {
    const code = await bundleText();
    return [
      { type: "chunk", code, isEntry: true, name: "own", fileName: path, imports: [], dynamicImports: [], modules: {} },
    ];
  }
  const virtual = names && {
    name: "chosen-exports",
    resolveId: (id) => (id === "chosen" ? id : null),
    load: (id) => (id === "chosen" ? `export { ${names} } from ${JSON.stringify(join(root, path))};` : null),
  };
  const build = await rolldown({
    input: names ? "chosen" : beside ? { own: join(root, path), beside: join(root, beside) } : join(root, path),
    plugins: virtual ? [virtual] : [],
    platform: "browser",
    resolve: { conditionNames: ["browser", "import", "default"] },
    logLevel: "silent",
  });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  return output.filter((chunk) => chunk.type === "chunk");
}

const report = [];
const problems = [];
const entries = Object.entries(subpaths)
  .filter(([name, at]) => typeof at === "object" && !NODE_ONLY.has(name))
  .map(([name, at]) => [`brine${name.slice(1)}`, at.default]);
// What a page that only reads or writes bytes gets, since unused exports fall away.
const pickle = subpaths["./pickle"].default;
entries.push(["brine/pickle { loads, dumps }", pickle, "loads, dumps"], ["brine/pickle { loads }", pickle, "loads"]);
// What Keras adds to a page that has HDF5: layers, kernels, zip, pickling; all but what brine/hdf5 loads itself.
entries.push(["brine/keras besides brine/hdf5", subpaths["./keras"].default, undefined, subpaths["./hdf5"].default]);

for (const [name, path, names, beside] of entries) {
  const chunks = await bundle(path, names, beside);
  // What a page loads at once: the entry and what it imports statically.
  const loaded = (isEntry) => {
    const wanted = new Set();
    const walk = (file) => {
      const chunk = chunks.find((c) => c.fileName === file);
      if (chunk === undefined || wanted.has(chunk)) return;
      wanted.add(chunk);
      for (const next of chunk.imports) walk(next);
    };
    for (const chunk of chunks) if (chunk.isEntry && isEntry(chunk.name)) walk(chunk.fileName);
    return wanted;
  };
  const wanted = loaded((entry) => entry !== "beside");
  if (beside) for (const chunk of loaded((entry) => entry === "beside")) wanted.delete(chunk);
  const code = [...wanted].map((chunk) => chunk.code).join("\n");
  const size = gzipSync(code, { level: 9 }).length;
  for (const chunk of chunks) {
    const named = [...chunk.imports, ...chunk.dynamicImports].filter((i) => /^(node:|fs$|path$|url$)/.test(i));
    if (named.length > 0) problems.push(`${name} imports ${named.join(", ")}`);
    if (/["'`]node:/.test(chunk.code)) problems.push(`${name} holds the text of a node: import`);
  }
  const budget = (budgets[name] ??= { budget: Math.ceil(size * 1.03) });
  if (update) budget.budget = Math.max(Math.ceil(size * 1.03), 0);
  const target =
    budget.target === undefined ? "" : `, target ${budget.target}${size > budget.target ? " (not met)" : ""}`;
  console.log(`${name}: ${size} bytes gzip (${code.length} plain), budget ${budget.budget}${target}`);
  if (size > budget.budget) problems.push(`${name} is ${size} bytes, its budget ${budget.budget}`);

  // What each module adds: its size in the minified bundle, and by how much gzip grows with it.
  report.push(`\n${name}: ${size} bytes gzip, ${code.length} plain\n`);
  const modules = [];
  for (const chunk of wanted) {
    for (const [id, module] of Object.entries(chunk.modules)) {
      if (module.renderedLength > 0)
        modules.push([relative(join(root, "dist"), id), module.renderedLength, module.code]);
    }
  }
  const total = modules.reduce((sum, [, length]) => sum + length, 0);
  modules.sort((a, b) => b[1] - a[1]);
  for (const [id, length] of modules) {
    const share = Math.round((size * length) / total);
    report.push(`${String(length).padStart(8)} ${String(share).padStart(7)}  ${id}`);
  }
}
for (const name of Object.keys(budgets)) {
  if (!entries.some(([entry]) => entry === name)) problems.push(`budgets.json names ${name}, which is no subpath`);
}
mkdirSync(join(root, ".cache"), { recursive: true });
const head = "Rendered bytes of each module before minifying, and its share of the bundle's gzip size by that measure.";
writeFileSync(join(root, ".cache", "size.txt"), `${head}\n${report.join("\n")}\n`);
if (update) writeFileSync(budgetsPath, `${JSON.stringify(budgets, null, 2)}\n`);
for (const problem of problems) console.error(`FAIL ${problem}`);
process.exit(problems.length > 0 ? 1 : 0);
