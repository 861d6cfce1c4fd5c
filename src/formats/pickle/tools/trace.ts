/**
 * Runs a pickle on symbols: the real stack and the real memo, and nothing is ever made.
 *
 * The scanner and the doctor look through this machine. It has no opinion: it tells which names a stream refers to, from
 * which bytes each name was built, and what is done with what the name stands for. Where a loader would stop (a missing
 * memo, an empty stack) it notes the problem, puts `Unknown` in the gap and goes on, because what comes before an
 * error has already run in Python, and because two readers may not agree on what is an error.
 *
 * ```ts
 * const { globals } = traced(bytes);
 * for (const { module, name, uses } of globals) console.log(module, name, uses.map((use) => use.kind));
 * ```
 *
 * @module
 */
import { LimitError, UnpicklingError } from "../../../core/errors.ts";
import { OPCODE_LIST, type Opcode } from "../opcodes.ts";
import type { Arg } from "./args.ts";
import type { Op } from "./genops.ts";
import { type LenientOp, LenientReader } from "./lenient.ts";
import { memoKey, memoUse } from "./memo.ts";
import type { Container, GlobalReference, Step, Symbolic, Trace, TraceOptions, Unknown, UseKind } from "./symbolic.ts";

const MAX_OPCODES = 20_000_000;
const MAX_PROBLEMS = 100;

/** Opcodes that push what stands in their argument: most of a stream. */
const ATOMS: ReadonlySet<Opcode> = /* @__PURE__ */ new Set(
  OPCODE_LIST.filter(
    ({ name, arg, before, after }) =>
      arg !== null && before.length === 0 && after.length === 1 && !/GET|GLOBAL|EXT|PERSID/.test(name),
  ),
);
/** Arguments that NEWOBJ_EX copies in all: a tuple that many calls share is copied for each. */
const MAX_COPIED = 10_000_000;

/**
 * Runs a pickle on symbols opcode by opcode, and ends in what the whole did; bad streams end early, with `error` set.
 *
 * Throws `LimitError` beyond `limits.opcodes`. Source: the stack effects of CPython's `pickle._Unpickler`.
 *
 * @example
 * ```ts
 * for (const { op, global } of trace(bytes)) if (global) console.log(op.pos, global.module, global.name);
 * ```
 */
export function* trace(bytes: Uint8Array, options: TraceOptions = {}): Generator<Step, Trace> {
  const tracer = new Tracer(bytes, options);
  for (let step = tracer.next(); step !== null; step = tracer.next()) {
    yield step;
    tracer.skip(step);
  }
  return tracer.result;
}

/** A run of {@link trace} without a generator: what it has found stands in `result` at any time, also after a `LimitError`. */
export class Tracer {
  readonly #reader: LenientReader;
  readonly #machine: Machine;
  readonly #most: number;
  readonly #skip: TraceOptions["skip"];
  #done = false;

  constructor(bytes: Uint8Array, { start = 0, limits, skip, memo }: TraceOptions = {}) {
    this.#reader = new LenientReader(bytes, start);
    this.#machine = new Machine(start, memo);
    this.#most = limits?.opcodes ?? MAX_OPCODES;
    this.#skip = skip;
  }

  get result(): Trace {
    return this.#machine.result;
  }

