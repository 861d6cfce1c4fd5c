/**
 * One pickle, looked into without running it.
 *
 * @module
 */
import type { BrineError } from "../../core/errors.ts";
import { isBrineError } from "../../core/errors.ts";
import { type GlobalReference, type Symbolic, type Trace, trace } from "../../formats/pickle/tools/index.ts";
import { OPENERS } from "./checks.ts";
import { type Issue, issue } from "./issue.ts";
import { behind } from "./rawarray.ts";
import { nameOf, shown } from "./show.ts";

/** Bytes in a pickle that may be a file of their own. */
export interface Inner {
  readonly bytes: Uint8Array;
  readonly at: number;
  /** They are loaded with the pickle, by this name; null for bytes that only lie there. */
  readonly opener: string | null;
}

/** What one pickle holds. */
export interface Reading {
  readonly start: number;
  /** Byte behind the pickle. */
  readonly end: number;
  readonly stopped: boolean;
  readonly globals: readonly GlobalReference[];
  /** What is odd beside its names. */
  readonly issues: readonly Issue[];
  readonly inner: readonly Inner[];
  readonly persistent: number;
  /** Arrays of joblib within it. */
  readonly arrays: number;
  /** Pickles of objects between its opcodes. */
  readonly nested: readonly Reading[];
  /** Why it cannot be read to its end. */
  readonly error: BrineError | null;
  readonly value: Symbolic | undefined;
}

const MOST_NESTED = 50;
const CALLS: ReadonlySet<string> = new Set(["REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX"]);
const MOST_INNER = 10_000;

/** Looks into the pickle at `start`. Bytes that joblib puts between opcodes are passed over unless `plain` is set. */
export function read(
  bytes: Uint8Array,
  start: number,
  options: { readonly opcodes?: number; readonly plain?: boolean } = {},
  depth = 0,
): Reading {
  const issues: Issue[] = [];
  const inner: Inner[] = [];
  const nested: Reading[] = [];
  let arrays = 0;
  let frameEnd = -1;
  let error: BrineError | null = null;
  let result: Trace | null = null;
  let seen = start;
  const globals: GlobalReference[] = [];

  const skip = (op: { end: number; opcode: { name: string } }, top: Symbolic | undefined): number => {
    if (options.plain || op.opcode.name !== "BUILD") return op.end;
    const items = behind(top);
    if (items === null) return op.end;
    arrays++;
    if (op.end < frameEnd) issues.push(straddle(op.end));
    if (items.kind === "items") {
      const first = items.padded ? op.end + 1 + (bytes[op.end] ?? 0) : op.end;
      return first + items.size;
    }
    if (items.kind === "pickle" && depth < MOST_NESTED) {
      const objects = read(bytes, op.end, options, depth + 1);
      nested.push(objects);
      return objects.end;
    }
    const message = "How long an array of joblib is cannot be told, so what stands behind it was not inspected.";
    issues.push(issue("not-inspected", "suspicious", op.end, message));
    return op.end;
  };

  const limits = options.opcodes === undefined ? {} : { limits: { opcodes: options.opcodes } };
  try {
    const steps = trace(bytes, { start, skip, ...limits });
    for (;;) {
      const next = steps.next();
      if (next.done) {
        result = next.value;
        break;
      }
      const { op, top, global } = next.value;
      const { name } = op.opcode;
      seen = op.end;
      if (global) globals.push(global);
      if (name === "FRAME") frameEnd = op.end + Number(op.arg);
      else if (CALLS.has(name) && top?.kind === "made") called(top, op.pos, issues, inner);
      else if (op.arg instanceof Uint8Array && mayBeFile(op.arg) && inner.length < MOST_INNER) {
        inner.push({ bytes: op.arg, at: op.pos, opener: null });
      }
    }
    error = result.error ?? null;
  } catch (e) {
    if (!isBrineError(e)) throw e;
    error = e;
  }
  for (const at of (result?.straddles ?? []).slice(0, 3)) issues.push(straddle(at));
  return {
    start,
    end: result?.end ?? seen,
    stopped: result?.stopped ?? false,
    globals,
    issues,
    inner,
    persistent: result?.persistent ?? 0,
    arrays,
    nested,
    error,
    value: result?.value,
  };
}

