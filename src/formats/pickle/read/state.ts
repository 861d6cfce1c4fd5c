/**
 * Everything the unpickling machine keeps between two steps.
 *
 * @module
 */
import { LimitError, UnpicklingError } from "../../../core/errors.ts";
import type { StreamValue } from "../../../core/pack.ts";
import { OPCODE_NAMES } from "../names.ts";
import { extendList, makeList, Notes, Shapes } from "./build.ts";
import type { Globals } from "./globals.ts";
import { Strings } from "./strings.ts";

/** Stand on the stack for an empty list or dict until it is known what it will hold. */
export const NEW_LIST: unique symbol = Symbol("new list");
export const NEW_DICT: unique symbol = Symbol("new dict");

/** What a step of the machine returns: the pickle has ended, or the window has run dry, or bytes follow. */
export const DONE = 0;
export const MORE = 1;
/** A value's bytes follow that are no pickle: see `State.stream`. */
export const STREAM = 2;
/** The bytes of a payload are longer than the window: they are read where they are to stay, see `State.long`. */
export const LONG = 3;

const KEPT = 1 << 20;
/** Below this slot the memo holds strings themselves, since those of a short pickle are soon recalled. */
export const NEAR = 256;

/** The machine's state: window, stack, marks, memo. */
export class State {
  /** The window: bytes `pos` to `end` of `bytes` are unread; `base` is the offset of `bytes[0]` in the source. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView | null = null;
  pos = 0;
  end = 0;
  base = 0;
  /** Nothing follows the window. */
  last = true;
  /** After MORE: how many bytes from `pos` on are needed; `line`: up to the end of a line. */
  need = 0;
  line = false;
  /** The window belongs to this run: a payload that fills most of it may keep it. */
  ours = false;
  /** Copy small byte strings, since the window is not the caller's. */
  copy = false;

  stack: unknown[] = [];
  sp = 0;
  marks: number[] = [];
  /** For a mark that joins two batches of one list: where the second begins, else 0. */
  joins: number[] = [];
  mp = 0;
  memo: unknown[] = [];
  /** Where the string of a memo slot stands, plus one, for strings that are asked for again seldom: see `place`. */
  places: Int32Array = new Int32Array(1024);
  /** All bytes are there and stay until the pickle ends, so that a string may be cut again. */
  stays = false;
  memoCount = 0;
  /** Highest memo slot written, plus one. */
  memoTop = 0;
  far: Map<number, unknown> | null = null;
  /** What BUILD replaced, and by what, where the memo was not changed at once. */
  forwards: Map<unknown, unknown> | null = null;
  notes: Notes = new Notes();
  /**
   * Stack places and memo slots of NEW_LIST and NEW_DICT, from below to the top. Without a slot, `~n`, where n slots were
   * taken when it was met; so the numbers behind rise and can be searched.
   */
  pending: number[] = [];
  pendingMemo: number[] = [];
  pn = 0;
  /** Slots of the memo that hold an integral float. */
  floatSlots: Set<number> | null = null;

  proto = 0;
  frameEnd = 0;
  bigints = false;
  /** Bytes, roughly, of what was made so far, and how many may be. */
  alloc = 0;
  maxAlloc = 0;
  strings: Strings = new Strings();
  shapes: Shapes = new Shapes();
  globals: Globals | null = null;
  /** After LONG: where the payload begins, counted from `pos`, and its size. */
  long: { head: number; size: number } | null = null;
  /** After STREAM: what reads the bytes from `pos` on; its value takes the top of the stack. */
  stream: StreamValue | null = null;

  /** Readies a pooled state for the next pickle of the same or another source. */
  restart(): void {
    if (this.stack.length > KEPT) this.stack = [];
    if (this.memo.length > KEPT) this.memo = [];
    else wipe(this.memo, this.memoTop);
    if (this.places.length > KEPT) this.places = new Int32Array(1024);
    else if (this.memoTop > NEAR) this.places.fill(0, 0, this.memoTop);
    this.sp = this.mp = this.pn = this.memoCount = this.memoTop = this.proto = this.frameEnd = this.alloc = 0;
    this.far = this.floatSlots = this.forwards = null;
    this.notes.count = 0;
  }

  /** Readies a state whose memo goes on into the next pickle. */
  keepMemo(): void {
    this.sp = this.mp = this.pn = this.proto = this.frameEnd = 0;
    this.notes.count = 0;
  }

  /** Lets go of everything a file brought. */
  release(): void {
    this.restart();
    // No value is undefined, so undefined ends what was written.
    const stack = this.stack;
    let low = 0;
    for (let high = stack.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (stack[middle] === undefined) high = middle;
      else low = middle + 1;
    }
    wipe(stack, low);
    if (this.notes.at.length > KEPT) this.notes.at = [];
    this.bytes = EMPTY;
    this.view = null;
    this.globals = this.stream = null;
    this.strings.clear();
    this.shapes.clear();
  }

