/**
 * A folder as a store of results, in the way joblib keeps its own: temporary names, then a rename.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isItemName, type Store, type StoreItem } from "../core/bytes/store.ts";
import { fileError, pathOf } from "./files.ts";

const { promises } = fs;

const GITIGNORE = "# Created by joblib automatically.\n*\n";

const isMissing = (e: unknown): boolean => /^(ENOENT|ENOTDIR)$/.test((e as { code?: string }).code ?? "");

/** A folder that keeps results; it is made when the first one is written. */
export function openFolder(where: string | URL): Store {
  const location = resolve(pathOf(where));
  const at = (path: readonly string[]): string => join(location, ...path);
  const temporary = (file: string): string => `${file}.${randomBytes(16).toString("hex")}-${process.pid}-0`;
  let ready = false;
  /** joblib's file that keeps results out of repositories, once. */
  const prepare = (): void => {
    if (ready) return;
    ready = true;
    const parent = basename(location) === "joblib" ? dirname(location) : location;
    fs.mkdirSync(location, { recursive: true });
    try {
      fs.writeFileSync(join(parent, ".gitignore"), GITIGNORE, { flag: "wx" });
    } catch (e) {
      if ((e as { code?: string }).code !== "EEXIST") throw e;
    }
  };

  const sync: Store = {
    location,
    read(path) {
      try {
        const bytes = fs.readFileSync(at(path));
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      } catch (e) {
        if (isMissing(e)) return null;
        throw fileError(at(path), e);
      }
    },
    write(path, bytes) {
      const file = at(path);
      const temp = temporary(file);
      try {
        prepare();
        fs.mkdirSync(dirname(file), { recursive: true });
        fs.writeFileSync(temp, bytes);
        fs.renameSync(temp, file);
      } catch (e) {
        fs.rmSync(temp, { force: true });
        throw fileError(file, e);
      }
    },
    has: (path) => fs.existsSync(at(path)),
    remove(path) {
      if (path.length > 0) return fs.rmSync(at(path), { recursive: true, force: true, maxRetries: 3 });
      for (const name of namesIn(location)) fs.rmSync(join(location, name), { recursive: true, force: true });
    },
    items: () => itemsIn(location),
    touch(path) {
      const now = new Date();
      try {
        fs.utimesSync(at(path), now, fs.statSync(at(path)).mtime);
      } catch {
        // Another process may just be removing it, or it is not ours to touch; only the order of clearing suffers.
      }
    },
  };

  return {
    location,
    sync,
    fileOf: at,
    async read(path) {
      try {
        const bytes = await promises.readFile(at(path));
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      } catch (e) {
        if (isMissing(e)) return null;
        throw fileError(at(path), e);
      }
    },
    async write(path, bytes) {
      const file = at(path);
      const temp = temporary(file);
      try {
        prepare();
        await promises.mkdir(dirname(file), { recursive: true });
        await promises.writeFile(temp, bytes);
        await promises.rename(temp, file);
      } catch (e) {
        await promises.rm(temp, { force: true });
        throw fileError(file, e);
      }
    },
    has: (path) =>
      promises.access(at(path)).then(
        () => true,
        () => false,
      ),
    async remove(path) {
      const names = path.length > 0 ? [join(...path)] : namesIn(location);
      for (const name of names)
        await promises.rm(join(location, name), { recursive: true, force: true, maxRetries: 3 });
    },
    items: () => itemsIn(location),
    touch: (path) => sync.touch?.(path),
  };
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (e) {
    if (isMissing(e)) return [];
    throw fileError(folder, e);
  }
}

/** Results below a folder; those that another process removes meanwhile are left out. */
function itemsIn(location: string): StoreItem[] {
  const found: StoreItem[] = [];
  const todo: string[][] = [[]];
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    const folder = join(location, ...path);
    let entries: fs.Dirent[];
    try {
      entries = fs.readdirSync(folder, { withFileTypes: true });
    } catch (e) {
      if (isMissing(e)) continue;
      throw fileError(folder, e);
    }
    for (const entry of entries) if (entry.isDirectory()) todo.push([...path, entry.name]);
    if (!isItemName(path.at(-1))) continue;
    try {
      const size = entries.reduce((sum, entry) => sum + fs.statSync(join(folder, entry.name)).size, 0);
      const output = entries.some(({ name }) => name === "output.pkl") ? join(folder, "output.pkl") : folder;
      found.push({ path, size, lastAccess: fs.statSync(output).atimeMs });
    } catch (e) {
      if (!isMissing(e)) throw fileError(folder, e);
    }
  }
  return found;
}
