/**
 * `node bench/memory.mjs`: peak memory of loading a 1 GiB bytes payload and a million rows of dicts from a file.
 *
 * Each load runs in a process of its own; CPython's peak stands beside it.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dir = fileURLToPath(new URL("../.cache/bench/", import.meta.url));
mkdirSync(dir, { recursive: true });
const python = process.env.BRINE_PYTHON ?? "python3";
const face = new URL("../dist/pickle.js", import.meta.url).href;

const files = {
  "bytes_1gib.pkl": "{'a': bytes(1 << 30)}",
  "rows_1m.pkl":
    "[{'id': i, 'name': 'n%d' % i, 'price': i * 0.37, 'tags': ['a', 'b'], 'nested': {'x': i, 'y': None}} for i in range(1000000)]",
};
for (const [name, source] of Object.entries(files)) {
  const path = dir + name;
  execFileSync(python, [
    "-c",
    `import pickle; f = open(${JSON.stringify(path)}, 'wb'); pickle.dump(${source}, f, protocol=4)`,
  ]);
  const theirs = execFileSync(python, [
    "-c",
    `import pickle, resource; v = pickle.load(open(${JSON.stringify(path)}, 'rb')); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1048576)`,
  ]);
  const ours = execFileSync(process.execPath, [
    "--input-type=module",
    "-e",
    `const { load } = await import(${JSON.stringify(face)}); const v = await load(${JSON.stringify(path)}); if (!v) throw 0; console.log(process.resourceUsage().maxRSS / 1048576)`,
  ]);
  const [a, b] = [Number(ours), Number(theirs)];
  console.log(
    `${name.padEnd(16)} brine ${a.toFixed(3)} GiB   CPython ${b.toFixed(3)} GiB   ratio ${(a / b).toFixed(2)}`,
  );
  rmSync(path);
}
