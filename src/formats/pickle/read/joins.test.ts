import { expect, it } from "vitest";
import { UnpicklingError } from "../../../core/errors.ts";
import { loads } from "./loads.ts";

it("looks at the keys of a batch that waited in vain for a further one", () => {
  // EMPTY_DICT MARK 1000 × (bytearray, None) SETITEMS MARK NONE STOP: the second batch never comes.
  const pair = [0x96, 1, 0, 0, 0, 0, 0, 0, 0, 0x68, 0x4e];
  const bytes = Uint8Array.from([
    0x7d,
    0x28,
    ...Array.from({ length: 1000 }, () => pair).flat(),
    0x75,
    0x28,
    0x4e,
    0x2e,
  ]);
  expect(() => loads(bytes)).toThrow(UnpicklingError);
});
