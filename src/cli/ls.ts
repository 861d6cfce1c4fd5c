/**
 * `brine ls FILE [PATH]`: what stands in a file, one line each, as h5ls prints it.
 *
 * @module
 */
import { toJSON } from "../core/values/json.ts";
import { repr } from "../core/values/repr.ts";
import { Attributes } from "../formats/hdf5/index.ts";
import { harmless, shapeText } from "../tools/inspect/index.ts";
import type { Command } from "./commands.ts";
import { type Entry, entryAt } from "./entries.ts";
import { LOAD_FLAGS, openTree } from "./files.ts";
import { hdf5Entry } from "./hdf5entries.ts";
import { withHdf5 } from "./hdf5open.ts";
import { withHeads } from "./headentries.ts";
import { type Output, UsageError } from "./io.ts";
import { writePlain } from "./json.ts";
import { follow, stepsOf } from "./steps.ts";

/** Width of the names, as in h5ls. */
const NAME = 24;
const KIND = 20;
/** Levels that are gone down: paths grow with each. */
const DEEPEST = 1000;
/** Characters of an attribute that are shown. */
const LONG = 200;

export const ls: Command = {
  name: "ls",
  usage: "FILE [PATH]",
  help: "list what stands in a file, or under a path in it: name, kind, lengths, type",
  examples: [
    "brine ls weather.h5",
    "brine ls -r weather.h5 /oslo",
    "brine ls -l weights.npz",
    "brine ls model.pt --json",
  ],
  flags: [
    { name: "recursive", short: "r", help: "also what stands in what is listed, by full paths" },
    { name: "long", short: "l", help: "also bytes, chunks, filters, attributes, the least and the greatest" },
    { name: "json", help: "print a list of JSON objects" },
    { name: "ndjson", help: "print one line of JSON for each" },
    ...LOAD_FLAGS,
  ],
  async run(args, io, out) {
    const [file, path = "", ...rest] = args.words;
    if (file === undefined || rest.length > 0) throw new UsageError("ls takes FILE and at most one PATH");
    const look = { recursive: args.options.has("recursive"), long: args.options.has("long") };
    const print = (root: Entry): void => {
      if (args.options.has("json")) printJSON(rows(root, look.recursive), look.long, true, out);
      else if (args.options.has("ndjson")) printJSON(rows(root, look.recursive), look.long, false, out);
      else for (const row of rows(root, look.recursive)) printRow(row, look, out);
    };
    if (await withHdf5(file, io, (opened) => print(hdf5Entry(opened, path)))) return;
    // What -l tells of arrays is in their items.
    if (path === "" && !look.long && (await withHeads(file, print))) return;
    const steps = stepsOf(path);
    const root = await openTree(file, args, io);
    if (path === "") return print(entryAt(root.value, root.name, ""));
    print(entryAt(follow(root, steps), path, path));
  },
};

interface Row {
  readonly entry: Entry;
  /** Path of the same thing, when it was listed already. */
  readonly same: string | null;
}

/** The rows below an entry; of what holds nothing its own. What is met again is told to be, and not gone into. */
function* rows(root: Entry, recursive: boolean): Generator<Row> {
  const seen = new Map<unknown, string>();
  if (root.identity !== undefined) seen.set(root.identity, root.path);
  const first = root.children()[Symbol.iterator]();
  const one = first.next();
  if (one.done) {
    if (root.kind !== "Group") yield { entry: root, same: null };
    return;
  }
  if (recursive && root.kind === "Group") yield { entry: root, same: null };
  const stack: Iterator<Entry>[] = [first];
  for (let next: IteratorResult<Entry> = one; ; next = (stack.at(-1) as Iterator<Entry>).next()) {
    if (next.done) {
      stack.pop();
      if (stack.length === 0) return;
      continue;
    }
    const entry: Entry = next.value;
    const same = entry.identity === undefined ? undefined : seen.get(entry.identity);
    if (entry.identity !== undefined && same === undefined) seen.set(entry.identity, entry.path);
    yield { entry, same: same ?? null };
    if (recursive && same === undefined && stack.length < DEEPEST) stack.push(entry.children()[Symbol.iterator]());
  }
}

function printRow({ entry, same }: Row, { recursive, long }: { recursive: boolean; long: boolean }, out: Output): void {
  const name = recursive ? entry.path : entry.name;
  const extent = entry.extent === null || same !== null ? "" : ` {${entry.extent}}`;
  const kind = `${entry.kind}${extent}${same === null ? "" : `, same as ${same === "" ? "all of it" : same}`}`;
  const line = `${harmless(name).padEnd(NAME)} ${harmless(kind).padEnd(KIND)}  ${same === null ? harmless(entry.type) : ""}`;
  out.line(line.trimEnd());
  if (!long || same !== null) return;
  for (const [label, told] of entry.details()) {
    if (told instanceof Attributes) {
      for (const [key, value] of told) out.line(harmless(`    @${key} = ${short(value)}`));
    } else out.line(harmless(`    ${label}: ${Array.isArray(told) ? toldText(label, told) : String(told)}`));
  }
}

function toldText(label: string, told: readonly unknown[]): string {
  return label === "chunks" ? shapeText(told as number[]) : told.join(", ");
}

function short(value: unknown): string {
  const text = repr(value, { maxChars: LONG }).replace(/\s*\n\s*/g, " ");
  return text.length > LONG ? `${text.slice(0, LONG - 1)}…` : text;
}

function printJSON(all: Iterable<Row>, long: boolean, isList: boolean, out: Output): void {
  let count = 0;
  if (isList) out.write("[");
  for (const { entry, same } of all) {
    const { path, name, kind, type } = entry;
    const plain: Record<string, unknown> = Object.assign(Object.create(null), {
      path,
      name,
      kind,
      ...entry.plain,
      type,
    });
    if (same !== null) plain["same"] = same;
    else if (long)
      for (const [label, told] of entry.details())
        plain[label] = told instanceof Attributes ? attributesOf(told) : told;
    if (isList) out.write(count++ === 0 ? "\n" : ",\n");
    writePlain(plain, out, false);
    if (!isList) out.write("\n");
  }
  if (isList) out.write(count === 0 ? "]\n" : "\n]\n");
}

function attributesOf(attributes: Attributes): Record<string, unknown> {
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, value] of attributes) plain[key] = toJSON(value);
  return plain;
}
