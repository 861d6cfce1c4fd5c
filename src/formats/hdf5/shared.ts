/**
 * What the objects of one open file share.
 *
 * @module
 */

import type { Group } from "./group.ts";
import { Context } from "./storage/context.ts";
import { Cursor, NOWHERE } from "./storage/cursor.ts";
import { MESSAGE, objectHeader } from "./storage/header.ts";
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

  /** Reads the superblock and what stands in its extension. */
  static *open(store: Store): Reading<Core> {
    const found = yield* superblock(store);
    const context = new Context(store, found.sizes);
    if (found.extension !== NOWHERE) {
      const extension = yield* objectHeader(context, found.extension);
      const table = extension.messages.find(({ kind }) => kind === MESSAGE.sharedTable);
      if (table !== undefined) context.sharedTable = new Cursor(table.data, found.sizes, table.at).skip(1).offset();
    }
    return new Core(context, found.root, found.userblock, found.version);
  }
}

/** What groups and datasets of a file that answers at once need. */
export interface Shared {
  readonly core: Core;
  run<T>(reading: Reading<T>): T;
  /** Opens the file of an external link. */
  outside(name: string): Group;
  close(): void;
  /** What is being written; null for a file that is only read. */
  readonly draft: Draft | null;
}
