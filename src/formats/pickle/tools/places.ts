/**
 * Where in a pickle each value is made, found without making one.
 *
 * @module
 */
import { UnpicklingError } from "../../../core/errors.ts";
import { genops, type Op } from "./genops.ts";
import { memoKey, memoUse } from "./memo.ts";

/** Where a value is made, and where its parts are. */
export interface Place {
  /** Byte offset of the opcode at which the value begins; of one that opcodes make out of others, of the first of them. */
  readonly offset: number;
  /** Items of a list, tuple or set, or those given to another object, in the order of the stream. */
  readonly items: Place[];
  /** Keys and values, in the order of the stream; a key may come twice. */
  readonly pairs: (readonly [Place, Place])[];
  /** The argument tuple of what was called. */
  args?: Place;
  /** The keyword arguments of NEWOBJ_EX. */
  kwargs?: Place;
  /** What BUILD gave it. */
  state?: Place;
}

/** A place on the stack: `from` is where the opcodes that brought it there begin. */
interface Entry {
  readonly place: Place;
  readonly from: number;
}

/** Names of opcodes that make a container of what lies above the mark. */
const OF_MARK = new Set(["LIST", "TUPLE", "FROZENSET", "DICT", "INST", "OBJ"]);

/**
 * The place of the value of one pickle, which begins at byte `start` of `bytes`.
 *
 * Throws `UnpicklingError` for what is no sound pickle, raw bytes of joblib's arrays among them.
 * Source: the stack effects of Python's `pickletools`.
 *
 * @example
 * ```ts
 * import { places } from "brine/pickletools";
 * import { dumps } from "brine/pickle";
 * places(dumps([1, [2]])).items.map((item) => item.offset); // [14, 16]
 * ```
 */
export function places(bytes: Uint8Array, start = 0): Place {
  const machine = new Machine();
  for (const op of genops(bytes, start)) machine.run(op);
  return machine.value as Place;
}

class Machine {
  #stack: Entry[] = [];
  #marks: { at: number; from: number }[] = [];
  #memo = new Map<number | bigint, Place>();
  value: Place | undefined;

  run(op: Op): void {
    const { opcode, pos } = op;
    const { name } = opcode;
    const use = memoUse(opcode.code);
    if (use === "get") {
      const place = this.#memo.get(memoKey(op.arg)) ?? this.#fail(op, "the memo has no such entry");
      this.#stack.push({ place, from: pos });
    } else if (use !== undefined) {
      this.#memo.set(use === "put" ? memoKey(op.arg) : this.#memo.size, this.#top(op).place);
    } else if (OF_MARK.has(name)) this.#ofMark(op, name);
    else this.#step(op, name);
  }

  #step(op: Op, name: string): void {
    switch (name) {
      case "MARK":
        this.#marks.push({ at: this.#stack.length, from: op.pos });
        return;
      case "POP":
        if (this.#marks.at(-1)?.at === this.#stack.length) this.#marks.pop();
        else this.#pop(op);
        return;
      case "POP_MARK":
        this.#aboveMark(op);
        return;
      case "DUP":
        this.#stack.push({ place: this.#top(op).place, from: op.pos });
        return;
      case "APPEND": {
        const item = this.#pop(op);
        this.#top(op).place.items.push(item.place);
        return;
      }
      case "APPENDS":
      case "ADDITEMS": {
        const { entries } = this.#aboveMark(op);
        const { items } = this.#top(op).place;
        for (const { place } of entries) items.push(place);
        return;
      }
      case "SETITEM": {
        const value = this.#pop(op);
        const key = this.#pop(op);
        this.#top(op).place.pairs.push([key.place, value.place]);
        return;
      }
      case "SETITEMS": {
        const { entries } = this.#aboveMark(op);
        pair(entries, this.#top(op).place);
        return;
      }
      case "BUILD": {
        const state = this.#pop(op);
        this.#top(op).place.state = state.place;
        return;
      }
      case "TUPLE1":
      case "TUPLE2":
      case "TUPLE3": {
        const entries = this.#take(op, op.opcode.before.length);
        const place = this.#push((entries[0] as Entry).from);
        for (const entry of entries) place.items.push(entry.place);
        return;
      }
      case "STOP":
        this.value = this.#pop(op).place;
        return;
      case "REDUCE":
      case "NEWOBJ":
      case "NEWOBJ_EX": {
        const [first, args, kwargs] = this.#take(op, op.opcode.before.length) as [Entry, Entry, Entry?];
        const place = this.#push(first.from);
        place.args = args.place;
        if (kwargs !== undefined) place.kwargs = kwargs.place;
        return;
      }
      case "PROTO":
      case "FRAME":
      case "READONLY_BUFFER":
        return;
      default: {
        // A constant, a name, or an empty container; STACK_GLOBAL and BINPERSID take what names it.
        const named = this.#take(op, op.opcode.before.length);
        this.#push(named[0]?.from ?? op.pos);
      }
    }
  }

  #ofMark(op: Op, name: string): void {
    const { entries, from } = this.#aboveMark(op);
    const place = this.#push(from);
    if (name === "DICT") pair(entries, place);
    else if (name === "INST" || name === "OBJ") {
      const args = name === "OBJ" ? entries.slice(1) : entries;
      place.args = { offset: args[0]?.from ?? op.pos, items: args.map((entry) => entry.place), pairs: [] };
    } else for (const entry of entries) place.items.push(entry.place);
  }

  #push(from: number): Place {
    const place: Place = { offset: from, items: [], pairs: [] };
    this.#stack.push({ place, from });
    return place;
  }

  #pop(op: Op): Entry {
    const entry = this.#top(op);
    this.#stack.pop();
    return entry;
  }

  #top(op: Op): Entry {
    if (this.#stack.length <= (this.#marks.at(-1)?.at ?? 0)) this.#fail(op, "the stack is empty");
    return this.#stack.at(-1) as Entry;
  }

  #take(op: Op, count: number): Entry[] {
    const from = this.#stack.length - count;
    if (from < (this.#marks.at(-1)?.at ?? 0)) this.#fail(op, "the stack is empty");
    return this.#stack.splice(from, count);
  }

  #aboveMark(op: Op): { entries: Entry[]; from: number } {
    const mark = this.#marks.pop() ?? this.#fail(op, "no MARK on the stack");
    return { entries: this.#stack.splice(mark.at), from: mark.from };
  }

  #fail(op: Op, reason: string): never {
    throw new UnpicklingError(reason, { offset: op.pos, opcode: op.opcode.name });
  }
}

function pair(entries: readonly Entry[], place: Place): void {
  for (let i = 0; i + 1 < entries.length; i += 2)
    place.pairs.push([(entries[i] as Entry).place, (entries[i + 1] as Entry).place]);
}
