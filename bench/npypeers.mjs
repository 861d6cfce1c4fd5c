/**
 * `node bench/npypeers.mjs`: npy and npz beside npyjs and numpy-ts, on a fresh build.
 *
 * The peers are installed into `.cache/peers` when they are not there. Each party runs in a process of its own, so that
 * it pays for its own garbage and for none of the others', in turns; a row's time is the median of its calls, its ratio
 * the median over three rounds; below 1 brine is faster. A peer has no figure where it refuses the file.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
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

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Microseconds of each row for one party, or why it refuses. */
async function measure(party) {
  const out = {};
  for (const [name, { [party]: run }] of rows) {
    if (run === undefined) continue;
    try {
      // One turn tells how many calls fill a millisecond, after some to warm up.
      for (const until = performance.now() + 100; performance.now() < until; ) await run();
      const start = performance.now();
      await run();
      const often = Math.max(1, Math.floor(1 / (performance.now() - start)));
      const all = [];
      for (const until = performance.now() + 400; performance.now() < until || all.length < 7; ) {
        const begin = performance.now();
        for (let i = 0; i < often; i++) {
          const got = run();
          if (got instanceof Promise) await got;
        }
        all.push((performance.now() - begin) / often);
      }
      out[name] = median(all) * 1e3;
    } catch (e) {
      out[name] = String(e.message);
    }
  }
  return out;
}

const PARTIES = ["brine", ...Object.keys(PEERS)];
if (PARTIES.includes(process.argv[2])) {
  console.log(JSON.stringify(await measure(process.argv[2])));
  process.exit(0);
}
const rounds = [];
for (let round = 0; round < 3; round++) {
  const one = {};
  for (let i = 0; i < PARTIES.length; i++) {
    const party = PARTIES[(i + round) % PARTIES.length];
    one[party] = JSON.parse(
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), party], { encoding: "utf8" }),
    );
  }
  rounds.push(one);
}
let lost = 0;
console.log("row".padEnd(24), "brine µs".padStart(12), "npyjs".padStart(12), "ratio", "numpy-ts".padStart(12), "ratio");
for (const [name, parties] of rows) {
  const refused = [];
  const time = (party) => median(rounds.map((one) => one[party][name]));
  const show = (party) => {
    const told = rounds[0][party][name];
    if (typeof told === "string") refused.push(`    ${party} refuses it: ${told}`);
    if (parties[party] === undefined || typeof told === "string") return `${"-".padStart(12)}      `;
    const ratio = median(rounds.map((one) => one.brine[name] / one[party][name]));
    if (ratio > 1) lost++;
    return `${time(party).toFixed(1).padStart(12)} ${ratio.toFixed(2).padStart(5)}`;
  };
  console.log(name.padEnd(24), time("brine").toFixed(1).padStart(12), show("npyjs"), show("numpy-ts"));
  for (const line of refused) console.log(line);
}
console.log(`${lost} comparisons lost`);
