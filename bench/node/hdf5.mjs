// One side of bench/hdf5.mjs in a process of its own: `node hdf5.mjs brine|h5wasm FOLDER [H5WASM]`; tasks come as
// lines, and are answered in seconds, or by "none" where a side cannot do them.
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [, , side, folder, from] = process.argv;
process.chdir(folder);
const STEP = 100;
/** What tasks write, and is taken away behind them. */
const WRITTEN = ["plain", "packed"].map((kind) => `${side}-${kind}.h5`);
/** Tasks of a millisecond are run so often. */
const REPEAT = 20;
const SMALL = /^(list|one|rows plain)/;

async function brine() {
  const { File, open } = await import("../../dist/hdf5.js");
  const using = (path, run) => {
    const file = new File(path);
    try {
      return run(file);
    } finally {
      file.close();
    }
  };
  const listing = (path) => using(path, (f) => [...f].map(([name, ds]) => [name, ds.shape, ds.dtype]));
  const one = (path) => using(path, (f) => f.dataset("name 07777").read());
  const read = (path) => using(path, (f) => f.dataset("x").read());
  const part = (path, ...index) => using(path, (f) => f.dataset("x").get(...index));
  const blocks = (path) =>
    using(path, (f) => {
      const x = f.dataset("x");
      const at = (i) => `${i * STEP}:${(i + 1) * STEP}`;
      return Array.from({ length: 100 }, (_, i) => x.get(at(i), at(i)));
    });
  const later = async (path) => {
    const file = await open(path);
    const x = await (await file.dataset("x")).read();
    await file.close();
    return x;
  };
  const data = read("plain.h5");
  const write = (path, options) => {
    const file = new File(path, "w");
    file.createDataset("x", { data, ...options });
    return file;
  };
  return {
    "list old": () => listing("many-old.h5"),
    "list new": () => listing("many-new.h5"),
    "one old": () => one("many-old.h5"),
    "one new": () => one("many-new.h5"),
    "read plain": () => read("plain.h5"),
    "read plain, awaited": () => later("plain.h5"),
    "read old": () => read("packed-old.h5"),
    "read new": () => read("packed-new.h5"),
    "read old, awaited": () => later("packed-old.h5"),
    "read new, awaited": () => later("packed-new.h5"),
    "rows plain": () => part("plain.h5", "5000:5100"),
    "columns plain": () => part("plain.h5", "...", "5000:5100"),
    "rows old": () => part("packed-old.h5", "5000:5100"),
    "columns old": () => part("packed-old.h5", "...", "5000:5100"),
    "blocks old": () => blocks("packed-old.h5"),
    "write plain": () => write("brine-plain.h5", {}).close(),
    "write packed": () => write("brine-packed.h5", { chunks: [250, 500], compression: "gzip" }).closeAsync(),
  };
}

async function h5wasm() {
  const { File, ready } = await import(pathToFileURL(from).href);
  await ready;
  const using = (path, run) => {
    const file = new File(path, "r");
    try {
      return run(file);
    } finally {
      file.close();
    }
  };
  const listing = (path) => using(path, (f) => f.keys().map((name) => [name, f.get(name).shape, f.get(name).dtype]));
  const one = (path) => using(path, (f) => f.get("name 07777").value);
  const read = (path) => using(path, (f) => f.get("x").value);
  const part = (path, ...index) => using(path, (f) => f.get("x").slice(index));
  const blocks = (path) =>
    using(path, (f) => {
      const x = f.get("x");
      const at = (i) => [i * STEP, (i + 1) * STEP];
      return Array.from({ length: 100 }, (_, i) => x.slice([at(i), at(i)]));
    });
  const data = read("plain.h5");
  const write = (path, options) => {
    const file = new File(path, "w");
    file.create_dataset({ name: "x", data, shape: [10000, 10000], dtype: "<f4", ...options });
    file.close();
  };
  return {
    "list old": () => listing("many-old.h5"),
    "list new": () => listing("many-new.h5"),
    "one old": () => one("many-old.h5"),
    "one new": () => one("many-new.h5"),
    "read plain": () => read("plain.h5"),
    "read old": () => read("packed-old.h5"),
    "read new": () => read("packed-new.h5"),
    "rows plain": () => part("plain.h5", [5000, 5100]),
    "columns plain": () => part("plain.h5", [], [5000, 5100]),
    "rows old": () => part("packed-old.h5", [5000, 5100]),
    "columns old": () => part("packed-old.h5", [], [5000, 5100]),
    "blocks old": () => blocks("packed-old.h5"),
    "write plain": () => write("h5wasm-plain.h5", {}),
    "write packed": () => write("h5wasm-packed.h5", { chunks: [250, 500], compression: "gzip", compression_opts: 4 }),
  };
}

const tasks = await { brine, h5wasm }[side]();
for (const path of WRITTEN) rmSync(path, { force: true });
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const task = tasks[line];
  if (task === undefined) {
    console.log("none");
    continue;
  }
  // What large arrays leave is cleared away before the clock starts. After small tasks this would only throw away what
  // the engine has compiled, and other sides pay nothing like it.
  if (!SMALL.test(line)) globalThis.gc?.();
  const start = performance.now();
  let kept;
  for (let i = 0; i < (/^one|^rows plain/.test(line) ? REPEAT : 1); i++) kept = await task();
  const seconds = (performance.now() - start) / 1000;
  // Before another side's turn: its clock is not to run while the system writes this file to the disk.
  for (const path of WRITTEN) rmSync(path, { force: true });
  console.log(seconds);
  void kept;
}
