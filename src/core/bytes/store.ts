/**
 * Where named results are kept: a tree of small files, on disk, in memory, or in a database.
 *
 * @module
 */

/** A value now, or later. */
export type Later<T> = T | Promise<T>;

/** One kept result: the path of its folder, its bytes, and when it was read last (milliseconds since 1970). */
export interface StoreItem {
  readonly path: readonly string[];
  readonly size: number;
  readonly lastAccess: number;
}

/**
 * A tree of files by paths of names. Methods may answer at once or later; a store that answers later may have a `sync`
 * half that answers at once.
 */
export interface Store {
  /** What messages call it: a folder, a URL. */
  readonly location: string;
  /** The bytes of a file; null when there is none. */
  read(path: readonly string[]): Later<Uint8Array | null>;
  /** Writes a file so that a reader sees the old one or the new one, whole. */
  write(path: readonly string[], bytes: Uint8Array): Later<void>;
  /** Is there such a file? */
  has(path: readonly string[]): Later<boolean>;
  /** Removes a file or everything below a folder; everything there is for an empty path. */
  remove(path: readonly string[]): Later<void>;
  /** Folders of results: those whose name is 32 hexadecimal digits. */
  items(): Later<readonly StoreItem[]>;
  /** Notes that a file is used now. */
  touch?(path: readonly string[]): Later<void>;
  /** The path at which a file can be opened by itself, for a store of files. */
  fileOf?(path: readonly string[]): string;
  readonly sync?: Store;
}

/** Is this the name of a result's folder? */
export function isItemName(name: string | undefined): boolean {
  return name !== undefined && /^[0-9a-f]{32}/.test(name);
}
