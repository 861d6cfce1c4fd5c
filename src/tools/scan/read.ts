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
  /** The byte from which on nobody can say what are opcodes. */
  readonly lost: number | null;
  /** Why it cannot be read to its end. */
  readonly error: BrineError | null;
  /** The first place at which a loader stops, though the opcodes go on. */
  readonly problem: { readonly offset: number; readonly reason: string } | null;
  readonly value: Symbolic | undefined;
}

const MOST_NESTED = 50;
const CALLS: ReadonlySet<string> = new Set(["REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX"]);
const MOST_INNER = 10_000;

/** How a pickle is read. */
export interface ReadOptions {
  readonly opcodes?: number;
  /** As `pickle.load` reads a file of joblib. */
  readonly plain?: boolean;
  /** The memo that goes on from pickle to pickle. */
  readonly memo?: Map<number | bigint, Symbolic>;
}

/** Looks into the pickle at `start`. Bytes that joblib puts between opcodes are passed over unless `plain` is set. */
export function read(bytes: Uint8Array, start: number, options: ReadOptions = {}, depth = 0): Reading {
  const issues: Issue[] = [];
  const inner: Inner[] = [];
  const nested: Reading[] = [];
  let arrays = 0;
  let lost: number | null = null;
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
      const { opcodes } = options;
      const objects = read(bytes, op.end, opcodes === undefined ? {} : { opcodes }, depth + 1);
      nested.push(objects);
      return objects.end;
    }
    const message = "How long an array of joblib is cannot be told, so what stands behind it was not inspected.";
    issues.push(issue("not-inspected", "suspicious", op.end, message));
    lost ??= op.end;
    return op.end;
  };

  const { memo } = options;
  const limits = {
    ...(options.opcodes === undefined ? {} : { limits: { opcodes: options.opcodes } }),
    ...(memo ? { memo } : {}),
  };
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
    lost,
    nested,
    error,
    // Texts of Python 2 stop only those who do not name their encoding.
    problem: result?.problems.find(({ reason }) => !/codec can't decode/.test(reason)) ?? null,
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
    // What is no function stops every reader.
    const id = isPersistent(made);
    if (id === null || isModule(id)) return;
    const message = `What a persistent id stands for is called with (${shown(args)}).`;
    issues.push(issue("call-of-unknown", "dangerous", at, message));
    return;
  }
  for (const arg of args) {
    if (bytesOf(arg).some(isMarshal)) {
      const message = `${nameOf(origin)} is given Python bytecode (marshal).`;
      issues.push(issue("bytecode", "suspicious", at, message, { global: nameOf(origin) }));
    }
  }
  const opener =
    made.by.kind === "global" ? OPENERS.get(nameOf(origin)) : isUnpickleModel(made.by) ? "keras" : undefined;
  if (opener === undefined) return;
  const all = args.flatMap((arg) => bytesOf(arg));
  for (const bytes of all) inner.push({ bytes, at, opener });
  if (all.length === 0) {
    const message = `${nameOf(origin)} loads bytes that are computed.`;
    issues.push(issue("computed-bytes", "dangerous", at, message, { global: nameOf(origin) }));
  }
}

/** The persistent id that is called, or whose call's result is; deeper calls follow one that was told of. */
function isPersistent({ by }: Extract<Symbolic, { kind: "made" }>): Symbolic | null {
  if (by.kind === "persistent") return by.id;
  return by.kind === "made" && by.by.kind === "persistent" ? by : null;
}

/** Names that are no classes of modules. */
const NO_CLASS =
  /^(builtins|__builtin__|functools|_?operator|copyreg|copy_reg|_codecs|itertools|numpy|torch\._\w+)(\.|$)/;

/** How torch before 1.6 refers to the class of a module: `("module", cls, file, source)`. The class is judged by its name. */
function isModule(id: Symbolic): boolean {
  if (id.kind !== "tuple") return false;
  const [tag, cls] = id.items;
  return (
    tag?.kind === "atom" &&
    tag.value === "module" &&
    cls?.kind === "global" &&
    !NO_CLASS.test(cls.global.module ?? "builtins")
  );
}

/** `getattr(Model, "_unpickle_model")`. */
function isUnpickleModel(by: Symbolic): boolean {
  if (by.kind !== "made" || by.origin?.name !== "getattr") return false;
  const [, name] = by.args;
  return name?.kind === "atom" && name.value === "_unpickle_model";
}

/** Bytes as they stand, or by the detours that old protocols take: `encode("…", "latin1")`, `BytesIO(…)`. */
function bytesOf(value: Symbolic | undefined, depth = 0): Uint8Array[] {
  if (value?.kind === "atom") return value.value instanceof Uint8Array ? [value.value] : [];
  if (value?.kind !== "made" || value.by.kind !== "global" || depth > 4) return [];
  const name = nameOf(value.by.global);
  if (name === "_codecs.encode") return latin1Of(value.args);
  const state = value.state?.kind === "tuple" ? value.state.items : [];
  // (version, shape, dtype, is_fortran, bytes)
  if (/^numpy\._?core\.multiarray\._reconstruct$/.test(name)) return bytesOf(state[4], depth + 1);
  if (!/^(_io\.BytesIO|io\.BytesIO|builtins\.(bytes|bytearray)|__builtin__\.(bytes|bytearray))$/.test(name)) return [];
  return [...bytesOf(value.args[0], depth + 1), ...bytesOf(state[0], depth + 1), ...latin1Of(value.args)];
}

/** `encode("…", "latin1")`, `bytearray("…", "latin-1")`. */
function latin1Of(args: readonly Symbolic[]): Uint8Array[] {
  const [text, codec] = args;
  if (text?.kind !== "atom" || typeof text.value !== "string" || codec?.kind !== "atom") return [];
  const out = new Uint8Array(text.value.length);
  for (let i = 0; i < out.length; i++) out[i] = text.value.charCodeAt(i);
  return [out];
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
