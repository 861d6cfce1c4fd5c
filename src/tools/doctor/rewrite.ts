/**
 * Rewrites opcodes: older protocols, other names, no padding. Nothing is run, and what needs no change stays.
 *
 * @module
 */
import { DecodeError, decodeUtf8, encodeUtf8 } from "../../core/bytes/text.ts";
import { UnpicklingError, UnsupportedError } from "../../core/errors.ts";
import { OpStream } from "../../families/joblib/stream.ts";
import { toPython2 } from "../../formats/pickle/compat.ts";
import type { Edit } from "./rule.ts";
import { byteArray, byteString, demandOneLine, global, unicode } from "./say.ts";
import type { Change } from "./types.ts";
import { type Items, isItems, isStep, type Part, type Step } from "./walk.ts";

/** What to change. */
export interface Plan {
  /** Highest protocol of the result. */
  readonly protocol: number;
  /** The new full name of a class or function. */
  rename(full: string): string;
  /** Take joblib's padding away? */
  readonly cut: boolean;
  /** For Python 2's str: null leaves them. */
  readonly encoding: "latin1" | "utf-8" | "bytes" | "guess" | null;
  /** Offsets of str that are data, and become bytes in any encoding. */
  readonly raw: ReadonlySet<number>;
  readonly edits: readonly Edit[];
}

const POP = 0x30;
const LEFT_OUT = "left out";
const ALIGNMENT = 16;

/** Writes the parts anew. Throws `UnsupportedError` for what the older protocol has no words for. */
export function rewrite(
  bytes: Uint8Array,
  parts: readonly Part[],
  plan: Plan,
): { bytes: Uint8Array; changes: Change[] } {
  return new Writer(bytes, parts, plan).all();
}

class Writer {
  readonly #out = new OpStream();
  readonly #changes: Change[] = [];
  readonly #bytes: Uint8Array;
  readonly #parts: readonly Part[];
  readonly #plan: Plan;
  readonly #before = new Map<number, Edit[]>();
  readonly #instead = new Map<number, Edit>();
  /** Offsets of texts that names alone are made of: a GLOBAL needs them no more. */
  readonly #spare: ReadonlySet<number>;
  /** Sets that are not made yet, by pickle: those of arrays of objects stand within others. */
  readonly #pending: Pending[] = [new Pending()];

  constructor(bytes: Uint8Array, parts: readonly Part[], plan: Plan) {
    this.#bytes = bytes;
    this.#parts = parts;
    this.#plan = plan;
    this.#spare = plan.protocol < 4 ? spareTexts(parts) : new Set();
    for (const edit of plan.edits) {
      if (edit.place === "instead") this.#instead.set(edit.offset, edit);
      else {
        const more = this.#before.get(edit.offset) ?? [];
        // A dtype that many arrays share is changed once.
        if (!more.some(({ now }) => now === edit.now)) more.push(edit);
        this.#before.set(edit.offset, more);
      }
    }
  }

