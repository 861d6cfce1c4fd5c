/** Large integers in a row, which are read and written together, beside the same one by one. */
import { expect, it } from "vitest";
import { dumps, loads } from "./index.ts";

/** Integers around powers of two, of either sign. */
const EDGES: bigint[] = [31, 32, 39, 40, 47, 48, 53, 55, 56, 63, 64, 71, 72, 127, 128, 191, 192, 255, 256, 494, 495]
  .flatMap((bits) => [-2n, -1n, 0n, 1n, 2n].map((step) => (1n << BigInt(bits)) + step))
  .flatMap((value) => [value, -value]);
const BEYOND: bigint[] = [503, 504, 511, 512, 2040, 9000].map((bits) => -(1n << BigInt(bits)));

const ROWS: Record<string, unknown[]> = {
  edges: EDGES,
  thousands: Array.from({ length: 12 }, () => EDGES).flat(),
  negative: EDGES.filter((value) => value < 0n),
  "without holes": Array.from({ length: 200 }, () => 2n ** 200n),
  "with holes before they were filled": new Array(200).fill(-(2n ** 100n)),
  "too large between": EDGES.flatMap((value, i) => (i % 50 === 49 ? BEYOND : [value])),
  "other values between": EDGES.flatMap((value, i) => (i % 60 === 59 ? ["a", 1, null, 2n ** 63n] : [value])),
};

for (const [name, row] of Object.entries(ROWS)) {
  it(`writes and reads a row of large integers: ${name}`, () => {
    for (const protocol of [2, 3, 4, 5]) {
      const bytes = dumps(row, { protocol });
      // The bytes of CPython's pickler, which are written one by one.
      expect(bytes).toEqual(dumps(row, { protocol, canonical: true }));
      const singles = row.map((value) => loads(dumps(value)));
      expect(loads(bytes)).toEqual(singles);
      expect(loads(bytes, { ints: "bigint" })).toEqual(singles.map((v) => (typeof v === "number" ? BigInt(v) : v)));
    }
  });
}

it("reads integers in more bytes than they need as the numbers they are", () => {
  const wide = [0x8a, 8, 5, 0, 0, 0, 0, 0, 0, 0];
  const bytes = Uint8Array.from([0x80, 2, 0x5d, 0x28, ...Array.from({ length: 40 }, () => wide).flat(), 0x65, 0x2e]);
  expect(loads(bytes)).toEqual(new Array(40).fill(5));
});
