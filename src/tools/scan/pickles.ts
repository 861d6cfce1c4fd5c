/**
 * A file of pickles: one after another, what stands behind the last, and what only looks like a pickle.
 *
 * @module
 */

import type { GlobalReference } from "../../formats/pickle/tools/index.ts";
import { type Issue, issue, isWorse } from "./issue.ts";
import { judge } from "./judge.ts";
import { type Inner, type Reading, type ReadOptions, read } from "./read.ts";
import type { Part, Scan } from "./scan.ts";
import { nameOf } from "./show.ts";
import type { Severity, Verdict } from "./types.ts";

/** Pickles of one part that are read; more are not inspected. */
const MOST_PICKLES = 100_000;

/** Pickles of this file that torch reads before the bytes of the storages. */
const TORCH_PICKLES = 5;

/** Bytes of files whose pickles are read once more with one memo. */
const MOST_SHARED = 1 << 24;

/** Looks into the pickles of a part, from `start` on. Gives the byte behind the last, `start` where there is none. */
export async function scanPickles(part: Part, scan: Scan, start = 0): Promise<number> {
  const { bytes, loaded } = part;
  const search = new Search(part, scan);
  // What begins as a picture or an archive, and needs a program's own ids to go on, is hardly meant as a pickle.
  const isOther = part.first === true && (bytes[start] === 0x50 || bytes[start] === 0x89);
  let at = start;
  let count = 0;
  const memo: ReadOptions["memo"] = new Map();
  for (; at < bytes.length; count++) {
    if (count === MOST_PICKLES) {
      scan.add(part, issue("not-inspected", "suspicious", at, `More than ${count} pickles stand in this file.`));
      return at;
    }
    const look = await looked(part, scan, at, count === 0 ? { memo } : {});
    const { reading, issues } = look;
    const isOver = reading.error?.code === "LIMIT";
    if (isOver) {
      const message = `The pickle cannot be read beyond this byte: ${reading.error?.reason}.`;
      scan.add(part, issue("not-inspected", "suspicious", reading.end, message));
    }
    const isFirst = count === 0;
    const isPickle =
      reading.stopped || (issues.length > 0 && (loaded || issues.some((one) => isCertain(one, bytes, at))));
    if (!isPickle && (!isFirst || !loaded)) {
      // Not a pickle, but bytes behind one, or data of another kind.
      if (!isFirst) await rest(part, scan, at, search);
      else await search.from(at);
      return at;
    }
    const isGuess = isOther || (!loaded && !reading.stopped);
    note(part, scan, look, isGuess);
    if (reading.arrays > 0) {
      const plain = await looked(part, scan, at, { reader: "plain" });
      note(part, scan, plain, !plain.reading.stopped, false);
    }
    if (reading.padded > 0) {
      const old = await looked(part, scan, at, { reader: "unpadded" });
      note(part, scan, old, true, false);
    }
    if (reading.lost !== null) await search.from(reading.lost);
    // One Unpickler keeps its memo from pickle to pickle, so that both readings are there.
    const isShared = !isFirst && bytes.length <= MOST_SHARED && !part.torch;
    const shared = isShared ? await looked(part, scan, at, { memo }) : null;
    if (shared !== null) note(part, scan, shared, isGuess, false);
    if (loaded && reading.stopped && reading.problem !== null && shared?.reading.problem !== null) {
      const { offset, reason } = reading.problem;
      const message = `Python stops at this byte: ${reason}. What stands before it would have run.`;
      scan.add(part, issue("broken-pickle", "suspicious", offset, message), reading.start);
    }
    if (!reading.stopped) {
      if (loaded && !isOver) {
        const reason = reading.error?.reason ?? "it ends early";
        const message = `The pickle cannot be read beyond this byte: ${reason}.`;
        const advice = "what stands before it would have run; fetch the file again, and do not load it if it stays so";
        scan.add(part, issue("broken-pickle", "suspicious", reading.end, message, { advice }));
      }
      await search.from(Math.max(at + 1, reading.end));
      return reading.end;
    }
    at = reading.end;
    if (part.torch && count + 1 >= TORCH_PICKLES) {
      count++;
      break;
    }
  }
  if (count > 0 && at < bytes.length) await rest(part, scan, at, search);
  if (count === 0 && loaded) {
    scan.add(part, issue("broken-pickle", "suspicious", start, "The file is empty, which no pickle is."));
  }
  return at;
}

