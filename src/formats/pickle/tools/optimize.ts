import { UnpicklingError } from "../../../core/errors.ts";
import { memoKey } from "./dis.ts";
import { Framer } from "./framer.ts";
import { genops } from "./genops.ts";

/** Highest pickle protocol there is. */
const HIGHEST = 5;

/** An opcode to keep: bytes of the input, or a memo access by its old key. */
type Step = { start: number; end: number } | { memo: "put" | "get"; key: number | bigint; pos: number };

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
  const { steps, read, protocol, header } = scan(bytes);
  const framer = new Framer(protocol >= 4);
  if (header > 0) framer.writeBare(bytes.subarray(0, header));
  const renumbered = new Map<number | bigint, number>();
  let next = 0;
  for (const step of steps) {
    if ("start" in step) {
      framer.write(bytes.subarray(step.start, step.end));
    } else if (step.memo === "put") {
      if (!read.has(step.key)) continue;
      framer.write(protocol >= 4 ? MEMOIZE : memoOpcode("pqr", next, protocol));
      renumbered.set(step.key, next++);
    } else {
      const key = renumbered.get(step.key);
      if (key === undefined) {
        throw new UnpicklingError(`memo key ${step.key} is read before it is stored`, { offset: step.pos });
      }
      framer.write(memoOpcode("ghj", key, protocol));
    }
  }
  return framer.end();
}

interface Scan {
  steps: Step[];
  /** Memo keys that are read. */
  read: Set<number | bigint>;
  protocol: number;
  /** Bytes of a leading PROTO opcode. */
  header: number;
}

function scan(bytes: Uint8Array): Scan {
  const steps: Step[] = [];
  const read = new Set<number | bigint>();
  const stored = new Set<number | bigint>();
  let protocol = 0;
  let header = 0;
  for (const { opcode, arg, pos, end } of genops(bytes)) {
    const { name } = opcode;
    if (name === "FRAME") continue;
    if (name === "MEMOIZE" || name.endsWith("PUT")) {
      const key = name === "MEMOIZE" ? stored.size : memoKey(arg);
      stored.add(key);
      steps.push({ memo: "put", key, pos });
    } else if (name.endsWith("GET")) {
      protocol = Math.max(protocol, opcode.proto);
      read.add(memoKey(arg));
      steps.push({ memo: "get", key: memoKey(arg), pos });
    } else if (name === "PROTO" && pos === 0) {
      protocol = Math.max(protocol, arg as number);
      header = end;
    } else {
      if (name === "PROTO") protocol = Math.max(protocol, arg as number);
      steps.push({ start: pos, end });
    }
  }
  if (protocol > HIGHEST) throw new UnpicklingError(`pickle protocol must be <= ${HIGHEST}`, { opcode: "PROTO" });
  return { steps, read, protocol, header };
}

const MEMOIZE: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x94);

/** A PUT or GET in its text, one-byte or four-byte form; `codes` are the three. */
function memoOpcode(codes: string, key: number, protocol: number): Uint8Array {
  if (protocol === 0) return Uint8Array.from(`${codes[0]}${key}\n`, (ch) => ch.charCodeAt(0));
  if (key < 256) return Uint8Array.of(codes.charCodeAt(1), key);
  return Uint8Array.of(codes.charCodeAt(2), key & 255, (key >> 8) & 255, (key >> 16) & 255, key >>> 24);
}
