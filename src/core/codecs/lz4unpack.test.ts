/** The kernel and the plain unpacker read the same blocks, and refuse the same. */
import { expect, test } from "vitest";
import { makeRandom } from "../../../scripts/fuzzer.mjs";
import { BlockPacker } from "./lz4block.ts";
import { PlainUnpacker, unpackerFor } from "./lz4unpack.ts";

const WINDOW = 1 << 17;

/** Bytes of runs, repeats of all short distances, and noise. */
function sample(random: ReturnType<typeof makeRandom>, size: number): Uint8Array {
  const out = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const length = 1 + random.under(random.pick([4, 20, 300, 3000]));
    const back = 1 + random.under(random.pick([4, 20, 70_000]));
    for (let i = 0; i < length && at < size; i++, at++)
      out[at] = back <= at && length % 3 > 0 ? (out[at - back] as number) : random.under(256);
  }
  return out;
}

function outcome(run: () => number): number | string {
  try {
    return run();
  } catch (e) {
    return String(e);
  }
}

test("the same bytes, and the same refusals of damaged blocks", () => {
  const random = makeRandom(20260301);
  const plain = new PlainUnpacker(WINDOW);
  const kernel = unpackerFor(WINDOW, WINDOW);
  expect(kernel).not.toBeInstanceOf(PlainUnpacker);
  let refused = 0;
  for (let round = 0; round < 600; round++) {
    const history = random.under(2) * random.under(40_000);
    const bytes = sample(random, history + 1 + random.under(random.pick([20, 2000, 60_000])));
    const packed = new Uint8Array(bytes.length + 64);
    const size = new BlockPacker(round % 3 === 0 ? 4 : 1).pack(bytes, history, bytes.length, packed);
    if (size < 0) continue;
    const block = packed.slice(0, size);
    const damage = round % 2 === 1;
    if (damage) for (let n = 1 + random.under(3); n > 0; n--) block[random.under(size)] = random.under(256);
    const cut = damage && round % 4 === 1 ? block.subarray(0, random.under(size)) : block;
    const limit = random.under(8) === 0 ? bytes.length - 1 : bytes.length;
    for (const unpacker of [plain, kernel]) unpacker.window.set(bytes.subarray(0, history));
    const [a, b] = [plain, kernel].map((unpacker) => outcome(() => unpacker.unpack(cut, history, limit)));
    expect(b).toBe(a);
    if (typeof a === "string") refused++;
    else {
      expect(Buffer.compare(kernel.window.subarray(0, a), plain.window.subarray(0, a))).toBe(0);
      if (!damage && limit === bytes.length) expect(Buffer.compare(plain.window.subarray(0, a), bytes)).toBe(0);
    }
  }
  expect(refused).toBeGreaterThan(100);
});
