/**
 * `brine convert FROM TO`: a file in another format.
 *
 * To add a target: one row in `TARGETS`.
 *
 * @module
 */
import { SourceError } from "../core/errors.ts";
import { dumps } from "../dump.ts";
import { dumpsNpz, dumps as npyDumps } from "../npysave.ts";
import { writePath } from "../platform/files.ts";
import { csvLines, namedArrays, oneArray } from "../tools/convert/index.ts";
import { atExactly, parsePath } from "../tools/inspect/index.ts";
import type { Parsed } from "./args.ts";
import type { Command } from "./commands.ts";
import { LOAD_FLAGS, openTree } from "./files.ts";
import { Output, UsageError } from "./io.ts";
import { writeJSON, writeNDJSON } from "./json.ts";

type Options = Parsed["options"];

/** What `TO` may end in, and the pieces of the file then. */
const TARGETS: Readonly<Record<string, (value: unknown, options: Options) => Uint8Array[]>> = {
  ".npy": (value) => [npyDumps(oneArray(value))],
  ".npz": (value, options) => [dumpsNpz(namedArrays(value), { compressed: options.has("compress") })],
  ".pkl": (value) => [dumps(value)],
  ".pickle": (value) => [dumps(value)],
  ".json": (value) => text((out) => writeJSON(value, out)),
  ".ndjson": (value) => text((out) => writeNDJSON(value, out)),
  ".csv": (value) =>
    text((out) => {
      for (const line of csvLines(value)) out.line(line);
    }),
};

/** What is written to an output, as bytes. */
function text(write: (out: Output) => void): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const encoder = new TextEncoder();
  const out = new Output({ write: (data) => pieces.push(typeof data === "string" ? encoder.encode(data) : data) });
  write(out);
  out.flush();
  return pieces;
}

export const convert: Command = {
  name: "convert",
  usage: "FROM TO",
  help: `write a file in the format that TO ends in: ${Object.keys(TARGETS).join(" ")}`,
  flags: [
    { name: "key", short: "k", value: "PATH", help: "take one part: a name, or a path as for get" },
    { name: "compress", help: "pack the arrays of an npz" },
    ...LOAD_FLAGS,
  ],
  async run(args, io) {
    const [from, to, ...rest] = args.words;
    if (from === undefined || to === undefined || rest.length > 0) throw new UsageError("convert takes FROM and TO");
    const ending = /\.[^./\\]+$/.exec(to)?.[0].toLowerCase() ?? "";
    const target = Object.hasOwn(TARGETS, ending) ? TARGETS[ending] : undefined;
    if (target === undefined) {
      throw new UsageError(`${to} ends in no known format: use one of ${Object.keys(TARGETS).join(" ")}`);
    }
    const root = await openTree(from, args, io);
    const key = args.options.get("key");
    const value = typeof key === "string" ? chosen(root.value, key, root.name) : root.value;
    await writePath(to, ...target(value, args.options));
  },
};

/** The part of a value under a path; a plain name is a key. */
function chosen(value: unknown, key: string, path: string): unknown {
  let steps: ReturnType<typeof parsePath>;
  try {
    steps = parsePath(/^[[.]/.test(key) ? key : `[${JSON.stringify(key)}]`);
  } catch (e) {
    throw new UsageError((e as Error).message);
  }
  try {
    return atExactly(value, steps);
  } catch (e) {
    throw e instanceof RangeError ? new SourceError(e.message, { path, cause: e }) : e;
  }
}
