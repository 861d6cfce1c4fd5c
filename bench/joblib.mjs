/**
 * `node bench/joblib.mjs`: reading joblib files of 100 MB in every packing, on a fresh build, beside joblib itself.
 *
 * Needs a Python with NumPy, joblib and lz4: `.cache/venv`, which `npm run test:python` makes, or `BRINE_PYTHON`. Both
 * sides run in processes of their own, in turns; medians of seven loads; below 1 brine is faster.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dir = fileURLToPath(new URL("../.cache/bench/joblib/", import.meta.url));
mkdirSync(dir, { recursive: true });
const venv = fileURLToPath(new URL("../.cache/venv/bin/python", import.meta.url));
const python = process.env.BRINE_PYTHON ?? (existsSync(venv) ? venv : "python3");
const face = new URL("../dist/joblib.js", import.meta.url).href;

const rows = ["none", "zlib", "gzip", "lz4", "bz2", "xz", "lzma"];
const only = process.argv[2]?.split(",") ?? rows;
execFileSync(python, [
  "-c",
  `
import sys, joblib, numpy as np
rng = np.random.default_rng(7)
# Half of it is noise of three digits, half rises slowly.
half = 6_250_000
x = np.concatenate([np.round(rng.normal(size=half), 3), np.cumsum(rng.integers(0, 3, size=half)).astype("f8")])
for name in sys.argv[2:]:
    slow = name in ("bz2", "xz", "lzma")
    joblib.dump(x[: half // 2] if slow else x, sys.argv[1] + name, compress=0 if name == "none" else (name, 3))
`,
  dir,
  ...only,
]);

const THEIRS = `
import sys, time, joblib
times = []
for _ in range(8):
    start = time.perf_counter(); joblib.load(sys.argv[1]); times.append(time.perf_counter() - start)
print(sorted(times[1:])[3] * 1e3)
`;
const OURS = `
const { load } = await import(${JSON.stringify(face)});
const times = [];
for (let i = 0; i < 8; i++) {
  const start = performance.now();
  await load(process.argv[1]);
  times.push(performance.now() - start);
}
console.log(times.slice(1).sort((a, b) => a - b)[3]);
`;
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
for (const name of only) {
  const path = dir + name;
  const ours = [];
  const theirs = [];
  for (let round = 0; round < 3; round++) {
    theirs.push(Number(execFileSync(python, ["-c", THEIRS, path])));
    ours.push(Number(execFileSync(process.execPath, ["--input-type=module", "-e", OURS, path])));
  }
  const [a, b] = [median(ours), median(theirs)];
  console.log(
    `${name.padEnd(6)} brine ${a.toFixed(0).padStart(5)} ms   joblib ${b.toFixed(0).padStart(5)} ms   ratio ${(a / b).toFixed(2)}`,
  );
  rmSync(path);
}
