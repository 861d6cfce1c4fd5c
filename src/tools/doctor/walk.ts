/**
 * A file's opcodes in order, pickle after pickle, over the arrays that joblib puts between them.
 *
 * @module
 */

import {
  type BrineError,
  FormatError,
  isBrineError,
  LimitError,
  TruncatedError,
  UnpicklingError,
} from "../../core/errors.ts";
import type { DType } from "../../core/ndarray/index.ts";
import { definePack, type GlobalEntry, StreamValue } from "../../core/pack.ts";
import { joblib } from "../../families/joblib/index.ts";
import { type InStream, inStream } from "../../families/joblib/wrappers.ts";
import { loadAll, loads } from "../../formats/pickle/index.ts";
import {
  type GlobalReference,
  type Made,
  type Op,
  opcodes,
  type Persistent,
  type Symbolic,
  type Trace,
  trace,
} from "../../formats/pickle/tools/index.ts";
import { withPacks } from "../../packs.ts";

/** An opcode and what is known about it. */
export interface Step {
  readonly op: Op;
  /** Number under which PUT and MEMOIZE store; -1 for others. */
  readonly slot: number;
  /** Module and name that GLOBAL, INST and STACK_GLOBAL refer to. */
  readonly ref: readonly [module: string, name: string] | null;
  /** Of STACK_GLOBAL: byte offsets of the opcodes that its two strings come from. */
  readonly names: readonly [module: number, name: number] | null;
  /** Of opcodes of the memo and DUP: byte offset of the opcode that the text on top comes from; -1 for others. */
  readonly from: number;
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
  /** What stands for the array in the pickle. */
  readonly wrapper: Symbolic | undefined;
  readonly dtype: DType;
}

/** Here begins the pickle of an array of objects, with a memo of its own. */
export interface Nested {
  readonly nested: number;
}

export type Part = Step | Items | Nested;

export const isStep = (part: Part | undefined): part is Step => part !== undefined && "op" in part;
export const isItems = (part: Part | undefined): part is Items => part !== undefined && "wrapper" in part;

/** A file as the doctor sees it. */
export interface Walked {
  readonly parts: Part[];
  /** Where the pickles end; those of arrays of objects are parts of theirs. */
  readonly ends: number[];
  /** Names, those of arrays of objects among them. */
  readonly references: GlobalReference[];
  /** Objects that are filled like a list or a dict, each once, and the opcode that does it first. */
  readonly filled: Map<Made, Op>;
  /** What stands for things outside of the pickle: torch's storages. */
  readonly persistent: Persistent[];
  /** Numbers of memos under which objects are kept, each in its own pickle. */
  readonly slots: Map<Symbolic, number>;
  /** Why the bytes behind the last pickle are none; null where there are no such bytes. */
  rest: BrineError | null;
}

const FILLS = /^(APPENDS?|SETITEMS?|ADDITEMS)$/;
const PASSES = /(GET|PUT)$|^(MEMOIZE|DUP)$/;
const WRAPPER = /(^|\.)joblib\.numpy_pickle\.NumpyArrayWrapper$/;
/** Arrays of objects in arrays of objects. */
const MAX_DEPTH = 100;
/** Some 400 bytes are kept of each. */
const MAX_OPCODES = 4_000_000;

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
  const options = withPacks({ packs: [definePack({ name: "doctor", globals })], encoding: "latin1" });
  let first = true;
  try {
    for (const _ of loadAll(bytes, options)) first = false;
  } catch (e) {
    // What follows the first pickle may be anything; the walk tells where the pickles end.
    if (first || !isBrineError(e) || e.code === "LIMIT") throw e;
  }
  return found;
}

/**
 * The parts of all pickles in a file. Throws `UnpicklingError` and `TruncatedError` when the first one is damaged, and
 * `LimitError` beyond so many opcodes.
 */
export function walk(bytes: Uint8Array): Walked {
  const isJoblib = indexOf(bytes, "numpy_pickle") >= 0 && indexOf(bytes, "NumpyArrayWrapper") >= 0;
  const walker = new Walker(bytes, isJoblib ? arraysOf(bytes) : new Map());
  const { walked } = walker;
  for (let at = 0; at === 0 || at < bytes.length; ) {
    const { parts, references } = walked;
    const [had, named] = [parts.length, references.length];
    try {
      at = walker.pickle(at, 0);
      walked.ends.push(at);
    } catch (e) {
      if (at === 0 || !(e instanceof FormatError)) throw e;
      walked.rest = e;
      parts.length = had;
      references.length = named;
      break;
    }
  }
  return walked;
}