  /** Runs the next opcode; null behind STOP, or where the stream cannot be read any further. */
  next(): Step | null {
    if (this.#done) return null;
    const { result } = this.#machine;
    try {
      const op = this.#reader.next();
      if (result.count === this.#most) {
        throw new LimitError("opcodes", this.#most, this.#most + 1, { offset: op.pos, format: "pickle" });
      }
      if (op.opcode.code === 0x2e) this.#done = true;
      return this.#machine.run(op);
    } catch (e) {
      this.#done = true;
      if (!(e instanceof UnpicklingError)) throw e;
      result.error = e;
      return null;
    }
  }

  /** Passes over what `options.skip` says stands behind an opcode. */
  skip({ op, top }: Step): void {
    const next = this.#skip?.(op, top) ?? op.end;
    if (next === op.end) return;
    this.#done = false;
    this.#reader.seek(next);
  }
}

/** What {@link trace} ends in. Throws as it does. */
export function traced(bytes: Uint8Array, options: TraceOptions = {}): Trace {
  const tracer = new Tracer(bytes, options);
  for (let step = tracer.next(); step !== null; step = tracer.next()) tracer.skip(step);
  return tracer.result;
}

/** The name from which a value comes, through any number of calls; null when it comes from none. */
export function originOf(value: Symbolic): GlobalReference | null {
  return value.kind === "made" ? value.origin : value.kind === "global" ? value.global : null;
}

class Machine {
  readonly result: Trace;
  #stack: Symbolic[] = [];
  /** Heights of the stack at which marks stand, and where the marks are in the stream. */
  readonly #marks: number[] = [];
  readonly #markAt: number[] = [];
  readonly #memo: Map<number | bigint, Symbolic>;
  #frameEnd = -1;
  #problem: string | undefined;
  #stored: number | bigint | undefined;
  #taken: number | undefined;
  #copied = 0;

  constructor(start: number, memo: Map<number | bigint, Symbolic> = new Map()) {
    this.#memo = memo;
    this.result = {
      globals: [],
      end: start,
      stopped: false,
      count: 0,
      value: undefined,
      problems: [],
      straddles: [],
      persistent: 0,
    };
  }

  run(op: LenientOp): Step {
    const { result } = this;
    result.count++;
    result.end = op.end;
    this.#problem = op.complaint;
    this.#stored = undefined;
    this.#taken = undefined;
    this.#frame(op);
    const before = result.globals.length;
    this.#apply(op);
    const global = result.globals.length > before ? result.globals[before] : undefined;
    const problem = this.#problem;
    if (problem !== undefined && result.problems.length < MAX_PROBLEMS) {
      result.problems.push({ offset: op.pos, reason: problem });
    }
    return { op, top: this.#stack.at(-1), global, memo: this.#stored, mark: this.#taken, problem };
  }

  /** An opcode that begins in a frame ends in it: readers that buffer frames see other bytes otherwise. */
  #frame({ opcode, arg, pos, end }: Op): void {
    if (pos >= this.#frameEnd) this.#frameEnd = -1;
    const isFrame = opcode.name === "FRAME";
    if (this.#frameEnd >= 0 && (isFrame || end > this.#frameEnd)) this.result.straddles.push(pos);
    if (isFrame) this.#frameEnd = end + Number(arg);
  }

  #apply(op: LenientOp): void {
    const { opcode, arg, pos } = op;
    if (ATOMS.has(opcode)) return this.#atom(opcode, arg, pos);
    const use = memoUse(opcode.code);
    if (use === "get") return this.#get(arg, pos);
    if (use !== undefined) {
      const key = use === "memoize" ? this.#memo.size : memoKey(arg);
      this.#memo.set(key, this.#peek(pos));
      this.#stored = key;
      return;
    }
    switch (opcode.name) {
      case "PROTO":
      case "FRAME":
      case "READONLY_BUFFER":
        return;
      case "MARK":
        this.#marks.push(this.#stack.length);
        this.#markAt.push(pos);
        return;
      case "STOP":
        this.result.stopped = true;
        this.result.value = this.#pop(pos);
        return;
      case "POP":
        if (this.#marks.at(-1) === this.#stack.length) this.#unmark();
        else this.#pop(pos);
        return;
      case "POP_MARK":
        this.#slice();
        return;
      case "DUP":
        this.#push(this.#peek(pos));
        return;
      case "EMPTY_LIST":
      case "EMPTY_TUPLE":
      case "EMPTY_DICT":
      case "EMPTY_SET":
        this.#container(opcode.after[0] as Container["kind"], [], pos);
        return;
      case "LIST":
      case "TUPLE":
      case "DICT":
      case "FROZENSET":
        this.#container(opcode.after[0] as Container["kind"], this.#slice(), pos);
        return;
      case "TUPLE1":
      case "TUPLE2":
      case "TUPLE3":
        this.#container("tuple", this.#several(opcode.before.length, pos), pos);
        return;
      case "APPEND":
        this.#fill(this.#several(1, pos), pos);
        return;
      case "SETITEM":
        this.#fill(this.#several(2, pos), pos);
        return;
      case "APPENDS":
      case "SETITEMS":
      case "ADDITEMS":
        this.#fill(this.#slice(), pos);
        return;
      case "PERSID":
        this.#persistent({ kind: "atom", type: "str", value: arg, at: pos, got: false }, pos);
        return;
      case "BINPERSID":
        this.#persistent(this.#pop(pos), pos);
        return;
      default:
        this.#named(op);
    }
  }

  /** The opcodes of names and calls; all that is left are atoms. */
  #named({ opcode, arg, pos, names }: LenientOp): void {
    switch (opcode.name) {
      case "GLOBAL":
        this.#push(this.#pair(opcode.name, names, pos));
        return;
      case "STACK_GLOBAL": {
        const [module, name] = this.#several(2, pos) as [Symbolic, Symbolic];
        this.#push(this.#refer(opcode.name, module, name, pos));
        return;
      }
      case "EXT1":
      case "EXT2":
      case "EXT4": {
        const code = Number(arg);
        const global = { ...bare(opcode.name, pos), computed: false, code };
        this.result.globals.push(global);
        this.#push({ kind: "global", global, at: pos });
        return;
      }
      case "INST": {
        const args = this.#slice();
        this.#call("construct", opcode.name, this.#pair(opcode.name, names, pos), args, pos);
        return;
      }
      case "OBJ": {
        const [cls = this.#missing(pos), ...args] = this.#slice();
        this.#call("construct", opcode.name, cls, args, pos);
        return;
      }
      case "NEWOBJ": {
        const [cls, args] = this.#several(2, pos) as [Symbolic, Symbolic];
        this.#call("construct", opcode.name, cls, spread(args), pos);
        return;
      }
      case "NEWOBJ_EX": {
        const [cls, args, kwargs] = this.#several(3, pos) as [Symbolic, Symbolic, Symbolic];
        const given = spread(args);
        this.#copied += given.length;
        if (this.#copied > MAX_COPIED) throw new LimitError("arguments", MAX_COPIED, this.#copied, { offset: pos });
        this.#call("construct", opcode.name, cls, [...given, kwargs], pos);
        return;
      }
      case "REDUCE": {
        const [func, args] = this.#several(2, pos) as [Symbolic, Symbolic];
        this.#call("reduce", opcode.name, func, spread(args), pos);
        return;
      }
      case "BUILD":
        this.#build(pos);
        return;
      default:
        this.#atom(opcode, arg, pos);
    }
  }

  #atom({ after }: Opcode, value: Arg, at: number): void {
    this.#push({ kind: "atom", type: after[0] ?? "any", value, at, got: false });
  }

  #build(pos: number): void {
    const state = this.#pop(pos);
    const target = this.#peek(pos);
    if (target.kind === "made") target.state = state;
    const ofResult = target.kind !== "global";
    originOf(target)?.uses.push({ kind: "setstate", offset: pos, opcode: "BUILD", target, args: [state], ofResult });
  }

  #call(kind: UseKind, opcode: string, by: Symbolic, args: readonly Symbolic[], pos: number): void {
    const ofResult = by.kind !== "global";
    const origin = originOf(by);
    origin?.uses.push({ kind, offset: pos, opcode, target: by, args, ofResult });
    this.#push({ kind: "made", by, origin, args, items: [], at: pos });
  }

  /** A module and a name that stand in the argument. */
  #pair(opcode: string, names: LenientOp["names"], pos: number): Symbolic {
    const [module, name] = names as readonly [string, string];
    const global = { ...bare(opcode, pos), module, name, computed: false };
    this.result.globals.push(global);
    return { kind: "global", global, at: pos };
  }

  #refer(opcode: string, first: Symbolic, second: Symbolic, pos: number): Symbolic {
    const [module, name] = [textOf(first), textOf(second)];
    const global: GlobalReference = {
      ...bare(opcode, pos),
      module,
      name,
      parts: [first.at, second.at],
      operands: [first, second],
      fromMemo: isGot(first) || isGot(second),
      computed: module === null || name === null,
    };
    this.result.globals.push(global);
    return { kind: "global", global, at: pos };
  }

