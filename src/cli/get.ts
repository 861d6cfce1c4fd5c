/**
 * `brine get FILE PATH`: one value.
 *
 * @module
 */
import type { Parsed } from "./args.ts";
import type { Command } from "./commands.ts";
import { LOAD_FLAGS } from "./files.ts";
import { type Output, UsageError } from "./io.ts";
import { printedJSON, shownRepr, VALUE_FLAGS, withValue } from "./values.ts";

export const get: Command = {
  name: "get",
  usage: "FILE PATH",
  help: "print one value as Python's repr does",
  examples: [
    "brine get cache.pkl \"['users'][0].name\"",
    'brine get model.joblib "steps[1][1].coef_[0, :3]"',
    'brine get weather.h5 "/oslo/temperature[0:10]"',
    "brine get cache.pkl \"['scores'][0:3]\" --json",
  ],
  flags: [...VALUE_FLAGS, { name: "raw", help: "print text or bytes as they are" }, ...LOAD_FLAGS],
  async run(args, io, out) {
    const [file, path, ...rest] = args.words;
    if (file === undefined || path === undefined || rest.length > 0) throw new UsageError("get takes FILE and PATH");
    await withValue(file, path, args, io, (value) => print(value, args, out));
  },
};

/** Prints a value in the form that the options ask for. */
function print(value: unknown, args: Parsed, out: Output): void {
  if (printedJSON(value, args, out)) return;
  if (!args.options.has("raw")) out.line(shownRepr(value));
  else if (value instanceof Uint8Array) out.bytes(value);
  else if (typeof value === "string") out.write(value);
  else throw new UsageError("--raw is for text and bytes");
}
