/**
 * `brine get FILE PATH`: one value.
 *
 * @module
 */
import { repr } from "../core/values/repr.ts";
import { harmless } from "../tools/inspect/index.ts";
import type { Parsed } from "./args.ts";
import type { Command } from "./commands.ts";
import { LOAD_FLAGS, openTree } from "./files.ts";
import { valueAt } from "./hdf5.ts";
import { withHdf5 } from "./hdf5open.ts";
import { type Output, UsageError } from "./io.ts";
import { writeJSON, writeNDJSON, writeTypedJSON } from "./json.ts";
import { follow, stepsOf } from "./steps.ts";

export const get: Command = {
  name: "get",
  usage: "FILE PATH",
  help: "print one value as Python's repr does",
  examples: [
    "brine get cache.pkl \"['users'][0].name\"",
    'brine get model.joblib "steps[1][1].coef_[0, :3]"',
    'brine get weather.h5 "/oslo/temperature[0:10]"',
  ],
  flags: [
    { name: "json", help: "print it as JSON" },
    { name: "typed", help: "print it as JSON that loses nothing (fromTypedJSON reads it)" },
    { name: "ndjson", help: "print one line of JSON for each item" },
    { name: "raw", help: "print text or bytes as they are" },
    ...LOAD_FLAGS,
  ],
  async run(args, io, out) {
    const [file, path, ...rest] = args.words;
    if (file === undefined || path === undefined || rest.length > 0) throw new UsageError("get takes FILE and PATH");
    if (await withHdf5(file, io, (opened) => print(valueAt(opened, path), args, out))) return;
    const steps = stepsOf(path);
    const root = await openTree(file, args, io);
    print(follow(root, steps), args, out);
  },
};

/** Prints a value in the form that the options ask for. */
function print(value: unknown, args: Parsed, out: Output): void {
  if (args.options.has("json")) writeJSON(value, out);
  else if (args.options.has("typed")) writeTypedJSON(value, out);
  else if (args.options.has("ndjson")) writeNDJSON(value, out);
  else if (!args.options.has("raw")) out.line(repr(value).split("\n").map(harmless).join("\n"));
  else if (value instanceof Uint8Array) out.bytes(value);
  else if (typeof value === "string") out.write(value);
  else throw new UsageError("--raw is for text and bytes");
}
