/**
 * Model files: `.keras`, and `.h5` of Keras 2 and 3.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../core/errors.ts";
import { WholeZip } from "../../core/zip/index.ts";
import { File, Group } from "../../formats/hdf5/index.ts";
import { type SourceInput, toRanges } from "../../sources/index.ts";
import type { DefinedLayer } from "./define.ts";
import type { Graph } from "./graph.ts";
import type { Config } from "./layer.ts";
import type { LayerMaker } from "./layers/maker.ts";
import { begin, type Later } from "./make.ts";
import { Model } from "./model.ts";
import { allWeights, legacyWeights, modernWeights } from "./weights.ts";

/** Options of `loadModel`. */
export interface LoadModelOptions {
  /** Layers of the caller's: of `defineLayer`, or by class or name how a layer is made of its configuration. */
  layers?: readonly DefinedLayer[] | Readonly<Record<string, LayerMaker>>;
  signal?: AbortSignal;
}

const MAX_CONFIG = 1 << 28;
const MAX_DEPTH = 512;

/** What to do with a SavedModel. */
export const IN_PYTHON = 'load it with the TensorFlow that wrote it, and model.save("model.h5") or "model.keras"';

/** Where a tar says that it is one, and how. */
const TAR_AT = 257;
const TAR = "ustar";

/** Refuses TensorFlow's format, which Keras 2.7 to 2.10 pickled as a tar. */
export function refuseTar(bytes: Uint8Array): void {
  if (new TextDecoder("latin1").decode(bytes.subarray(TAR_AT, TAR_AT + TAR.length)) !== TAR) return;
  throw new UnsupportedError(
    "SavedModel",
    `this is a tar, as Keras 2.7 to 2.10 pickled models, of a TensorFlow SavedModel: ${IN_PYTHON}`,
    { format: "keras" },
  );
}

/**
 * A model from the bytes of a `.h5` file, at once, as `loadModel` does. A model with layers whose code is fetched when it is wanted is to be
 * made `ready()` before it predicts.
 */
export function fromHdf5(bytes: Uint8Array, options: LoadModelOptions = {}): Model {
  refuseTar(bytes);
  const file = new File(bytes);
  try {
    const text = file.attrs.get("model_config");
    if (typeof text !== "string") {
      throw new FormatError(
        file.has("layers") || file.has("_layer_checkpoint_dependencies") || file.has("layer_names")
          ? "this file holds weights without a model: load the model, then loadWeights"
          : "this HDF5 file holds no Keras model: it has no model_config",
        { format: "keras" },
      );
    }
    const config = parsed(text);
    const version = String(file.attrs.get("keras_version") ?? "");
    const training = file.attrs.get("training_config");
    const graph = graphOf(config, version, options, (made) => within(bytes, (own) => filled(made, own)));
    return new Model(graph, config, typeof training === "string" ? parsed(training) : null, version, text);
  } finally {
    file.close();
  }
}

/** The weights of a whole model's `.h5`. */
function filled(graph: Graph, file: File): void {
  const weights = file.get("model_weights") ?? file;
  if (!(weights instanceof Group)) throw new FormatError("the file has no weights", { format: "keras" });
  legacyWeights(graph, weights);
}

/** Does something with the HDF5 file of bytes. */
function within<T>(bytes: Uint8Array, use: (file: File) => T): T {
  const file = new File(bytes);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

/**
 * Puts the weights of a file into a model of the same layers: `.weights.h5` of Keras 2 and 3, the older `.h5` of
 * `save_weights`, or a whole model's `.h5` or `.keras`. Its own are unchanged when the file does not fit.
 *
 * Throws `FormatError` where weights are missing or have other shapes than the model's.
 *
 * @example
 * ```ts
 * const model = modelFromJson(await readFile("model.json", "utf8"));
 * await loadWeights(model, "model.weights.h5");
 * ```
 */
export async function loadWeights(model: Model, source: SourceInput, signal?: AbortSignal): Promise<Model> {
  const from = await toRanges(source, signal);
  try {
    const [bytes = new Uint8Array(0)] = (await from.read?.([{ at: 0, size: from.size ?? 0 }])) ?? [];
    return weightsFrom(await model.ready(), bytes);
  } finally {
    await from.close?.();
  }
}

/** The same from the bytes of a file, at once. */
export function weightsFrom(model: Model, bytes: Uint8Array): Model {
  let own = bytes;
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    const zip = new WholeZip(bytes);
    if (!zip.entries.has("model.weights.h5")) {
      throw new FormatError("this zip holds no model.weights.h5", { format: "keras" });
    }
    own = zip.read("model.weights.h5");
  }
  const file = new File(own);
  try {
    const { graph } = model;
    const before = allWeights(graph);
    // Into a model of its own first, so that a file that does not fit changes nothing.
    const other = graph.again();
    const held = file.get("model_weights");
    if (held instanceof Group) legacyWeights(other, held);
    else if (file.attrs.has("layer_names") || file.attrs.has("layer_names0")) legacyWeights(other, file);
    else modernWeights(other, file);
    const values = allWeights(other);
    for (const [i, { name, value }] of before.entries()) {
      const found = values[i]?.value.shape;
      if (String(found) !== String(value.shape)) {
        throw new FormatError(
          `the weight ${name} of the model has the shape (${value.shape.join(", ")}), that of the file (${found?.join(", ")})`,
          { format: "keras" },
        );
      }
    }
    model.setTensors(values.map(({ value }) => value));
    return model;
  } finally {
    file.close();
  }
}

