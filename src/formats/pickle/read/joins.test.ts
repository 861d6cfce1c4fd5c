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

it("refuses what a pack cannot make of a call's arguments", () => {
  // functools.partial(operator.methodcaller, partial)(): a methodcaller of something that is no name.
  const hex =
    "80049562000000000000008c0966756e63746f6f6c73948c077061727469616c9493948c086f70657261746f72948c0c6d6574686f6463616c" +
    "6c65729493948594529428680594858c086d610a5270340a28564570652f4265726c696e0a70350a49310a7470360a5270370a2e";
  expect(() => loads(new Uint8Array(Buffer.from(hex, "hex")))).toThrow(UnpicklingError);
});
