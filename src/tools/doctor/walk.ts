/**
 * A pickle's opcodes in order, over the arrays that joblib puts between them.
 *
 * @module
 */

import { FormatError, isBrineError, LimitError, TruncatedError } from "../../core/errors.ts";
import { definePack, type GlobalEntry, StreamValue } from "../../core/pack.ts";
import { joblib } from "../../families/joblib/index.ts";
import { type InStream, inStream } from "../../families/joblib/wrappers.ts";
import { loads } from "../../formats/pickle/index.ts";
import { genops, type Op, opcodes } from "../../formats/pickle/tools/index.ts";
import { withPacks } from "../../packs.ts";

/** An opcode and what is known about it. */
export interface Step {
  readonly op: Op;
  /** Number of the memo that MEMOIZE fills. */
  readonly slot: number;
  /** Module and name of a GLOBAL or STACK_GLOBAL. */
  readonly ref: readonly [module: string, name: string] | null;
  /** The string that was pushed just before. */
  readonly key: string | null;
  /** Of a MARK: the opcode that takes it. */
  closer: string | null;
}

/** Bytes of an array between opcodes. */
export interface Items {
  readonly at: number;
  /** Behind the padding. */
  readonly start: number;
  readonly end: number;
  readonly padded: boolean;
}

export type Part = Step | Items;

const STRINGS: ReadonlySet<string> = new Set(
  "UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8 STRING BINSTRING SHORT_BINSTRING".split(" "),
);
const CLOSERS: ReadonlySet<string> = new Set(
  "APPENDS LIST TUPLE DICT SETITEMS ADDITEMS FROZENSET POP_MARK INST OBJ".split(" "),
);
const WRAPPER = /(^|\.)joblib\.numpy_pickle\.NumpyArrayWrapper$/;

/** Where joblib's arrays stand; found by reading the file, since only the objects tell how long they are. */
function arraysOf(bytes: Uint8Array): Map<number, InStream> {
  const found = new Map<number, InStream>();
  const globals = new Map<string, GlobalEntry>();
  for (const [name, entry] of joblib.globals) {
    if (!WRAPPER.test(name)) continue;
    const { setState } = entry as { setState: (value: unknown, state: unknown, ...rest: unknown[]) => unknown };
    globals.set(name, {
      ...entry,
      setState(value: unknown, state: unknown, ...rest: unknown[]) {
        const where = inStream(state);
        const made = setState(value, state, ...rest) as StreamValue;
        return new StreamValue((at, context) => {
          found.set(at, where);
          return made.parse(at, context);
        });
      },
    } as GlobalEntry);
  }
  loads(bytes, withPacks({ packs: [definePack({ name: "doctor", globals })], encoding: "latin1" }));
  return found;
}

/** Arrays of objects in arrays of objects. */
const MAX_DEPTH = 100;

class State {
  readonly memo = new Map<number, string | null>();
  readonly marks: Step[] = [];
  before: string | null = null;
  last: string | null = null;
  push(text: string | null): void {
    this.before = this.last;
    this.last = text;
  }
}

/** The parts of a file's first pickle in order, and where it ends. Throws `UnpicklingError` and `TruncatedError`. */
export function walk(bytes: Uint8Array): { parts: Part[]; end: number } {
  const isJoblib = indexOf(bytes, "numpy_pickle") >= 0 && indexOf(bytes, "NumpyArrayWrapper") >= 0;
  const arrays = isJoblib ? arraysOf(bytes) : new Map<number, InStream>();
  const parts: Part[] = [];
  return { parts, end: pickleFrom(bytes, 0, arrays, parts, 0) };
}

function pickleFrom(
  bytes: Uint8Array,
  from: number,
  arrays: ReadonlyMap<number, InStream>,
  parts: Part[],
  depth: number,
): number {
  if (depth > MAX_DEPTH) throw new LimitError("maxDepth", MAX_DEPTH, depth, { offset: from, format: "joblib" });
  const state = new State();
  for (let at = from; ; ) {
    let next = -1;
    try {
      for (const op of genops(bytes, at)) {
        parts.push(stepOf(op, state));
        next = op.end;
        const array = op.opcode.name === "BUILD" ? arrays.get(op.end) : undefined;
        if (array !== undefined) {
          next = itemsAt(bytes, op.end, array, parts, arrays, depth);
          break;
        }
        if (op.opcode.name === "STOP") return op.end;
      }
    } catch (e) {
      const op = isBrineError(e) && e.opcode === "STRING" ? escaped(bytes, e.offset ?? -1) : null;
      if (op === null) throw e;
      parts.push(stepOf(op, state));
      next = op.end;
    }
    at = next;
  }
}

/** A STRING beyond ASCII, which pickletools does not read and Python's unpickler does; null for other damage. */
function escaped(bytes: Uint8Array, pos: number): Op | null {
  const end = bytes.indexOf(0x0a, pos) + 1;
  if (pos < 0 || end === 0) return null;
  const alone = new Uint8Array(end - pos + 1);
  alone.set(bytes.subarray(pos, end));
  alone[end - pos] = 0x2e;
  const arg = loads(alone, { encoding: "latin1" }) as string;
  return { opcode: opcodes.find(({ name }) => name === "STRING")!, arg, pos, end };
}

function itemsAt(
  bytes: Uint8Array,
  at: number,
  { dtype, shape, padded }: InStream,
  parts: Part[],
  arrays: ReadonlyMap<number, InStream>,
  depth: number,
): number {
  // Arrays of objects are pickles of their own.
  if (dtype.kind === "O") return pickleFrom(bytes, at, arrays, parts, depth + 1);
  const start = padded ? at + 1 + (bytes[at] ?? 0) : at;
  const end = start + shape.reduce((product, n) => product * n, dtype.itemsize);
  if (!(end >= start)) throw new FormatError("an array of joblib has a negative size", { offset: at });
  if (end > bytes.length) {
    throw new TruncatedError(`the file is cut at byte ${bytes.length} of at least ${end}`, { offset: bytes.length });
  }
  parts.push({ at, start, end, padded });
  return end;
}

function stepOf(op: Op, state: State): Step {
  const { name } = op.opcode;
  const key = state.last;
  const slot = state.memo.size;
  let ref: Step["ref"] = null;
  if (STRINGS.has(name)) state.push(op.arg as string);
  else if (/GET$/.test(name)) state.push(state.memo.get(Number(op.arg)) ?? null);
  else if (/PUT$/.test(name)) state.memo.set(Number(op.arg), state.last);
  else if (name === "MEMOIZE") state.memo.set(slot, state.last);
  else if (name === "GLOBAL" || name === "INST") {
    const text = op.arg as string;
    const blank = text.indexOf(" ");
    ref = [text.slice(0, blank), text.slice(blank + 1)];
    state.push(null);
  } else if (name === "STACK_GLOBAL") {
    if (state.before === null || state.last === null) {
      throw new FormatError("STACK_GLOBAL takes a name that was made by other opcodes", { offset: op.pos });
    }
    ref = [state.before, state.last];
    state.push(null);
  } else if (name !== "FRAME" && name !== "PROTO") state.push(null);
  const step: Step = { op, slot, ref, key, closer: null };
  if (name === "MARK") state.marks.push(step);
  else if (CLOSERS.has(name)) {
    const mark = state.marks.pop();
    if (mark !== undefined) mark.closer = name;
  }
  return step;
}

function indexOf(bytes: Uint8Array, text: string): number {
  const first = text.charCodeAt(0);
  outer: for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    for (let i = 1; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) continue outer;
    return at;
  }
  return -1;
}
