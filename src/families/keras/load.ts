/**
 * Model files: `.keras`, and `.h5` of Keras 2 and 3.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../core/errors.ts";
import { ALL_METHODS, openZip, openZipSync, type ZipFile } from "../../core/zip/index.ts";
import { File, Group } from "../../formats/hdf5/index.ts";
import { inMemory, type SourceInput, toRanges } from "../../sources/index.ts";
import { type CustomLayers, Graph, makeLayer } from "./graph.ts";
import type { Config } from "./layer.ts";
import type { LayerMaker } from "./layers/table.ts";
import { Model } from "./model.ts";
import { legacyWeights, modernWeights } from "./weights.ts";

/** Options of {@link loadModel}. */
export interface LoadModelOptions {
  /** Layers of the caller's by class, or for one layer by its name: how a layer is made of its configuration. */
  layers?: Readonly<Record<string, LayerMaker>>;
  signal?: AbortSignal;
}

const MAX_CONFIG = 1 << 28;

/**
 * Loads a Keras model from a `.keras` or `.h5` file (path, Blob, URL, bytes). Nothing of the file is run, and nothing it
 * names is looked up but in the table of layers.
 *
 * Throws `FormatError` for what is no model or lacks weights, `UnsupportedError` naming what is not known.
 *
 * @example
 * ```ts
 * const model = await loadModel("my_model.h5");
 * console.log(model.summary());
 * ```
 */
export async function loadModel(source: SourceInput, options: LoadModelOptions = {}): Promise<Model> {
  const from = await toRanges(source, options.signal);
  try {
    const size = from.size ?? 0;
    const [head = new Uint8Array(0)] = (await from.read?.([{ at: 0, size: Math.min(8, size) }])) ?? [];
    if (head[0] === 0x50 && head[1] === 0x4b)
      return await fromZip(await openZip(from, { methods: ALL_METHODS }), options);
    const [bytes = new Uint8Array(0)] = (await from.read?.([{ at: 0, size }])) ?? [];
    return fromHdf5(bytes, options);
  } finally {
    await from.close?.();
  }
}

/** The same from the bytes of a `.h5` file, at once. */
export function fromHdf5(bytes: Uint8Array, options: LoadModelOptions = {}): Model {
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
    const graph = graphOf(config, isModern(version, config), options);
    const weights = file.get("model_weights") ?? file;
    if (!(weights instanceof Group)) throw new FormatError("the file has no weights", { format: "keras" });
    legacyWeights(graph, weights);
    const training = file.attrs.get("training_config");
    return new Model(graph, config, typeof training === "string" ? parsed(training) : null, version);
  } finally {
    file.close();
  }
}

/** What a `.keras` zip holds, each file read when it is asked for. */
interface Parts {
  readonly names: readonly string[];
  read(name: string): Uint8Array;
}

const WANTED = ["config.json", "metadata.json", "model.weights.h5"];

async function fromZip(zip: ZipFile, options: LoadModelOptions): Promise<Model> {
  const found = new Map<string, Uint8Array>();
  for (const name of WANTED) if (zip.entries.has(name)) found.set(name, await zip.read(name, options.signal));
  return fromParts({ names: [...zip.entries.keys()], read: (name) => found.get(name) as Uint8Array }, options);
}

/** The same from the bytes of a `.keras` file, at once. */
export function fromKerasBytes(bytes: Uint8Array, options: LoadModelOptions = {}): Model {
  const zip = openZipSync(bytes, inMemory(bytes), { methods: ALL_METHODS });
  return fromParts({ names: [...zip.entries.keys()], read: (name) => zip.readSync(name) }, options);
}

function fromParts({ names, read }: Parts, options: LoadModelOptions): Model {
  const json = (name: string): Config => {
    if (!names.includes(name)) {
      throw new FormatError(`this zip is no .keras file: it lacks ${name}, and has ${names.slice(0, 8).join(", ")}`, {
        format: "keras",
      });
    }
    return parsed(new TextDecoder().decode(read(name)));
  };
  const config = json("config.json");
  const metadata = names.includes("metadata.json") ? json("metadata.json") : {};
  const version = String(metadata["keras_version"] ?? "3");
  const graph = graphOf(config, isModern(version, config), options);
  if (!names.includes("model.weights.h5")) {
    throw new UnsupportedError(
      "weights",
      `the file keeps its weights in ${names.join(", ")}, not in model.weights.h5`,
      {
        format: "keras",
      },
    );
  }
  const file = new File(read("model.weights.h5"));
  try {
    modernWeights(graph, file);
  } finally {
    file.close();
  }
  const compiled = config["compile_config"];
  return new Model(
    graph,
    config,
    typeof compiled === "object" && compiled !== null ? (compiled as Config) : null,
    version,
  );
}

function parsed(text: string): Config {
  if (text.length > MAX_CONFIG)
    throw new FormatError("the configuration of the model is too large", { format: "keras" });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError("the configuration of the model is no JSON", { format: "keras", cause });
  }
  if (typeof value !== "object" || value === null)
    throw new FormatError("the configuration is no object", { format: "keras" });
  return value as Config;
}

function isModern(version: string, config: Config): boolean {
  const major = Number.parseInt(version, 10);
  return Number.isNaN(major) ? typeof config["module"] === "string" : major >= 3;
}

function graphOf(config: Config, modern: boolean, options: LoadModelOptions): Graph {
  const custom: CustomLayers = new Map(Object.entries(options.layers ?? {}));
  const made = makeLayer(config, modern, custom);
  if (made instanceof Graph) return made;
  throw new UnsupportedError(
    "subclassed models",
    `the model is of the class ${String(config["class_name"])}, whose Python code makes it: only Sequential and Functional models run`,
    { format: "keras" },
  );
}