/** The parts of so many pickles from the first byte on; what stands behind them is not looked at. */
export function walkSome(bytes: Uint8Array, count: number): Walked {
  const walker = new Walker(bytes, new Map());
  for (let at = 0; walker.walked.ends.length < count; ) walker.walked.ends.push((at = walker.pickle(at, 0)));
  return walker.walked;
}

class Walker {
  readonly walked: Walked = {
    parts: [],
    ends: [],
    references: [],
    filled: new Map(),
    persistent: [],
    slots: new Map(),
    rest: null,
  };
  readonly #bytes: Uint8Array;
  readonly #arrays: ReadonlyMap<number, InStream>;
  #left = MAX_OPCODES;

  constructor(bytes: Uint8Array, arrays: ReadonlyMap<number, InStream>) {
    this.#bytes = bytes;
    this.#arrays = arrays;
  }

  /** Takes a pickle up and gives the byte behind it. */
  pickle(start: number, depth: number): number {
    if (depth > MAX_DEPTH) throw new LimitError("maxDepth", MAX_DEPTH, depth, { offset: start, format: "joblib" });
    const { parts, references, slots, filled, persistent } = this.walked;
    const marks = new Map<number, Step>();
    const steps = trace(this.#bytes, {
      start,
      limits: { opcodes: this.#left },
      skip: ({ opcode, end }, top) => {
        const array = opcode.name === "BUILD" ? this.#arrays.get(end) : undefined;
        return array === undefined ? end : this.#items(end, array, top, depth);
      },
    });
    for (;;) {
      const { done, value } = steps.next();
      if (done) return this.#ended(value);
      const { problem, memo = -1, mark, global, top } = value;
      let { op } = value;
      if (problem !== undefined) {
        const read = op.opcode.name === "STRING" ? escaped(this.#bytes, op.pos) : null;
        if (read === null) throw new UnpicklingError(problem, { offset: op.pos, opcode: op.opcode.name });
        op = read;
      }
      const { module = null, name = null } = global ?? {};
      const ref = module === null || name === null ? null : ([module, name] as const);
      if (global !== undefined) references.push(global);
      if (top?.kind === "made" && FILLS.test(op.opcode.name) && !filled.has(top)) filled.set(top, op);
      if (top?.kind === "persistent" && /PERSID$/.test(op.opcode.name)) persistent.push(top);
      if (Number(memo) >= 0 && top?.kind === "made") slots.set(top, Number(memo));
      const names = op.opcode.name === "STACK_GLOBAL" ? (global?.parts ?? null) : null;
      const passes = top?.kind === "atom" && PASSES.test(op.opcode.name) && typeof top.value === "string";
      const step: Step = { op, slot: Number(memo), ref, names, from: passes ? top.at : -1, closer: null };
      if (op.opcode.name === "MARK") marks.set(op.pos, step);
      else if (mark !== undefined) {
        const opened = marks.get(mark);
        if (opened) opened.closer = op.opcode.name;
        marks.delete(mark);
      }
      parts.push(step);
    }
  }

  #ended({ error, end, count }: Trace): number {
    this.#left -= count;
    if (error !== undefined) throw error;
    return end;
  }

  /** Takes an array up and gives the byte behind it. */
  #items(at: number, { dtype, shape, padded }: InStream, wrapper: Symbolic | undefined, depth: number): number {
    const { parts } = this.walked;
    if (dtype.kind === "O") {
      parts.push({ nested: at });
      return this.pickle(at, depth + 1);
    }
    const bytes = this.#bytes;
    const start = padded ? at + 1 + (bytes[at] ?? 0) : at;
    const end = start + shape.reduce((product, n) => product * n, dtype.itemsize);
    if (!(end >= start)) throw new FormatError("an array of joblib has a negative size", { offset: at });
    if (end > bytes.length) {
      throw new TruncatedError(`the file is cut at byte ${bytes.length} of at least ${end}`, { offset: bytes.length });
    }
    parts.push({ at, start, end, padded, wrapper, dtype });
    return end;
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

function indexOf(bytes: Uint8Array, text: string): number {
  const first = text.charCodeAt(0);
  outer: for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    for (let i = 1; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) continue outer;
    return at;
  }
  return -1;
}
