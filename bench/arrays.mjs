/**
 * `node bench/arrays.mjs`: npy and npz files of 200 MB, on a fresh build.
 *
 * Reading is set against a plain `fs.readSync` of the same file, both in one process and in turns; against NumPy, when
 * BRINE_PYTHON names a Python that has it, in a process of its own. Medians of nine runs; above 1 brine is faster.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { dump as dumpJoblib, load as loadJoblib } from "../dist/joblib.js";
import { dumps, load, savez, savezCompressed } from "../dist/numpy.js";

const dir = fileURLToPath(new URL("../.cache/bench/", import.meta.url));
fs.mkdirSync(dir, { recursive: true });
const count = 25_000_000;
const data = Float64Array.from({ length: count }, (_, i) => Math.round(Math.sin(i) * 1000));
const files = { npy: `${dir}a.npy`, big: `${dir}big.npy`, npz: `${dir}a.npz`, packed: `${dir}packed.npz` };
files.joblib = `${dir}a.joblib`;
await dumpJoblib(data, files.joblib);
fs.writeFileSync(files.npy, dumps(data));
const turned = Buffer.from(data.slice().buffer).swap64();
fs.writeFileSync(files.big, Buffer.concat([Buffer.from(dumps(data).subarray(0, 128)), turned]));
const fd = fs.openSync(files.big, "r+");
fs.writeSync(fd, ">", fs.readFileSync(files.npy).subarray(0, 128).indexOf("<"));
fs.closeSync(fd);
await savez(files.npz, { a: data });
await savezCompressed(files.packed, { a: data.subarray(0, count / 4), b: data.subarray(0, count / 4) });

const size = fs.statSync(files.npy).size;
function plain(into) {
  const file = fs.openSync(files.npy);
  for (let at = 0; at < size; ) at += fs.readSync(file, into, at, size - at, at);
  fs.closeSync(file);
}
async function all(path) {
  const npz = await load(path);
  await npz.all();
  await npz.close();
}
const held = new Float64Array(count + 16);
const runs = {
  "readSync, fresh": () => plain(Buffer.allocUnsafeSlow(size)),
  "load npy": () => load(files.npy),
  "load joblib, not packed": () => loadJoblib(files.joblib),
  "readSync, into": () => plain(Buffer.from(held.buffer)),
  "load npy, into": () => load(files.npy, { into: held }),
  "load npy, big-endian": () => load(files.big),
  "load npz": () => all(files.npz),
  "load npz, packed (100 MB)": () => all(files.packed),
};
// What one run leaves behind is not to be cleared away in the time of the next.
setFlagsFromString("--expose-gc");
const clear = runInNewContext("gc");
const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
for (let round = 0; round < 10; round++) {
  for (const [name, run] of Object.entries(runs)) {
    clear();
    const start = performance.now();
    await run();
    if (round > 0) times[name].push(performance.now() - start);
  }
}
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

const python = process.env.BRINE_PYTHON ?? "python3";
const script = `
import json, sys, time
import numpy as np
def med(run):
    times = []
    for _ in range(9):
        start = time.perf_counter(); run(); times.append(time.perf_counter() - start)
    return sorted(times)[4] * 1e3
files = json.loads(sys.argv[1])
rows = {"load npy": lambda: np.load(files["npy"]), "load npy, big-endian": lambda: np.load(files["big"])}
rows["load npy, into"] = rows["load npy"]
rows["load npz"] = lambda: [v for v in np.load(files["npz"]).values()]
rows["load npz, packed (100 MB)"] = lambda: [v for v in np.load(files["packed"]).values()]
print(json.dumps({name: med(run) for name, run in rows.items()}))
`;
const theirs = spawnSync(python, ["-c", script, JSON.stringify(files)], { encoding: "utf8" });
const numpy = theirs.status === 0 ? JSON.parse(theirs.stdout) : {};

for (const [name, list] of Object.entries(times)) {
  const ours = median(list);
  const beside = /^load (npy|joblib, not packed)$/.test(name)
    ? "readSync, fresh"
    : name === "load npy, into"
      ? "readSync, into"
      : null;
  const ratio = beside === null ? "" : `   of readSync ${(median(times[beside]) / ours).toFixed(2)}`;
  const against = numpy[name] === undefined ? "" : `   of NumPy ${(numpy[name] / ours).toFixed(2)}`;
  console.log(`${name.padEnd(28)} ${ours.toFixed(0).padStart(5)} ms${ratio}${against}`);
}
for (const path of Object.values(files)) fs.rmSync(path);