function straddle(at: number): Issue {
  const message =
    "An opcode reaches beyond its frame: readers that keep to frames see other opcodes than those that do not.";
  return issue("frame-straddle", "dangerous", at, message);
}

/** A call: of something that no name stands behind, or with bytes that are loaded in turn. */
function called(made: Extract<Symbolic, { kind: "made" }>, at: number, issues: Issue[], inner: Inner[]): void {
  const { origin, args } = made;
  if (origin === null) {
    const what = made.by.kind === "persistent" ? "What a persistent id stands for" : "Something that has no name";
    issues.push(issue("call-of-unknown", "dangerous", at, `${what} is called with (${shown(args)}).`));
    return;
  }
  for (const arg of args) {
    const bytes = bytesOf(arg, 0);
    if (bytes !== null && isMarshal(bytes)) {
      const message = `${nameOf(origin)} is given Python bytecode (marshal).`;
      issues.push(issue("bytecode", "suspicious", at, message, { global: nameOf(origin) }));
    }
  }
  const opener = OPENERS.get(nameOf(origin));
  if (opener === undefined || made.by.kind !== "global") return;
  const bytes = args.map((arg) => bytesOf(arg, 0)).find((one) => one !== null);
  if (bytes) inner.push({ bytes, at, opener });
  else {
    const message = `${nameOf(origin)} loads bytes that are computed.`;
    issues.push(issue("computed-bytes", "dangerous", at, message, { global: nameOf(origin) }));
  }
}

/** Bytes as they stand, or by the detours that old protocols take: `encode("…", "latin1")`, `BytesIO(…)`. */
function bytesOf(value: Symbolic | undefined, depth: number): Uint8Array | null {
  if (value?.kind === "atom") {
    if (value.value instanceof Uint8Array) return value.value;
    return null;
  }
  if (value?.kind !== "made" || value.by.kind !== "global" || depth > 4) return null;
  const name = nameOf(value.by.global);
  const [first] = value.args;
  if (name === "_codecs.encode" && first?.kind === "atom" && typeof first.value === "string") {
    const text = first.value;
    const out = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
    return out;
  }
  if (/^(_io\.BytesIO|io\.BytesIO|builtins\.(bytes|bytearray)|__builtin__\.(bytes|bytearray))$/.test(name)) {
    return bytesOf(first, depth + 1) ?? latin1Of(value.args);
  }
  return null;
}

/** `bytearray("…", "latin-1")`. */
function latin1Of(args: readonly Symbolic[]): Uint8Array | null {
  const [text, codec] = args;
  if (text?.kind !== "atom" || typeof text.value !== "string" || codec?.kind !== "atom") return null;
  return Uint8Array.from(text.value, (ch) => ch.charCodeAt(0));
}

/** Do the bytes begin as a pickle or as something that is looked into? */
function mayBeFile(bytes: Uint8Array): boolean {
  const [a, b, c] = bytes;
  if (bytes.length < 4) return false;
  if (a === 0x80) return (b as number) <= 5;
  return (
    (a === 0x50 && b === 0x4b) || // zip
    (a === 0x1f && b === 0x8b) || // gzip
    (a === 0x93 && b === 0x4e) || // npy
    (a === 0x89 && b === 0x48) || // HDF5
    (bytes[bytes.length - 1] === 0x2e && (a === 0x28 || a === 0x63 || a === 0x5d || a === 0x7d)) || // protocols 0 and 1
    (a === 0x78 && (b === 0x9c || b === 0xda || b === 1) && c !== undefined) // zlib
  );
}

/** A code object as marshal writes it: its type, then small counts of arguments, locals and stack. */
function isMarshal(bytes: Uint8Array): boolean {
  if (bytes.length < 40 || (bytes[0] !== 0xe3 && bytes[0] !== 0x63)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < 4; i++) if (view.getUint32(1 + 4 * i, true) > 0xffff) return false;
  return true;
}
