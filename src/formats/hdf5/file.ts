/**
 * HDF5 files as h5py shows them, read at once: `new File(pathOrBytes)`.
 *
 * @module
 */
import { existsNow, openNow, patchNow, writeNow } from "#platform";
import { SourceError, UnsupportedError } from "../../core/errors.ts";
import { type Parts, pyRepr } from "../../core/values/protocol.ts";
import { asBytes } from "../../sources/index.ts";
import { type Filter, filtersOf } from "./filters/index.ts";
import { Group } from "./group.ts";
import { Core, demandOptions, type Shared } from "./shared.ts";
import { Context } from "./storage/context.ts";
import { noFile, runLater, runNow, Store } from "./storage/store.ts";
import { copyObject } from "./write/copy.ts";
import { Draft, type DraftOptions, type Libver, loadNode } from "./write/draft.ts";
import { EIGHT } from "./write/encoder.ts";
import type { Image } from "./write/image.ts";
import { putOutside } from "./write/outside.ts";
import { save } from "./write/save.ts";
import { Spill } from "./write/spill.ts";

/** `r` reads; `r+` changes a file, `w` makes one, `x` one that is not there yet, `a` changes one or makes it. */
export type Mode = "r" | "r+" | "w" | "x" | "w-" | "a";

/** Options of {@link File}. */
export interface FileOptions {
  /**
   * Opens the file that an external link, external storage or a view names; without it they are refused. Elements that
   * are changed in external storage are written with the file: to the path, or into the bytes.
   */
  external?: (name: string) => Uint8Array | ArrayBufferLike | string | undefined;
  /**
   * Opens the other parts of a file that stands in several; the source is the first. For the family driver the names
   * are `"1"`, `"2"` and so on; for the multi and split drivers they are those in the file, like `"%s-r.h5"`.
   */
  members?: (name: string) => Uint8Array | ArrayBufferLike | string | undefined;
  /** Reads a file that another program may be writing, as it is now (`h5py.File(…, swmr=True)`). */
  swmr?: boolean;
  /**
   * Filters besides those that are always there: what {@link loadFilters} fetches for a page, or the caller's
   * own.
   */
  filters?: readonly Filter[];
  /** Structures of a new file: `"earliest"`, which every reader knows (h5py's choice), or `"latest"`. */
  libver?: Libver;
  /** Keep the order in which the links and attributes of new objects are made. */
  trackOrder?: boolean;
  /**
   * Write changes into the old file itself, for files too large to be copied: what is new goes behind its end, then
   * what is changed is put in its place. A crash while it is written may leave the file damaged.
   */
  inPlace?: boolean;
  /** Bytes before the HDF5 part of a new file: 0, or a power of two from 512 on. */
  userblockSize?: number;
  /**
   * `"number"` reads 64-bit integers of datasets and attributes as numbers and float64 arrays; one beyond 2^53 is an
   * `UnsupportedError`. Fields of compounds stay bigints, unless they are read by their name.
   */
  bigint?: "bigint" | "number";
}

/**
 * An HDF5 file, as `h5py.File`: its root group, read from a path (Node) or bytes, or made.
 *
 * Changes are kept in memory until `flush`, `close` or the end of `using` writes them: into a new file beside the old
 * one, which then takes its name, so that a crash leaves either whole. Throws `FormatError` for what is no HDF5 file,
 * `SourceError` for a missing one.
 *
 * @example
 * ```ts
 * using file = new File("data.h5", "w");
 * file.createDataset("group1/dataset1", { shape: [100], dtype: "i4" });
 * ```
 */
export class File extends Group implements Disposable, AsyncDisposable {
  readonly mode: Mode;
  readonly #target: string | URL | null;
  readonly #external: FileOptions["external"];
  readonly #inPlace: boolean;
  #isOpen = true;

  constructor(source: string | URL | ArrayBufferLike | ArrayBufferView, mode: Mode = "r", options: FileOptions = {}) {
    const shared = openShared(source, mode, options);
    super(shared, { at: shared.core.root, path: "/" });
    shared.file = this;
    // As h5py has it: what can be written is "r+".
    this.mode = mode === "r" ? "r" : "r+";
    this.#target = typeof source === "string" || source instanceof URL ? source : null;
    this.#external = options.external;
    this.#inPlace = options.inPlace === true && shared.draft?.isNew === false;
  }

  /**
   * Writes all objects of a file into a new one, which takes its place: without the gaps that changes leave. Of virtual
   * and external datasets the description is written; their elements stay where they are.
   *
   * @example
   * ```ts
   * File.repack("results.h5");
   * ```
   */
  static repack(path: string | URL, options: Pick<FileOptions, "libver"> = {}): void {
    // No `using` here: Node 20 and 22 cannot read it.
    const old = new File(path, "r");
    try {
      const { core, run } = old.shared;
      const { tracked } = run(loadNode(core.context, core.root, core.root));
      const libver = options.libver ?? (core.version < 2 ? "earliest" : "latest");
      const shared = makeShared(new Uint8Array(0), { libver, trackOrder: tracked, userblockSize: core.userblock });
      const draft = shared.draft as Draft;
      run(copyObject(draft, core, null, core.root, draft.root));
      const blocks = imageBlocks(
        shared,
        shared.run(save(draft)),
        now(core.context.store, -core.userblock, core.userblock),
      );
      writeNow(path, blocks);
    } finally {
      old.close();
    }
  }

