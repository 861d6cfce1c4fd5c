/**
 * What the objects of one open file share.
 *
 * @module
 */

import { SourceError } from "../../core/errors.ts";
import type { File } from "./file.ts";
import type { Filter } from "./filters/filter.ts";
import type { Group } from "./group.ts";
import type { Link } from "./messages/links.ts";
import { Context } from "./storage/context.ts";
import { Cursor } from "./storage/cursor.ts";
import { readExtension } from "./storage/extension.ts";
import { wholeOf } from "./storage/members.ts";
import type { Reading, Store } from "./storage/store.ts";
import { superblock } from "./storage/superblock.ts";
import type { Draft } from "./write/draft.ts";

/** An open file: its context and its root. */
export class Core {
  readonly context: Context;
  readonly root: number;
  readonly userblock: number;
  readonly version: number;

  /** @internal */
  constructor(context: Context, root: number, userblock: number, version: number) {
    this.context = context;
    this.root = root;
    this.userblock = userblock;
    this.version = version;
  }

  /**
   * Reads the superblock and what stands in its extension. A file that is marked as open for writing is refused, as
   * h5py does, unless `swmr` is set; then it is taken as long as it is. `members` when the parts of a file that stands
   * in several can be asked for.
   */
  static *open(
    part: Store,
    filters: Map<number, Filter>,
    { swmr = false, members = false }: { swmr?: boolean; members?: boolean } = {},
  ): Reading<Core> {
    const found = yield* superblock(part);
    if (found.isBeingWritten && !swmr) {
      throw new SourceError(
        "the file is marked as open for writing: { swmr: true } reads it all the same; when no program has it open, h5clear -s mends it",
        { path: part.name, format: "hdf5" },
      );
    }
    const { store, sizes } = yield* wholeOf(part, found, members);
    if (!found.isBeingWritten && sizes.place === undefined) store.endAt(found.end);
    const context = new Context(store, sizes, filters);
    yield* readExtension(context, found.extension, members);
    const root = new Cursor(found.root, sizes, found.userblock).offset();
    return new Core(context, root, found.userblock, found.version);
  }
}

/** What groups and datasets of a file that answers at once need. */
export interface Shared {
  readonly core: Core;
  /** Set by the file itself, which is made last. */
  file?: File;
  run<T>(reading: Reading<T>): T;
  /** Opens the file of an external link; undefined where it is not there. */
  outside(name: string): Group | undefined;
  /** Leads a link to what cannot be opened, because it is another program's, or nobody said how? */
  isClosed(link: Link): boolean;
  close(): void;
  /** What is being written; null for a file that is only read. */
  readonly draft: Draft | null;
}

/** Throws `TypeError` for an option that there is not. */
export function demandOptions(what: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`the options of ${what} are an object: ${known.join(", ")}`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const meant = likeOf(name, known);
    const hint = meant === undefined ? `the options are ${known.join(", ")}` : `it is called ${meant}`;
    throw new TypeError(`${what} has no option "${name}": ${hint}`);
  }
}

/** A name of a list that is the same but for underscores and capitals. */
export function likeOf(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.replaceAll("_", "").toLowerCase();
  return known.find((one) => plain(one) === plain(name));
}
