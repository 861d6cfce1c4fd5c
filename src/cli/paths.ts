/**
 * Files that a command line names: paths, folders and patterns.
 *
 * @module
 */
import { lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileError } from "../platform/files.ts";

/** Folders that hold no data of the user's. */
const LEFT_OUT: ReadonlySet<string> = new Set([".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"]);

/** A pattern as shells have it: `*`, `?`, `[ab]`, `**` over folders. */
export function pattern(glob: string): RegExp {
  let source = "";
  for (let i = 0; i < glob.length; i++) {
    const ch = glob[i] as string;
    if (ch === "*" && glob[i + 1] === "*") {
      i += glob[i + 2] === "/" ? 2 : 1;
      source += glob[i] === "/" ? "(?:[^/]+/)*" : ".*";
    } else if (ch === "*") source += "[^/]*";
    else if (ch === "?") source += "[^/]";
    else if (ch === "[" && glob.indexOf("]", i + 2) > 0) {
      const end = glob.indexOf("]", i + 2);
      const inside = glob.slice(i + 1, end).replace(/[\\\]^]/g, "\\$&");
      source += `[${inside.startsWith("!") ? `^${inside.slice(1)}` : inside}]`;
      i = end;
    } else source += ch.replace(/[.+^${}()|\\\]]/g, "\\$&");
  }
  return new RegExp(`^${source}$`, "s");
}

function isPattern(word: string): boolean {
  return /[*?[]/.test(word);
}

/** Files for a word: a file itself, all files below a folder, or those that a pattern fits. Throws `SourceError`. */
export function filesOf(word: string, excluded: (path: string) => boolean): string[] {
  if (!isPattern(word) || exists(word)) return isFolder(word) ? below(word, excluded) : [word];
  const slashed = word.replaceAll("\\", "/");
  const fixed = slashed.slice(0, slashed.search(/[*?[]/));
  const base = fixed.slice(0, fixed.lastIndexOf("/") + 1);
  const fits = pattern(slashed);
  const all = below(base === "" ? "." : base, excluded);
  return all.map((path) => (base === "" ? path.replace(/^\.\//, "") : path)).filter((path) => fits.test(path));
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (e) {
    throw fileError(path, e);
  }
}

/** All files below a folder, in the order of their names; links are not followed. */
function below(folder: string, excluded: (path: string) => boolean): string[] {
  const files: string[] = [];
  const open = [folder];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    let entries: { name: string; isDirectory(): boolean; isFile(): boolean }[];
    try {
      entries = readdirSync(here, { withFileTypes: true });
    } catch (e) {
      throw fileError(here, e);
    }
    for (const entry of entries) {
      const path = join(here, entry.name).replaceAll("\\", "/");
      if (excluded(path)) continue;
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name)) open.push(path);
      } else if (entry.isFile()) files.push(path);
    }
  }
  return files.sort();
}