  #persistent(id: Symbolic, at: number): void {
    this.result.persistent++;
    this.#push({ kind: "persistent", id, at });
  }

  #container(kind: Container["kind"], items: Symbolic[], at: number): void {
    this.#push({ kind, items, at });
  }

  #fill(items: readonly Symbolic[], pos: number): void {
    const target = this.#peek(pos);
    if (!("items" in target)) return;
    for (const item of items) target.items.push(item);
  }

  #get(arg: Arg, pos: number): void {
    const value = this.#memo.get(memoKey(arg));
    if (value === undefined) {
      this.#problem = `memo ${arg} is empty`;
      this.#push({ kind: "unknown", at: pos });
    } else {
      if (value.kind === "atom") value.got = true;
      this.#push(value);
    }
  }

  #push(value: Symbolic): void {
    this.#stack.push(value);
  }

  #pop(pos: number): Symbolic {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) return this.#missing(pos);
    return this.#stack.pop() as Symbolic;
  }

  #peek(pos: number): Symbolic {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) return this.#missing(pos);
    return this.#stack.at(-1) as Symbolic;
  }

  #missing(at: number): Unknown {
    this.#problem = "the stack is empty";
    return { kind: "unknown", at };
  }

  /** So many values from the top, the top last. */
  #several(count: number, pos: number): Symbolic[] {
    const values: Symbolic[] = [];
    for (let i = 0; i < count; i++) values.push(this.#pop(pos));
    return values.reverse();
  }

  #unmark(): number | undefined {
    this.#taken = this.#markAt.pop();
    return this.#marks.pop();
  }

  /** What lies above the topmost mark. */
  #slice(): Symbolic[] {
    const mark = this.#unmark();
    if (mark === undefined) this.#problem = "there is no MARK";
    return this.#stack.splice(mark ?? 0);
  }
}

function bare(opcode: string, offset: number): GlobalReference {
  return {
    module: null,
    name: null,
    opcode,
    offset,
    parts: [offset, offset],
    fromMemo: false,
    computed: true,
    uses: [],
  };
}

const isGot = (value: Symbolic): boolean => value.kind === "atom" && value.got;

function textOf(value: Symbolic): string | null {
  return value.kind === "atom" && typeof value.value === "string" ? value.value : null;
}

/** The arguments in a tuple; what is no tuple is one argument. */
function spread(args: Symbolic): readonly Symbolic[] {
  return args.kind === "tuple" ? args.items : [args];
}
