import { expect, test } from "vitest";
import { bytesOf } from "../../../../test/support/base64.ts";
import { FormatError, isBrineError, LimitError } from "../../../core/errors.ts";
import { zstdDecode } from "./zstd.ts";

// 3000 bytes in two writes to zlib.createZstdCompress of Node 24: a frame whose head states no size, and an empty one.
const frame = bytesOf(
  "KLUv/QBYRQMAwsQRFvAG2wEsog0rbOgTmhfHHreuB0F3MlLFCwOoQW6d74SAILKKdDS2Ay7zOMthEM23lcpkwsde1+mM3dqxuoT9Gq+k0nBm6w8MBCsu" +
    "YOzA3EGxA2MH5Q6MHRg7MHZg7qDYVcweYAEotS/9IAABAAA=",
);
const SECOND = 113;
const data = Uint8Array.from({ length: 3000 }, (_, i) => (i % 7) * (i >> 8));

test("a frame that does not state its size is as long as its content", () => {
  for (const most of [3000, 3001, 100_000]) expect(zstdDecode(frame, most)).toEqual(data);
  expect(() => zstdDecode(frame, 2999)).toThrow(LimitError);
});

test("cut frames are typed errors", () => {
  for (let cut = 0; cut < SECOND; cut++) {
    expect(() => zstdDecode(frame.subarray(0, cut), 4000), `${cut}`).toThrow(FormatError);
  }
});

test("frames changed in any place are read rightly or typed errors, and never kept at work", () => {
  const changed = frame.slice(0, SECOND);
  let refused = 0;
  for (let at = 0; at < changed.length; at++) {
    for (let mask = 1; mask < 256; mask++) {
      changed[at] = (frame[at] as number) ^ mask;
      try {
        expect(zstdDecode(changed, 4000).length).toBeLessThanOrEqual(4000);
      } catch (e) {
        if (!isBrineError(e)) throw e;
        refused++;
      }
    }
    changed[at] = frame[at] as number;
  }
  expect(refused).toBeGreaterThan(20_000);
});
