/**
 * A function with a memory: looks its results up, computes and keeps them (joblib/memory.py, `MemorizedFunc`).
 *
 * Layout of a store, joblib's own: `MODULE/…/FUNC/func_code.py`, and beside it `ARGS_HASH/output.pkl`, `metadata.json`.
 *
 * @module
 */
import type { Store } from "../../core/bytes/store.ts";
import { repr } from "../../core/values/repr.ts";
import { type HashOptions, hash } from "../../families/joblib/hash.ts";
import { bound, type Parameters, parametersOf } from "./arguments.ts";
import { type Flow, type Mode, type Out, wait } from "./flow.ts";
import { mapped, packed, type ResultOptions, unpacked } from "./results.ts";

/** What joblib writes beside a result. */
export interface Metadata {
  /** Seconds that the call and the writing took. */
  duration?: number;
  /** `repr` of each argument that counts. */
  input_args?: Record<string, string>;
  /** When it was computed, in seconds since 1970. */
  time?: number;
}

/** Options of a memory, which its functions take over. */
export interface MemoryOptions extends ResultOptions {
  /** How much is told: above 0 calls, above 1 loads, above 4 times of loads, above 10 places (0). */
  verbose?: number;
  /** Takes the lines that are told (`console.log`). */
  log?: (line: string) => void;
  /** Takes warnings (`console.warn`). */
  onWarning?: (message: string) => void;
  /** How arguments are hashed, beyond joblib's defaults. */
  hash?: Pick<HashOptions, "dtypeProtocol" | "numpy" | "python">;
}

/** Options of one function. */
export interface CacheOptions<A extends unknown[] = unknown[]> {
  /** `"module.function"`: what the function is kept under; `"brine."` and its own name unless given. */
  name?: string;
  /** Names of arguments that do not count; `"*"` for the rest. */
  ignore?: readonly string[];
  verbose?: number;
  /** Is a kept result good still? It is cleared and computed again unless this says true. */
  cacheValidationCallback?: (metadata: Metadata) => boolean | Promise<boolean>;
  /** Names of the parameters, where the source text does not tell them (bundlers shorten it). */
  params?: readonly string[];
  /** Values of parameters that are left out, as far as they are to count. */
  defaults?: Readonly<Record<string, unknown>>;
  /** What a call is told by, instead of its arguments. */
  key?: (...args: A) => unknown;
  /** What the function's code is told by, instead of its source text: another version clears what is kept. */
  version?: string | number;
  /**
   * What the function's code is told by, word for word: that of a Python function of the same name, by which both share
   * their results.
   */
  source?: string;
}

/** A result that is kept: a small thing that stands for it. */
export interface MemorizedResult<R, M extends Mode = "async"> {
  readonly location: string;
  /** Path of the function, and hash of the arguments. */
  readonly func: string;
  readonly argsId: string;
  readonly metadata: Metadata;
  /** The value. `RangeError` when it was cleared. */
  get(): Out<M, R>;
  clear(): Out<M, void>;
}

/** A function with a memory; called, it gives what the function would. */
export interface Memorized<A extends unknown[], R, M extends Mode = "async"> {
  (...args: A): Out<M, R>;
  /** The function itself. */
  readonly func: (...args: A) => unknown;
  /** Path under which its results are kept. */
  readonly path: readonly string[];
  /** Calls the function whatever is kept, and keeps the result. */
  call(...args: A): Out<M, { output: R; metadata: Metadata }>;
  /** As a call, but gives what stands for the result, without reading it. */
  callAndShelve(...args: A): Out<M, MemorizedResult<R, M>>;
  /** Would a call be answered by what is kept? */
  checkCallInCache(...args: A): Out<M, boolean>;
  /** Removes everything kept for this function. */
  clear(): Out<M, void>;
}

