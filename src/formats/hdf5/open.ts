/**
 * HDF5 files that are awaited: `open(source)` over paths, Blobs, URLs with ranges, streams.
 *
 * @module
 */
import { type Parts, pyRepr } from "../../core/values/protocol.ts";
import { type SourceInput, toRanges } from "../../sources/index.ts";
import { AsyncGroup, type AsyncShared } from "./asyncgroup.ts";
import { type Filter, filtersOf } from "./filters/index.ts";
import { Core, demandOptions } from "./shared.ts";
import { noFile, runLater, Store } from "./storage/store.ts";

/** Options of {@link open}. */
export interface OpenOptions {
  signal?: AbortSignal;
  /** Opens the file that an external link, external storage or a view names; without it they are refused. */
  external?: (name: string) => SourceInput | undefined | Promise<SourceInput | undefined>;
  /** Opens the other parts of a file that the family or the multi driver wrote, as for {@link File}. */
  members?: (name: string) => SourceInput | undefined | Promise<SourceInput | undefined>;
  /** Filters of the caller's own; ours are fetched when a file wants them. */
  filters?: readonly Filter[];
  /** Reads a file that another program may be writing, as it is now. */
  swmr?: boolean;
  /** `"number"`: 64-bit integers as numbers, as for {@link File}. */
  bigint?: "bigint" | "number";
  /** Bytes that a source without ranges may give (2 GiB); it is read whole. */
  maxBytes?: number;
}

/**
 * An HDF5 file whose parts are read when they are asked for: a read-only `h5py.File` with promises.
 *
 * @example
 * ```ts
 * await using file = await open(new Blob([bytes]));
 * const kernel = await (await file.dataset("dense/kernel:0")).read();
 * ```
 */
export class AsyncFile extends AsyncGroup implements AsyncDisposable {
  #isOpen = true;

  /** Bytes before the HDF5 part. */
  get userblockSize(): number {
    return this.shared.core.userblock;
  }

  override [pyRepr](): Parts {
    if (!this.#isOpen) return ["<Closed HDF5 file>"];
    const name = this.shared.core.context.store.name?.split(/[\\/]/).pop();
    return [`<HDF5 file ${name === undefined ? "without a name" : `"${name}"`} (mode r)>`];
  }

  /** Closes the file; what was read stays. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await this.shared.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Opens an HDF5 file without reading it: a path, `Blob`, `URL` (by HTTP ranges), OPFS file, bytes; a stream or a server
 * without ranges is read whole. Throws `FormatError` for what is no HDF5 file, `SourceError` for what cannot be read.
 *
 * @example
 * ```ts
 * const file = await open("model.h5");
 * console.log(await file.keys());
 * ```
 */
export async function open(input: SourceInput, options: OpenOptions = {}): Promise<AsyncFile> {
  demandOptions("open, which only reads,", options, OPTIONS);
  const { external, signal } = options;
  const stores: Store[] = [];
  const add = async (from: SourceInput): Promise<Store> => {
    const store = await storeOf(from, options);
    stores.push(store);
    return store;
  };
  const close = async (): Promise<void> => {
    for (const store of stores) await store.close();
  };
  const other = async (name: string): Promise<Store | null> => {
    if (external === undefined) return noFile(name);
    const found = await external(name);
    return found === undefined ? null : add(found);
  };
  try {
    const { swmr = false, members } = options;
    const part = async (name: string): Promise<Store | null> => {
      const found = await members?.(name);
      return found === undefined ? null : add(found);
    };
    const opening = Core.open(await add(input), filtersOf(options.filters), { swmr, members: members !== undefined });
    const core = await runLater(opening, part, signal);
    core.context.numbers = options.bigint === "number";
    const shared: AsyncShared = {
      core,
      run: (reading) => runLater(reading, other, signal),
      async outside(name) {
        if (external === undefined) return noFile(name);
        const found = await external(name);
        return found === undefined ? undefined : open(found, options);
      },
      isClosed: ({ kind }) => kind === "user" || (kind === "external" && external === undefined),
      close,
    };
    return new AsyncFile(shared, { at: core.root, path: "/" });
  } catch (e) {
    await close();
    throw e;
  }
}

const OPTIONS: readonly string[] = ["signal", "external", "members", "filters", "swmr", "bigint", "maxBytes"];

async function storeOf(input: SourceInput, { signal, maxBytes }: OpenOptions): Promise<Store> {
  return Store.source(await toRanges(input, signal, maxBytes));
}
