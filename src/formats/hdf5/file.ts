/**
 * HDF5 files as h5py shows them, read at once: `new File(pathOrBytes)`.
 *
 * @module
 */
import { openNow } from "#platform";
import { SourceError, UnsupportedError } from "../../core/errors.ts";
import { asBytes } from "../../sources/index.ts";
import { Group } from "./group.ts";
import { Core, type Shared } from "./shared.ts";
import { noFile, runNow, Store } from "./storage/store.ts";

/** `r` reads; the others write. */
export type Mode = "r" | "r+" | "w" | "x" | "a";

/** Options of {@link File}. */
export interface FileOptions {
  /** Opens the file that an external link, external storage or a view names; without it they are refused. */
  external?: (name: string) => Uint8Array | ArrayBufferLike | string | undefined;
}

/**
 * An HDF5 file, as `h5py.File`: its root group, read from a path (Node) or bytes.
 *
 * Throws `FormatError` for what is no HDF5 file, `SourceError` for a missing one.
 *
 * @example
 * ```ts
 * using file = new File("model.h5");
 * file.dataset("dense/kernel:0").read();
 * ```
 */
export class File extends Group implements Disposable {
  readonly mode: Mode;

  constructor(source: string | URL | ArrayBufferLike | ArrayBufferView, mode: Mode = "r", options: FileOptions = {}) {
    if (mode !== "r") throw new UnsupportedError("writing", `mode ${JSON.stringify(mode)} is not there yet`);
    const shared = openShared(source, options);
    super(shared, { at: shared.core.root, path: "/" });
    this.mode = mode;
  }

  /** Bytes before the HDF5 part. */
  get userblockSize(): number {
    return this.shared.core.userblock;
  }

  /** Closes the file; what was read stays. */
  close(): void {
    this.shared.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function openShared(source: string | URL | ArrayBufferLike | ArrayBufferView, options: FileOptions): Shared {
  const bytes = asBytes(source);
  if (bytes !== null) return share(Store.of(bytes), options, () => undefined);
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw new TypeError("new File takes a path or bytes; use open(source) for Blobs, streams and http URLs");
  }
  const opened = openNow(source);
  try {
    return share(Store.reading(opened.read, opened.size, String(source)), options, opened.close);
  } catch (e) {
    opened.close();
    throw e;
  }
}

function share(store: Store, options: FileOptions, close: () => void): Shared {
  const { external } = options;
  const others: (() => void)[] = [];
  const open = (name: string): Store | null => {
    const found = external?.(name);
    if (external === undefined) return noFile(name);
    if (found === undefined) return null;
    return storeOf(found, others);
  };
  const core = runNow(Core.open(store));
  const shared: Shared = {
    core,
    run: (reading) => runNow(reading, open),
    outside(name) {
      if (options.external === undefined) {
        throw new UnsupportedError("external links", `a link leads to the file ${name}: pass { external } to open it`, {
          format: "hdf5",
        });
      }
      const found = options.external(name);
      if (found === undefined) throw new SourceError("the file of an external link was not found", { path: name });
      return new File(found, "r", options);
    },
    close() {
      for (const other of others) other();
      close();
    },
  };
  return shared;
}

/** The store of another file; what closes it is put with the `others`. */
function storeOf(source: Uint8Array | ArrayBufferLike | string, others: (() => void)[]): Store {
  if (typeof source !== "string") return Store.of(asBytes(source) as Uint8Array);
  const opened = openNow(source);
  others.push(opened.close);
  return Store.reading(opened.read, opened.size, source);
}
