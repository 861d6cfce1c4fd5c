/**
 * `npm run bench`: brine against CPython's C pickle, process beside process, the order turning from round to round.
 *
 *   node bench/run.mjs [--only name,name] [--rounds 3] [--peer] [--json file]
 *
 * The baseline of a row is the fastest CPython of its round; ratios are medians over the rounds, below 1 is faster.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { cpus, homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const args = process.argv.slice(2);
const option = (name, fallback) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : args[at + 1];
};
const rounds = Number(option("rounds", "3"));
const only = option("only", "").split(",").filter(Boolean);
const ARRAYS = new Set(["bytes_100mb_p4", "bytes_100mb_p5"]);

class Peer {
  constructor(label, command, argv) {
    this.label = label;
    this.child = spawn(command, argv, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, PYTHONHASHSEED: "0" },
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }
  async ask(request) {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = await this.lines.next();
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(`${this.label}: ${answer.error}`);
    return answer;
  }
  stop() {
    this.child.stdin.end();
  }
}

function pythons() {
  const found = [];
  if (existsSync("/usr/bin/python3")) found.push("/usr/bin/python3");
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  if (existsSync(pyenv)) {
    const newest = readdirSync(pyenv)
      .filter((v) => v.startsWith("3.13"))
      .pop();
    if (newest) found.push(join(pyenv, newest, "bin", "python"));
  }
  if (found.length === 0) found.push("python3");
  return found;
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const geomean = (list) => Math.exp(list.reduce((sum, x) => sum + Math.log(x), 0) / list.length);
const show = (x) => (x === undefined ? "-" : x.toFixed(2)).padStart(7);

const node = new Peer("brine", process.execPath, [join(here, "node/server.mjs")]);
const servers = pythons().map((path) => new Peer(path, path, [join(here, "python/server.py")]));
const infos = await Promise.all(servers.map((s) => s.ask({ op: "info" })));
const mine = await node.ask({ op: "info" });
console.log(
  `${cpus()[0].model}, ${cpus().length} cores; node ${mine.version}; ${infos.map((i) => `CPython ${i.version}`).join(", ")}`,
);
const names = infos[0].workloads.filter((name) => only.length === 0 || only.includes(name));
mkdirSync(".cache/bench", { recursive: true });

const rows = [];
console.log(
  "workload".padEnd(24),
  "  loads   dumps    walk",
  "  loads ms",
  "   dumps ms",
  args.includes("--peer") ? "  pickleparser/brine" : "",
);
for (const name of names) {
  const { path, protocol } = await servers[0].ask({ op: "prepare", workload: name });
  const row = { name, loads: [], dumps: [], ms: {}, walk: 0 };
  for (let round = 0; round < rounds; round++) {
    for (const what of ["loads", "dumps"]) {
      const times = new Map();
      const parties = [node, ...servers];
      for (let i = 0; i < parties.length; i++) {
        const party = parties[(i + round) % parties.length];
        const request = { op: "time", workload: name, path, protocol, what, rounds: 3, minTime: 0.05 };
        times.set(party, (await party.ask(request)).median);
      }
      const best = Math.min(...servers.map((s) => times.get(s)));
      row[what].push(times.get(node) / best);
      row.ms[what] = Math.min(row.ms[what] ?? Number.POSITIVE_INFINITY, times.get(node) / 1e6);
      if (what === "loads") row.python = best;
    }
  }
  row.walk =
    (await node.ask({ op: "time", path, protocol, what: "walk", rounds: 3, minTime: 0.05 })).median / row.python;
  if (!ARRAYS.has(name)) {
    const to = `.cache/bench/${name}.brine.pkl`;
    await node.ask({ op: "write", path, protocol, to });
    const { same } = await servers[0].ask({ op: "verify", workload: name, path: to });
    if (!same) row.wrong = true;
  }
  let peer = "";
  if (args.includes("--peer")) {
    const other = await node.ask({ op: "peer", path, rounds: 3, minTime: 0.05 });
    row.peer = other.median === undefined ? undefined : other.median / 1e6 / row.ms.loads;
    peer = row.peer === undefined ? `  ${other.failed}` : show(row.peer);
  }
  rows.push(row);
  console.log(
    name.padEnd(24),
    show(median(row.loads)),
    show(median(row.dumps)),
    show(row.walk),
    row.ms.loads.toFixed(3).padStart(10),
    row.ms.dumps.toFixed(3).padStart(10),
    peer,
    row.wrong ? "WRONG" : "",
  );
  for (const server of servers) await server.ask({ op: "forget" });
}
const plain = rows.filter((row) => !ARRAYS.has(row.name));
const peers = plain.filter((row) => row.peer !== undefined).map((row) => row.peer);
if (peers.length)
  console.log(`pickleparser takes ${geomean(peers).toFixed(2)} times as long (geomean of ${peers.length} rows)`);
console.log(
  `geomean ratio loads ${geomean(plain.map((r) => median(r.loads))).toFixed(2)} dumps ${geomean(plain.map((r) => median(r.dumps))).toFixed(2)}`,
);
if (option("json")) writeFileSync(option("json"), JSON.stringify({ mine, infos, rows }, null, 1));
for (const party of [node, ...servers]) party.stop();
