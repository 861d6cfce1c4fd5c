/**
 * The opcodes of a pickle, as lines.
 *
 * @module
 */
import { isBrineError } from "../../../src/core/errors.ts";
import { repr } from "../../../src/core/values/repr.ts";
import { genops } from "../../../src/formats/pickle/tools/index.ts";
import { harmless } from "../../../src/tools/inspect/index.ts";

type Line = readonly [offset: number, name: string, arg: string];

/** Opcodes that are listed at most. */
const MAX = 1_000_000;

/** All opcodes of a file: of one pickle behind the other, up to bytes that are none. */
export class Listing {
  readonly lines: readonly Line[];
  readonly problem: string | undefined;

  constructor(bytes: Uint8Array) {
    const lines: Line[] = [];
    let problem: string | undefined;
    try {
      for (let start = 0; start < bytes.length; ) {
        for (const { opcode, arg, pos, end } of genops(bytes, start)) {
          if (lines.length >= MAX) throw new RangeError(`only the first ${MAX} opcodes are listed`);
          lines.push([pos, opcode.name, argText(arg)]);
          start = end;
        }
      }
    } catch (e) {
      if (!isBrineError(e) && !(e instanceof RangeError)) throw e;
      problem = e.message;
    }
    this.lines = lines;
    this.problem = problem;
  }

  /** The line of the opcode at a byte, or of the last before it. */
  lineAt(offset: number): number {
    let [low, high] = [0, this.lines.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.lines[middle] as Line)[0] <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function argText(arg: unknown): string {
  if (arg === null) return "";
  return harmless(repr(arg, { maxChars: 120 }));
}
