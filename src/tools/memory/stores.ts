/**
 * Stores that are no folders: memory, and any Keyv store.
 *
 * @module
 */
import { isItemName, type Store, type StoreItem } from "../../core/bytes/store.ts";
import { UnsupportedError } from "../../core/errors.ts";

/**
 * A store in memory, for as long as the program runs; it answers at once, so sync functions can use it.
 *
 * @example
 * ```ts
 * const memory = new Memory(memoryStore());
 * ```
 */
export function memoryStore(): Store {
  const files = new Map<string, { bytes: Uint8Array; used: number }>();
  // Two uses in one millisecond are in order, too.
  let clock = 0;
  const now = (): number => (clock = Math.max(Date.now(), clock + 1e-3));
  return {
    location: "memory",
    read: (path) => files.get(path.join("/"))?.bytes ?? null,
    write: (path, bytes) => void files.set(path.join("/"), { bytes: bytes.slice(), used: now() }),
    has: (path) => files.has(path.join("/")),
    remove(path) {
      const prefix = path.join("/");
      for (const key of [...files.keys()]) if (isBelow(key, prefix)) files.delete(key);
    },
    items: () => collected([...files].map(([key, { bytes, used }]) => [key, bytes.length, used] as const)),
    touch(path) {
      const file = files.get(path.join("/"));
      if (file !== undefined) file.used = now();
    },
  };
}

/** What brine asks of a Keyv store (the package `keyv`, with Redis, PostgreSQL, SQLite… behind it). */
export interface KeyvLike {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: Keyv's own type differs from version to version
  iterator?: ((...args: any[]) => AsyncGenerator<any, void>) | undefined;
}

/**
 * A store in anything that the package `keyv` can talk to, so that several machines share results. Values are written as
 * base64 text. Clearing and `reduceSize` need a Keyv whose store can list its keys: `UnsupportedError` otherwise.
 *
 * @example
 * ```ts
 * const memory = new Memory(keyvStore(new Keyv(new KeyvRedis("redis://localhost:6379"))));
 * ```
 */
export function keyvStore(keyv: KeyvLike): Store {
  const entries = (): AsyncGenerator<readonly [string, unknown], void> => {
    if (typeof keyv.iterator !== "function") {
      throw new UnsupportedError("keys", "this Keyv store cannot list its keys, so nothing in it can be cleared");
    }
    return keyv.iterator(undefined) as AsyncGenerator<readonly [string, unknown], void>;
  };
  const used = (path: readonly string[]): string => [...path.slice(0, -1), "accessed"].join("/");
  return {
    location: "keyv",
    async read(path) {
      const value = await keyv.get(path.join("/"));
      return typeof value === "string" ? Uint8Array.from(atob(value), (ch) => ch.charCodeAt(0)) : null;
    },
    async write(path, bytes) {
      await keyv.set(path.join("/"), base64(bytes));
      if (path.at(-1) === "output.pkl") await keyv.set(used(path), String(Date.now()));
    },
    has: async (path) => (await keyv.get(path.join("/"))) !== undefined,
    async remove(path) {
      const prefix = path.join("/");
      const keys: string[] = [];
      for await (const [key] of entries()) if (isBelow(key, prefix)) keys.push(key);
      for (const key of keys) await keyv.delete(key);
    },
    async items() {
      const rows: [string, number, number][] = [];
      for await (const [key, value] of entries()) {
        const text = typeof value === "string" ? value : "";
        if (key.endsWith("/accessed")) rows.push([key, 0, Number(text)]);
        else rows.push([key, Math.floor((text.length * 3) / 4) - (/=*$/.exec(text)?.[0].length ?? 0), 0]);
      }
      return collected(rows);
    },
    touch: async (path) => void (await keyv.set(used(path), String(Date.now()))),
  };
}

function isBelow(key: string, prefix: string): boolean {
  return prefix === "" || key === prefix || key.startsWith(`${prefix}/`);
}

/** Files as the results they belong to: sizes added, the last use of any. */
function collected(files: readonly (readonly [key: string, size: number, used: number])[]): StoreItem[] {
  const found = new Map<string, { path: string[]; size: number; lastAccess: number }>();
  for (const [key, size, used] of files) {
    const path = key.split("/").slice(0, -1);
    if (!isItemName(path.at(-1))) continue;
    const name = path.join("/");
    const item = found.get(name) ?? { path, size: 0, lastAccess: 0 };
    item.size += size;
    if (/\/(output\.pkl|accessed)$/.test(key)) item.lastAccess = Math.max(item.lastAccess, used);
    found.set(name, item);
  }
  return [...found.values()];
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}
