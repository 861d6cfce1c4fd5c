/**
 * `brine diff A B`: what differs between two files, path by path.
 *
 * @module
 */
import { isBrineError } from "../core/errors.ts";
import { type Difference, type DiffOptions, type Distance, diffHdf5, diff as diffValues } from "../tools/diff/index.ts";
import { harmless } from "../tools/inspect/index.ts";
import { number, type Parsed } from "./args.ts";
import type { Command } from "./commands.ts";
import { complain } from "./complain.ts";
import { LOAD_FLAGS } from "./files.ts";
import { withHdf5 } from "./hdf5open.ts";
import { type IO, type Output, Told, UsageError } from "./io.ts";
import { withValue } from "./values.ts";

export const diff: Command = {
  name: "diff",
  usage: "A B [PATH]",
  help: "say what differs between two files of any formats; exit code 0 when they are equal, 1 when not, 2 for trouble",
  examples: [
    "brine diff old.pkl new.pkl",
    "brine diff model-1.h5 model-2.h5 --rtol 1e-6 --equal-nan",
    "brine diff weights.npz weights.h5 --limit 10",
    "brine diff a.pkl b.pkl \"['scores']\" --json | jq .path",
  ],
  flags: [
    { name: "rtol", value: "X", help: "numbers are the same within ATOL + RTOL * |B| (0)" },
    { name: "atol", value: "X", help: "see --rtol (0)" },
    { name: "equal-nan", help: "a NaN is the same as another" },
    { name: "types", help: "tell of equal values of other types, too: 1, 1.0 and True" },
    { name: "limit", short: "n", value: "N", help: "tell of so many differences (all)" },
    { name: "quiet", short: "q", help: "print nothing: the exit code says it" },
    { name: "json", help: "print one line of JSON for each difference" },
    ...LOAD_FLAGS,
  ],
  async run(args, io, out) {
    const [a, b, path = "", ...rest] = args.words;
    if (a === undefined || b === undefined || rest.length > 0)
      throw new UsageError("diff takes A, B and at most one PATH");
    const { options } = args;
    const look = {
      json: options.has("json"),
      quiet: options.has("quiet"),
      limit: number(options, "limit", Number.POSITIVE_INFINITY),
    };
    const how: DiffOptions = {
      rtol: tolerance(args, "rtol"),
      atol: tolerance(args, "atol"),
      equalNaN: options.has("equal-nan"),
      types: options.has("types"),
    };
    let differs: boolean;
    try {
      differs = await compared(a, b, path, how, args, io, (all) => print(all, look, out));
    } catch (e) {
      if (!isBrineError(e)) throw e;
      // As diff(1): trouble is no difference.
      out.flush();
      await complain(e, io);
      throw new Told(2);
    }
    if (!differs) return;
    out.flush();
    throw new Told(1);
  },
};

function tolerance({ options }: Parsed, name: string): number {
  const text = options.get(name);
  if (text === undefined) return 0;
  const value = Number(text);
  if (text === true || text.trim() === "" || !(value >= 0))
    throw new UsageError(`--${name} needs a number of 0 or more`);
  return value;
}

/** Compares two files: HDF5 by its objects, everything else by its values. */
async function compared(
  a: string,
  b: string,
  path: string,
  how: DiffOptions,
  args: Parsed,
  io: IO,
  print: (all: Iterable<Difference>) => boolean,
): Promise<boolean> {
  let differs = false;
  if (path === "") {
    const both = await withHdf5(a, io, (one) =>
      withHdf5(b, io, (other) => {
        differs = print(diffHdf5(one, other, how));
      }),
    );
    if (both) return differs;
  }
  const [left, right] = [await valueOf(a, path, args, io), await valueOf(b, path, args, io)];
  return print(diffValues(left, right, how, path === "" || /^[[./]/.test(path) ? path : `.${path}`));
}

async function valueOf(file: string, path: string, args: Parsed, io: IO): Promise<unknown> {
  let found: unknown;
  await withValue(file, path, args, io, (value) => {
    found = value;
  });
  return found;
}

/** Prints differences; false when there are none. */
function print(
  all: Iterable<Difference>,
  { json, quiet, limit }: { json: boolean; quiet: boolean; limit: number },
  out: Output,
): boolean {
  let count = 0;
  for (const one of all) {
    if (quiet) return true;
    if (count++ >= limit) {
      if (!json) out.line("… and more");
      break;
    }
    if (json)
      out.line(
        JSON.stringify(one, (_, value) =>
          typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
        ),
      );
    else out.line(harmless(text(one)));
  }
  return count > 0;
}

function text(one: Difference): string {
  const path = one.path === "" ? "all of it" : one.path;
  switch (one.kind) {
    case "added":
      return `+ ${path}: ${one.b}`;
    case "removed":
      return `- ${path}: ${one.a}`;
    case "elements":
      return elementsText(one, path);
    case "changed":
      return `${path}: ${one.a} → ${one.b}`;
    default:
      return `${path}: ${one.kind} ${one.a} → ${one.b}`;
  }
}

function elementsText(
  { count, size, first, absolute, relative }: Difference & { kind: "elements" },
  path: string,
): string {
  const place = (at: readonly number[]): string => (at.length === 0 ? "" : `[${at.join(", ")}]`);
  if (count === 1)
    return `${path === "all of it" && first.at.length > 0 ? "" : path}${place(first.at)}: ${first.a} → ${first.b}`;
  const most = (distance: Distance | null, word: string): string =>
    distance === null ? "" : `, ${word} by ${Number(distance.by.toPrecision(6))} at ${place(distance.at)}`;
  return `${path}: ${count} of ${size} elements differ, first ${place(first.at)}: ${first.a} → ${first.b}${most(absolute, "most")}${most(relative, "relatively")}`;
}
