/**
 * What a symbolic run of a pickle knows: values on the stack, names, and what each opcode did.
 *
 * @module
 */
import type { UnpicklingError } from "../../../core/errors.ts";
import type { Arg } from "./args.ts";
import type { Op } from "./genops.ts";

/** A plain value that stands in the stream as it is. */
export interface Atom {
  readonly kind: "atom";
  /** What pickletools calls its type: `"int"`, `"str"`, `"bytes"`, `"None"`… */
  readonly type: string;
  readonly value: Arg;
  /** Byte offset of the opcode that brought it. */
  readonly at: number;
  /** It was taken out of the memo. */
  got: boolean;
}

/** A list, tuple, set or dict; of a dict, keys and values take turns in `items`. */
export interface Container {
  readonly kind: "list" | "tuple" | "set" | "frozenset" | "dict";
  readonly items: Symbolic[];
  readonly at: number;
}

/** What a name of the stream stands for. */
export interface Named {
  readonly kind: "global";
  readonly global: GlobalReference;
  readonly at: number;
}

/** What a call or a construction would have given. */
export interface Made {
  readonly kind: "made";
  /** What was called: a name, or something else that was on the stack. */
  readonly by: Symbolic;
  /** The name from which it comes, through any number of calls. */
  readonly origin: GlobalReference | null;
  readonly args: readonly Symbolic[];
  /** What BUILD gave it, the last time. */
  state?: Symbolic;
  /** What APPENDS, SETITEMS and ADDITEMS gave it. */
  readonly items: Symbolic[];
  readonly at: number;
}

/** What the caller of a loader gives for a persistent id. */
export interface Persistent {
  readonly kind: "persistent";
  readonly id: Symbolic;
  readonly at: number;
}

/** What a loader would not have either: a memo that was never stored, a value that is missing on the stack. */
export interface Unknown {
  readonly kind: "unknown";
  readonly at: number;
}

/** A value on the stack. */
export type Symbolic = Atom | Container | Named | Made | Persistent | Unknown;

/**
 * What is done with a name: `construct` is `cls.__new__(cls, …)` or a class called by INST or OBJ, `reduce` any call by
 * REDUCE, `setstate` BUILD on it or on what it made.
 */
export type UseKind = "construct" | "reduce" | "setstate";

/** One use of a name. */
export interface GlobalUse {
  readonly kind: UseKind;
  /** Byte offset of the opcode that uses it. */
  readonly offset: number;
  readonly opcode: string;
  /** What is called or given a state: the name itself, or what it made. */
  readonly target: Symbolic;
  /** Arguments of the call, or the state alone. */
  readonly args: readonly Symbolic[];
  /** The use is of what the name made, not of the name itself: BUILD on an instance, a call of what a call gave. */
  readonly ofResult: boolean;
}

/** One place where a stream refers to a module's name. A name without `uses` is only a reference. */
export interface GlobalReference {
  /** The module, or null where the stream does not tell: computed, or by an extension code. */
  readonly module: string | null;
  readonly name: string | null;
  /** GLOBAL, INST, STACK_GLOBAL, EXT1, EXT2 or EXT4. */
  readonly opcode: string;
  readonly offset: number;
  /** Byte offsets of the opcodes that the module's and the name's text come from; `offset` itself for GLOBAL and INST. */
  readonly parts: readonly [module: number, name: number];
  /** The module's or the name's text was taken out of the memo. */
  readonly fromMemo: boolean;
  /** Module or name is no text of the stream, but what a call would give. */
  readonly computed: boolean;
  /** What STACK_GLOBAL takes for the module and the name. */
  readonly operands?: readonly [module: Symbolic, name: Symbolic];
  /** The code, of EXT1, EXT2 and EXT4. */
  readonly code?: number;
  readonly uses: GlobalUse[];
}

/** What one opcode did. */
export interface Step {
  /** As genops gives it, but names just as they stand, and `null` for an argument that cannot be read. */
  readonly op: Op;
  /** The value that it left on top, if it left one. */
  readonly top: Symbolic | undefined;
  /** The name it refers to: GLOBAL, INST, STACK_GLOBAL, EXT codes. */
  readonly global: GlobalReference | undefined;
  /** The number under which it stored the top in the memo. */
  readonly memo: number | bigint | undefined;
  /** Byte offset of the MARK that it took. */
  readonly mark: number | undefined;
  /** Where a loader would have stopped, and goes on here. */
  readonly problem: string | undefined;
}

/** What a whole pickle did. */
export interface Trace {
  /** Every reference to a name, in the order of the stream. */
  readonly globals: GlobalReference[];
  /** Byte behind STOP, or behind the last opcode that could be read. */
  end: number;
  /** The stream ended in STOP. */
  stopped: boolean;
  /** Opcodes read. */
  count: number;
  /** What STOP found on the stack. */
  value: Symbolic | undefined;
  /** Where a loader would have stopped: the first 100 places. */
  readonly problems: { readonly offset: number; readonly reason: string }[];
  /** Byte offsets of opcodes that reach beyond the frame they begin in, and of frames within frames. */
  readonly straddles: number[];
  /** Persistent ids met. */
  persistent: number;
  /** Why the stream cannot be read any further, when it did not come to STOP. */
  error?: UnpicklingError;
}

/** Where and how far `trace` runs. */
export interface TraceOptions {
  /** Byte offset of the pickle in `bytes`; 0. */
  readonly start?: number;
  /** `opcodes`: how many are read at most (20 million). */
  readonly limits?: { readonly opcodes?: number };
  /** The memo of the pickles before, which one `Unpickler` keeps over all pickles of a file; it is filled further. */
  readonly memo?: Map<number | bigint, Symbolic>;
  /** Asked behind each opcode: where the next one stands, when other bytes (an array of joblib) come before it. */
  skip?(op: Op, top: Symbolic | undefined): number;
}
