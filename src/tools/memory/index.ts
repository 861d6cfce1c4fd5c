/**
 * `Memory`: functions whose results are kept between runs, in joblib's own layout (joblib/memory.py).
 *
 * ```ts
 * import { Memory } from "brine/memory";
 * const memory = new Memory("cache");
 * const slow = memory.cache(async (n: number) => n ** 2, { name: "app.square" });
 * await slow(3); // computed
 * await slow(3); // read
 * ```
 *
 * @module
 */
import { openFolder } from "#platform";
import type { Store } from "../../core/bytes/store.ts";
import { type Flow, type Mode, type Out, runLater, runNow, wait } from "./flow.ts";
import { type Duration, milliseconds, type SizeLimits, surplus } from "./limits.ts";
import { type CacheOptions, type Memorized, Memorizer, type MemoryOptions, type Metadata } from "./memorized.ts";

export type { Later, Store, StoreItem } from "../../core/bytes/store.ts";
export type { Mode, Out } from "./flow.ts";
export type { Duration, SizeLimits } from "./limits.ts";
export type { CacheOptions, Memorized, MemorizedResult, MemoryOptions, Metadata } from "./memorized.ts";
export { type KeyvLike, keyvStore, memoryStore } from "./stores.ts";

/**
 * A place where results of functions are kept: a folder (the same text as for `joblib.Memory`, which adds `joblib` to
 * it), a {@link Store}, or null for none at all.
 *
 * A function is told by its name and its source text, a call by joblib's hash of its arguments. The source text does not
 * tell what a function closes over, nor what it calls: change its `version` when those change.
 *
 * @example
 * ```ts
 * const memory = new Memory(memoryStore());
 * const add = memory.cacheSync((a: number, b: number) => a + b, { name: "app.add" });
 * add(1, 2); // 3, computed
 * add(1, 2); // 3, read
 * ```
 */
export class Memory {
  readonly store: Store | null;
  readonly #options: MemoryOptions;
  readonly #codes = new Map<string, string>();

  /** `SourceError` for a folder in a browser. */
  constructor(location: string | URL | Store | null, options: MemoryOptions = {}) {
    if (location === null) this.store = null;
    else if (typeof location === "string")
      this.store = openFolder(`${location.replace(/[/\\]+$/, "") || location}/joblib`);
    else this.store = location instanceof URL ? openFolder(new URL("joblib", slashed(location))) : location;
    this.#options = options;
  }

  /** Where results are kept; null where none are. */
  get location(): string | null {
    return this.store?.location ?? null;
  }

  /**
   * The function with a memory; it answers with a promise, whether the function is async or not. `TypeError` for a
   * function without a name; its calls throw what the function throws, and `PicklingError` for arguments that cannot be
   * hashed.
   */
  cache<A extends unknown[], R>(
    func: (...args: A) => R | Promise<R>,
    options: CacheOptions<A> = {},
  ): Memorized<A, R, "async"> {
    return this.#memorized<A, R, "async">(func, options, this.store, runLater);
  }

  /**
   * The sync function with a memory, which answers at once. Its store must do so, too (a folder in Node, `memoryStore`);
   * `TypeError` at the first call otherwise, and as {@link Memory.cache}.
   */
  cacheSync<A extends unknown[], R>(func: (...args: A) => R, options: CacheOptions<A> = {}): Memorized<A, R, "sync"> {
    return this.#memorized<A, R, "sync">(func, options, this.store?.sync ?? this.store, runNow);
  }

  #memorized<A extends unknown[], R, M extends Mode>(
    func: (...args: A) => unknown,
    options: CacheOptions<A>,
    store: Store | null,
    drive: <T>(flow: Flow<T>) => Out<M, T>,
  ): Memorized<A, R, M> {
    // A function that has a memory already is taken out of it first.
    const own = (func as { func?: unknown }).func;
    const plain = typeof own === "function" && "checkCallInCache" in func ? (own as typeof func) : func;
    return new Memorizer<A, R, M>(plain, store, { ...this.#options, ...options }, drive, this.#codes).face();
  }

  /** The function's result for arguments, computed only when it is not kept. Throws as {@link Memory.cache}. */
  eval<A extends unknown[], R>(func: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    return this.cache(func)(...args);
  }

  /** Removes everything that is kept. */
  async clear(): Promise<void> {
    this.#codes.clear();
    await this.store?.remove([]);
  }

  /**
   * Removes the results that were read longest ago, until what is left fits the limits. `RangeError` for limits that make
   * no sense.
   */
  async reduceSize(limits: SizeLimits): Promise<void> {
    const { store } = this;
    if (store === null || Object.values(limits).every((limit) => limit === undefined)) return;
    await runLater(reduced(store, limits));
  }
}

function* reduced(store: Store, limits: SizeLimits): Flow<void> {
  const items = yield* wait(store.items());
  for (const { path } of surplus(items, limits)) yield* wait(store.remove(path));
}

function slashed(url: URL): URL {
  return url.href.endsWith("/") ? url : new URL(`${url.href}/`);
}

/**
 * A `cacheValidationCallback` by which results are computed again after a while (joblib.expires_after).
 *
 * @example
 * ```ts
 * memory.cache(fetchRates, { cacheValidationCallback: expiresAfter({ hours: 1 }) });
 * ```
 */
export function expiresAfter(duration: Exclude<Duration, number>): (metadata: Metadata) => boolean {
  const ms = milliseconds(duration);
  return ({ time }) => time !== undefined && Date.now() - time * 1000 < ms;
}