/** One pickle and what is wrong with it, as one kind of reader sees it. */
interface Look {
  readonly reading: Reading;
  readonly issues: readonly Told[];
  readonly verdicts: ReadonlyMap<GlobalReference, Verdict>;
}

async function looked(part: Part, scan: Scan, at: number, how: ReadOptions): Promise<Look> {
  const reading = read(part.bytes, at, { opcodes: scan.opcodes(), ...how });
  scan.ran(reading.opcodes);
  await scan.allowed.ready(modulesOf(reading));
  const verdicts = new Map<GlobalReference, Verdict>();
  return { reading, issues: issuesOf(reading, part, scan, verdicts), verdicts };
}

/** The packages a reading names. */
function modulesOf(reading: Reading): Set<string> {
  const modules = new Set<string>();
  const open = [reading];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const { module } of one.globals) if (module !== null) modules.add(module);
    for (const inside of one.nested) open.push(inside);
  }
  return modules;
}

/** Findings of each severity that one pickle may bring. */
const MOST_ISSUES = 2000;

interface Told extends Issue {
  readonly start: number;
}

function issuesOf(reading: Reading, part: Part, scan: Scan, verdicts: Map<GlobalReference, Verdict>): Told[] {
  const all: Told[] = [];
  const count = { note: 0, suspicious: 0, dangerous: 0 };
  const tell = (found: Issue, start: number): void => {
    if (count[found.severity]++ < MOST_ISSUES) all.push({ ...found, start });
  };
  const open = [reading];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { start, issues, globals, persistent, nested } = one;
    for (const found of issues) tell(found, start);
    for (const ref of globals) {
      const judged = judge(ref, scan.allowed);
      verdicts.set(ref, verdictOf(judged));
      for (const found of judged) tell(found, start);
    }
    if (persistent > 0 && !part.torch) {
      const message = `${persistent} persistent ids are given to a function of the program that loads the file.`;
      tell(issue("persistent-id", "suspicious", start, message), start);
    }
    for (const inside of nested) open.push(inside);
  }
  return all;
}

/** Findings that random bytes do not come to: what begins at `start` need not be a pickle. */
function isCertain({ rule, severity }: Issue, bytes: Uint8Array, start: number): boolean {
  return rule === "dangerous-name" || (severity === "dangerous" && isProto(bytes, start));
}

function isProto(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x80 && (bytes[at + 1] ?? 9) <= 5;
}

/** Tells what was found; a second reading of the same bytes counts no name again. */
function note(part: Part, scan: Scan, look: Look, onlyCertain: boolean, counts = true): void {
  const { reading, issues, verdicts } = look;
  for (const { start, ...found } of issues) {
    if (!onlyCertain || isCertain(found, part.bytes, reading.start)) scan.add(part, found, start);
  }
  const open = [reading];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const ref of one.globals) {
      const worst = verdicts.get(ref) ?? "safe";
      if (onlyCertain && worst !== "dangerous") continue;
      scan.global(nameOf(ref), worst, new Set(ref.uses.map(({ kind }) => kind)), counts);
    }
    for (const inner of one.inner) queue(inner, part, scan);
    for (const inside of one.nested) open.push(inside);
  }
}

function verdictOf(issues: readonly Issue[]): Verdict {
  let worst: Severity = "note";
  for (const { severity } of issues) if (isWorse(severity, worst)) worst = severity;
  return worst === "note" ? "safe" : worst;
}

