/**
 * `node bench/memory.mjs`: peak memory of loading a million rows of dicts and 1 GiB of bytes and arrays from a file.
 *
 * Each load runs in a process of its own; Python's peak stands beside it. Rows of arrays need a Python with NumPy and
 * joblib: `.cache/venv`, which `npm run test:python` makes, or `BRINE_PYTHON`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dir = fileURLToPath(new URL("../.cache/bench/", import.meta.url));
mkdirSync(dir, { recursive: true });
const venv = fileURLToPath(new URL("../.cache/venv/bin/python", import.meta.url));
const python = process.env.BRINE_PYTHON ?? (existsSync(venv) ? venv : "python3");
const dist = new URL("../dist/", import.meta.url).href;

const WALK = "np.arange(1 << 27) / 3";
/** Name, Python that writes `path`, Python that reads it, brine's module and what of it reads the file. */
const rows = [
  ["bytes_1gib.pkl", "pickle.dump({'a': bytes(1 << 30)}, open(path, 'wb'), protocol=4)", "pickle", "pickle"],
  [
    "rows_1m.pkl",
    "pickle.dump([{'id': i, 'name': 'n%d' % i, 'price': i * 0.37, 'tags': ['a', 'b'], 'nested': {'x': i, 'y': None}}" +
      " for i in range(1000000)], open(path, 'wb'), protocol=4)",
    "pickle",
    "pickle",
  ],
  ["array_p4.pkl", `pickle.dump(${WALK}, open(path, 'wb'), protocol=4)`, "pickle", "index"],
  ["array_p5.pkl", `pickle.dump(${WALK}, open(path, 'wb'), protocol=5)`, "pickle", "index"],
  ["array.npy", `np.save(path, ${WALK})`, "numpy", "numpy"],
  ["array.joblib", `joblib.dump(${WALK}, path)`, "joblib", "joblib"],
  ["array.joblib.z", `joblib.dump(np.arange(1 << 27) // 1000 * 1.0, path, compress=('zlib', 1))`, "joblib", "joblib"],
];
const READ = { pickle: "pickle.load(open(path, 'rb'))", numpy: "np.load(path)", joblib: "joblib.load(path)" };
const HEAD = { pickle: "import pickle", numpy: "import numpy as np", joblib: "import joblib" };

const only = process.argv[2]?.split(",");
for (const [name, make, reader, face] of rows) {
  if (only && !only.some((part) => name.includes(part))) continue;
  const path = dir + name;
  const run = (text) => execFileSync(python, ["-c", `path = ${JSON.stringify(path)}\n${text}`], { encoding: "utf8" });
  try {
    run(`import pickle\ntry:\n    import numpy as np, joblib\nexcept ImportError:\n    pass\n${make}`);
  } catch {
    console.log(`${name.padEnd(16)} not measured: ${python} has no NumPy or joblib`);
    continue;
  }
  const peak = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1048576)";
  const theirs = run(`${HEAD[reader]}\nv = ${READ[reader]}\n${peak}`);
  const ours = execFileSync(process.execPath, [
    "--input-type=module",
    "-e",
    `const { load } = await import(${JSON.stringify(`${dist}${face}.js`)});
    const v = await load(${JSON.stringify(path)});
    if (!v) throw 0;
    console.log(process.resourceUsage().maxRSS / 1048576)`,
  ]);
  const [a, b] = [Number(ours), Number(theirs)];
  console.log(
    `${name.padEnd(16)} brine ${a.toFixed(3)} GiB   Python ${b.toFixed(3)} GiB   ratio ${(a / b).toFixed(2)}`,
  );
  rmSync(path);
}
