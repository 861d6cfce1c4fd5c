/**
 * `node bench/hdf5.mjs [TASK…]`: HDF5 against h5py (a Python with h5py in BRINE_PYTHON), and h5wasm where npm gets it,
 * on a fresh build: the sides in turns, medians of ROUNDS (5) runs, 1 of those that pack 400 MB.
 *
 * The figures are time as a share of h5py's: below 1 brine is faster. Then the memory of one read of 400 MB, and what is
 * asked of a server for one block. Files stand in .cache/bench/hdf5 (1.3 GB).
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { open } from "../dist/hdf5.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = here("../.cache/bench/hdf5/");
fs.mkdirSync(folder, { recursive: true });
const python = process.env.BRINE_PYTHON ?? "python3";
const rounds = Number(process.env.ROUNDS ?? 5);
const H5WASM = "0.10.3";

/** What is to be reached, as shares of h5py's time. */
const TARGETS = {
  "list old": 0.2,
  "list new": 0.2,
  "one old": 1,
  "one new": 1,
  "read plain": 1,
  "read plain, awaited": 1,
  "read old": 1.3,
  "read new": 1.3,
  "read old, awaited": 0.7,
  "read new, awaited": 0.7,
  "rows plain": 1.2,
  "columns plain": 1.2,
  "rows old": 1.2,
  "columns old": 1.2,
  "blocks old": 1.2,
  "write plain": 1,
  "write packed": 0.6,
};

class Side {
  constructor(command, args) {
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }
  async line() {
    const { done, value } = await this.lines.next();
    if (done) throw new Error(`${this.process.spawnfile} ended`);
    return value;
  }
  async time(task) {
    this.process.stdin.write(`${task}\n`);
    const answer = await this.line();
    return answer === "none" ? null : Number(answer);
  }
}

function h5wasm() {
  const place = here("../.cache/bench/h5wasm/");
  const entry = `${place}node_modules/h5wasm/dist/node/hdf5_hl.js`;
  if (!fs.existsSync(entry)) {
    fs.mkdirSync(place, { recursive: true });
    const args = ["install", "--prefix", place, "--no-save", "--silent", `h5wasm@${H5WASM}`];
    if (spawnSync("npm", args, { stdio: "inherit" }).status !== 0) return null;
  }
  return fs.existsSync(entry) ? entry : null;
}

const worker = here("node/hdf5.mjs");
const sides = { h5py: new Side(python, [here("python/hdf5.py"), folder]) };
console.log(await sides.h5py.line());
sides.brine = new Side(process.execPath, ["--expose-gc", "--no-flush-bytecode", worker, "brine", folder]);
const peer = process.env.H5WASM === "0" ? null : h5wasm();
if (peer !== null)
  sides.h5wasm = new Side(process.execPath, ["--expose-gc", "--no-flush-bytecode", worker, "h5wasm", folder, peer]);
for (const [name, side] of Object.entries(sides)) if (name !== "h5py") await side.line();

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const wanted = process.argv.slice(2);
for (const [task, target] of Object.entries(TARGETS)) {
  if (wanted.length > 0 && !wanted.includes(task)) continue;
  const times = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  const heavy = task === "write packed";
  // Short tasks have more rounds before they count: until then they are compiled while they run.
  const before = heavy ? 0 : /^(list|one|rows|blocks)/.test(task) ? 8 : 1;
  for (let round = 0; round < (heavy ? 1 : rounds + before); round++) {
    // Each is first in turn: what the one before left behind (pages that wait to be written) is then everyone's.
    const turn = Object.entries(sides);
    turn.push(...turn.splice(0, round % turn.length));
    for (const [name, side] of turn) {
      const time = await side.time(name === "h5py" ? task.replace(", awaited", "") : task);
      if (time !== null && round >= before) times[name].push(time);
    }
  }
  const base = median(times.h5py);
  const share = (name) => (times[name]?.length > 0 ? (median(times[name]) / base).toFixed(2) : "-");
  const mark = Number(share("brine")) <= target ? "" : "  (not met)";
  const row = `${(base * 1000).toFixed(1).padStart(9)} ms  brine ${share("brine")}  h5wasm ${share("h5wasm")}`;
  console.log(`${task.padEnd(20)} h5py ${row}  target ${target}${mark}`);
}
for (const side of Object.values(sides)) side.process.kill();

if (wanted.length === 0 || wanted.includes("memory")) {
  const script = `
    const { File } = await import(${JSON.stringify(new URL("../dist/hdf5.js", import.meta.url).href)});
    const x = new File("packed-old.h5").dataset("x").read();
    console.log(x.size, process.resourceUsage().maxRSS / 1024);`;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, encoding: "utf8" });
  console.log(`peak memory of the 400 MB read: ${Number(run.stdout.split(" ")[1]).toFixed(0)} MB, target 470`);
}

if (wanted.length === 0 || wanted.includes("http")) {
  let requests = 0;
  let sent = 0;
  const server = createServer((request, response) => {
    const path = `${folder}${request.url.slice(1)}`;
    const { size } = fs.statSync(path);
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "bytes=0-") ?? [];
    const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
    requests++;
    sent += last - Number(from) + 1;
    const headers = { "content-range": `bytes ${from}-${last}/${size}`, etag: '"1"', "accept-ranges": "bytes" };
    response.writeHead(206, { ...headers, "content-length": last - Number(from) + 1 });
    fs.createReadStream(path, { start: Number(from), end: last }).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  for (const [path, most] of [
    ["packed-old.h5", 6],
    ["packed-new.h5", 3],
  ]) {
    requests = 0;
    sent = 0;
    const file = await open(new URL(`http://127.0.0.1:${server.address().port}/${path}`));
    const part = await (await file.dataset("x")).get("5000:5100", "5000:5100");
    await file.close();
    const kind = part.size === 10000 ? `${requests} requests (target ${most}), ${(sent / 1e6).toFixed(2)} MB` : "wrong";
    console.log(`one block of ${path} over HTTP: ${kind} (target 0.6)`);
  }
  server.close();
}
