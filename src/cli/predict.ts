/**
 * `brine predict MODEL`: what a model makes of arrays.
 *
 * @module
 */
import { SourceError } from "../core/errors.ts";
import { NDArray } from "../core/ndarray/index.ts";
import { keras, loadModel, Model } from "../families/keras/index.ts";
import { load } from "../load.ts";
import { dumps, dumpsNpz } from "../npysave.ts";
import { writePath } from "../platform/files.ts";
import { oneArray } from "../tools/convert/index.ts";
import { harmless } from "../tools/inspect/index.ts";
import type { Parsed } from "./args.ts";
import type { Command } from "./commands.ts";
import { LOAD_FLAGS, openTree, readBytes } from "./files.ts";
import { type IO, UsageError } from "./io.ts";

/** Something that predicts: a restored estimator. */
interface Predicts {
  predict(x: NDArray): unknown;
}

export const predict: Command = {
  name: "predict",
  usage: "MODEL --input X.npy",
  help: "print what a Keras or scikit-learn model predicts for an array, or write it",
  examples: ["brine predict model.joblib --input X.npy", "brine predict digits.keras -i digits.npz -o y.npy"],
  flags: [
    { name: "input", short: "i", value: "FILE", help: "the samples: an array (npy, npz of one, pickle…)" },
    { name: "output", short: "o", value: "FILE", help: "write the result as .npy, or .npz for several" },
    ...LOAD_FLAGS,
  ],
  async run(args, io, out) {
    const [file, ...rest] = args.words;
    const input = args.options.get("input");
    const output = args.options.get("output");
    if (file === undefined || rest.length > 0 || typeof input !== "string") {
      throw new UsageError("predict takes one MODEL and --input FILE");
    }
    const x = oneArray((await openTree(input, args, io)).value);
    const made = /\.(keras|h5|hdf5)$/i.test(file)
      ? (await loadModel(file)).predict(x)
      : await predicted(await restored(file, args, io), x, file);
    if (typeof output === "string") {
      if (Array.isArray(made)) {
        if (!/\.npz$/i.test(output))
          throw new UsageError(`the model has ${made.length} outputs: write them to an .npz`);
        await writePath(output, dumpsNpz(Object.fromEntries(made.map((one, i) => [`arr_${i}`, one]))));
      } else await writePath(output, dumps(made));
      return;
    }
    for (const one of [made].flat()) for (const line of String(one).split("\n")) out.line(harmless(line));
  },
};

/** What a pickle or joblib file holds, its estimators and Keras models alive. */
async function restored(file: string, { options }: Parsed, io: IO): Promise<unknown> {
  const encoding = options.get("encoding");
  const source = file === "-" ? await readBytes(file, io) : file;
  return load(source, { packs: [keras], ...(typeof encoding === "string" ? { encoding } : {}) });
}

async function predicted(value: unknown, x: NDArray, path: string): Promise<NDArray> {
  const isModel = typeof value === "object" && value !== null && typeof (value as Predicts).predict === "function";
  if (!isModel) throw new SourceError("this file holds nothing that predicts", { path });
  if (value instanceof Model) await value.ready();
  const made = (value as Predicts).predict(x);
  if (made instanceof NDArray) return made;
  return oneArray(made);
}
