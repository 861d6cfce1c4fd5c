/**
 * What a rule is, and what it looks at.
 *
 * @module
 */
import type { OpStream } from "../../families/joblib/stream.ts";
import type { GlobalReference, Made, Op, Persistent, Symbolic } from "../../formats/pickle/tools/index.ts";
import type { States } from "./symbols.ts";
import type { Finding, Os, Versions } from "./types.ts";
import type { Part } from "./walk.ts";

/** A pickle or joblib file, and who shall read it. */
export interface Case {
  readonly bytes: Uint8Array;
  readonly protocol: number;
  readonly parts: readonly Part[];
  readonly references: readonly GlobalReference[];
  /** Objects that are filled like a list or a dict, and the opcode that does it. */
  readonly filled: ReadonlyMap<Made, Op>;
  /** What stands for things outside of the pickle. */
  readonly persistent: readonly Persistent[];
  readonly states: States;
  /** Numbers of memos under which objects are kept. */
  readonly slots: ReadonlyMap<Symbolic, number>;
  /** Full names. */
  readonly globals: ReadonlySet<string>;
  readonly versions: Versions;
  /** The message that someone saw. */
  readonly error: string | undefined;
  /** What to install, as pip takes it. */
  readonly pins: readonly string[];
  readonly os: Os | undefined;
  /** The version of scikit-learn that wrote it. */
  readonly sklearn: string | null;
  readonly python2: boolean;
  /** Is it the pickle of a file of torch.save? */
  readonly torch: boolean;
  /** Offsets of str that are data of arrays and dates. */
  readonly raw: ReadonlySet<number>;
}

/** One place where a file fails. */
export interface Found {
  /** `"joblib < 1.2"`. */
  readonly where: string;
  /** The message as Python prints it. */
  readonly message: string;
  /** What of the file it is about: `"3 arrays"`. */
  readonly about?: string;
  /** What to do, where it is another thing than the rule says. */
  readonly fix?: string;
  /** Python for the reader to paste. */
  readonly code?: string;
  /** As the rule's, when not given. */
  readonly fixable?: boolean;
}

/** A change of a fix at one opcode or array. */
export interface Edit {
  /** Byte offset of the opcode or of the array. */
  readonly offset: number;
  /** In its place; or before it, and the opcode stays. */
  readonly place: "instead" | "before";
  /** What is written, in words. */
  readonly now: string;
  write(out: OpStream, protocol: number): void;
}

export interface Rule {
  readonly name: string;
  /** Messages that it explains, without the file. */
  readonly error: RegExp;
  readonly cause: string;
  readonly fix: string;
  readonly fixable: boolean;
  detect(file: Case): readonly Found[];
  /** The new full name of a class or function for these readers; the same one when it did not move. */
  rename?(full: string, versions: Versions, os: Os | undefined): string;
  /** What else a fix changes for these readers. */
  edits?(file: Case): Edit[];
}

/** Names of a file that a pattern tells. */
export const named = (file: Case, pattern: RegExp): string[] => [...file.globals].filter((name) => pattern.test(name));

export const moduleOf = (full: string): string => full.slice(0, full.lastIndexOf("."));

/** A rule and a place as a finding. */
export function finding(rule: Rule, found: Found): Finding {
  const { name, cause } = rule;
  const { where, message, about = "", fix = rule.fix, fixable = rule.fixable, code } = found;
  return { rule: name, where, message, about, cause, fix, fixable, ...(code === undefined ? {} : { code }) };
}
