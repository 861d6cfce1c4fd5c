import { LimitError, UnpicklingError } from "../../../core/errors.ts";
import type { Opcode, StackKind } from "../opcodes.ts";
import { type Arg, reprArg } from "./args.ts";
import { asUnpickling, genops, type Op } from "./genops.ts";
import { memoKey, memoUse } from "./memo.ts";
import { PROSE } from "./prose.ts";

/** A memo that several disassemblies may share: key to what was stored. */
export type DisMemo = Map<number | bigint, StackKind>;

/** How {@link dis} writes. */
export interface DisOptions {
  /** Shared memo, for pickles written one after the other by one pickler; `dis` adds to it. */
  readonly memo?: DisMemo;
  /** Blanks per open MARK; 4. */
  readonly indentlevel?: number;
  /** Column where a short description of each opcode starts; 0 writes none. Python's command line uses 30. */
  readonly annotate?: number;
  /** Byte offset of the pickle in `bytes`; 0. */
  readonly start?: number;
  /** Takes each line (without its newline) as it is written; then nothing is gathered and `dis` returns `""`. */
  readonly out?: (line: string) => void;
  /** `text`: characters gathered at most, and blanks before one opcode; 2^28, as V8's strings end a little above. */
  readonly limits?: { readonly text?: number };
}

const MAX_TEXT = 2 ** 28;

/**
 * Writes a pickle as readable text, one opcode a line, byte for byte as Python's `pickletools.dis`.
 *
 * Throws `UnpicklingError` with offset and opcode where Python raises `ValueError`: a bad argument, too few values or no
 * MARK on the stack, a memo key used before it is stored or stored twice, values left after STOP. `out` has then had
 * the lines before. Throws `LimitError` when the text passes `limits.text`. Source: CPython 3.13, module pickletools.
 *
 * @example
 * ```ts
 * import { dis } from "brine/pickletools";
 * dis(new Uint8Array([0x80, 2, 0x4b, 7, 0x2e]));
 * //     0: \x80 PROTO      2
 * //     2: K    BININT1    7
 * //     4: .    STOP
 * // highest protocol among opcodes = 2
 * ```
 */
export function dis(bytes: Uint8Array, options: DisOptions = {}): string {
  const chunks: string[] = [];
  let lines: string[] = [];
  const limit = options.limits?.text ?? MAX_TEXT;
  let length = 0;
  const gather = (line: string): void => {
    length += line.length + 1;
    if (length > limit) throw tooLong(limit, length);
    // Joined early, so that the many short strings die young.
    if (lines.push(line) === 512) {
      chunks.push(lines.join("\n"));
      lines = [];
    }
  };
  const out = options.out ?? gather;
  const state = new Disassembly(options);
  let last: Op | undefined;
  for (const op of genops(bytes, options.start)) {
    const { line, problem } = state.step(op);
    out(line);
    // The complaint comes after the line it is about.
    if (problem !== undefined) throw at(op, problem);
    state.apply(op);
    last = op;
  }
  out(`highest protocol among opcodes = ${state.maxProto}`);
  if (state.stack.length > 0) throw at(last!, `stack not empty after STOP: [${state.stack.join(", ")}]`);
  if (options.out) return "";
  chunks.push(...(lines.length > 0 ? [lines.join("\n")] : []), "");
  return chunks.join("\n");
}

function at({ opcode, pos }: Op, reason: string): UnpicklingError {
  return new UnpicklingError(reason, { offset: pos, opcode: opcode.name });
}

function tooLong(limit: number, length: number): LimitError {
  return new LimitError("text", limit, length, { format: "pickle" });
}

/** The unpickler's stack and memo, with kinds in place of values. */
class Disassembly {
  readonly stack: StackKind[] = [];
  maxProto = -1;
  readonly #marks: number[] = [];
  readonly #memo: DisMemo;
  readonly #indent: number;
  readonly #annotate: number;
  readonly #limit: number;
  #column: number;
  #pops = 0;
  #after: readonly StackKind[] = [];

  constructor({ memo, indentlevel = 4, annotate = 0, limits }: DisOptions) {
    this.#limit = limits?.text ?? MAX_TEXT;
    this.#memo = memo ?? new Map();
    this.#indent = Math.max(0, indentlevel);
    this.#annotate = annotate;
    this.#column = annotate;
  }

