/**
 * Changes to the tree of a file: new groups and links, deletions and moves.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import type { Link } from "../messages/links.ts";
import { checkPath, type Place, resolve } from "../resolve.ts";
import type { Shared } from "../shared.ts";
import type { Draft } from "./draft.ts";
import type { GroupNode } from "./nodes.ts";

/** What a file that is being written has in memory; throws `TypeError` for one that is only read. */
export function staging({ draft }: Shared): Draft {
  if (draft === null) {
    throw new TypeError('no write intent on file: it was opened with mode "r"; open it with "r+", "a" or "w"');
  }
  draft.check();
  return draft;
}

/** A soft link, as `h5py.SoftLink`: `group.set("alias", softLink("/some/path"))`. */
export function softLink(path: string): Link {
  return { kind: "soft", path };
}

/** A link into another file, as `h5py.ExternalLink`. */
export function externalLink(file: string, path: string): Link {
  return { kind: "external", file, path };
}

function partsOf(path: string): string[] {
  checkPath(path);
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.includes("\0")) throw new TypeError("a name cannot hold a NUL");
  return parts;
}

/** The group that holds the last name of a path; groups on the way are made when `create` is set. */
export function parentOf(
  shared: Shared,
  from: Place,
  path: string,
  create: boolean,
): { group: GroupNode; name: string } | null {
  const draft = staging(shared);
  const parts = partsOf(path);
  const name = parts.pop();
  if (name === undefined) throw new RangeError(`${JSON.stringify(path)} names no object in a group`);
  const { context, root } = shared.core;
  let here: Place = path.startsWith("/") ? { at: root, path: "/" } : from;
  for (const part of parts) {
    const found = shared.run(resolve(context, root, here, part));
    if (found !== undefined && "file" in found) {
      throw new UnsupportedError("writing other files", `${part} leads into the file ${found.file}`);
    }
    if (found !== undefined) {
      here = found;
      continue;
    }
    if (groupAt(draft, here.at, part).children.has(part))
      throw new RangeError(`the link ${JSON.stringify(part)} leads nowhere`);
    if (!create) return null;
    const id = draft.makeGroup(draft.options.trackOrder);
    draft.link(groupAt(draft, here.at, part), part, { kind: "hard", at: id });
    here = { at: id, path: "" };
  }
  return { group: groupAt(draft, here.at, path), name };
}

function groupAt(draft: Draft, at: number, path: string): GroupNode {
  const node = draft.edit(at);
  if (node.kind === "group") return node;
  throw new TypeError(`unable to create ${JSON.stringify(path)}: what stands above it is a ${node.kind}, not a group`);
}

/** Puts a new object or link where a path says; its name must be free. Throws `RangeError` when it is not. */
export function insert(shared: Shared, from: Place, path: string, make: (draft: Draft) => Link): void {
  const found = parentOf(shared, from, path, true) as { group: GroupNode; name: string };
  if (found.group.children.has(found.name))
    throw new RangeError(`unable to create ${JSON.stringify(path)}: name already exists`);
  const draft = staging(shared);
  draft.link(found.group, found.name, make(draft));
}

/** Takes a name out of its group; false when it is not there. */
export function remove(shared: Shared, from: Place, path: string): boolean {
  const found = parentOf(shared, from, path, false);
  if (found === null || !found.group.children.has(found.name)) return false;
  staging(shared).unlink(found.group, found.name);
  return true;
}

/** Gives an object another name, or puts it into another group. */
export function move(shared: Shared, from: Place, source: string, target: string): void {
  const old = parentOf(shared, from, source, false);
  const link = old?.group.children.get(old.name);
  if (old === null || link === undefined)
    throw new RangeError(`unable to move ${JSON.stringify(source)}: it is not there`);
  if (link.kind === "hard" && leadsThrough(shared, from, target, link.at)) {
    throw new RangeError(`unable to move ${JSON.stringify(source)} into itself`);
  }
  const { group, name } = parentOf(shared, from, target, true) as { group: GroupNode; name: string };
  if (group === old.group && name === old.name) return;
  if (group.children.has(name))
    throw new RangeError(`unable to move to ${JSON.stringify(target)}: name already exists`);
  const draft = staging(shared);
  draft.link(group, name, link);
  draft.unlink(old.group, old.name);
}

/** Does the way to a path's last name lead through an object? */
function leadsThrough({ core, run }: Shared, from: Place, path: string, at: number): boolean {
  let here: Place = path.startsWith("/") ? { at: core.root, path: "/" } : from;
  for (const part of partsOf(path).slice(0, -1)) {
    const next = run(resolve(core.context, core.root, here, part));
    if (next === undefined || "file" in next) return false;
    if (next.at === at) return true;
    here = next;
  }
  return false;
}
