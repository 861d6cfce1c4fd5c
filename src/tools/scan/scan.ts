/**
 * One scan: what it was asked, what it has found, and what is still to be looked into.
 *
 * @module
 */
import { LimitError } from "../../core/errors.ts";
import { Allowed } from "./allow.ts";
import { type Issue, issue, isWorse } from "./issue.ts";
import { listing } from "./listing.ts";
import type { Finding, GlobalFound, Report, ScanLimits, ScanOptions, Severity, Verdict } from "./types.ts";

/** What a part is looked into for. */
export interface Part {
  /** The file and the parts it lies in. */
  readonly path: string;
  /** Its own name, whose ending is compared; empty where it has none. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Containers around it. */
  readonly depth: number;
  /** It is loaded, so what cannot be read is told; else it may be data of any kind. */
  readonly loaded: boolean;
  /** It is torch's: storages stand behind pickles, and persistent ids name them. */
  readonly torch?: boolean;
  /** It is of another format, and only a pickle at its first byte is looked for. */
  readonly first?: boolean;
  /** It is Keras's. */
  readonly keras?: boolean;
}

/** Limits with their defaults. */
export type Limits = Required<ScanLimits>;

const LIMITS: Limits = {
  maxBytes: 2 ** 31,
  maxRatio: 1000,
  maxOpcodes: 20_000_000,
  maxEntries: 65_535,
  maxNesting: 8,
  maxFindings: 1000,
};
/** Findings that come with a listing. */
const LISTED = 25;
/** Bytes that may be unpacked whatever they were packed into. */
const FREE = 1 << 26;
/** Opcodes of all pickles, in those that one may have. */
const PICKLES = 10;

export class Scan {
  readonly allowed: Allowed;
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  /** Parts that are still to be looked into. */
  readonly queue: Part[] = [];
  readonly files: { path: string; format: string; size: number }[] = [];
  readonly #findings: Finding[] = [];
  readonly #seen = new Set<string>();
  readonly #globals = new Map<string, { verdict: Verdict; count: number; uses: Set<string> }>();
  #worst: Severity = "note";
  #unpacked = 0;
  #parts = 0;
  #ran = 0;
  #listed = 0;

  constructor(options: ScanOptions) {
    this.allowed = new Allowed(options.allow);
    const given = Object.entries(options.limits ?? {}).filter(([, value]) => value !== undefined);
    this.limits = { ...LIMITS, ...Object.fromEntries(given) };
    this.signal = options.signal;
  }

  /** Notes a finding; `start` is where the pickle begins that it stands in. */
  add(part: Part, issue: Issue, start?: number): void {
    if (isWorse(issue.severity, this.#worst)) this.#worst = issue.severity;
    const path = `${part.path}+0x${issue.offset.toString(16)}`;
    const key = `${issue.rule}\n${path}\n${issue.global ?? ""}`;
    if (this.#seen.has(key) || this.#findings.length >= this.limits.maxFindings) return;
    this.#seen.add(key);
    const lines = start === undefined || this.#listed >= LISTED ? [] : listing(part.bytes, start, issue.offset);
    if (lines.length > 0) this.#listed++;
    this.#findings.push({ ...issue, path, ...(lines.length > 0 ? { lines } : {}) });
  }

  /** What stands behind the part of a file that its own reader takes, which others may go on with. */
  pushRest(part: Part, start: number): void {
    const bytes = part.bytes.subarray(start);
    this.push({ ...part, path: `${part.path}!rest`, name: "", bytes, depth: part.depth + 1, loaded: false });
  }

  /** Puts a part in the queue, unless it lies too deep: then it is not inspected, which is told. */
  push(part: Part): void {
    if (part.depth <= this.limits.maxNesting && this.#parts++ < this.limits.maxEntries * 4) {
      this.queue.push(part);
      return;
    }
    const message = `Files within files are inspected ${this.limits.maxNesting} deep, and not without end.`;
    this.add(part, issue("not-inspected", "suspicious", 0, message));
  }

  /** Opcodes that the next pickle may have. */
  opcodes(): number {
    const { maxOpcodes } = this.limits;
    return Math.max(0, Math.min(maxOpcodes, maxOpcodes * PICKLES - this.#ran));
  }

  /** Counts opcodes that were read. */
  ran(opcodes: number): void {
    this.#ran += opcodes;
  }

  /** Notes a name, and what was said of it; where it was met before `counts` tells whether this is another place. */
  global(name: string, verdict: Verdict, uses: ReadonlySet<string>, counts: boolean): void {
    const known = this.#globals.get(name);
    if (known === undefined) this.#globals.set(name, { verdict, count: 1, uses: new Set(uses) });
    else {
      if (counts) known.count++;
      for (const use of uses) known.uses.add(use);
      if (verdict === "dangerous" || (verdict === "suspicious" && known.verdict === "safe")) known.verdict = verdict;
    }
  }

  /** Counts unpacked bytes, and tells how many more may come of so many packed ones. */
  room(packed: number): number {
    const byRatio = Math.max(FREE, packed * this.limits.maxRatio);
    return Math.max(0, Math.min(this.limits.maxBytes - this.#unpacked, byRatio));
  }

  took(bytes: number): void {
    this.#unpacked += bytes;
    if (this.#unpacked > this.limits.maxBytes) {
      throw new LimitError("maxBytes", this.limits.maxBytes, this.#unpacked);
    }
  }

  report(): Report {
    const globals: GlobalFound[] = [...this.#globals]
      .map(([name, { verdict, count, uses }]) => ({ name, verdict, count, uses: [...uses].sort() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const verdict: Verdict = this.#worst === "note" ? "safe" : this.#worst;
    const weight = { dangerous: 0, suspicious: 1, note: 2 };
    const findings = [...this.#findings].sort((a, b) => weight[a.severity] - weight[b.severity]);
    return { verdict, findings, globals, files: this.files };
  }
}
