/**
 * Rewrites opcodes: older protocols, other names, no padding. Nothing is run, and what needs no change stays.
 *
 * @module
 */
import { DecodeError, decodeLatin1, decodeUtf8, encodeUtf8 } from "../../core/bytes/text.ts";
import { UnpicklingError, UnsupportedError } from "../../core/errors.ts";
import { OpStream } from "../../families/joblib/stream.ts";
import { toPython2 } from "../../formats/pickle/compat.ts";
import type { Change } from "./types.ts";
import type { Part, Step } from "./walk.ts";

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
}

const POP = 0x30;
const ALIGNMENT = 16;

/** Writes the parts anew. Throws `UnsupportedError` for what the older protocol has no words for. */
export function rewrite(
  bytes: Uint8Array,
  parts: readonly Part[],
  plan: Plan,
): { bytes: Uint8Array; changes: Change[] } {
  const changes: Change[] = [];
  const out = new OpStream();
  const pending: number[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (!("op" in part)) {
      if (part.padded && !plan.cut) {
        // A changed length before the array moves it: the padding is made anew, so that it is aligned again.
        const pad = ALIGNMENT - ((out.bytes().length + 1) % ALIGNMENT);
        out.op(pad);
        out.raw(new Uint8Array(pad).fill(0xff));
      } else if (part.padded) {
        changes.push({ offset: part.at, was: "padding", now: `${part.start - part.at} bytes cut` });
      }
      out.raw(bytes.subarray(part.start, part.end));
      continue;
    }
    const now = changed(out, part, parts, i, plan, pending);
    if (now === null) out.raw(bytes.subarray(part.op.pos, part.op.end));
    else changes.push({ offset: part.op.pos, was: part.op.opcode.name, now });
  }
  return { bytes: out.bytes().slice(), changes };
}

/** Writes an opcode in other words and names them; null when it may stay. */
function changed(
  out: OpStream,
  step: Step,
  parts: readonly Part[],
  i: number,
  plan: Plan,
  pending: number[],
): string | null {
  const { op, ref, slot } = step;
  const { name } = op.opcode;
  const { protocol } = plan;
  const arg = op.arg as string & Uint8Array & number;
  if (name === "FRAME") return "";
  if (name === "INST" && ref !== null) {
    const was = ref.join(".");
    const full = plan.rename(was);
    if (full === was && (protocol >= 3 || !moves(ref))) return null;
    const named: [string, string] = full === was ? [ref[0], ref[1]] : split(full, ref[1]);
    const [module, cls] = protocol < 3 ? toPython2(...named) : named;
    if (/\n/.test(module + cls)) throw new UnsupportedError("INST", "a name has a line break in it");
    out.op(0x69);
    out.raw(encodeUtf8(`${module}\n${cls}\n`));
    return `INST ${module} ${cls}`;
  }
  if (ref !== null) {
    const [full, was] = [plan.rename(ref.join(".")), ref.join(".")];
    if (name === "STACK_GLOBAL" ? full === was && protocol >= 4 : full === was && (protocol >= 3 || !moves(ref))) {
      return null;
    }
    // The two strings on the stack may be wanted from the memo later: they are thrown away, not left out.
    if (name === "STACK_GLOBAL") {
      out.op(POP);
      out.op(POP);
    }
    const target: [string, string] = full === was ? [ref[0], ref[1]] : split(full, ref[1]);
    global(out, target[0], target[1], protocol);
    return `GLOBAL ${target.join(" ")}`;
  }
  if (name === "BININT1" && plan.cut && step.key === "numpy_array_alignment_bytes") {
    out.op(0x4e);
    return "NONE";
  }
  if (plan.encoding !== null && /STRING$/.test(name) && /[\x80-\xff]/.test(arg)) {
    const encoding = plan.raw.has(op.pos) ? "bytes" : plan.encoding;
    // In Python 2 the str are bytes already.
    return encoding === "bytes" && protocol < 3 ? null : text(out, op, encoding);
  }
  if (protocol < 4) {
    const before = parts[i - 1];
    const last = before && "op" in before ? before.op.opcode.name : "";
    if (/GET$/.test(name) && pending.includes(Number(arg))) {
      throw new UnsupportedError("EMPTY_SET", `a set that holds itself has no like in protocol ${protocol}`, {
        offset: op.pos,
        format: "pickle",
      });
    }
    // The memo takes the set when it is made, behind its items.
    if (last === "EMPTY_SET" && /PUT$|^MEMOIZE$/.test(name) && fills(parts, i - 1)) {
      pending[pending.length - 1] = name === "MEMOIZE" ? slot : Number(arg);
      return "";
    }
    if (name === "MARK" && step.closer === "ADDITEMS" && last === "ADDITEMS") return "";
    if (name === "MARK" && step.closer === "FROZENSET") {
      global(out, "builtins", "frozenset", protocol);
      out.op(0x28);
      return "frozenset";
    }
  }
  if (op.opcode.proto <= protocol && name !== "PROTO") return null;
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
      global(out, "builtins", "bytearray", protocol);
      if (protocol >= 3) {
        byteString(out, arg, protocol);
        out.op(0x85);
      } else {
        out.text(decodeLatin1(arg));
        out.text("latin-1");
        out.op(0x86);
      }
      out.op(0x52);
      return "bytearray";
    case "EMPTY_SET":
      global(out, "builtins", "set", protocol);
      if (fills(parts, i)) {
        pending.push(-1);
        return "set";
      }
      out.op(0x29);
      out.op(0x52);
      return "set";
    case "ADDITEMS": {
      // More items follow in a batch of their own: the two become one.
      const next = parts[i + 1];
      if (next && "op" in next && next.closer === "ADDITEMS") return "";
      out.op(0x6c);
      out.op(0x85);
      out.op(0x52);
      const memo = pending.pop() ?? -1;
      if (memo >= 0) out.put(memo);
      return "set";
    }
    case "FROZENSET":
      out.op(0x6c);
      out.op(0x85);
      out.op(0x52);
      return "frozenset";
    default:
      throw new UnsupportedError(name, `${name} has no like in protocol ${protocol}`, {
        offset: op.pos,
        format: "pickle",
      });
  }
}

