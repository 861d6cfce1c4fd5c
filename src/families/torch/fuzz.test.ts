/** Damaged files of torch and safetensors load or are refused by a typed error. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { BrineError } from "../../core/errors.ts";
import { repr } from "../../core/values/repr.ts";
import { dumps, fromSafetensors, loads, stateDict, Tensor, toSafetensors } from "../../torch.ts";

const fixture = new URL("../../../fixtures/data/torch.jsonl.gz", import.meta.url);
const files = gunzipSync(readFileSync(fixture))
  .toString()
  .trim()
  .split("\n")
  .map((line) => Uint8Array.from(Buffer.from((JSON.parse(line) as { file: string }).file, "base64")))
  .filter((bytes) => bytes.length < 12_000);

function held(list: readonly Uint8Array[], read: (bytes: Uint8Array) => unknown, runs: number): void {
  const damage = fc.record({
    file: fc.nat(list.length - 1),
    edits: fc.array(fc.tuple(fc.nat(11_999), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    cut: fc.option(fc.nat(11_999), { freq: 6 }),
  });
  let refused = 0;
  fc.assert(
    fc.property(damage, ({ file, edits, cut }) => {
      const bytes = (list[file] as Uint8Array).slice(0, cut ?? undefined);
      for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
      try {
        const value = read(bytes);
        repr(value);
        for (const tensor of stateDict(value).values()) if (tensor instanceof Tensor) repr(tensor.toBytes());
      } catch (e) {
        if (!(e instanceof BrineError)) throw e;
        refused++;
      }
    }),
    { numRuns: runs },
  );
  expect(refused).toBeGreaterThan(50);
}

it("files of torch hold against damage", () => {
  expect(files.length).toBeGreaterThan(20);
  held(files, (bytes) => loads(bytes), 1500);
}, 60_000);

it("safetensors hold against damage", () => {
  const made = toSafetensors({ a: Tensor.from(Float32Array.of(1, 2)), b: Tensor.from([true, false]) });
  held([made], (bytes) => fromSafetensors(bytes), 1500);
});

it("what cannot be there is refused", () => {
  const tensor = Tensor.from(Float32Array.of(1, 2));
  expect(() => new Tensor({ ...tensor.parts, shape: [3] })).toThrow("12 bytes in a storage of 8");
  expect(() => new Tensor({ ...tensor.parts, stride: [-1] })).toThrow(RangeError);
  expect(() => loads(Uint8Array.of(0x50, 0x4b))).toThrow(BrineError);
  expect(loads<{ size: number }>(dumps(new Map())).size).toBe(0);
});
