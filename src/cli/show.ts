/**
 * `brine FILE`, `brine tree FILE`: the tree, or the whole as JSON.
 *
 * @module
 */
import { NDArray } from "../core/ndarray/index.ts";
import { PyDict } from "../core/values/dict.ts";
import { tableOf } from "../core/values/protocol.ts";
import { fromHdf5, loadModel, type Model } from "../families/keras/index.ts";
import { harmless, renderTree } from "../tools/inspect/index.ts";
import { number, type Parsed } from "./args.ts";
import type { Command } from "./commands.ts";
import { complain } from "./complain.ts";
import { LOAD_FLAGS, openTree } from "./files.ts";
import { everything, showHdf5 } from "./hdf5.ts";
import { withHdf5 } from "./hdf5open.ts";
import { ClosedPipe, type IO, type Output, Told, UsageError } from "./io.ts";
import { writeJSON, writeNDJSON, writeTypedJSON } from "./json.ts";
import { holdsModel, isKeras, showModel } from "./keras.ts";

export const show: Command = {
  name: "tree",
  usage: "FILE…",
  help: "print what is in files as trees (the word tree may be left out; show is another)",
  examples: [
    "brine cache.pkl",
    "brine *.pkl --depth 1",
    "brine cache.pkl --json | jq .users",
    "brine rows.pkl --ndjson | head",
    "brine old.pkl --encoding latin1",
    "curl -s $URL | brine -",
  ],
  flags: [
    { name: "depth", short: "d", value: "N", help: "levels of the tree (3)" },
    { name: "limit", short: "n", value: "N", help: "children of one node (20)" },
    { name: "json", help: "print the whole value as JSON" },
    { name: "typed", help: "print it as JSON that loses nothing (fromTypedJSON reads it)" },
    { name: "ndjson", help: "print one line of JSON for each item" },
    { name: "offsets", help: "print of each value at which byte of the file it begins" },
    ...LOAD_FLAGS,
  ],
  async run(args, io, out) {
    const [file, ...rest] = args.words;
    if (file === undefined) throw new UsageError("tree takes at least one FILE");
    if (rest.length === 0) return one(file, args, io, out);
    for (const name of DATA) {
      if (args.options.has(name)) throw new UsageError(`--${name} takes one FILE`);
    }
    // A file that is bad is told of, and the others are shown all the same.
    let code = 0;
    for (const each of args.words) {
      try {
        await one(each, args, io, out);
      } catch (e) {
        if (e instanceof ClosedPipe) throw e;
        out.flush();
        code = await complain(e, io);
      }
    }
    if (code !== 0) throw new Told(code);
  },
};

/** Options that print data, and no tree. */
const DATA = ["json", "typed", "ndjson"];

/** Shows one file. */
async function one(file: string, args: Parsed, io: IO, out: Output): Promise<void> {
  const depth = number(args.options, "depth", 3);
  const limit = number(args.options, "limit", 20);
  const { isTTY, columns } = io.stdout;
  const paint = isTTY && !io.env["NO_COLOR"] ? (type: string): string => `\x1b[36m${type}\x1b[39m` : undefined;
  if (isKeras(file) && !DATA.some((name) => args.options.has(name))) return showModel(await loadModel(file), file, out);
  let model: Model | null = null;
  const isHdf5 = await withHdf5(file, io, (opened) => {
    if (args.options.has("json")) writeJSON(new PyDict(everything(opened)), out);
    else if (args.options.has("typed")) writeTypedJSON(new PyDict(everything(opened)), out);
    else if (holdsModel(opened)) model = fromHdf5(opened.toUint8Array());
    else showHdf5(opened, file === "-" ? "stdin" : file, { depth, limit, ...(paint ? { paint } : {}) }, out);
  });
  if (model !== null) return showModel(await (model as Model).ready(), file, out);
  if (isHdf5) return;
  const root = await openTree(file, args, io);
  if (args.options.has("json")) return writeJSON(root.value, out);
  if (args.options.has("typed")) return writeTypedJSON(root.value, out);
  if (args.options.has("ndjson")) return writeNDJSON(root.value, out);
  const offsets = args.options.has("offsets");
  const look = {
    depth,
    limit,
    offsets,
    ...(isTTY && columns ? { width: columns } : {}),
    ...(paint ? { paint } : {}),
  };
  if (root.value instanceof NDArray || (!offsets && tableOf(root.value) !== null)) {
    out.line(`${harmless(root.name)}: ${(paint ?? String)(root.type)} ${harmless(root.details ?? "")}`);
    for (const line of String(root.value).split("\n")) out.line(harmless(line));
    return;
  }
  for (const line of renderTree(root, look)) out.line(line);
}
