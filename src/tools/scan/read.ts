/**
 * One pickle, looked into without running it.
 *
 * @module
 */
import type { BrineError } from "../../core/errors.ts";
import { isBrineError } from "../../core/errors.ts";
import { OPCODES } from "../../formats/pickle/opcodes.ts";
import type { GlobalReference, Symbolic } from "../../formats/pickle/tools/index.ts";
import { Tracer } from "../../formats/pickle/tools/trace.ts";
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
  /** Opcodes read, those of pickles of objects among them. */
  readonly opcodes: number;
  readonly globals: readonly GlobalReference[];
  /** What is odd beside its names. */
  readonly issues: readonly Issue[];
  readonly inner: readonly Inner[];
  readonly persistent: number;
  /** Arrays of joblib within it. */
  readonly arrays: number;
  /** Those of them with padding, which joblib before 1.2 does not know. */
  readonly padded: number;
  /** Pickles of objects between its opcodes. */
  readonly nested: readonly Reading[];
  /** The byte from which on nobody can say what are opcodes. */
  readonly lost: number | null;
  /** Why it cannot be read to its end. */
  readonly error: BrineError | null;
  /** The first place at which a loader stops, though the opcodes go on. */
  readonly problem: { readonly offset: number; readonly reason: string } | null;
}

const CALLS: ReadonlySet<string> = new Set(["REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX"]);
/** Bytes within a pickle that nothing in it opens, and which are looked into. */
const MOST_INNER = 10_000;
/** Arguments of a call that are looked at: what opens bytes, or makes code of them, takes fewer. */
const MOST_ARGS = 16;

/**
 * Who reads the file: `joblib` passes over the bytes of arrays, `unpadded` is joblib before 1.2, which knows nothing of
 * padding, and `plain` is pickle.load, to which those bytes are opcodes.
 */
export type Reader = "joblib" | "unpadded" | "plain";

/** How a pickle is read. */
export interface ReadOptions {
  readonly opcodes?: number;
  /** `joblib` when not given. */
  readonly reader?: Reader;
  /** The memo that goes on from pickle to pickle. */
  readonly memo?: Map<number | bigint, Symbolic>;
}

