/**
 * The opcodes around a finding.
 *
 * @module
 */
import { UnpicklingError } from "../../core/errors.ts";
import { lenientOps } from "../../formats/pickle/tools/lenient.ts";

const BEFORE = 3;
const AFTER = 3;
/** Bytes that are walked to come to the place. */
const FARTHEST = 1 << 22;
const WIDTH = 100;

/** A few lines of the listing of the pickle that begins at `start`; the one at `offset` is marked. */
export function listing(bytes: Uint8Array, start: number, offset: number): string[] {
  if (offset - start > FARTHEST) return [];
  const lines: string[] = [];
  let after = -1;
  try {
    for (const { opcode, arg, pos } of lenientOps(bytes, start)) {
      const isIt = pos === offset;
      if (isIt) after = 0;
      const line = `${isIt ? ">" : " "} ${String(pos).padStart(5)}: ${opcode.name}${arg === null ? "" : ` ${shown(arg)}`}`;
      lines.push(line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line);
      if (after < 0) {
        if (pos > offset) return [];
        if (lines.length > BEFORE) lines.shift();
      } else if (after++ === AFTER) break;
    }
  } catch (e) {
    if (!(e instanceof UnpicklingError)) throw e;
  }
  return after < 0 ? [] : lines;
}

function shown(arg: unknown): string {
  if (arg instanceof Uint8Array) return `${arg.length} bytes`;
  return typeof arg === "string"
    ? JSON.stringify(arg.slice(0, WIDTH))
    : typeof arg === "bigint"
      ? "(a long int)"
      : String(arg);
}
