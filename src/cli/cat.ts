/**
 * `brine cat FILE [PATH]`: the data of a value, for other programs.
 *
 * @module
 */
import { UnsupportedError } from "../core/errors.ts";
import { NDArray } from "../core/ndarray/index.ts";
import { tableOf } from "../core/values/protocol.ts";
import { repr } from "../core/values/repr.ts";
import { Tensor } from "../families/torch/index.ts";
import { Dataset, slice } from "../formats/hdf5/index.ts";
import { csvLines } from "../tools/convert/index.ts";
import type { Parsed } from "./args.ts";
import type { Command } from "./commands.ts";
import { LOAD_FLAGS } from "./files.ts";
import { itemAt } from "./hdf5.ts";
import { withHdf5 } from "./hdf5open.ts";
import { type IO, type Output, UsageError } from "./io.ts";
import { printedJSON, shownRepr, VALUE_FLAGS, withValue } from "./values.ts";

/** Bytes of a dataset that are read at a time. */
const AT_ONCE = 1 << 23;

export const cat: Command = {
  name: "cat",
  usage: "FILE [PATH]",
  help: "print the data of a value: text and bytes as they are, frames and arrays of 1 or 2 axes as CSV, else its repr",
  examples: [
    "brine cat frame.pkl > frame.csv",
    "brine cat weather.h5 /oslo/temperature | head",
    'brine cat digits.npz "images[0, :, :, 0]"',
    "brine cat page.pkl \"['html']\" > page.html",
  ],
  flags: [...VALUE_FLAGS, ...LOAD_FLAGS],
  async run(args, io, out) {
    const [file, path = "", ...rest] = args.words;
    if (file === undefined || rest.length > 0) throw new UsageError("cat takes FILE and at most one PATH");
    const isWhole = !VALUE_FLAGS.some(({ name }) => args.options.has(name));
    const streamed = await withHdf5(file, io, (opened) => {
      const item = isWhole ? itemAt(opened, path) : null;
      if (item instanceof Dataset && (item.ndim === 1 || item.ndim === 2)) printDataset(item, out);
      else return false;
      return true;
    });
    if (streamed) return;
    await withValue(file, path, args, io, (value) => print(value, args, io, out));
  },
};

function print(value: unknown, args: Parsed, io: IO, out: Output): void {
  if (printedJSON(value, args, out)) return;
  const isArray = value instanceof NDArray || value instanceof Tensor;
  if (typeof value === "string") {
    out.write(value);
    // A terminal's next line begins in its own.
    if (io.stdout.isTTY && !value.endsWith("\n")) out.write("\n");
  } else if (value instanceof Uint8Array) out.bytes(value);
  else if (isArray || tableOf(value) !== null) {
    const array = value instanceof Tensor ? value.toNDArray() : value;
    if (array instanceof NDArray && array.ndim > 2) {
      const what = `an array of ${array.ndim} axes is no table`;
      throw new UnsupportedError(
        "csv",
        `${what}: take a part, as by PATH[${"0, ".repeat(array.ndim - 2)}:, :], or --json`,
      );
    }
    if (array instanceof NDArray && array.ndim === 0) out.line(repr(array.item()));
    else for (const line of csvLines(array)) out.line(line);
  } else out.line(shownRepr(value));
}

/** Prints a dataset as CSV, so many rows at a time as fit in memory with ease. */
function printDataset(ds: Dataset, out: Output): void {
  const rows = ds.length;
  const row = Math.max(1, ds.nbytes / Math.max(1, rows));
  const wanted = Math.max(1, Math.floor(AT_ONCE / row));
  // Whole chunks, so that none is unpacked twice.
  const chunk = ds.chunks?.[0] ?? 1;
  const step = Math.ceil(wanted / chunk) * chunk;
  for (let from = 0; from === 0 || from < rows; from += step) {
    let isHead = ds.dtype.fields !== null;
    for (const line of csvLines(ds.get(slice(from, Math.min(rows, from + step))))) {
      // The names of fields stand above the first rows alone.
      if (!isHead || from === 0) out.line(line);
      isHead = false;
    }
  }
}