function queue({ bytes, at, opener }: Inner, part: Part, scan: Scan): void {
  const path = `${part.path}+0x${at.toString(16)}!bytes`;
  scan.push({
    path,
    name: "",
    bytes,
    depth: part.depth + 1,
    loaded: opener !== null,
    torch: opener === "torch",
    keras: opener === "keras",
  });
}

/** Bytes behind the last pickle. */
async function rest(part: Part, scan: Scan, at: number, search: Search): Promise<void> {
  const { bytes } = part;
  if (isBlank(bytes, at)) return;
  if (part.loaded && !part.torch) {
    const message = `${bytes.length - at} bytes stand behind the last pickle, which are none.`;
    scan.add(
      part,
      issue("trailing-bytes", "suspicious", at, message, { advice: "ask who wrote the file what they are" }),
    );
  }
  await search.from(at);
}

/** Zeros, or the end of a line that an editor has put there. */
function isBlank(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte !== 0 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  return true;
}

/** Places at which a pickle is looked for, and opcodes read for it, in bytes that are none. */
const MOST_PLACES = 200_000;
const MOST_OPCODES = 2_000_000;

/** Looks for pickles that begin anywhere in bytes of another kind: only those that name what is dangerous are told. */
class Search {
  readonly #part: Part;
  readonly #scan: Scan;
  /** From here on all was looked through. */
  #done: number;
  #places = 0;
  #opcodes = 0;

  constructor(part: Part, scan: Scan) {
    this.#part = part;
    this.#scan = scan;
    this.#done = part.first ? 0 : part.bytes.length;
  }

  /** Goes on to the end of the part, or to where it was begun before. */
  async from(start: number): Promise<void> {
    const [part, scan] = [this.#part, this.#scan];
    const { bytes } = part;
    const end = this.#done;
    this.#done = Math.min(start, end);
    for (let at = start; at < end; at++) {
      if (!beginsPickle(bytes, at)) continue;
      if (this.#places++ >= MOST_PLACES || this.#opcodes > MOST_OPCODES || scan.opcodes() === 0) return this.#ended(at);
      const look = await looked(part, scan, at, { opcodes: Math.min(100_000, scan.opcodes()) });
      const { reading, issues } = look;
      this.#opcodes += reading.opcodes;
      if (reading.globals.length === 0) continue;
      const called = reading.globals.some(({ uses }) => uses.some(({ kind }) => kind !== "setstate"));
      if (!issues.some((one) => isCertain(one, bytes, at)) || !(reading.stopped || called)) continue;
      const message = "A pickle that runs code lies within bytes of another kind.";
      scan.add(part, issue("embedded-pickle", "dangerous", at, message), at);
      note(part, scan, look, true);
      at = Math.max(at, reading.end - 1);
    }
  }

  #ended(at: number): void {
    const message = "Pickles were looked for up to this byte: too many places begin as one.";
    this.#scan.add(this.#part, issue("not-inspected", "note", at, message));
  }
}

/** `\x80` and a protocol, or the two lines of a GLOBAL or INST. */
function beginsPickle(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  if (byte === 0x80) return isProto(bytes, at);
  if (byte !== 0x63 && byte !== 0x69) return false;
  const middle = wordEnd(bytes, at + 1);
  return middle > 0 && wordEnd(bytes, middle + 1) > 0;
}

const LONGEST_WORD = 80;

/** Where the line ends that holds a dotted name only; 0 for another line. */
function wordEnd(bytes: Uint8Array, at: number): number {
  for (let i = at; i < at + LONGEST_WORD; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x0a) return i > at ? i : 0;
    const isWord =
      (byte >= 0x61 && byte <= 0x7a) ||
      (byte >= 0x41 && byte <= 0x5a) ||
      byte === 0x5f ||
      (i > at && (byte === 0x2e || (byte >= 0x30 && byte <= 0x39)));
    if (!isWord) return 0;
  }
  return 0;
}