  /**
   * A new file in memory; `toUint8Array` gives its bytes.
   *
   * @example
   * ```ts
   * const file = File.create();
   * file.createDataset("x", { data: new Float32Array(3) });
   * const bytes = file.toUint8Array();
   * ```
   */
  static create(options: FileOptions = {}): File {
    return new File(new Uint8Array(0), "w", options);
  }

  /** Its path as it was told; null for a file in memory. */
  get filename(): string | null {
    return this.#target === null ? null : String(this.#target);
  }

  /** Which structures are made in it. */
  get libver(): Libver {
    return this.shared.draft?.options.libver ?? (this.shared.core.version < 2 ? "earliest" : "latest");
  }

  /** Bytes before the HDF5 part. */
  get userblockSize(): number {
    return this.shared.core.userblock;
  }

  /** The bytes of the file as it is now; elements that stand in other files are written there. */
  toUint8Array(): Uint8Array {
    const { draft } = this.shared;
    if (draft === null) return joinedBlocks([...oldBlocks(this.shared)]);
    const image = this.shared.run(save(draft));
    const bytes = joinedBlocks([...imageBlocks(this.shared, image)]);
    if (this.#external !== undefined) putOutside(image.outside, this.#external);
    return bytes;
  }

  /** Writes what was changed to the file's path; of a file in memory it does nothing. */
  flush(): void {
    const { draft, run } = this.shared;
    if (draft === null || draft.closed || !draft.changed || this.#target === null) return;
    this.#write(this.#target, run(save(draft, isBegun(draft))));
    draft.changed = false;
  }

  #write(target: string | URL, image: Image): void {
    const { draft } = this.shared;
    if (draft !== null && isBegun(draft)) draft.spill?.finish(image.head, image.fresh());
    else if (this.#inPlace) patchNow(target, image.parts(this.shared.core.userblock));
    else writeNow(target, imageBlocks(this.shared, image));
    if (this.#external !== undefined) putOutside(image.outside, this.#external);
  }

  /** Writes what was changed and closes the file; what was read stays. */
  close(): void {
    const { draft } = this.shared;
    this.#isOpen = false;
    try {
      this.flush();
    } finally {
      if (draft !== null) draft.closed = true;
      this.shared.close();
    }
  }

  /** The same, with chunks packed side by side where the platform can. */
  async closeAsync(): Promise<void> {
    const { draft } = this.shared;
    this.#isOpen = false;
    try {
      if (draft?.changed && !draft.closed && this.#target !== null) {
        const image = await runLater(save(draft, isBegun(draft)));
        this.#write(this.#target, image);
        draft.changed = false;
      }
    } finally {
      if (draft !== null) draft.closed = true;
      this.shared.close();
    }
  }

  override [pyRepr](): Parts {
    if (!this.#isOpen) return ["<Closed HDF5 file>"];
    const name = this.filename?.split(/[\\/]/).pop();
    return [`<HDF5 file ${name === undefined ? "in memory" : `"${name}"`} (mode ${this.mode})>`];
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.closeAsync();
  }
}

/** Are elements in the new file already? */
function isBegun({ spill }: Draft): boolean {
  return spill !== null && spill.end > 0;
}

/** The file that a draft becomes, block by block. */
function* imageBlocks({ core, draft }: Shared, image: Image, head?: Uint8Array): Generator<Uint8Array> {
  const { store } = core.context;
  if (draft?.isNew && core.userblock > 0) yield head ?? new Uint8Array(core.userblock);
  yield* image.blocks(draft?.isNew ? 0 : core.userblock, (at, size) => now(store, at - store.base, size));
}

/** A file as it is, block by block. */
function* oldBlocks({ core }: Shared): Generator<Uint8Array> {
  const { store } = core.context;
  yield now(store, -store.base, store.size);
}

function now(store: Store, at: number, size: number): Uint8Array {
  return store.whole(at + store.base, size);
}

function joinedBlocks(blocks: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(blocks.reduce((n, block) => n + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    out.set(block, at);
    at += block.length;
  }
  return out;
}

const MODES: readonly string[] = ["r", "r+", "w", "x", "w-", "a"];
const OPTIONS = [
  "external",
  "members",
  "swmr",
  "filters",
  "libver",
  "trackOrder",
  "inPlace",
  "userblockSize",
  "bigint",
];

function openShared(
  source: string | URL | ArrayBufferLike | ArrayBufferView,
  mode: Mode,
  options: FileOptions,
): Shared {
  if (typeof mode === "object") throw new TypeError('the mode is the second argument: new File(path, "r", options)');
  if (!MODES.includes(mode)) throw new RangeError(`Invalid mode; must be one of r, r+, w, x, a, not ${String(mode)}`);
  demandOptions("File", options, OPTIONS);
  if (/^https?:/.test(String(source))) throw new TypeError("what stands on a server is read by await open(new URL(…))");
  const isPath = typeof source === "string" || source instanceof URL;
  const isFresh = mode === "x" || mode === "w-";
  let isNew = mode === "w" || isFresh;
  if (isPath && mode !== "r" && mode !== "r+") {
    const exists = existsNow(source);
    if (exists && isFresh) throw new SourceError("file exists", { path: String(source), format: "hdf5" });
    isNew ||= !exists;
  }
  if (isNew) return makeShared(source, options);
  const bytes = asBytes(source);
  if (bytes !== null) return share(Store.of(bytes), options, mode, () => undefined);
  if (!isPath) {
    throw new TypeError("new File takes a path or bytes; use open(source) for Blobs, streams and http URLs");
  }
  const opened = openNow(source);
  try {
    return share(Store.reading(opened.read, opened.size, String(source)), options, mode, opened.close);
  } catch (e) {
    opened.close();
    throw e;
  }
}

function draftOptions({ libver = "earliest", trackOrder = false, userblockSize = 0 }: FileOptions): DraftOptions {
  if (libver !== "earliest" && libver !== "latest") throw new RangeError('libver is "earliest" or "latest"');
  if (userblockSize !== 0 && !(userblockSize >= 512 && Number.isInteger(Math.log2(userblockSize)))) {
    throw new RangeError(`a user block has 0 bytes, or a power of two from 512 on, not ${userblockSize}`);
  }
  return { libver, trackOrder, userblock: userblockSize };
}

/** A new file. */
function makeShared(source: string | URL | ArrayBufferLike | ArrayBufferView, options: FileOptions): Shared {
  const bytes = asBytes(source);
  if (bytes !== null && bytes.length > 0) throw new TypeError("a new file in memory is made by File.create()");
  const context = new Context(Store.of(new Uint8Array(0)), EIGHT, filtersOf(options.filters));
  const told = draftOptions(options);
  const draft = new Draft(context, null, told);
  if (bytes === null) draft.spill = new Spill(source as string | URL, told.userblock);
  const core = new Core(context, draft.root, told.userblock, told.libver === "latest" ? 3 : 0);
  return sharedOf(core, draft, options, [() => draft.spill?.close()]);
}

function share(store: Store, options: FileOptions, mode: Mode, close: () => void): Shared {
  const { filters, members } = options;
  const others = [close];
  const swmr = mode === "r" && options.swmr === true;
  let core: Core;
  try {
    core = runNow(Core.open(store, filtersOf(filters), { swmr, members: members !== undefined }), (name) => {
      const found = members?.(name);
      return found === undefined ? null : storeOf(found, others);
    });
  } catch (e) {
    for (const other of others) other();
    throw e;
  }
  if (mode !== "r" && core.context.store !== store) {
    throw new UnsupportedError("writing several parts", "a file that stands in several parts can only be read", {
      path: store.name,
      format: "hdf5",
    });
  }
  if (mode !== "r" && core.context.hasImage) {
    throw new UnsupportedError("cache images", "a file that was closed with a cache image can only be read", {
      path: store.name,
      format: "hdf5",
    });
  }
  const draft = mode === "r" ? null : new Draft(core.context, core.root, draftOptions(options));
  return sharedOf(core, draft, options, others);
}

function sharedOf(core: Core, draft: Draft | null, options: FileOptions, others: (() => void)[]): Shared {
  core.context.numbers = options.bigint === "number";
  const { external } = options;
  const open = (name: string): Store | null => {
    const found = external?.(name);
    if (external === undefined) return noFile(name);
    // What is to be written may not be there yet.
    if (found === undefined || (draft !== null && typeof found === "string" && !existsNow(found))) return null;
    return storeOf(found, others);
  };
  if (draft !== null) draft.outside = open;
  return {
    core,
    draft,
    run: (reading) => runNow(reading, open),
    outside(name) {
      if (options.external === undefined) {
        throw new UnsupportedError("external links", `a link leads to the file ${name}: pass { external } to open it`, {
          format: "hdf5",
        });
      }
      const found = options.external(name);
      return found === undefined ? undefined : new File(found, "r", options);
    },
    isClosed: ({ kind }) => kind === "user" || (kind === "external" && external === undefined),
    close() {
      for (const other of others) other();
    },
  };
}

/** The store of another file; what closes it is put with the `others`. */
function storeOf(source: Uint8Array | ArrayBufferLike | string, others: (() => void)[]): Store {
  if (typeof source !== "string") return Store.of(asBytes(source) as Uint8Array);
  const opened = openNow(source);
  others.push(opened.close);
  return Store.reading(opened.read, opened.size, source);
}
