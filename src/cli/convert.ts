/**
 * `brine convert FROM TO`: a file in another format.
 *
 * To add a target: one row in `TARGETS`.
 *
 * @module
 */
import { bz2, type Codec, gzip, joined, lz4, lzma, xz, zlib } from "../core/codecs/index.ts";
import { PyDict } from "../core/values/dict.ts";
import { dumps } from "../dump.ts";
import { dumps as dumpsJoblib } from "../joblibdump.ts";
import { dumpsNpz, dumps as npyDumps } from "../npysave.ts";
import { writePath } from "../platform/files.ts";
import { csvLines, namedArrays, oneArray } from "../tools/convert/index.ts";
import type { Node } from "../tools/inspect/index.ts";
import type { Parsed } from "./args.ts";
import type { Command } from "./commands.ts";
import { LOAD_FLAGS, openTree, readBytes } from "./files.ts";
import { everything, hdf5Bytes, valueAt } from "./hdf5.ts";
import { withHdf5 } from "./hdf5open.ts";
import { Output, UsageError } from "./io.ts";
import { writeJSON, writeNDJSON } from "./json.ts";
import { convertModel } from "./keras.ts";
import { follow, stepsOf } from "./steps.ts";

type Options = Parsed["options"];

/** What `TO` may end in, and the pieces of the file then. */
const TARGETS: Readonly<Record<string, (value: unknown, options: Options) => Uint8Array[]>> = {
  ".npy": (value) => [npyDumps(oneArray(value))],
  ".npz": (value, options) => [dumpsNpz(namedArrays(value), { compressed: options.has("compress") })],
  ".h5": hdf5Of,
  ".hdf5": hdf5Of,
  ".pkl": (value) => [dumps(value)],
  ".pickle": (value) => [dumps(value)],
  ".joblib": (value) => [dumpsJoblib(value)],
  ".json": (value) => text((out) => writeJSON(value, out)),
  ".ndjson": (value) => text((out) => writeNDJSON(value, out)),
  ".csv": (value) =>
    text((out) => {
      for (const line of csvLines(value)) out.line(line);
    }),
};

/** Targets in which numbers are numbers, whatever their types. */
const TEXT = /\.(csv|(nd)?json)(\.[^.]*)?$/i;

function hdf5Of(value: unknown, options: Options): Uint8Array[] {
  return [hdf5Bytes(namedArrays(value, "hdf5"), options.has("compress"))];
}

/** What may stand behind these, or alone (then it is joblib's, as joblib has it). */
const SHELLS: readonly Codec[] = [zlib, gzip, bz2, lzma, xz, lz4];

/** What a file's name asks for: a target, and a shell around it. */
function targetOf(to: string): ((value: unknown, options: Options) => Uint8Array[]) | undefined {
  const name = to.toLowerCase();
  const shell = SHELLS.find(({ extension }) => name.endsWith(extension));
  const inner = shell === undefined ? name : name.slice(0, -shell.extension.length);
  const ending = /\.[^./\\]+$/.exec(inner)?.[0] ?? "";
  const known = Object.hasOwn(TARGETS, ending) ? TARGETS[ending] : undefined;
  if (shell === undefined) return known;
  const target = known ?? (TARGETS[".joblib"] as (value: unknown, options: Options) => Uint8Array[]);
  return (value, options) => [shell.encode(joined(target(value, options)))];
}

/** What is written to an output, as bytes. */
function text(write: (out: Output) => void): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const encoder = new TextEncoder();
  const out = new Output({ write: (data) => pieces.push(typeof data === "string" ? encoder.encode(data) : data) });
  write(out);
  out.flush();
  return pieces;
}

const ENDINGS: string = [...Object.keys(TARGETS), ...SHELLS.map(({ extension }) => extension)].join(" ");

export const convert: Command = {
  name: "convert",
  usage: "FROM TO",
  help: `write a file in the format that TO ends in: ${ENDINGS}; a Keras model to .keras and back`,
  examples: [
    "brine convert weights.npz weights.h5 --compress",
    "brine convert frame.pkl frame.csv",
    "brine convert weights.npz w.csv -k w",
    "brine convert model.h5 model.keras",
  ],
  flags: [
    { name: "key", short: "k", value: "PATH", help: "take one part: a name, or a path as for get" },
    { name: "compress", help: "pack the arrays of an npz or HDF5 file" },
    ...LOAD_FLAGS,
  ],
  async run(args, io) {
    const [from, to, ...rest] = args.words;
    if (from === undefined || to === undefined || rest.length > 0) throw new UsageError("convert takes FROM and TO");
    if (await convertModel(from, to, () => readBytes(from, io))) return;
    const target = targetOf(to);
    if (target === undefined) throw new UsageError(`${to} ends in no known format: use one of ${ENDINGS}`);
    const key = args.options.get("key");
    const isHdf5 = await withHdf5(from, io, async (opened) => {
      const taken = typeof key === "string" ? valueAt(opened, key) : new PyDict(everything(opened, !TEXT.test(to)));
      await writePath(to, ...target(taken, args.options));
    });
    if (isHdf5) return;
    const root = await openTree(from, args, io);
    const value = typeof key === "string" ? chosen(root, key) : root.value;
    await writePath(to, ...target(value, args.options));
  },
};

/** The part of a file under a path; a plain name is a key. */
function chosen(root: Node, key: string): unknown {
  return follow(root, stepsOf(/^[[.]/.test(key) ? key : `[${JSON.stringify(key)}]`));
}