  /** The line of an opcode, and what is wrong with it. */
  step({ opcode, arg, pos }: Op): { line: string; problem: string | undefined } {
    const depth = this.#marks.length * this.#indent;
    if (depth > this.#limit) throw tooLong(this.#limit, depth);
    this.maxProto = Math.max(this.maxProto, opcode.proto);
    this.#pops = opcode.before.length;
    this.#after = opcode.after;
    let { note, problem } = this.#popMark(opcode);
    const use = memoUse(opcode.code);
    if (use === "memoize") {
      note = `(as ${this.#memo.size})`;
      problem = this.#store(this.#memo.size, opcode, arg);
    } else if (use === "put") {
      problem = this.#store(memoKey(arg), opcode, arg);
    } else if (use === "get") {
      const kind = this.#memo.get(memoKey(arg));
      if (kind === undefined) problem = `memo key ${reprArg(opcode.arg, arg)} has never been stored into`;
      else this.#after = [kind];
    }
    let line = `${`${pos}`.padStart(5)}: ${code(opcode).padEnd(4)} ${" ".repeat(depth)}${opcode.name}`;
    const lead = `${pos}`.padStart(5).length + 2;
    if (arg !== null || note !== undefined) {
      line += " ".repeat(Math.max(0, 10 - opcode.name.length));
      if (arg !== null) line += ` ${show(opcode, arg, pos)}`;
      if (note !== undefined) line += ` ${note}`;
    }
    return { line: this.#annotate === 0 ? line : this.#describe(line, lead, opcode), problem };
  }

  /** Does what the opcode does to the stack. */
  apply(op: Op): void {
    const { stack } = this;
    if (stack.length < this.#pops) {
      throw at(op, `tries to pop ${this.#pops} items from stack with only ${stack.length} items`);
    }
    stack.length -= this.#pops;
    if (op.opcode.name === "MARK") this.#marks.push(op.pos);
    for (const kind of this.#after) stack.push(kind);
  }

  /** Takes the topmost MARK and everything above off the stack, when the opcode does; POP may meet one too. */
  #popMark({ name, before }: Opcode): { note: string | undefined; problem: string | undefined } {
    const { stack } = this;
    const index = before.indexOf("mark");
    if (index < 0 && !(name === "POP" && stack.at(-1) === "mark")) return { note: undefined, problem: undefined };
    const mark = this.#marks.pop();
    const position = mark === undefined ? -1 : stack.lastIndexOf("mark");
    // Position -1 with a mark: another opcode took the MARK for a value, where pickletools itself fails.
    if (position < 0) return { note: "no MARK exists on stack", problem: "no MARK exists on stack" };
    stack.length = position;
    this.#pops = Math.max(0, index);
    return { note: `(MARK at ${mark})`, problem: undefined };
  }

  #store(key: number | bigint, opcode: Opcode, arg: Arg): string | undefined {
    const top = this.stack.at(-1);
    if (this.#memo.has(key)) return `memo key ${reprArg(opcode.arg, arg)} already defined`;
    if (top === undefined) return "stack is empty -- can't store into memo";
    if (top === "mark") return "can't store markobject in the memo";
    this.#memo.set(key, top);
    return undefined;
  }

  /** Adds the description; its column follows the line before, as long as that is not past 50. Columns are code points. */
  #describe(line: string, lead: number, { name }: Opcode): string {
    const prose = PROSE[name]!;
    const width = codePoints(line) - lead;
    const column = Math.max(this.#column, width);
    this.#column = column > 50 ? this.#annotate : column;
    return `${line}${" ".repeat(column - width)} ${prose.slice(0, prose.indexOf("\n"))}`;
  }
}

function show(opcode: Opcode, arg: Arg, pos: number): string {
  try {
    return reprArg(opcode.arg, arg);
  } catch (e) {
    throw asUnpickling(e, opcode, pos);
  }
}

function code(opcode: Opcode): string {
  return opcode.code < 127 ? String.fromCharCode(opcode.code) : `\\x${opcode.code.toString(16)}`;
}

function codePoints(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
