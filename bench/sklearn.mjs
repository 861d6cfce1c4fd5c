/**
 * `node bench/sklearn.mjs` (after `npm run build`): predictions here against scikit-learn's in one thread, call beside
 * call, on 1,797 digits and on one.
 *
 *   node bench/sklearn.mjs [--python path/to/python] [--only name,name] [--rounds 3]
 *
 * The Python must have scikit-learn. Ratios are medians over the rounds of the least times; below 1 is faster here.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loads } from "../dist/index.js";
import { load } from "../dist/numpy.js";
import { sklearn } from "../dist/sklearn.js";

const args = process.argv.slice(2);
const option = (name, fallback) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : args[at + 1];
};
const rounds = Number(option("rounds", "3"));
const only = option("only", "").split(",").filter(Boolean);
const folder = fileURLToPath(new URL("../.cache/bench/sklearn/", import.meta.url));
mkdirSync(folder, { recursive: true });

const child = spawn(option("python", "python3"), [fileURLToPath(new URL("python/estimators.py", import.meta.url))], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
async function ask(request) {
  child.stdin.write(`${JSON.stringify(request)}\n`);
  const { value } = await lines.next();
  const answer = JSON.parse(value);
  if (answer.error) throw new Error(answer.error);
  return answer;
}

function least(call, least = 5, budget = 300) {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0, spent = 0; i < 2000; i++) {
    const start = performance.now();
    call();
    const took = performance.now() - start;
    best = Math.min(best, took);
    spent += took;
    if (i + 1 >= least && spent > budget) break;
  }
  return best;
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const packs = { packs: [sklearn] };
const { version, names } = await ask({ op: "fit", folder });
const X = await load(`${folder}data.npy`);
const tables = new Map([1797, 1].map((rows) => [rows, X.slice(`:${rows}`)]));
console.log(`scikit-learn ${version}, Node ${process.versions.node}: milliseconds there, here, and here over there\n`);
console.log(`${"".padEnd(22)}${"1,797 digits".padStart(26)}${"one digit".padStart(28)}`);
for (const name of names) {
  if (only.length > 0 && !only.includes(name)) continue;
  const model = loads(readFileSync(`${folder}${name}.pkl`), packs);
  let line = name.padEnd(22);
  for (const [rows, table] of tables) {
    const there = [];
    const here = [];
    for (let round = 0; round < rounds; round++) {
      there.push((await ask({ op: "time", name, rows })).ms);
      here.push(least(() => model.predict(table)));
    }
    const ratio = median(here.map((ms, i) => ms / there[i]));
    line += `${median(there).toFixed(3).padStart(10)}${median(here).toFixed(3).padStart(10)}${ratio.toFixed(2).padStart(7)} `;
  }
  console.log(line);
}
if (only.length === 0 || only.includes("list")) {
  const bytes = readFileSync(`${folder}list.pkl`);
  const ratios = [];
  for (let round = 0; round < rounds; round++) {
    const there = (await ask({ op: "load" })).ms;
    // Until V8 has compiled what it takes.
    const here = least(() => loads(bytes, packs), 5, 1500);
    ratios.push(here / there);
    console.log(
      `loading the list of six (${(bytes.length / 1e6).toFixed(1)} MB): ${there.toFixed(1)} there, ${here.toFixed(1)} here`,
    );
  }
  console.log(`ratio ${median(ratios).toFixed(2)}`);
}
child.stdin.end();