/** Is an EMPTY_SET, memoized or not, filled at once? */
function fills(parts: readonly Part[], i: number): boolean {
  const next = parts[i + 1];
  const mark = next && "op" in next && /PUT$|^MEMOIZE$/.test(next.op.opcode.name) ? parts[i + 2] : next;
  return mark !== undefined && "op" in mark && mark.closer === "ADDITEMS";
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

/** Pushes a class or function by an opcode that every protocol has. */
function global(out: OpStream, module: string, name: string, protocol: number): void {
  const dot = name.lastIndexOf(".");
  if (dot > 0 && protocol < 4) {
    // Before protocol 4 a class in a class is asked for by getattr.
    global(out, "builtins", "getattr", protocol);
    global(out, module, name.slice(0, dot), protocol);
    out.text(name.slice(dot + 1));
    out.op(0x86);
    out.op(0x52);
    return;
  }
  if (/\n/.test(module + name)) throw new UnsupportedError("GLOBAL", "a name has a line break in it");
  out.global(...(protocol < 3 ? toPython2(module, name) : ([module, name] as [string, string])));
}

function unicode(out: OpStream, bytes: Uint8Array): void {
  if (bytes.length > 0xffffffff) throw new UnsupportedError("BINUNICODE8", "a text is too long for older protocols");
  out.op4(0x58, bytes.length);
  out.raw(bytes);
}

function byteString(out: OpStream, bytes: Uint8Array, protocol: number): void {
  if (bytes.length > 0xffffffff) throw new UnsupportedError("BINBYTES8", "bytes are too many for older protocols");
  if (protocol >= 3) return out.byteString(bytes);
  if (bytes.length === 0) {
    out.global("__builtin__", "bytes");
    out.op(0x29);
  } else {
    out.global("_codecs", "encode");
    out.text(decodeLatin1(bytes));
    out.text("latin1");
    out.op(0x86);
  }
  out.op(0x52);
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
