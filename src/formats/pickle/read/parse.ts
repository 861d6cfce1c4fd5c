/**
 * The pickle parser: the fast machine fed window by window.
 *
 * @module
 */
import { type Parse, runSync, type Window } from "../../../core/bytes/parse.ts";
import type { StreamValue } from "../../../core/pack.ts";
import type { Globals } from "./globals.ts";
import { byteArrayOver } from "./rare.ts";
import { DONE, LONG, MORE, STREAM, State } from "./state.ts";
import { step } from "./step.ts";

/** One idle state; a call takes it and puts it back, so calls may nest. */
let idle: State | null = null;

/** A value and where its pickle ended. */
export interface Parsed {
  value: unknown;
  /** Offset of the byte after STOP. */
  end: number;
}

/** The machine kept from pickle to pickle, for an Unpickler whose memo lives on. */
export function newState(): State {
  return new State();
}

/**
 * Reads one pickle that begins at `start`. With `kept`, the memo of the pickle before goes on.
 */
export function* parsePickle(
  globals: Globals,
  start: number,
  whole: Uint8Array | null,
  copy: boolean,
  kept?: State,
): Parse<Parsed> {
  const m = kept ?? idle ?? new State();
  if (!kept) idle = null;
  try {
    m.globals = globals;
    m.bigints = globals.bigints;
    m.shapes.maxKeyNodes = globals.maxKeyNodes;
    m.maxAlloc = globals.maxAlloc ?? LEAST_ALLOC;
    m.copy = globals.owned = copy;
    m.ours = whole === null;
    m.stays = whole !== null && kept === undefined;
    if (kept) m.keepMemo();
    if (whole !== null) open(m, whole, 0, start, true);
    else open(m, NOTHING, start, 0, false);
    for (;;) {
      if (whole !== null || m.end > m.pos) {
        const result = step(m);
        if (result === DONE) break;
        if (result !== MORE) {
          const end = yield* result === LONG ? longPayload(m) : streamed(m, globals, whole, copy);
          if (whole !== null) open(m, whole, 0, end, true);
          else open(m, NOTHING, end, 0, false);
          continue;
        }
      } else {
        m.need = 1;
        m.line = false;
      }
      const at = m.base + m.pos;
      // All of a frame belongs to this pickle, so even a source that must not be read too far gives it at once.
      const need = m.line ? m.need : Math.max(m.need, Math.min(m.frameEnd - at, FRAME));
      const window = (yield { kind: "more", at, need, line: m.line }) as Window;
      open(m, window.bytes, at, 0, window.last);
      if (window.bytes.length === 0) step(m);
    }
    // A float at the top has no container to be remembered by.
    const value = m.stack[m.sp];
    return { value, end: m.base + m.pos };
  } finally {
    if (!kept) {
      m.release();
      idle = m;
    }
  }
}

const FRAME = 1 << 20;
/** What values may take, however short the file. */
const LEAST_ALLOC = 1 << 30;

/** Reads a long payload into memory of its own, puts it on the stack, and gives the offset behind it. */
function* longPayload(m: State): Parse<number> {
  const { head, size } = m.long as { head: number; size: number };
  m.long = null;
  const at = m.base + m.pos + head;
  const [bytes] = (yield { kind: "bytes", spans: [{ at, size }] }) as [Uint8Array];
  if (bytes.length < size) throw m.fail("pickle data was truncated");
  m.stack[m.sp++] = m.bytes[m.pos] === BYTEARRAY8 ? byteArrayOver(bytes) : bytes;
  return at + size;
}

const BYTEARRAY8 = 0x96;

/** Reads the bytes that stand in the stream, puts their value on the stack, and gives the offset behind them. */
function* streamed(m: State, globals: Globals, whole: Uint8Array | null, copy: boolean): Parse<number> {
  const stream = m.stream as StreamValue;
  m.stream = null;
  const { value, end } = yield* stream.parse(m.base + m.pos, {
    protocol: m.proto,
    bigints: globals.bigints,
    maxKeyNodes: globals.maxKeyNodes,
    owned: whole === null,
    share: !copy,
    pickle: (at) => parsePickle(globals, at, whole, copy),
    loads: (bytes) => parseWhole(globals, 0, bytes, false).value,
  });
  m.stack[m.sp - 1] = value;
  return end;
}

/** Reads one pickle from bytes that are all there: what {@link parsePickle} does, without a generator's cost. */
export function parseWhole(globals: Globals, start: number, bytes: Uint8Array, copy: boolean): Parsed {
  const m = idle ?? new State();
  idle = null;
  try {
    m.globals = globals;
    m.bigints = globals.bigints;
    m.shapes.maxKeyNodes = globals.maxKeyNodes;
    m.maxAlloc = globals.maxAlloc ?? LEAST_ALLOC;
    m.copy = globals.owned = copy;
    m.stays = true;
    open(m, bytes, 0, start, true);
    while (step(m) === STREAM) open(m, bytes, 0, runSync(streamed(m, globals, bytes, copy), bytes), true);
    return { value: m.stack[m.sp], end: m.pos };
  } finally {
    m.release();
    idle = m;
  }
}

const NOTHING = new Uint8Array(0);

function open(m: State, bytes: Uint8Array, base: number, pos: number, last: boolean): void {
  m.bytes = bytes;
  m.view = null;
  m.base = base;
  m.pos = pos;
  m.end = bytes.length;
  m.last = last;
  m.strings.reset(bytes, bytes.length);
}
