/**
 * Node's side of the benchmark: a process that times brine (or a peer) when it is told to; one JSON object a line.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const { loads, dumps } = await import(new URL("../../dist/pickle.js", import.meta.url).href);
const values = await import(new URL("../../dist/core/values/index.js", import.meta.url).href);

let held = { path: "", bytes: null, value: undefined };
const KEEP = 256 << 20;

function take(path) {
  if (held.path !== path) held = { path, bytes: new Uint8Array(readFileSync(path)), value: undefined };
  return held;
}

/** Times rounds of calls whose results all stay alive until the clock is read. */
function time(call, size, rounds, minTime) {
  // A just-in-time compiler needs its warm-up; CPython has nothing of the kind.
  const start = process.hrtime.bigint();
  for (let i = 0; i < 3 || process.hrtime.bigint() - start < 200_000_000n; i++) call();
  let t = process.hrtime.bigint();
  call();
  const once = Number(process.hrtime.bigint() - t);
  const calls = Math.max(1, Math.min(Math.ceil((minTime * 1e9) / once), Math.floor(KEEP / Math.max(1, size * 8))));
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const results = new Array(calls);
    t = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) results[i] = call();
    samples.push(Number(process.hrtime.bigint() - t) / calls);
    if (results.length !== calls) throw new Error("unreachable");
  }
  samples.sort((a, b) => a - b);
  return { median: samples[samples.length >> 1], best: samples[0], calls };
}

/** Touches every value once: index, iterate, get. */
function walk(root) {
  let count = 0;
  const todo = [root];
  while (todo.length) {
    const value = todo.pop();
    count++;
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) for (let i = 0; i < value.length; i++) todo.push(value[i]);
    else if (value instanceof values.PyDict) for (const key of value.keys()) todo.push(value.get(key));
    else if (value instanceof values.PySet) for (const item of value) todo.push(item);
    else if (value instanceof values.PyObject) todo.push(value.args, value.attrs);
  }
  return count;
}

const commands = {
  info: () => ({ version: process.version, v8: process.versions.v8 }),
  async peer({ path, rounds, minTime }) {
    const { Parser } = await import("pickleparser");
    const { bytes } = take(path);
    try {
      return time(() => new Parser().parse(bytes), bytes.length, rounds, minTime);
    } catch (e) {
      return { failed: String(e).slice(0, 80) };
    }
  },
  time({ path, what, protocol, rounds = 5, minTime = 0.05 }) {
    const h = take(path);
    if (what === "loads") return time(() => loads(h.bytes), h.bytes.length, rounds, minTime);
    h.value ??= loads(h.bytes);
    if (what === "walk") return time(() => walk(h.value), h.bytes.length, rounds, minTime);
    return time(() => dumps(h.value, { protocol }), h.bytes.length / 4, rounds, minTime);
  },
  write({ path, protocol, to }) {
    const h = take(path);
    writeFileSync(to, dumps(loads(h.bytes), { protocol }));
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await commands[request.op](request);
  } catch (e) {
    answer = { error: String(e?.stack ?? e) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