const FIRST_LINE = "# first line:";
const LINE = "_".repeat(80);

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The parts of a name, each fit to be a folder's. `TypeError` for one that is none. */
function pathOf(name: string): string[] {
  const path = name.split(".");
  for (const part of path) {
    if (!/^[^\\/:*?"<>|\0-\x1f]+$/.test(part) || /^[0-9a-f]{32}/.test(part)) {
      throw new TypeError(`${JSON.stringify(name)} cannot name a cached function: give { name: "module.function" }`);
    }
  }
  return path;
}

/** Everything that one function's calls share; `drive` runs the flows. */
export class Memorizer<A extends unknown[], R, M extends Mode> {
  readonly path: readonly string[];
  readonly #func: (...args: A) => unknown;
  readonly #store: Store | null;
  readonly #options: MemoryOptions & CacheOptions<A>;
  readonly #drive: <T>(flow: Flow<T>) => Out<M, T>;
  readonly #params: Parameters | null;
  readonly #code: string;
  /** Whose code stands in the store under each name, as far as it was looked at. */
  readonly #codes: Map<string, string>;

  constructor(
    func: (...args: A) => unknown,
    store: Store | null,
    options: MemoryOptions & CacheOptions<A>,
    drive: <T>(flow: Flow<T>) => Out<M, T>,
    codes: Map<string, string>,
  ) {
    const { name, params, version, source, key } = options;
    if (name === undefined && func.name === "") {
      throw new TypeError('a function without a name cannot be cached: give { name: "module.function" }');
    }
    const text = Function.prototype.toString.call(func);
    this.path = pathOf(name ?? `brine.${func.name.replace(/^bound /, "")}`);
    this.#func = func;
    this.#store = store;
    this.#options = options;
    this.#drive = drive;
    this.#codes = codes;
    this.#params = params ? { names: params, rest: false } : parametersOf(text);
    this.#code = source ?? (version === undefined ? text : `# version: ${version}\n`);
    if (this.#params === null && options.ignore?.length && key === undefined) {
      this.#warn(`Cannot inspect ${this.#name}, ignore list will not work.`);
    }
  }

  /** The function that users call. */
  face(): Memorized<A, R, M> {
    const face = (...args: A): Out<M, R> => this.#drive(this.#cached(args)) as Out<M, R>;
    const parts: Omit<Memorized<A, R, M>, never> = Object.assign(face, {
      func: this.#func,
      path: this.path,
      call: (...args: A) => this.#drive(this.#computed(args, this.#argsId(args))) as never,
      callAndShelve: (...args: A) => this.#drive(this.#shelved(args)) as never,
      checkCallInCache: (...args: A) => this.#drive(this.#isCached(this.#argsId(args))) as never,
      clear: () => this.#drive(this.clear()) as never,
    });
    return parts as Memorized<A, R, M>;
  }

  get #name(): string {
    return this.path.at(-1) as string;
  }
  get #verbose(): number {
    return this.#options.verbose ?? 0;
  }
  #log(line: string): void {
    (this.#options.log ?? console.log)(line);
  }
  #warn(message: string): void {
    (this.#options.onWarning ?? console.warn)(message);
  }

  #inputs(args: A): ReturnType<typeof bound> {
    const { ignore = [], defaults = {} } = this.#options;
    return bound(this.#params, args, { ignore: this.#params === null ? [] : ignore, defaults });
  }

  #argsId(args: A): string {
    const { key, mmapMode = null, packs = [] } = this.#options;
    const options: HashOptions = { ...this.#options.hash, coerceMmap: mmapMode !== null, packs };
    return hash(key === undefined ? this.#inputs(args) : key(...args), options);
  }

  /** Removes everything kept for this function, and notes its code. */
  *clear(warn = true): Flow<void> {
    const store = this.#store;
    if (store === null) return;
    if (warn && this.#verbose > 0) this.#warn(`Clearing function cache identified by ${this.path.join("/")}`);
    yield* wait(store.remove(this.path));
    yield* this.#noteCode(store);
  }

  *#noteCode(store: Store): Flow<void> {
    yield* wait(store.write([...this.path, "func_code.py"], encode(`${FIRST_LINE} 1\n${this.#code}`)));
    this.#codes.set(this.path.join("/"), this.#code);
  }

  /** Are the results in the store those of this code? Others are cleared. */
  *#isSameCode(store: Store): Flow<boolean> {
    const id = this.path.join("/");
    const known = this.#codes.get(id);
    if (known === this.#code) return true;
    const kept = yield* wait(store.read([...this.path, "func_code.py"]));
    if (kept === null) {
      yield* this.#noteCode(store);
      return false;
    }
    const text = decode(kept);
    const code = text.startsWith(FIRST_LINE) ? text.slice(text.indexOf("\n") + 1) : text;
    if (code === this.#code) {
      this.#codes.set(id, code);
      return true;
    }
    if (known !== undefined) {
      this.#warn(`Possible name collisions between functions '${this.#name}' (${id}) and '${this.#name}' (${id})`);
    } else if (this.#options.name === undefined) {
      this.#warn(`Cannot detect name collisions for function '${this.#name}'`);
    }
    if (this.#verbose > 10) this.#warn(`Function ${this.#name} (identified by ${this.path.join("/")}) has changed.`);
    yield* this.clear();
    return false;
  }

  *#metadata(store: Store, item: readonly string[]): Flow<Metadata> {
    const bytes = yield* wait(store.read([...item, "metadata.json"]));
    if (bytes === null) return {};
    try {
      const made: unknown = JSON.parse(decode(bytes));
      return typeof made === "object" && made !== null ? (made as Metadata) : {};
    } catch {
      // What another program has left half-written tells nothing, as in joblib.
      return {};
    }
  }

  *#isCached(argsId: string): Flow<boolean> {
    const store = this.#store;
    if (store === null || !(yield* this.#isSameCode(store))) return false;
    const item = [...this.path, argsId];
    if (!(yield* wait(store.has([...item, "output.pkl"])))) return false;
    const callback = this.#options.cacheValidationCallback;
    if (callback === undefined || (yield* wait(callback(yield* this.#metadata(store, item))))) return true;
    yield* wait(store.remove(item));
    return false;
  }

  *#cached(args: A): Flow<R> {
    if (this.#store === null) return yield* wait(this.#func(...args) as R);
    const argsId = this.#argsId(args);
    if (yield* this.#isCached(argsId)) {
      try {
        return yield* this.#loaded(argsId);
      } catch (e) {
        const reason = e instanceof Error ? e.message : String(e);
        this.#warn(`Exception while loading results for ${this.#signature(args)}\n ${reason}`);
      }
    }
    return (yield* this.#computed(args, argsId)).output;
  }

  /** Do arrays of results stay in their files? */
  #isMapped(store: Store): boolean {
    return (this.#options.mmapMode ?? null) !== null && store.fileOf !== undefined;
  }

  *#loaded(argsId: string): Flow<R> {
    const store = this.#store as Store;
    const item = [...this.path, argsId];
    const start = performance.now();
    if (this.#verbose > 1) {
      const from = this.#verbose < 10 ? "..." : ` from ${store.location}/${item.join("/")}`;
      this.#log(`[Memory]: Loading ${this.#name}${from}`);
    }
    const output = [...item, "output.pkl"];
    const isMapped = this.#isMapped(store) && (yield* wait(store.has(output)));
    const later = isMapped ? mapped(store, output, this.#options) : null;
    let value: R;
    if (later !== null) value = (yield* wait(later)) as R;
    else {
      const bytes = yield* wait(store.read(output));
      if (bytes === null) {
        throw new RangeError(`Non-existing item (may have been cleared).\nFile ${output.join("/")} does not exist`);
      }
      value = unpacked(bytes, this.#options) as R;
    }
    if (store.touch) yield* wait(store.touch([...item, "output.pkl"]));
    if (this.#verbose > 4) this.#duration((performance.now() - start) / 1000, "cache loaded ");
    return value;
  }

  *#shelved(args: A): Flow<MemorizedResult<R, M>> {
    if (this.#store === null) {
      const output = yield* wait(this.#func(...args) as R);
      return this.#result("", {}, { output });
    }
    const argsId = this.#argsId(args);
    if (yield* this.#isCached(argsId)) {
      return this.#result(argsId, yield* this.#metadata(this.#store, [...this.path, argsId]));
    }
    const { metadata } = yield* this.#computed(args, argsId);
    return this.#result(argsId, metadata);
  }

  /** What stands for a result; `held` is the value itself where nothing is kept. */
  #result(argsId: string, metadata: Metadata, held: { output: R } | null = null): MemorizedResult<R, M> {
    const store = this.#store;
    const self = this;
    let value = held;
    return {
      location: store?.location ?? "",
      func: this.path.join("/"),
      argsId,
      metadata,
      get: () =>
        this.#drive(
          (function* (): Flow<R> {
            if (store !== null) return yield* self.#loaded(argsId);
            if (value === null) throw new RangeError("No value stored.");
            return value.output;
          })(),
        ),
      clear: () =>
        this.#drive(
          (function* (): Flow<void> {
            value = null;
            if (store !== null) yield* wait(store.remove([...self.path, argsId]));
          })(),
        ),
    };
  }

  *#computed(args: A, argsId: string): Flow<{ output: R; metadata: Metadata }> {
    const store = this.#store;
    if (this.#verbose > 0) this.#log(`${LINE}\n[Memory] Calling ${this.path.join(".")}...\n${this.#signature(args)}`);
    const start = performance.now();
    const output = yield* wait(this.#func(...args) as R);
    if (store === null) return { output, metadata: {} };
    const item = [...this.path, argsId];
    if (this.#verbose > 10) this.#log(`Persisting in ${store.location}/${item.join("/")}`);
    try {
      yield* wait(store.write([...item, "output.pkl"], packed(output, this.#options)));
    } catch (e) {
      // The value is as good uncached; joblib warns, too.
      this.#warn(`Unable to cache to disk. Exception: ${e instanceof Error ? e.message : String(e)}.`);
      return { output, metadata: {} };
    }
    const duration = (performance.now() - start) / 1000;
    if (this.#verbose > 0) this.#duration(duration);
    const inputs: Record<string, string> = {};
    for (const [name, value] of this.#inputs(args)) {
      Object.defineProperty(inputs, name, { value: repr(value), enumerable: true });
    }
    const metadata: Metadata = { duration, input_args: inputs, time: Date.now() / 1000 };
    try {
      yield* wait(store.write([...item, "metadata.json"], encode(JSON.stringify(metadata))));
    } catch (e) {
      this.#warn(`Unable to write metadata. Exception: ${e instanceof Error ? e.message : String(e)}.`);
    }
    return { output: this.#isMapped(store) ? yield* this.#loaded(argsId) : output, metadata };
  }

  #signature(args: A): string {
    const shown = args.map((arg) => {
      const text = arg === undefined ? "undefined" : repr(arg, { maxChars: 1500 });
      return text.length > 1500 ? `${text.slice(0, 700)}...` : text;
    });
    return `${this.#name}(${shown.join(", ")})`;
  }

  #duration(seconds: number, context = ""): void {
    const text = `${this.#name} ${context}- ${seconds.toFixed(1)}s, ${(seconds / 60).toFixed(1)}min`;
    this.#log("_".repeat(Math.max(0, 80 - text.length)) + text);
  }
}
