/** The kernel and the plain inflate read the same streams, byte by byte too, and refuse the same. */
import * as zlib from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { makeRandom } from "../../../scripts/fuzzer.mjs";
import { adler32 } from "../bytes/digest.ts";
import { type Inflater, inflater, readyInflater } from "./fastinflate.ts";
import { Inflate } from "./inflate.ts";

beforeAll(readyInflater);

type Random = ReturnType<typeof makeRandom>;

/** Bytes of runs, repeats and noise of all kinds. */
function sample(random: Random, size: number): Uint8Array {
  const out = new Uint8Array(size);
  const noisy = random.under(4) === 0;
  for (let at = 0; at < size; ) {
    const length = 1 + random.under(random.pick([4, 20, 300, 3000]));
    const back = 1 + random.under(random.pick([4, 20, 40_000]));
    const noise = random.under(256) + 1;
    for (let i = 0; i < length && at < size; i++, at++)
      out[at] = !noisy && back <= at && length % 3 > 0 ? (out[at - back] as number) : random.under(noise);
  }
  return out;
}

/** All that comes out of pieces of `step` bytes drawn `room` at a time, and what is left; or why not. */
function drawn(inflate: Inflater, packed: Uint8Array, step: number, room: number): Uint8Array | "damaged" | "cut" {
  const parts: Uint8Array[] = [];
  const block = new Uint8Array(room);
  let at = 0;
  try {
    while (!inflate.done) {
      const count = inflate.read(block);
      parts.push(block.slice(0, count));
      if (inflate.done || count === room) continue;
      if (at >= packed.length) return "cut";
      inflate.push(packed.slice(at, at + step));
      at += step;
    }
  } catch {
    return "damaged";
  }
  return new Uint8Array(Buffer.concat([...parts, Buffer.from("|"), inflate.unused, packed.subarray(at)]));
}

test("streams of all levels and strategies, whole, in pieces, cut and damaged", { timeout: 120_000 }, () => {
  const random = makeRandom(20260302);
  expect(inflater(false)).not.toBeInstanceOf(Inflate);
  const seen = { whole: 0, damaged: 0, cut: 0 };
  for (let round = 0; round < 500; round++) {
    const data = sample(random, 1 + random.under(random.pick([30, 3000, 50_000, 300_000])));
    const deflated = zlib.deflateRawSync(data, {
      level: random.under(10),
      memLevel: 1 + random.under(9),
      strategy: random.under(5),
      windowBits: 9 + random.under(7),
    });
    let packed = new Uint8Array(Buffer.concat([deflated, Buffer.from("tail")]));
    const bad = round % 3 === 2;
    if (bad) {
      for (let n = 1 + random.under(3); n > 0; n--) {
        const at = random.under(Math.min(packed.length, random.pick([100, packed.length])));
        packed[at] = (packed[at] as number) ^ (1 << random.under(8));
      }
      if (random.under(3) === 0) packed = packed.slice(0, random.under(packed.length));
    }
    const step = packed.length > 20_000 ? random.pick([packed.length, 5000]) : random.pick([packed.length, 1000, 1]);
    const fast = inflater(true);
    const a = drawn(fast, packed, step, random.pick([1000, 65_536, 1 << 20]));
    const b = drawn(new Inflate(), packed, packed.length, 65_536);
    if (typeof a === "string" || typeof b === "string") {
      expect(a).toBe(b);
      seen[a as "damaged" | "cut"]++;
      continue;
    }
    expect(Buffer.compare(a, b)).toBe(0);
    seen.whole++;
    if (bad) continue;
    expect(Buffer.compare(a.subarray(0, data.length), data)).toBe(0);
    expect(fast.adler).toBe(adler32(data, 1));
  }
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
});
