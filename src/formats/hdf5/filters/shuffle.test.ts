/** Shuffle against its definition, for every size and for rows that are not aligned. */
import { expect, test } from "vitest";
import { shuffle, unshuffle } from "./shuffle.ts";

const plainly = (bytes: Uint8Array, size: number): Uint8Array => {
  const n = Math.floor(bytes.length / size);
  const out = bytes.slice();
  for (let i = 0; i < n; i++) for (let j = 0; j < size; j++) out[j * n + i] = bytes[i * size + j] as number;
  return out;
};

test("bytes are taken apart and put together as the filter is defined", () => {
  for (const size of [1, 2, 3, 4, 6, 8, 12, 16]) {
    for (const count of [0, 1, 3, 4, 5, 8, 64, 125, 1000]) {
      for (const rest of [0, 1, 3]) {
        for (const offset of [0, 1, 2, 4]) {
          const whole = Uint8Array.from({ length: offset + size * count + rest }, (_, i) => (i * 197 + (i >> 3)) & 255);
          const bytes = whole.subarray(offset);
          const apart = plainly(bytes, size);
          expect(Buffer.compare(shuffle(bytes, size), apart)).toBe(0);
          const packed = new Uint8Array(offset + apart.length);
          packed.set(apart, offset);
          expect(Buffer.compare(unshuffle(packed.subarray(offset), size), bytes)).toBe(0);
        }
      }
    }
  }
});
