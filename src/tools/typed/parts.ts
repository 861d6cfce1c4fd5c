/**
 * A pickle as a graph of parts: what its opcodes say, with nothing rebuilt.
 *
 * @module
 */
import { decodeUtf8 } from "../../core/bytes/text.ts";
import { longFromBytes } from "../../formats/pickle/read/numbers.ts";

/** What a part is; the words of `$type`. */
export type Kind =
  | "list"
  | "tuple"
  | "dict"
  | "set"
  | "frozenset"
  | "bytes"
  | "bytearray"
  | "global"
  | "new"
  | "call"
  | "instance";

/** A value with identity. */
export class Part {
  readonly kind: Kind;
  /** Items; keys and values in turn (dict); module and name (global); items added to an instance. */
  items: unknown[];
  bytes: Uint8Array | null = null;
  /** Class or function, and its arguments. */
  func: unknown;
  args: unknown;
  kwargs: unknown;
  pairs: unknown[] | null = null;
  state: unknown;
  setter: unknown;
  /** How often it is met, walking from the root. */
  uses = 0;
  id = 0;

  constructor(kind: Kind, items: unknown[] = []) {
    this.kind = kind;
    this.items = items;
  }

  /** Everything inside. */
  inside(): unknown[] {
    if (!/^(new|call|instance)$/.test(this.kind)) return this.items;
    return [this.func, this.args, this.kwargs, ...this.items, ...(this.pairs ?? []), this.setter, this.state];
  }
}

/** A float that JSON would take for an int, or cannot hold. */
export class Float {
  readonly value: number;
  /** The bits of a NaN that is not the usual one, in hex. */
  readonly bits: string | undefined;
  constructor(value: number, bits?: string) {
    this.value = value;
    this.bits = bits;
  }
}

const NAN_BITS = 0x7ff8000000000000n;

/** Reads a pickle that `dumps` wrote at protocol 4 or 5, without hooks. */
export function partsOf(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: unknown[] = [];
  const marks: number[] = [];
  const memo: unknown[] = [];
  let at = 0;

  const top = (): unknown => stack[stack.length - 1];
  const size = (width: 1 | 4 | 8): number => {
    const from = at;
    at += width;
    if (width === 1) return bytes[from] as number;
    const low = view.getUint32(from, true);
    return width === 4 ? low : low + view.getUint32(from + 4, true) * 2 ** 32;
  };
  const raw = (length: number): Uint8Array => bytes.subarray(at, (at += length));
  const text = (length: number): string => decodeUtf8(bytes, at, (at += length));
  const long = (length: number): number | bigint => longFromBytes(bytes, view, (at += length) - length, length, false);
  const marked = (): unknown[] => stack.splice(marks.pop() as number);
  const binary = (kind: Kind, length: number): void => {
    const part = new Part(kind);
    part.bytes = raw(length);
    stack.push(part);
  };
  const add = (items: unknown[]): void => {
    const target = (top() as Part).items;
    for (const item of items) target.push(item);
  };
  const set = (items: unknown[]): void => {
    const part = top() as Part;
    const target = part.kind === "dict" ? part.items : (part.pairs ??= []);
    for (const item of items) target.push(item);
  };
  const made = (kind: "new" | "call" | "instance", kwargs?: unknown): void => {
    const part = new Part(kind);
    part.kwargs = kwargs;
    part.args = kind === "instance" ? new Part("tuple") : stack.pop();
    part.func = stack.pop();
    stack.push(part);
  };

  for (;;) {
    const op = bytes[at++];
    switch (op) {
      case 0x80: // PROTO
        at++;
        break;
      case 0x95: // FRAME
        at += 8;
        break;
      case 0x2e: // STOP
        return stack.pop();
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        stack.push(op === 0x88);
        break;
      case 0x4b: // BININT1
        stack.push(size(1));
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(at, true));
        at += 2;
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(at, true));
        at += 4;
        break;
      case 0x8a: // LONG1
        stack.push(long(size(1)));
        break;
      case 0x8b: // LONG4
        stack.push(long(size(4)));
        break;
      case 0x47: {
        // BINFLOAT
        const value = view.getFloat64(at);
        const bits = Number.isNaN(value) ? view.getBigUint64(at) : NAN_BITS;
        at += 8;
        if (bits !== NAN_BITS) stack.push(new Float(value, bits.toString(16)));
        else stack.push(Number.isFinite(value) && !Number.isInteger(value) ? value : new Float(value));
        break;
      }
      case 0x8c: // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
      case 0x58:
      case 0x8d:
        stack.push(text(size(op === 0x8c ? 1 : op === 0x58 ? 4 : 8)));
        break;
      case 0x43: // SHORT_BINBYTES, BINBYTES, BINBYTES8
      case 0x42:
      case 0x8e:
        binary("bytes", size(op === 0x43 ? 1 : op === 0x42 ? 4 : 8));
        break;
      case 0x96: // BYTEARRAY8
        binary("bytearray", size(8));
        break;
      case 0x5d: // EMPTY_LIST
        stack.push(new Part("list"));
        break;
      case 0x29: // EMPTY_TUPLE
        stack.push(new Part("tuple"));
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Part("dict"));
        break;
      case 0x8f: // EMPTY_SET
        stack.push(new Part("set"));
        break;
      case 0x28: // MARK
        marks.push(stack.length);
        break;
      case 0x61: // APPEND
        add([stack.pop()]);
        break;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        add(marked());
        break;
      case 0x73: // SETITEM
        set(stack.splice(-2));
        break;
      case 0x75: // SETITEMS
        set(marked());
        break;
      case 0x74: // TUPLE
        stack.push(new Part("tuple", marked()));
        break;
      case 0x85: // TUPLE1 to TUPLE3
      case 0x86:
      case 0x87:
        stack.push(new Part("tuple", stack.splice(0x84 - op)));
        break;
      case 0x91: // FROZENSET
        stack.push(new Part("frozenset", marked()));
        break;
      case 0x93: // STACK_GLOBAL
        stack.push(new Part("global", stack.splice(-2)));
        break;
      case 0x52: // REDUCE
        made("call");
        break;
      case 0x81: // NEWOBJ
        made("new");
        break;
      case 0x92: // NEWOBJ_EX
        made("new", stack.pop());
        break;
      case 0x6f: // OBJ, of a class alone
        marks.pop();
        made("instance");
        break;
      case 0x62: {
        // BUILD
        const state = stack.pop();
        (top() as Part).state = state;
        break;
      }
      case 0x94: // MEMOIZE
        memo.push(top());
        break;
      case 0x68: // BINGET
        stack.push(memo[size(1)]);
        break;
      case 0x6a: // LONG_BINGET
        stack.push(memo[size(4)]);
        break;
      case 0x30: {
        // POP: of a part that holds itself and was written on the way, or of the result of a state setter.
        const { kind, func, args } = stack.pop() as Part;
        const [target, state] = kind === "call" ? (args as Part).items : [];
        if (target instanceof Part && target === top()) {
          target.setter = func;
          target.state = state;
        }
        break;
      }
      case 0x31: // POP_MARK
        marked();
        break;
      default:
        throw new TypeError(`opcode 0x${op?.toString(16)} is not written by dumps`);
    }
  }
}
