import { UnpicklingError } from "../../../core/errors.ts";
import { Framer } from "./framer.ts";
import { genops } from "./genops.ts";
import { memoKey, memoUse } from "./memo.ts";

/** Highest pickle protocol there is. */
const HIGHEST = 5;

/**
 * Drops the memo stores that nothing reads, renumbers the others and cuts the frames anew: the same value, smaller.
 *
 * The bytes are those of Python's `pickletools.optimize`. Returns new bytes that end with the first STOP. Throws
 * `UnpicklingError` for a stream `genops` refuses, for a protocol above 5 and for a memo key read but not stored before
 * (where Python fails with a `TypeError` or writes a broken pickle). Source: CPython 3.13, module pickletools.
 *
 * @example
 * ```ts
 * import { optimize } from "brine/pickletools";
 * optimize(new Uint8Array([0x5d, 0x71, 0, 0x2e])); // Uint8Array [0x5d, 0x2e]: an empty list, its BINPUT gone
 * ```
 */
export function optimize(bytes: Uint8Array): Uint8Array {
  const { starts, ends, keys, read, protocol, header } = scan(bytes);
  const framer = new Framer(protocol >= 4, bytes.length);
  if (header > 0) framer.writeBare(bytes, 0, header);
  const write = (opcode: Uint8Array): void => framer.write(opcode, 0, opcode.length);
  const renumbered = new Map<number | bigint, number>();
  let next = 0;
  let memo = 0;
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!;
    const end = ends[i]!;
    if (end > 0) {
      framer.write(bytes, start, end);
      continue;
    }
    const key = keys[memo++]!;
    if (end === PUT) {
      if (!read.has(key)) continue;
      write(protocol >= 4 ? MEMOIZE : memoOpcode("pqr", next, protocol));
      renumbered.set(key, next++);
    } else {
      const number = renumbered.get(key);
      if (number === undefined) {
        throw new UnpicklingError(`memo key ${key} is read before it is stored`, { offset: start });
      }
      write(memoOpcode("ghj", number, protocol));
    }
  }
  return framer.end();
}

/** In place of an end: a memo access, whose key is the next of `keys`. */
const PUT = 0;
const GET = -1;

/** The opcodes to keep, as parallel arrays: there may be very many. */
interface Scan {
  starts: number[];
  ends: number[];
  keys: (number | bigint)[];
  /** Memo keys that are read. */
  read: Set<number | bigint>;
  protocol: number;
  /** Bytes of a leading PROTO opcode. */
  header: number;
}

function scan(bytes: Uint8Array): Scan {
  const starts: number[] = [];
  const ends: number[] = [];
  const keys: (number | bigint)[] = [];
  const read = new Set<number | bigint>();
  const stored = new Set<number | bigint>();
  let protocol = 0;
  let header = 0;
  for (const { opcode, arg, pos, end } of genops(bytes)) {
    const { code } = opcode;
    if (code === FRAME) continue;
    const use = memoUse(code);
    if (code === PROTO) {
      protocol = Math.max(protocol, arg as number);
      if (pos === 0) {
        header = end;
        continue;
      }
    } else if (use === "get") {
      protocol = Math.max(protocol, opcode.proto);
      read.add(memoKey(arg));
      keys.push(memoKey(arg));
    } else if (use !== undefined) {
      const key = use === "memoize" ? stored.size : memoKey(arg);
      stored.add(key);
      keys.push(key);
    }
    starts.push(pos);
    ends.push(use === undefined ? end : use === "get" ? GET : PUT);
  }
  if (protocol > HIGHEST) throw new UnpicklingError(`pickle protocol must be <= ${HIGHEST}`, { opcode: "PROTO" });
  return { starts, ends, keys, read, protocol, header };
}

const PROTO = 0x80;
const FRAME = 0x95;
const MEMOIZE: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x94);

/** A PUT or GET in its text, one-byte or four-byte form; `codes` are the three. */
function memoOpcode(codes: string, key: number, protocol: number): Uint8Array {
  if (protocol === 0) return Uint8Array.from(`${codes[0]}${key}\n`, (ch) => ch.charCodeAt(0));
  if (key < 256) return Uint8Array.of(codes.charCodeAt(1), key);
  return Uint8Array.of(codes.charCodeAt(2), key & 255, (key >> 8) & 255, (key >> 16) & 255, key >>> 24);
}