/**
 * A model of its configuration alone, as `model.to_json()` gives it: its weights are to be set by {@link loadWeights}.
 *
 * Throws `FormatError` for what describes no model.
 *
 * @example
 * ```ts
 * const model = modelFromJson('{"class_name": "Sequential", "config": {"name": "m", "layers": []}}');
 * ```
 */
export function modelFromJson(text: string | Config, options: LoadModelOptions = {}): Model {
  const config = typeof text === "string" ? parsed(text) : text;
  const version = String(config["keras_version"] ?? (typeof config["module"] === "string" ? "3" : "2.15"));
  return new Model(graphOf(config, version, options), config, null, version, typeof text === "string" ? text : null);
}

/** A model from the bytes of a `.keras` file, at once, as {@link fromHdf5}. */
export function fromKerasBytes(bytes: Uint8Array, options: LoadModelOptions = {}): Model {
  const zip = new WholeZip(bytes);
  const names = [...zip.entries.keys()];
  const textOf = (name: string): string => {
    if (!names.includes(name)) {
      throw new FormatError(`this zip is no .keras file: it lacks ${name}, and has ${names.slice(0, 8).join(", ")}`, {
        format: "keras",
      });
    }
    return new TextDecoder().decode(zip.read(name));
  };
  const text = textOf("config.json");
  const config = parsed(text);
  const metadata = names.includes("metadata.json") ? parsed(textOf("metadata.json")) : {};
  const version = String(metadata["keras_version"] ?? "3");
  if (!names.includes("model.weights.h5")) {
    throw new UnsupportedError(
      "weights",
      `the file keeps its weights in ${names.join(", ")}, not in model.weights.h5`,
      {
        format: "keras",
      },
    );
  }
  const asset = (path: string): string | null => {
    const name = `assets/${path}`;
    return names.includes(name) ? new TextDecoder().decode(zip.read(name)) : null;
  };
  const graph = graphOf(config, version, options, (made) =>
    within(zip.read("model.weights.h5"), (file) => modernWeights(made, file, asset)),
  );
  const compiled = config["compile_config"];
  return new Model(
    graph,
    config,
    typeof compiled === "object" && compiled !== null ? (compiled as Config) : null,
    version,
    text,
  );
}

/** How deeply a text of JSON is nested. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "[" || token === "{") most = Math.max(most, ++depth);
    else if (token === "]" || token === "}") depth--;
  }
  return most;
}

/** Python writes numbers that JSON does not know; texts are passed over. */
const BEYOND_JSON = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;
const TOKENS: Readonly<Record<string, string>> = { Infinity: "1e999", "-Infinity": "-1e999", NaN: "null" };

function parsed(text: string): Config {
  if (text.length > MAX_CONFIG)
    throw new FormatError("the configuration of the model is too large", { format: "keras" });
  if (depthOf(text) > MAX_DEPTH) {
    throw new FormatError(`the configuration of the model is nested deeper than ${MAX_DEPTH} levels`, {
      format: "keras",
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(BEYOND_JSON, (token) => TOKENS[token] ?? token));
  } catch (cause) {
    throw new FormatError("the configuration of the model is no JSON", { format: "keras", cause });
  }
  if (typeof value !== "object" || value === null)
    throw new FormatError("the configuration is no object", { format: "keras" });
  return value as Config;
}

/** The version of Keras as a number: 2.15 is 2015. */
function eraOf(version: string, config: Config): number {
  const [major = Number.NaN, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (Number.isNaN(major)) return typeof config["module"] === "string" ? 3000 : 2015;
  return major * 1000 + (Number.isNaN(minor) ? 0 : minor);
}

/** The graph of a configuration, with the layers of the options. */
function graphOf(
  config: Config,
  version: string,
  { layers = [] }: LoadModelOptions,
  fill: (graph: Graph) => void = () => undefined,
): Graph | Later {
  const custom = new Map(
    Array.isArray(layers)
      ? (layers as readonly DefinedLayer[]).map(({ python, make }) => [python, make])
      : Object.entries(layers as Readonly<Record<string, LayerMaker>>),
  );
  return begin(config, eraOf(version, config), custom, fill);
}
