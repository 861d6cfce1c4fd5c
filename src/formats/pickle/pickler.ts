/**
 * `Pickler`: several pickles that share one memo, written.
 *
 * @module
 */
import { PicklingError } from "../../core/errors.ts";
import { type WriteTarget, writeTo } from "./dump.ts";
import type { DumpOptions } from "./options.ts";
import { dumpWith, forget, prepare, protocolOf } from "./write/dumps.ts";
import { Pickling } from "./write/pickler.ts";

/**
 * Writes pickles one after another; what was written before is referred to, not written again, so they must be read
 * by one {@link Unpickler}. Subclasses may override `persistentId` and `reducerOverride`.
 *
 * @example
 * ```ts
 * const pickler = new Pickler();
 * pickler.dump(shared);
 * pickler.dump([shared]);
 * const unpickler = new Unpickler(pickler.getValue());
 * ```
 */
export class Pickler {
  #target: WritableStream | WriteTarget | null;
  #options: DumpOptions;
  #protocol: number;
  #machine = new Pickling();
  #ready = false;
  #broken = false;
  #pieces: Uint8Array[] = [];
  #busy: Promise<void> | null = null;

  /** Without a target (a `WritableStream` or an object with `write`) the bytes are kept for `getValue`. */
  constructor(target: WritableStream | WriteTarget | null = null, options: DumpOptions = {}) {
    if (target !== null && (typeof target !== "object" || !("write" in target || "getWriter" in target))) {
      throw new TypeError("a Pickler writes to a WritableStream or an object with write(): for a path use dump");
    }
    this.#target = target;
    this.#options = options;
    this.#protocol = protocolOf(options);
    this.#machine.fast = options.fast === true;
  }

  /** A persistent id of a value, or undefined; the `persistentId` option unless overridden. */
  persistentId(value: unknown): unknown {
    return this.#options.persistentId?.(value);
  }

  /** A reduction of a value, or undefined; the `reducerOverride` option unless overridden. */
  reducerOverride(value: unknown): unknown {
    return this.#options.reducerOverride?.(value);
  }

  /** No memo: faster, but shared values are written again and cycles refused. */
  get fast(): boolean {
    return this.#machine.fast;
  }
  set fast(on: boolean) {
    this.#machine.fast = on;
  }

  /**
   * Writes one pickle; the value is taken as it is now, the promise waits for the target. Throws `PicklingError` at
   * once, and again until `clearMemo` when a dump failed, since the memo then tells of bytes that were never written.
   */
  dump(value: unknown): Promise<void> {
    const p = this.#machine;
    if (this.#broken) throw new PicklingError("an earlier dump failed: call clearMemo() and start a new stream");
    if (!this.#ready) {
      const { fast } = p;
      prepare(p, this.#hooked(), this.#protocol);
      p.fast = fast;
      this.#ready = true;
    }
    let bytes: Uint8Array;
    try {
      bytes = dumpWith(p, value, this.#protocol, this.#options.canonical === true);
    } catch (e) {
      this.#broken = true;
      throw e;
    } finally {
      p.reset();
    }
    const target = this.#target;
    if (target === null) {
      this.#pieces.push(bytes);
      return Promise.resolve();
    }
    const written = this.#busy === null ? writeTo(target, bytes) : this.#busy.then(() => writeTo(target, bytes));
    const quiet = written
      .catch(() => undefined)
      .then(() => {
        if (this.#busy === quiet) this.#busy = null;
      });
    this.#busy = quiet;
    return written;
  }

  /** Forgets what was written, so that the next pickle stands for itself. */
  clearMemo(): void {
    forget(this.#machine);
    this.#ready = this.#broken = false;
  }

  /** All bytes so far, when there is no target. */
  getValue(): Uint8Array {
    if (this.#target !== null) throw new TypeError("getValue: the bytes went to the target");
    const all = new Uint8Array(this.#pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #hooked(): DumpOptions {
    const { persistentId, reducerOverride } = Pickler.prototype;
    const options: DumpOptions = { ...this.#options };
    if (this.persistentId !== persistentId) options.persistentId = (value) => this.persistentId(value);
    if (this.reducerOverride !== reducerOverride) options.reducerOverride = (value) => this.reducerOverride(value);
    return options;
  }
}