/** Looks into the pickle at `start`, as one kind of reader sees it. */
export function read(bytes: Uint8Array, start: number, options: ReadOptions = {}): Reading {
  const { opcodes, reader = "joblib", memo } = options;
  const issues: Issue[] = [];
  const inner = new Inners();
  const nested: Reading[] = [];
  const states = new States(issues);
  let arrays = 0;
  let padded = 0;
  let lost: number | null = null;
  let frameEnd = -1;
  let error: BrineError | null = null;
  let seen = start;
  const globals: GlobalReference[] = [];

  const skip = (op: { end: number; opcode: { name: string } }, top: Symbolic | undefined): number => {
    if (op.opcode.name !== "BUILD") return op.end;
    const items = behind(top);
    if (items === null) return op.end;
    arrays++;
    if (op.end < frameEnd) issues.push(straddle(op.end));
    if (items.kind === "items") {
      if (items.padded) padded++;
      const first = items.padded && reader === "joblib" ? op.end + 1 + (bytes[op.end] ?? 0) : op.end;
      return first + items.size;
    }
    if (items.kind === "pickle") {
      // pickle.load reads the objects: to it, arrays of joblib within them are opcodes.
      const objects = read(bytes, op.end, { reader: "plain", ...(opcodes === undefined ? {} : { opcodes }) });
      nested.push(objects);
      return objects.end;
    }
    const message = "How long an array of joblib is cannot be told, so what stands behind it was not inspected.";
    issues.push(issue("not-inspected", "suspicious", op.end, message));
    lost ??= op.end;
    return op.end;
  };

  const tracer = new Tracer(bytes, {
    start,
    ...(reader === "plain" ? {} : { skip }),
    ...(opcodes === undefined ? {} : { limits: { opcodes } }),
    ...(memo ? { memo } : {}),
  });
  const { result } = tracer;
  try {
    for (let step = tracer.next(); step !== null; step = tracer.next()) {
      const { op, top, global } = step;
      const { name } = op.opcode;
      seen = op.end;
      if (global) globals.push(global);
      if (name === "FRAME") frameEnd = op.end + Number(op.arg);
      else if (name === "BUILD") states.built(top, op.pos);
      else if (CALLS.has(name) && top?.kind === "made") called(top, op.pos, issues, inner);
      else if (op.arg instanceof Uint8Array && mayBeFile(op.arg)) inner.add(op.arg, op.pos, null);
      tracer.skip(step);
    }
    error = result.error ?? null;
  } catch (e) {
    if (!isBrineError(e)) throw e;
    error = e;
  }
  for (const at of result.straddles.slice(0, 3)) issues.push(straddle(at));
  if (inner.left > 0) {
    const message = `${inner.left} more values of bytes may be files, and were not looked into.`;
    issues.push(issue("not-inspected", "note", start, message));
  }
  return {
    start,
    end: seen,
    stopped: result.stopped,
    opcodes: result.count + nested.reduce((sum, one) => sum + one.opcodes, 0),
    globals,
    issues,
    inner: inner.all,
    persistent: result.persistent,
    arrays,
    padded,
    lost,
    nested,
    error,
    // Texts of Python 2 stop only those who do not name their encoding.
    problem: result.problems.find(({ reason }) => !/codec can't decode/.test(reason)) ?? null,
  };
}

/** Bytes that may be files, each once for each name that opens it. */
class Inners {
  readonly all: Inner[] = [];
  left = 0;
  readonly #opened = new WeakMap<Uint8Array, Set<string>>();
  readonly #texts = new WeakMap<Symbolic, Uint8Array>();
  #free = 0;

  add(bytes: Uint8Array, at: number, opener: string | null): void {
    if (opener === null) {
      if (this.#free++ < MOST_INNER) this.all.push({ bytes, at, opener });
      else this.left++;
      return;
    }
    const openers = this.#opened.get(bytes) ?? new Set();
    this.#opened.set(bytes, openers);
    if (openers.has(opener)) return;
    openers.add(opener);
    this.all.push({ bytes, at, opener });
  }

  /** Bytes as they stand, or by the detours that old protocols take: `encode("…", "latin1")`, `BytesIO(…)`. */
  of(value: Symbolic | undefined, depth = 0): Uint8Array[] {
    if (value?.kind === "atom") return value.value instanceof Uint8Array ? [value.value] : [];
    if (value?.kind !== "made" || value.by.kind !== "global" || depth > 4) return [];
    const name = nameOf(value.by.global);
    if (name === "_codecs.encode") return this.#latin1(value.args);
    const state = value.state?.kind === "tuple" ? value.state.items : [];
    // (version, shape, dtype, is_fortran, bytes)
    if (/^numpy\._?core\.multiarray\._reconstruct$/.test(name)) return this.of(state[4], depth + 1);
    if (!/^(_io\.BytesIO|io\.BytesIO|builtins\.(bytes|bytearray)|__builtin__\.(bytes|bytearray))$/.test(name))
      return [];
    return [...this.of(value.args[0], depth + 1), ...this.of(state[0], depth + 1), ...this.#latin1(value.args)];
  }

  /** `encode("…", "latin1")`, `bytearray("…", "latin-1")`: of one text the same bytes each time. */
  #latin1(args: readonly Symbolic[]): Uint8Array[] {
    const [text, codec] = args;
    if (text?.kind !== "atom" || typeof text.value !== "string" || codec?.kind !== "atom") return [];
    const known = this.#texts.get(text);
    if (known !== undefined) return [known];
    const out = new Uint8Array(text.value.length);
    for (let i = 0; i < out.length; i++) out[i] = text.value.charCodeAt(i);
    this.#texts.set(text, out);
    return [out];
  }
}

/** Attributes that an unpickler or a copy calls when an object has them, whatever its class says. */
const HOOKS: ReadonlySet<unknown> = new Set(["__setstate__", "__reduce__", "__reduce_ex__", "__class__"]);
/** Methods that opcodes call; an attribute of this name takes their place when it can be called. */
const METHODS: ReadonlySet<unknown> = new Set(["append", "extend", "add"]);

/** Looks for states that change what the next opcodes do to the object. */
class States {
  readonly #issues: Issue[];
  /** How many items of a state were looked at: many objects may share one that grows. */
  readonly #seen = new WeakMap<Symbolic, number>();

  constructor(issues: Issue[]) {
    this.#issues = issues;
  }

  built(top: Symbolic | undefined, at: number): void {
    if (top?.kind !== "made" || top.state === undefined) return;
    const { state } = top;
    if (state.kind === "dict") this.#dict(state, at);
    else if (state.kind === "tuple" && state.items.length === 2) {
      for (const item of state.items) if (item.kind === "dict") this.#dict(item, at);
    }
  }

  #dict(dict: Extract<Symbolic, { kind: "dict" | "list" | "tuple" | "set" | "frozenset" }>, at: number): void {
    const { items } = dict;
    const from = this.#seen.get(dict) ?? 0;
    if (from >= items.length) return;
    this.#seen.set(dict, items.length);
    for (let i = from; i < items.length; i += 2) {
      const [key, value] = [items[i] as Symbolic, items[i + 1]];
      if (key.kind !== "atom") continue;
      const isMethod = METHODS.has(key.value) && value?.kind === "global";
      if (!isMethod && !HOOKS.has(key.value)) continue;
      const message = `A state gives an object its own ${String(key.value)}, which is called in the place of its class's.`;
      this.#issues.push(issue("odd-state", isMethod ? "suspicious" : "dangerous", at, message));
    }
  }
}

function straddle(at: number): Issue {
  const message =
    "An opcode reaches beyond its frame: readers that keep to frames see other opcodes than those that do not.";
  return issue("frame-straddle", "dangerous", at, message);
}

/** A call: of something that no name stands behind, or with bytes that are loaded in turn. */
function called(made: Extract<Symbolic, { kind: "made" }>, at: number, issues: Issue[], inner: Inners): void {
  const { origin } = made;
  const args = made.args.length > MOST_ARGS ? made.args.slice(0, MOST_ARGS) : made.args;
  if (origin === null) {
    // What is no function stops every reader.
    const id = isPersistent(made);
    if (id === null || isModule(id)) return;
    const message = `What a persistent id stands for is called with (${shown(args)}).`;
    issues.push(issue("call-of-unknown", "dangerous", at, message));
    return;
  }
  for (const arg of args) {
    if (arg.kind !== "global" && inner.of(arg).some(isMarshal)) {
      const message = `${nameOf(origin)} is given Python bytecode (marshal).`;
      issues.push(issue("bytecode", "suspicious", at, message, { global: nameOf(origin) }));
    }
  }
  const opener =
    made.by.kind === "global" ? OPENERS.get(nameOf(origin)) : isUnpickleModel(made.by) ? "keras" : undefined;
  if (opener === undefined) return;
  const all = args.flatMap((arg) => inner.of(arg));
  for (const bytes of all) inner.add(bytes, at, opener);
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
    (bytes[bytes.length - 1] === 0x2e && OPCODES[a as number] !== undefined) || // protocols 0 and 1
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
