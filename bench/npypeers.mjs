/**
 * `node bench/npypeers.mjs`: npy and npz beside npyjs and numpy-ts, on a fresh build.
 *
 * The peers are installed into `.cache/peers` when they are not there. All parties run in one process and in turns;
 * medians of nine rounds; below 1 brine is faster. A peer has no figure where it refuses the file.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as brine from "../dist/numpy.js";

const PEERS = { npyjs: "1.2.0", "numpy-ts": "1.4.0" };
const dir = fileURLToPath(new URL("../.cache/peers/", import.meta.url));
fs.mkdirSync(dir, { recursive: true });
if (!Object.keys(PEERS).every((name) => fs.existsSync(`${dir}node_modules/${name}`))) {
  const wanted = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
  fs.writeFileSync(`${dir}package.json`, "{}");
  execFileSync("npm", ["install", "--silent", ...wanted], { cwd: dir, stdio: "inherit" });
}
const found = createRequire(`${dir}package.json`);
const npyjs = await import(pathToFileURL(found.resolve("npyjs").replace(/cjs$/, "js")).href);
const numpyTs = await import(pathToFileURL(found.resolve("numpy-ts")).href);

const wave = (n) => Float64Array.from({ length: n }, (_, i) => Math.round(Math.sin(i) * 1000) / 8);
const F16 = { length: 1 << 20 };
const samples = {
  "10 float64": brine.dumps(wave(10)),
  "1000 float32": brine.dumps(Float32Array.from(wave(1000))),
  "1 million float64": brine.dumps(wave(1e6)),
  "1 million int64": brine.dumps(BigInt64Array.from({ length: 1e6 }, (_, i) => BigInt(i))),
  "1 million float16": brine.dumps(brine.array(wave(F16.length)).astype("<f2")),
  "1 million bool": brine.dumps(brine.array(Uint8Array.from({ length: 1e6 }, (_, i) => i & 1)).astype("?")),
  "100 000 text of 8": brine.dumps(brine.array(Array.from({ length: 1e5 }, (_, i) => `row${i}`)).astype("<U8")),
};
const rows = [];
for (const [name, bytes] of Object.entries(samples)) {
  const held = bytes.slice();
  rows.push([
    `read ${name}`,
    {
      brine: () => brine.loads(held),
      npyjs: () => npyjs.parse(held.buffer),
      "numpy-ts": () => numpyTs.parseNpy(held),
    },
  ]);
}
for (const n of [10, 1e6]) {
  const data = wave(n);
  const theirs = numpyTs.array(data);
  rows.push([
    `write ${n} float64`,
    {
      brine: () => brine.dumps(data),
      npyjs: () => npyjs.dump(data, [n]),
      "numpy-ts": () => numpyTs.serializeNpy(theirs),
    },
  ]);
}
const big = `${dir}big.npy`;
fs.writeFileSync(big, brine.dumps(wave(12.5e6)));
rows.push([
  "read a file of 100 MB",
  {
    brine: () => brine.load(big),
    npyjs: async () => npyjs.parse((await fs.promises.readFile(big)).buffer),
    "numpy-ts": () => numpyTs.loadNpy(big),
  },
]);
const two = { a: wave(1e6), b: Float32Array.from(wave(1e6)) };
for (const [what, save] of [
  ["npz", brine.savez],
  ["npz, deflated", brine.savezCompressed],
]) {
  const path = `${dir}two.npz`;
  await save(path, two);
  const bytes = new Uint8Array(fs.readFileSync(path));
  rows.push([
    `read ${what}`,
    {
      brine: async () => {
        const npz = await brine.load(bytes);
        await npz.all();
      },
      "numpy-ts": () => numpyTs.parseNpz(bytes),
    },
  ]);
}

setFlagsFromString("--expose-gc");
const clear = runInNewContext("gc");
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
let lost = 0;
console.log("row".padEnd(24), "brine µs".padStart(12), "npyjs".padStart(12), "ratio", "numpy-ts".padStart(12), "ratio");
for (const [name, parties] of rows) {
  const times = new Map();
  const refused = new Map();
  for (const [party, run] of Object.entries(parties)) {
    try {
      // One run tells how many a turn holds, after some to warm up.
      for (const until = performance.now() + 50; performance.now() < until; ) await run();
      const start = performance.now();
      await run();
      times.set(party, {
        run,
        often: Math.max(1, Math.min(20000, Math.floor(20 / (performance.now() - start)))),
        all: [],
      });
    } catch (e) {
      refused.set(party, e.message);
    }
  }
  for (let round = 0; round < 9; round++) {
    for (const { run, often, all } of times.values()) {
      clear();
      const start = performance.now();
      for (let i = 0; i < often; i++) {
        const got = run();
        if (got instanceof Promise) await got;
      }
      all.push((performance.now() - start) / often);
    }
  }
  const ours = median(times.get("brine").all);
  const show = (party) => {
    if (!times.has(party)) return "-".padStart(12) + "      ";
    const theirs = median(times.get(party).all);
    if (ours > theirs) lost++;
    return `${(theirs * 1e3).toFixed(1).padStart(12)} ${(ours / theirs).toFixed(2).padStart(5)}`;
  };
  console.log(name.padEnd(24), (ours * 1e3).toFixed(1).padStart(12), show("npyjs"), show("numpy-ts"));
  for (const [party, why] of refused) console.log(`    ${party} refuses it: ${why}`);
}
console.log(`${lost} comparisons lost`);
