// The long fuzz run: `node scripts/fuzz.mjs [--cases 1000000] [--seed 1] [--stall 20]`, on a fresh build.
//
// A worker runs the cases; this thread watches, and ends the worker when one case takes longer than `stall` seconds.
// Prints each failing stream as hex, shortened; exits 1 when there is any.
import { parseArgs } from "node:util";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { bombs, hexOf, judge, makeRandom, mutate, readSeeds, shrink } from "./fuzzer.mjs";

const LARGEST = 2048;

async function watch() {
  const { values } = parseArgs({
    options: { cases: { type: "string" }, seed: { type: "string" }, stall: { type: "string" } },
  });
  const cases = Number(values.cases ?? 1_000_000);
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const stall = Number(values.stall ?? 20) * 1000;
  console.log(`fuzz: ${cases} cases, seed ${seed}`);
  // Shared with the worker, which cannot send anything while it hangs: case, loaded, failures, size, bytes.
  const shared = new SharedArrayBuffer(16 + LARGEST * 8);
  const counts = new Int32Array(shared, 0, 4);
  const current = new Uint8Array(shared, 16);
  const began = Date.now();
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { cases, seed, shared },
    resourceLimits: { maxOldGenerationSizeMb: 2048 },
  });
  let last = -1;
  let since = Date.now();
  let told = Date.now();
  const stream = () => hexOf(current.slice(0, Atomics.load(counts, 3)));
  const timer = setInterval(() => {
    const now = Atomics.load(counts, 0);
    if (now !== last) [last, since] = [now, Date.now()];
    if (Date.now() - told > 30_000) {
      told = Date.now();
      console.log(`  ${now} cases, ${Atomics.load(counts, 1)} loaded, ${Math.round(now / ((told - began) / 1000))}/s`);
    }
    if (Date.now() - since <= stall) return;
    console.error(`HANG in case ${now}: ${stream()}`);
    process.exit(1);
  }, 250);
  worker.on("error", (e) => {
    console.error(`The worker died in case ${Atomics.load(counts, 0)}: ${stream()}\n${e.stack ?? e}`);
    process.exitCode = 1;
  });
  await new Promise((resolve) => worker.once("exit", resolve));
  clearInterval(timer);
  const [done, loaded, failures] = counts;
  console.log(
    `fuzz: ${done} cases in ${Math.round((Date.now() - began) / 1000)} s, ${loaded} loaded, ${failures} failures`,
  );
  if (failures > 0 || done < cases) process.exitCode = 1;
}

async function work() {
  const { loads, dumps, repr, equal, isBrineError } = await import("../dist/formats/pickle/index.js");
  const lib = { loads, dumps, repr, equal, isBrineError };
  const { cases, seed, shared } = workerData;
  const counts = new Int32Array(shared, 0, 4);
  const current = new Uint8Array(shared, 16);
  const seeds = readSeeds(LARGEST);
  const random = makeRandom(seed);
  for (let i = 0; i < cases && counts[2] < 20; i++) {
    const stream = mutate(seeds, random);
    const size = Math.min(stream.length, current.length);
    current.set(stream.subarray(0, size));
    Atomics.store(counts, 3, size);
    Atomics.store(counts, 0, i);
    const { loaded, problems } = judge(lib, stream);
    if (loaded) counts[1]++;
    if (problems.length === 0) continue;
    counts[2]++;
    const small = shrink(stream, (s) => judge(lib, s).problems.length > 0);
    console.error(`case ${i}: ${hexOf(small)}\n${judge(lib, small).problems.join("\n")}`);
  }
  for (const [i, [name, stream]] of bombs().entries()) {
    // Each counts as a step forward for the watchdog.
    Atomics.store(counts, 3, 0);
    Atomics.store(counts, 0, cases + i);
    const { problems } = judge(lib, stream, 10_000);
    if (problems.length === 0) continue;
    counts[2]++;
    console.error(`${name}: ${problems.join("\n")}`);
  }
  if (counts[2] < 20) Atomics.store(counts, 0, cases);
}

if (isMainThread) await watch();
else await work();
