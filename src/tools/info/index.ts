/**
 * What a file is: format, shells, versions, counts. Nothing is loaded but what tells of these.
 *
 * To add a format: a function in a file beside this one, and a row in `TELLERS`.
 *
 * @module
 */
import { isBrineError, SourceError } from "../../core/errors.ts";
import { sniff } from "../../sniff.ts";
import { type Identity, identify, opened } from "../doctor/index.ts";
import { npyTold } from "./npys.ts";
import type { Info, Told } from "./types.ts";
import { zipTold } from "./zips.ts";

export { hdf5Info, MARK, userBlocks } from "./hdf5s.ts";
export type { Fact, Info } from "./types.ts";

/** What tells of the bytes of a format, by the name that `sniff` gives it; all else is told by its pickles. */
const TELLERS: ReadonlyMap<string, (bytes: Uint8Array) => Told> = new Map([
  ["npy", npyTold],
  ["npz", zipTold],
  ["zip", zipTold],
  ["torch", torchTold],
]);

/**
 * What a file is that is no HDF5 file ({@link hdf5Info} tells of these). Damage is told in the answer; throws
 * `LimitError` for a bomb, `SourceError` for what is none of Python's data files.
 *
 * @example
 * ```ts
 * (await infoOf(await readFile("model.joblib"))).writers; // ["sklearn 1.9.1", "numpy >= 2", "joblib >= 1.2"]
 * ```
 */
export async function infoOf(bytes: Uint8Array): Promise<Info> {
  const { inner, shells } = await opened(bytes);
  const { format, help } = sniff(inner);
  const teller = TELLERS.get(format) ?? (format === "pickle" ? pickleTold : null);
  if (teller === null) throw new SourceError(`this is no file of Python's data, but ${format}: ${help}`, { format });
  const blank = { protocol: null, writers: [], pins: [], damage: null };
  const whole = { shells: shells.map(({ name }) => name), size: bytes.length, unpacked: inner.length };
  try {
    return { ...blank, ...whole, ...teller(inner) };
  } catch (e) {
    if (!isBrineError(e, "FORMAT") && !isBrineError(e, "TRUNCATED") && !isBrineError(e, "UNSUPPORTED")) throw e;
    return { ...blank, ...whole, format, facts: new Map(), damage: e.message };
  }
}

function pickleTold(bytes: Uint8Array): Told {
  return ofIdentity(identify(bytes));
}

function ofIdentity({ pickles, opcodes, globals, classes, ...rest }: Identity): Told {
  const facts: Told["facts"] = new Map<string, number | readonly string[]>([
    ["pickles", pickles],
    ...(opcodes === null ? [] : [["opcodes", opcodes] as const]),
    ...(globals.length === 0 ? [] : [["names", globals] as const]),
    ...(classes.length === 0 ? [] : [["classes of its own", classes.map((c) => `${c.module}.${c.name}`)] as const]),
  ]);
  return { ...rest, facts };
}

/** Files of torch.save: by their pickle and by their container. */
function torchTold(bytes: Uint8Array): Told {
  if (bytes[0] !== 0x50) {
    const isOld = bytes[0] !== 0x80;
    const { facts, ...rest } = ofIdentity(identify(bytes));
    return { ...rest, format: isOld ? "torch tar" : "torch legacy", facts };
  }
  const zip = zipTold(bytes);
  const { facts, format: _, ...pickle } = ofIdentity(identify(bytes));
  return { ...pickle, format: zip.format, facts: new Map([...zip.facts, ...facts]) };
}
