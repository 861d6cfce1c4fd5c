/**
 * `Unpickler`: several pickles that share one memo, read.
 *
 * @module
 */
import { runSync, type Source } from "../../core/bytes/parse.ts";
import { Reader, run } from "../../core/bytes/reader.ts";
import { UnpicklingError, withPath } from "../../core/errors.ts";
import { asBytes, type SourceInput, toSource } from "../../sources/index.ts";
import { runOptions } from "./load.ts";
import type { LoadAsyncOptions } from "./options.ts";
import { PassedName } from "./read/globals.ts";
import { finish, globalsFor } from "./read/loads.ts";
import { newState, type Parsed, parsePickle } from "./read/parse.ts";

/**
 * Reads pickles one after another from one source; the memo goes on from pickle to pickle, as in CPython. Subclasses
 * may override `persistentLoad` and `findClass`.
 *
 * @example
 * ```ts
 * const unpickler = new Unpickler(bytes, { persistentLoad: (id) => store.get(id) });
 * const first = unpickler.loadSync();
 * ```
 */
export class Unpickler {
  #bytes: Uint8Array | null;
  #input: SourceInput;
  #options: LoadAsyncOptions;
  #reader: Reader | null = null;
  #source: Source | null = null;
  #at = 0;
  #state = newState();
  #globals: ReturnType<typeof globalsFor> | null = null;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(source: SourceInput, options: LoadAsyncOptions = {}) {
    this.#input = source;
    this.#bytes = asBytes(source);
    this.#options = options;
  }

  /** What a persistent id stands for; the `persistentLoad` option unless overridden. */
  persistentLoad(id: unknown): unknown {
    const resolve = this.#options.persistentLoad;
    if (!resolve) throw new UnpicklingError("a persistent id was met: pass persistentLoad, or override it");
    return resolve(id);
  }

  /**
   * What a name stands for: a registered class, another name as a `PyGlobal`, any value; undefined leaves it to the
   * packs. Unless overridden the `findClass` option, or the name itself, which the packs then know.
   */
  findClass(module: string, name: string): unknown {
    return this.#options.findClass?.(module, name) ?? new PassedName(module, name);
  }

  /** A copy of the memo: slot to value. */
  get memo(): Map<number, unknown> {
    const { memo, memoTop, far } = this.#state;
    const copy = new Map<number, unknown>();
    for (let i = 0; i < memoTop; i++) if (memo[i] !== undefined) copy.set(i, memo[i]);
    for (const [slot, value] of far ?? []) copy.set(slot, value);
    return copy;
  }

  /** Offset behind the pickle read last. */
  get offset(): number {
    return this.#at;
  }

  /** Reads the next pickle. Throws `UnpicklingError` ("Ran out of input") when there is none, else as `load`. */
  load<T = unknown>(): Promise<T> {
    // One after another, even when the caller does not wait.
    const next = this.#busy.then(() => this.#next());
    this.#busy = next.catch(() => undefined);
    return next as Promise<T>;
  }

  /** Reads the next pickle of bytes. Throws `TypeError` for any other source, else as `load`. */
  loadSync<T = unknown>(): T {
    const bytes = this.#bytes;
    if (bytes === null) throw new TypeError("loadSync reads bytes only: await load() instead");
    if (this.#at >= bytes.length) throw this.#empty();
    const parse = parsePickle(this.#known(), this.#at, bytes, this.#options.copy === true, this.#state);
    return this.#took(runSync(parse, bytes)) as T;
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    const source = this.#source;
    this.#source = this.#reader = null;
    await source?.close?.();
  }

  async #next(): Promise<unknown> {
    if (this.#bytes !== null) return this.loadSync();
    try {
      this.#source ??= await toSource(this.#input, this.#options.signal);
      this.#reader ??= new Reader(this.#source, runOptions(this.#options));
      const reader = this.#reader;
      if (await reader.ended()) throw this.#empty();
      const parse = parsePickle(this.#known(), reader.at, null, true, this.#state);
      const parsed = await run(parse, reader, this.#options.signal);
      reader.skipTo(parsed.end);
      return this.#took(parsed);
    } catch (e) {
      throw withPath(e, this.#source?.name);
    }
  }

  #took({ value, end }: Parsed): unknown {
    this.#at = end;
    return finish(value, this.#options);
  }

  #known(): ReturnType<typeof globalsFor> {
    const { persistentLoad, findClass } = Unpickler.prototype;
    const options: LoadAsyncOptions = { ...this.#options };
    if (this.persistentLoad !== persistentLoad) options.persistentLoad = (id) => this.persistentLoad(id);
    if (this.findClass !== findClass) options.findClass = (module, name) => this.findClass(module, name);
    return (this.#globals ??= globalsFor(options));
  }

  #empty(): UnpicklingError {
    return new UnpicklingError("Ran out of input", { offset: this.#at });
  }
}
