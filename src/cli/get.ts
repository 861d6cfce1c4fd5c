/**
 * `brine get FILE PATH`: one value.
 *
 * @module
 */
import { SourceError } from "../core/errors.ts";
import { repr } from "../core/values/repr.ts";
import { atExactly, harmless, parsePath } from "../tools/inspect/index.ts";
import type { Command } from "./commands.ts";
import { LOAD_FLAGS, openTree } from "./files.ts";
import { UsageError } from "./io.ts";
import { writeJSON, writeNDJSON, writeTypedJSON } from "./json.ts";

export const get: Command = {
  name: "get",
  usage: "FILE PATH",
  help: "print one value as Python's repr does",
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
    let steps: ReturnType<typeof parsePath>;
    try {
      steps = parsePath(path);
    } catch (e) {
      throw new UsageError((e as Error).message);
    }
    const root = await openTree(file, args, io);
    let value: unknown;
    try {
      value = atExactly(root.value, steps);
    } catch (e) {
      throw e instanceof RangeError ? new SourceError(e.message, { path: root.name, cause: e }) : e;
    }
    if (args.options.has("json")) writeJSON(value, out);
    else if (args.options.has("typed")) writeTypedJSON(value, out);
    else if (args.options.has("ndjson")) writeNDJSON(value, out);
    else if (!args.options.has("raw")) out.line(harmless(repr(value)));
    else if (value instanceof Uint8Array) out.bytes(value);
    else if (typeof value === "string") out.write(value);
    else throw new UsageError("--raw is for text and bytes");
  },
};
