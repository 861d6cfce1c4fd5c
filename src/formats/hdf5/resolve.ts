/**
 * From a path to an object: through groups and soft links.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../core/errors.ts";
import { findLink, isGroup } from "./links.ts";
import type { Link } from "./messages/links.ts";
import type { Context } from "./storage/context.ts";
import { objectHeader } from "./storage/header.ts";
import type { Reading } from "./storage/store.ts";

/** Where an object stands: its header, and the path by which it was reached. */
export interface Place {
  readonly at: number;
  readonly path: string;
}

/** A path that leads out of the file, by an external link. */
export interface Outside {
  readonly file: string;
  readonly path: string;
}

/** Soft links are followed so often; more lead in a circle. */
const MAX_LINKS = 64;

/** Adds a name to a path. */
export function joined(path: string, name: string): string {
  return path === "/" ? `/${name}` : `${path}/${name}`;
}

/** The path one level up; the root's is its own. */
export function above(path: string): string {
  if (path === "") throw new TypeError("what a reference leads to has no path, and so no parent");
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** Throws `TypeError` for a path that is no text. */
export function checkPath(path: string): void {
  if (typeof path !== "string") throw new TypeError(`a path is text such as "group/dataset", not ${String(path)}`);
}

/** Finds an object; undefined where a name is not there, an `Outside` where the way leads to another file. */
export function* resolve(
  context: Context,
  root: number,
  from: Place,
  path: string,
): Reading<Place | Outside | undefined> {
  checkPath(path);
  const todo = path.split("/").reverse();
  let here: Place = path.startsWith("/") ? { at: root, path: "/" } : from;
  let followed = 0;
  while (todo.length > 0) {
    const name = todo.pop() as string;
    if (name === "" || name === ".") continue;
    const link = yield* linkIn(context, here.at, name);
    if (link === undefined) return undefined;
    switch (link.kind) {
      case "hard":
        here = { at: link.at, path: joined(here.path, name) };
        break;
      case "soft":
        if (++followed > MAX_LINKS) {
          throw new FormatError(`soft links lead in a circle at ${joined(here.path, name)}`, { format: "hdf5" });
        }
        if (link.path.startsWith("/")) here = { at: root, path: "/" };
        todo.push(...link.path.split("/").reverse());
        break;
      case "external":
        return { file: link.file, path: [link.path, ...todo.reverse()].join("/") };
      default:
        throw new UnsupportedError("user-defined links", `${joined(here.path, name)} is a link of kind ${link.type}`);
    }
  }
  return here;
}

/** A link of an object; undefined where there is none, or the object is no group. */
export function* linkIn(context: Context, at: number, name: string): Reading<Link | undefined> {
  checkPath(name);
  const pending = context.pending?.childrenOf(at);
  if (pending !== undefined) return pending?.get(name);
  const header = yield* objectHeader(context, at);
  return isGroup(header) ? yield* findLink(context, header, name) : undefined;
}