  all(): { bytes: Uint8Array; changes: Change[] } {
    const out = this.#out;
    for (const [i, part] of this.#parts.entries()) {
      if (isItems(part)) this.#items(part);
      else if (!isStep(part)) this.#pending.push(new Pending());
      else {
        const { op } = part;
        const { name } = op.opcode;
        for (const edit of this.#before.get(op.pos) ?? []) this.#edited(edit, `before ${name}`);
        const edit = this.#instead.get(op.pos);
        if (edit) this.#edited(edit, name);
        else {
          const now = this.#changed(part, i);
          if (now === null) out.raw(this.#bytes.subarray(op.pos, op.end));
          else this.#changes.push({ offset: op.pos, was: name, now });
        }
        if (name === "STOP" && this.#pending.length > 1) this.#pending.pop();
      }
    }
    return { bytes: out.bytes().slice(), changes: this.#changes };
  }

  #edited(edit: Edit, was: string): void {
    edit.write(this.#out, this.#plan.protocol);
    this.#changes.push({ offset: edit.offset, was, now: edit.now });
  }

  #items(part: Items): void {
    const out = this.#out;
    if (part.padded && !this.#plan.cut) {
      // A changed length before the array moves it: the padding is made anew, so that it is aligned again.
      const pad = ALIGNMENT - ((out.bytes().length + 1) % ALIGNMENT);
      out.op(pad);
      out.raw(new Uint8Array(pad).fill(0xff));
    } else if (part.padded) {
      this.#changes.push({ offset: part.at, was: "padding", now: `${part.start - part.at} bytes cut` });
    }
    const edit = this.#instead.get(part.at);
    if (edit) this.#edited(edit, "array");
    else out.raw(this.#bytes.subarray(part.start, part.end));
  }

  /** Writes an opcode in other words and names them; null when it may stay. */
  #changed(step: Step, i: number): string | null {
    const { op, ref } = step;
    const { name } = op.opcode;
    const { protocol, encoding } = this.#plan;
    if (name === "FRAME") return LEFT_OUT;
    if (ref !== null) return this.#renamed(step, ref);
    if (this.#spare.has(op.pos) || this.#spare.has(step.from)) return LEFT_OUT;
    if (encoding !== null && /STRING$/.test(name) && /[\x80-\xff]/.test(op.arg as string)) {
      const told = this.#plan.raw.has(op.pos) ? "bytes" : encoding;
      // In Python 2 the str are bytes already.
      return told === "bytes" && protocol < 3 ? null : text(this.#out, op, told);
    }
    const set = protocol < 4 ? this.#partOfSet(step, i) : null;
    if (set !== null) return set;
    return op.opcode.proto <= protocol && name !== "PROTO" ? null : this.#older(step, i);
  }

  #renamed({ op, names }: Step, ref: readonly [string, string]): string | null {
    const opcode = op.opcode.name;
    const { protocol, rename } = this.#plan;
    const out = this.#out;
    const was = ref.join(".");
    const full = rename(was);
    const isMoved = full !== was;
    if (!isMoved && (opcode === "STACK_GLOBAL" ? protocol >= 4 : protocol >= 3 || !moves(ref))) return null;
    const target: [string, string] = isMoved ? split(full, ref[1]) : [ref[0], ref[1]];
    if (opcode === "INST") {
      const [module, cls] = protocol < 3 ? toPython2(...target) : target;
      demandOneLine(opcode, module, cls);
      out.op(0x69);
      out.raw(encodeUtf8(`${module}\n${cls}\n`));
      return `INST ${module} ${cls}`;
    }
    // Strings that are wanted from the memo later are thrown away, not left out.
    for (const at of names ?? []) if (!this.#spare.has(at)) out.op(POP);
    global(out, target[0], target[1], protocol);
    return `GLOBAL ${target.join(" ")}`;
  }

  /** What older protocols call when they make sets; null for other opcodes. */
  #partOfSet({ op, slot, closer }: Step, i: number): string | null {
    const { name } = op.opcode;
    const { protocol } = this.#plan;
    const pending = this.#pending.at(-1)!;
    const before = this.#parts[i - 1];
    const last = isStep(before) ? before.op.opcode.name : "";
    if (/GET$/.test(name) && pending.slots.has(Number(op.arg))) {
      throw new UnsupportedError("EMPTY_SET", `a set that holds itself has no like in protocol ${protocol}`, {
        offset: op.pos,
        format: "pickle",
      });
    }
    // The memo takes the set when it is made, behind its items.
    if (last === "EMPTY_SET" && slot >= 0 && this.#fills(i - 1)) {
      pending.keep(slot);
      return LEFT_OUT;
    }
    if (name !== "MARK") return null;
    if (closer === "ADDITEMS" && last === "ADDITEMS") return LEFT_OUT;
    if (closer !== "FROZENSET") return null;
    global(this.#out, "builtins", "frozenset", protocol);
    this.#out.op(0x28);
    return "frozenset";
  }

  /** Is an EMPTY_SET, memoized or not, filled at once? */
  #fills(i: number): boolean {
    const next = this.#parts[i + 1];
    const mark = isStep(next) && next.slot >= 0 ? this.#parts[i + 2] : next;
    return isStep(mark) && mark.closer === "ADDITEMS";
  }

  /** An opcode that the protocol does not have. */
  #older({ op, slot }: Step, i: number): string | null {
    const { name } = op.opcode;
    const { protocol } = this.#plan;
    const out = this.#out;
    const arg = op.arg as string & Uint8Array & number;
    const collect = (): void => {
      out.op(0x6c);
      out.op(0x85);
      out.op(0x52);
    };
    switch (name) {
      case "PROTO":
        if (arg <= protocol) return null;
        out.op1(0x80, protocol);
        return `PROTO ${protocol}`;
      case "SHORT_BINUNICODE":
      case "BINUNICODE8":
        unicode(out, encodeUtf8(arg));
        return "BINUNICODE";
      case "MEMOIZE":
        out.put(slot);
        return `BINPUT ${slot}`;
      case "BINBYTES8":
      case "SHORT_BINBYTES":
      case "BINBYTES":
        byteString(out, arg, protocol);
        return protocol < 3 ? "_codecs.encode" : "BINBYTES";
      case "BYTEARRAY8":
        byteArray(out, arg, protocol);
        return "bytearray";
      case "EMPTY_SET":
        global(out, "builtins", "set", protocol);
        if (this.#fills(i)) this.#pending.at(-1)!.open();
        else {
          out.op(0x29);
          out.op(0x52);
        }
        return "set";
      case "ADDITEMS": {
        // More items follow in a batch of their own: the two become one.
        const next = this.#parts[i + 1];
        if (isStep(next) && next.closer === "ADDITEMS") return LEFT_OUT;
        collect();
        const memo = this.#pending.at(-1)!.close();
        if (memo >= 0) out.put(memo);
        return "set";
      }
      case "FROZENSET":
        collect();
        return "frozenset";
      default:
        throw new UnsupportedError(name, `${name} has no like in protocol ${protocol}`, {
          offset: op.pos,
          format: "pickle",
        });
    }
  }
}

/** Sets that older protocols make behind their items, and the numbers of memos that wait for them; -1 for none. */
class Pending {
  readonly slots = new Set<number>();
  readonly #all: number[] = [];

  open(): void {
    this.#all.push(-1);
  }

  keep(slot: number): void {
    this.#all[this.#all.length - 1] = slot;
    this.slots.add(slot);
  }

  close(): number {
    const slot = this.#all.pop() ?? -1;
    this.slots.delete(slot);
    return slot;
  }
}

/** Texts that nothing but STACK_GLOBAL takes, by the offsets of their opcodes. */
function spareTexts(parts: readonly Part[]): Set<number> {
  const uses = new Map<number, number>();
  for (const part of parts) {
    if (isStep(part) && part.ref !== null) for (const at of part.names ?? []) uses.set(at, (uses.get(at) ?? 0) + 1);
  }
  for (const part of parts) {
    if (!isStep(part)) continue;
    const at = part.from >= 0 ? part.from : part.op.pos;
    const left = part.slot >= 0 ? undefined : uses.get(at);
    if (left !== undefined) uses.set(at, left - 1);
  }
  return new Set([...uses].filter(([, left]) => left === 0).map(([at]) => at));
}

function moves(ref: readonly [string, string]): boolean {
  const [module, name] = toPython2(...(ref as [string, string]));
  return module !== ref[0] || name !== ref[1];
}

/** Module and name of a full name; a class within a class keeps its dots. */
function split(full: string, name: string): [string, string] {
  const dots = name.split(".").length;
  const words = full.split(".");
  return [words.slice(0, -dots).join("."), words.slice(-dots).join(".")];
}

/** A str of Python 2 as text or as bytes. */
function text(out: OpStream, op: Step["op"], encoding: "latin1" | "utf-8" | "bytes" | "guess"): string {
  const arg = op.arg as string;
  const raw = Uint8Array.from(arg, (c) => c.charCodeAt(0));
  if (encoding === "latin1") {
    out.text(arg);
    return "BINUNICODE";
  }
  if (encoding !== "bytes") {
    try {
      out.text(decodeUtf8(raw, 0, raw.length, false));
      return "BINUNICODE";
    } catch (e) {
      if (!(e instanceof DecodeError)) throw e;
      if (encoding === "utf-8") {
        // The text of STRING is escaped, and its bytes do not stand in the file one by one.
        const offset = op.opcode.name === "STRING" ? op.pos : op.end - raw.length + e.position;
        throw new UnpicklingError(`${e.message}: fix it with encoding latin1 or bytes`, {
          offset,
          opcode: op.opcode.name,
          cause: e,
        });
      }
    }
  }
  out.byteString(raw);
  return "BINBYTES";
}
