/**
 * Elements that go to disk as soon as they are given, into the file that is being made: no copy of them is kept.
 *
 * @module
 */
import { type Spool, spoolNow } from "#platform";

/** Elements of so many bytes are worth it. */
const LEAST = 1 << 24;
/** Bytes that are left for the superblock. */
const HEAD = 2048;

/** The beginning of a file that is being made: its superblock's room, and elements. */
export class Spill {
  readonly #target: string | URL;
  readonly #base: number;
  #spool: Spool | null | undefined;
  #end = HEAD;
  #isDone = false;

  constructor(target: string | URL, base: number) {
    this.#target = target;
    this.#base = base;
  }

  /** First byte behind the elements, counted from the superblock; 0 when there are none to take over. */
  get end(): number {
    return this.#end === HEAD || this.#isDone ? 0 : this.#end;
  }

  /** Writes elements; null when they had better stay in memory. */
  put(bytes: Uint8Array): number | null {
    if (bytes.length < LEAST || this.#isDone) return null;
    if (this.#spool === undefined) this.#spool = spoolNow(this.#target);
    if (this.#spool === null) return null;
    const at = this.#end;
    this.#spool.put(this.#base + at, bytes);
    this.#end = Math.ceil((at + bytes.length) / 8) * 8;
    return at;
  }

  read(at: number, size: number): Uint8Array {
    return (this.#spool as Spool).read(this.#base + at, size);
  }

  /** Writes what belongs before the elements and behind them, and gives the file its name. */
  finish(head: Uint8Array, tail: Iterable<Uint8Array>): void {
    const spool = this.#spool as Spool;
    let at = this.#base + this.#end;
    for (const block of tail) {
      spool.put(at, block);
      at += block.length;
    }
    spool.put(this.#base, head);
    spool.finish();
    this.#isDone = true;
  }

  close(): void {
    this.#spool?.close();
    this.#spool = null;
    this.#isDone = true;
  }
}
