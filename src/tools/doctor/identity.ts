/**
 * What a file of pickles is and who wrote it, without what is wrong with it.
 *
 * @module
 */
import { isBrineError, UnpicklingError } from "../../core/errors.ts";
import { sniff } from "../../sniff.ts";
import { caseOf, classesOf, isJoblib, writersOf } from "./case.ts";
import { insideOf } from "./containers.ts";
import type { Case } from "./rule.ts";
import type { Diagnosis } from "./types.ts";
import { type Walked, walk } from "./walk.ts";

/** What is told of the pickles in a file, whatever fails. */
export type Told = Pick<Diagnosis, "protocol" | "writers" | "globals" | "pins" | "classes">;

/** A file as {@link identify} knows it. */
export interface Identity extends Told {
  readonly format: string;
  /** Pickles in a row. */
  readonly pickles: number;
  /** Opcodes of all of them; null where there are too many to be told apart. */
  readonly opcodes: number | null;
  /** Why it is not whole; null for a sound file. */
  readonly damage: string | null;
}

const NOBODY = { protocol: null, writers: [], globals: [], pins: [], classes: [] };

/** What {@link Diagnosis} and {@link Identity} both tell of a case. */
export function told(seen: Case): Told {
  const { protocol, globals, pins } = seen;
  return { protocol, writers: writersOf(seen), globals: [...globals].sort(), pins, classes: classesOf(seen) };
}

/** The first byte of a tar, as of torch before 0.1.10, is that of a name. */
export const isTar = (bytes: Uint8Array): boolean => bytes[0] !== 0x50 && bytes[0] !== 0x80;

/** Who wrote the pickles of a file that was taken out of its shells; nothing is run. Damage is told, not thrown. */
export function identify(bytes: Uint8Array): Identity {
  const { format } = sniff(bytes);
  const blank = { ...NOBODY, format, pickles: 0, opcodes: 0, damage: null };
  const isTorch = format === "torch" && !isTar(bytes);
  if (format !== "pickle" && !isTorch) return blank;
  try {
    const { pickle, walked } = isTorch ? insideOf(bytes) : { pickle: bytes, walked: walk(bytes) };
    const seen = caseOf(pickle, walked, {}, isTorch);
    return {
      ...told(seen),
      format: isTorch ? format : isJoblib(seen) ? "joblib" : "pickle",
      pickles: walked.ends.length,
      opcodes: opcodesOf(walked),
      damage: walked.rest instanceof UnpicklingError ? walked.rest.message : null,
    };
  } catch (e) {
    if (!isBrineError(e) || e.code === "SOURCE") throw e;
    // A file of too many opcodes is none the worse for it.
    const isLarge = e.code === "LIMIT";
    const protocol = bytes[0] === 0x80 ? (bytes[1] ?? null) : null;
    return { ...blank, protocol, ...(isLarge ? { pickles: 1, opcodes: null } : { damage: e.message }) };
  }
}

function opcodesOf({ parts }: Walked): number {
  return parts.reduce((count, part) => count + ("op" in part ? 1 : 0), 0);
}