  /** The error for the opcode at `pos`. */
  fail(reason: string, cause?: unknown): UnpicklingError {
    const code = this.pos < this.end ? this.bytes[this.pos] : undefined;
    const opcode = code === undefined ? undefined : (OPCODE_NAMES[code] ?? `0x${code.toString(16)}`);
    return new UnpicklingError(opcode ? `${opcode}: ${reason}` : reason, {
      offset: this.base + this.pos,
      opcode,
      cause,
    });
  }

  /**
   * More was made than the limit: it rises with what was read, unless the caller set it. `claimed` bytes follow, or the
   * data is found to be truncated.
   */
  overdrawn(at: number, claimed = 0): void {
    const most = this.globals?.maxAlloc ?? Math.max(this.maxAlloc, 64 * (this.base + this.end + claimed));
    if (this.alloc > most)
      throw new LimitError("maxAlloc", most, this.alloc, { offset: this.base + at, format: "pickle" });
    this.maxAlloc = most;
  }

  /** A view of the window, made when the first opcode needs it. */
  dataView(): DataView {
    return (this.view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength));
  }

  /** Makes real every pending list and dict at stack place `from` or above. */
  realize(from: number): void {
    while (this.pn > 0 && (this.pending[this.pn - 1] as number) >= from) this.realizeTop();
  }

  /** Makes the topmost pending list or dict real, as far as its items are known. */
  realizeTop(): void {
    const at = this.pending[--this.pn] as number;
    const slot = this.pendingMemo[this.pn] as number;
    const isList = this.stack[at] === NEW_LIST;
    let value: unknown;
    // A join is a mark right above the container whose first batch still lies on the stack.
    let mark = this.#markAt(at + 1);
    if (mark >= 0 && this.joins[mark] === 0) mark = -1;
    if (mark >= 0) {
      const end = this.joins[mark] as number;
      const above = splitNotes(this.notes, end);
      value = isList ? makeList(this.stack, at + 1, end, this.notes) : this.makeDict(at + 1, end);
      const shift = end - at - 1;
      this.stack.copyWithin(at + 1, end, this.sp);
      this.sp -= shift;
      for (const place of above) this.notes.add(place - shift);
      this.joins[mark] = 0;
      for (let i = mark + 1; i < this.mp; i++) {
        this.marks[i] = (this.marks[i] as number) - shift;
        if (this.joins[i] !== 0) this.joins[i] = (this.joins[i] as number) - shift;
      }
    } else value = isList ? [] : this.shapes.emptyDict();
    this.stack[at] = value;
    if (slot >= 0) this.setMemo(slot, value);
  }

  /** The topmost mark at a stack place, or -1; marks lie in rising order. */
  #markAt(place: number): number {
    let low = 0;
    let high = this.mp;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.marks[middle] as number) <= place) low = middle + 1;
      else high = middle;
    }
    return low > 0 && this.marks[low - 1] === place ? low - 1 : -1;
  }

  /** The pending container that has a memo slot, or -1. */
  #pendingWith(slot: number): number {
    let low = 0;
    let high = this.pn;
    while (low < high) {
      const middle = (low + high) >> 1;
      const taken = this.pendingMemo[middle] as number;
      // One without a slot came before or when `~taken` was free.
      if (taken === slot) return middle;
      if ((taken < 0 ? ~taken : taken) <= slot) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  /** A dict of stack items; an unhashable key is bad data. */
  makeDict(from: number, to: number): unknown {
    try {
      return this.shapes.makeDict(this.stack, from, to, this.notes);
    } catch (e) {
      if (e instanceof TypeError) throw this.fail(e.message, e);
      throw e;
    }
  }

  /**
   * The next slot is to hold the string whose opcode is at `at`. Most strings are never recalled, and V8's collector
   * looks at each young value that an old array holds, but not at numbers.
   */
  place(at: number): void {
    if (this.memoTop >= this.places.length) {
      const grown = new Int32Array(2 * this.memoTop + 1024);
      grown.set(this.places);
      this.places = grown;
    }
    this.places[this.memoTop] = at + 1;
    this.memoTop = ++this.memoCount;
  }

  /** What a memo slot holds that is not in `memo`: a string, or a pending container, which is made real; else undefined. */
  recall(slot: number): unknown {
    const place = slot < this.memoTop ? (this.places[slot] as number) : 0;
    if (place > 0) {
      const size = this.bytes[place - 1] === SHORT_BINUNICODE ? 1 : 4;
      const length = size === 1 ? (this.bytes[place] as number) : this.dataView().getUint32(place, true);
      const text = this.strings.recut(place + size, length);
      this.places[slot] = 0;
      this.memo[slot] = text;
      return text;
    }
    const i = this.#pendingWith(slot);
    if (i >= 0) {
      const at = this.pending[i] as number;
      while (this.pn > i) this.realizeTop();
      return this.stack[at];
    }
    return this.far?.get(slot);
  }

  /** Is anything in this memo slot? */
  holds(slot: number): boolean {
    if (this.memo[slot] !== undefined || this.far?.has(slot)) return true;
    if (slot < this.memoTop && (this.places[slot] as number) > 0) return true;
    return this.#pendingWith(slot) >= 0;
  }

  /** Puts the top of the stack into a memo slot (PUT, BINPUT, LONG_BINPUT, and MEMOIZE off the common way). */
  put(slot: number): void {
    let value = this.stack[this.sp - 1];
    const used = this.holds(slot);
    if (typeof value === "symbol" && (value === NEW_LIST || value === NEW_DICT)) {
      if (!used && slot === this.memoCount && slot === this.memoTop && (this.pendingMemo[this.pn - 1] as number) < 0) {
        this.pendingMemo[this.pn - 1] = slot;
        this.memo[slot] = undefined;
        this.memoTop = ++this.memoCount;
        return;
      }
      this.realize(this.sp - 1);
      value = this.stack[this.sp - 1];
    }
    const pending = used ? this.#pendingWith(slot) : -1;
    if (pending >= 0) this.pendingMemo[pending] = ~slot;
    if (!used) this.memoCount++;
    this.setMemo(slot, value);
    if (typeof value === "number" && this.notes.has(this.sp - 1)) (this.floatSlots ??= new Set()).add(slot);
    else this.floatSlots?.delete(slot);
  }

  setMemo(slot: number, value: unknown): void {
    // The row may have gaps, but not so many that a short file makes it long.
    if (slot >= this.memoTop && slot > 16 * this.memoCount + 4096) {
      (this.far ??= new Map()).set(slot, value);
      return;
    }
    if (this.far?.has(slot)) this.far.delete(slot);
    if (slot < this.memoTop && slot < this.places.length) this.places[slot] = 0;
    while (this.memo.length < slot) this.memo.push(undefined);
    this.memo[slot] = value;
    if (slot >= this.memoTop) this.memoTop = slot + 1;
  }

  /** BUILD gave another object in the place of one that is in the memo, most often in one of the latest slots. */
  replace(before: unknown, after: unknown): void {
    let found = false;
    for (let i = this.memoTop - 1; i >= 0 && i >= this.memoTop - RECENT; i--) {
      if (this.memo[i] !== before) continue;
      this.memo[i] = after;
      found = true;
    }
    if (!found) (this.forwards ??= new Map()).set(before, after);
  }

  /** Closes a join at the topmost mark: what follows the first batch was not a second one. */
  unjoin(): void {
    const at = (this.marks[this.mp - 1] as number) - 1;
    this.realize(at + 1);
    while (this.pn > 0 && (this.pending[this.pn - 1] as number) > at) this.realizeTop();
    this.realizeTop();
  }

  /** Closes a join whose second batch turned out to be a lone mark that is popped again. */
  unjoinEmpty(): void {
    this.unjoin();
    this.mp--;
  }

  /** Forgets the stack from `at` on. */
  drop(at: number): void {
    while (this.pn > 0 && (this.pending[this.pn - 1] as number) >= at) {
      // A dropped container may still be reached through the memo.
      if ((this.pendingMemo[this.pn - 1] as number) < 0) this.pn--;
      else this.realizeTop();
    }
    this.notes.drop(at);
    this.sp = at;
  }

  /** Appends stack items from `from` on to a real list. */
  extend(list: unknown[], from: number): void {
    extendList(list, this.stack, from, this.sp, this.notes);
  }
}

const EMPTY = new Uint8Array(0);

/** Forgets the first `count` values: a call of `fill` takes longer than a few of them. */
function wipe(values: unknown[], count: number): void {
  if (count > 64) values.fill(undefined, 0, count);
  else for (let i = 0; i < count; i++) values[i] = undefined;
}
const SHORT_BINUNICODE = 0x8c;
/** How far back BUILD looks in the memo. */
const RECENT = 64;

function splitNotes(notes: Notes, from: number): number[] {
  const first = notes.first(from);
  const above = notes.at.slice(first, notes.count);
  notes.count = first;
  return above;
}

/** Asks for `wanted` bytes from the opcode on, or says that the data ends here. */
export function more(m: State, wanted: number, line = false): number {
  if (m.last) {
    throw m.fail(
      m.pos >= m.end && m.base + m.pos === 0 ? "Ran out of input: the pickle is empty" : "pickle data was truncated",
    );
  }
  m.need = wanted;
  m.line = line;
  return MORE;
}
