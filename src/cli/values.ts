/**
 * One value of a file, found by its path, and printed in the form that is asked for.
 *
 * @module
 */
import { repr } from "../core/values/repr.ts";
import { harmless } from "../tools/inspect/index.ts";
import type { Flag, Parsed } from "./args.ts";
import { openTree } from "./files.ts";
import { valueAt } from "./hdf5.ts";
import { withHdf5 } from "./hdf5open.ts";
import type { IO, Output } from "./io.ts";
import { writeJSON, writeNDJSON, writeTypedJSON } from "./json.ts";
import { follow, stepsOf } from "./steps.ts";

/** Options of commands that print one value. */
export const VALUE_FLAGS: readonly Flag[] = [
  { name: "json", help: "print it as JSON" },
  { name: "typed", help: "print it as JSON that loses nothing (fromTypedJSON reads it)" },
  { name: "ndjson", help: "print one line of JSON for each item" },
];

/** Does something with the value at a path of a file of any format. Throws `SourceError` where there is none. */
export async function withValue(
  file: string,
  path: string,
  args: Parsed,
  io: IO,
  use: (value: unknown) => void,
): Promise<void> {
  if (await withHdf5(file, io, (opened) => use(valueAt(opened, path)))) return;
  const steps = stepsOf(path);
  use(follow(await openTree(file, args, io), steps));
}

/** Prints a value as JSON where an option asks for it; false where none does. */
export function printedJSON(value: unknown, { options }: Parsed, out: Output): boolean {
  if (options.has("json")) writeJSON(value, out);
  else if (options.has("typed")) writeTypedJSON(value, out);
  else if (options.has("ndjson")) writeNDJSON(value, out);
  else return false;
  return true;
}

/** A value as Python's `repr` has it; nothing in it acts on a terminal. */
export function shownRepr(value: unknown): string {
  return repr(value).split("\n").map(harmless).join("\n");
}
