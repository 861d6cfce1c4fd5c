/**
 * What to say of a path that leads nowhere.
 *
 * @module
 */
import { SourceError } from "../../core/errors.ts";
import { isGroup, links } from "./links.ts";
import type { Link } from "./messages/links.ts";
import { joined, linkIn, type Place, resolve } from "./resolve.ts";
import type { Context } from "./storage/context.ts";
import { objectHeader } from "./storage/header.ts";
import type { Reading } from "./storage/store.ts";

const MOST_NAMES = 10;

/** The error for a path: how far it leads, and what is there. */
export function* missing(context: Context, root: number, from: Place, path: string): Reading<SourceError> {
  let here: Place = path.startsWith("/") ? { at: root, path: "/" } : from;
  let why = "";
  for (const name of path.split("/").filter((part) => part !== "" && part !== ".")) {
    const link = yield* linkIn(context, here.at, name);
    const next = link === undefined ? undefined : yield* resolve(context, root, here, name);
    if (next === undefined || "file" in next) {
      why = link === undefined ? yield* content(context, here) : leadsTo(joined(here.path, name), link);
      break;
    }
    here = next;
  }
  return new SourceError(`there is no ${JSON.stringify(path)}: ${why}`, { format: "hdf5" });
}

function leadsTo(path: string, link: Link): string {
  if (!("path" in link)) return `${path} leads nowhere`;
  const where = "file" in link ? ` in the file ${link.file}` : "";
  return `${path} is a link to ${link.path}${where}, which is not there`;
}

function* content(context: Context, { at, path }: Place): Reading<string> {
  let names: string[];
  const pending = context.pending?.childrenOf(at);
  if (pending === undefined) {
    const header = yield* objectHeader(context, at);
    if (!isGroup(header)) return `${path} is no group`;
    names = (yield* links(context, header)).map(({ name }) => name);
  } else {
    if (pending === null) return `${path} is no group`;
    names = [...pending.keys()];
  }
  if (names.length === 0) return `${path} holds nothing`;
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return `${path} holds ${names.slice(0, MOST_NAMES).join(", ")}${more}`;
}
