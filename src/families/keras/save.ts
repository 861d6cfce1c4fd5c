/**
 * Models on their way back to Keras: `.h5` and `.keras`.
 *
 * @module
 */
import { writePath } from "#platform";
import { array, dtype, NDArray } from "../../core/ndarray/index.ts";
import { zipPieces } from "../../core/zip/index.ts";
import { File, type Group } from "../../formats/hdf5/index.ts";
import { Graph } from "./graph.ts";
import { type Config, isLookup, type Layer } from "./layer.ts";
import { plainName } from "./losses.ts";
import type { Model } from "./model.ts";
import { numbered } from "./names.ts";
import { Operation } from "./operation.ts";
import { toArray } from "./tensor.ts";
import { marked, verbatim } from "./verbatim.ts";
import { filedWeights } from "./weights.ts";

/** Keras splits lists of names that are longer than HDF5's attributes may be. */
const MOST = 64512;

/** A list of names as an attribute, split where it is too long (keras/src/legacy/saving/legacy_h5_format.py). */
function setNames(group: Group, name: string, names: readonly string[]): void {
  const bytes = names.map((text) => new TextEncoder().encode(text));
  const width = Math.max(1, ...bytes.map((one) => one.length));
  const array = (part: readonly Uint8Array[]): NDArray => {
    const data = new Uint8Array(part.length * width);
    for (const [i, one] of part.entries()) data.set(one, i * width);
    return NDArray.fromBytes(dtype(`S${width}`), data, [part.length]);
  };
  if (names.length * width <= MOST) {
    group.attrs.set(name, array(bytes));
    return;
  }
  const per = Math.max(1, Math.floor(MOST / width));
  for (let i = 0, part = 0; i < bytes.length; i += per, part++) {
    group.attrs.set(`${name}${part}`, array(bytes.slice(i, i + per)));
  }
}

/** The file of `model.save("x.h5")`. */
export function h5Bytes(model: Model): Uint8Array {
  const file = File.create();
  try {
    file.attrs.set("keras_version", model.kerasVersion);
    file.attrs.set("backend", "tensorflow");
    file.attrs.set("model_config", model.text ?? JSON.stringify(model.config));
    const training = legacyTraining(model);
    if (training !== null) file.attrs.set("training_config", JSON.stringify(training));
    const weights = file.createGroup("model_weights");
    weights.attrs.set("keras_version", model.kerasVersion);
    weights.attrs.set("backend", "tensorflow");
    setNames(
      weights,
      "layer_names",
      model.layers.map(({ name }) => name),
    );
    for (const layer of model.layers) {
      const group = weights.createGroup(layer.name);
      const names = new Set<string>();
      for (const { name, value } of filedWeights(layer)) {
        let full = `${layer.name}/${name}:0`;
        for (let i = 1; names.has(full); i++) full = `${layer.name}/${name}_${i}:0`;
        names.add(full);
        group.createDataset(full, { data: toArray(value) });
      }
      setNames(group, "weight_names", [...names]);
    }
    return file.toUint8Array();
  } finally {
    file.close();
  }
}

/** What a model was compiled with, in the form of `.h5` files; null where nothing is known. */
function legacyTraining({ trainingConfig: config, kerasVersion, outputNames }: Model): Config | null {
  if (config === null) return null;
  const { optimizer = config["optimizer_config"], optimizer_config: _, ...rest } = config;
  if (rest["loss"] === undefined) return null;
  // Without one, the optimizer is what compile() takes when none is given.
  const name = typeof optimizer === "string" ? optimizer : "rmsprop";
  const isWhole = typeof optimizer === "object" && optimizer !== null;
  // Keras 3 does not find short names like mse in these files.
  const loss = typeof rest["loss"] === "string" ? plainName(rest["loss"]).name : rest["loss"];
  const old = Number.parseInt(kerasVersion, 10) < 3;
  return {
    loss_weights: null,
    weighted_metrics: null,
    ...rest,
    ...(old
      ? Object.fromEntries(
          ["metrics", "weighted_metrics"].map((key) => [
            key,
            named(rest[key] ?? null, rest["loss"], outputNames, key === "metrics" ? null : rest["metrics"]),
          ]),
        )
      : {}),
    loss,
    optimizer_config: isWhole ? optimizer : { class_name: name, config: { name } },
  };
}

/** Names of metrics that Keras 2 would give another name, read from a `.h5` file. */
const ALIASES = /^(mae|mse|mape|msle)$/;

/**
 * Metrics as Keras 2 finds them in `.h5` files: under the names that they were given, and `accuracy` of classes said in
 * full, for there it looks at the shape of the outputs alone, and would take classes for rows.
 */
function named(metrics: unknown, losses: unknown, outputs: readonly string[], plain: unknown, before = ""): unknown {
  if (outputs.length === 1) {
    // A weighted metric beside one that is not has that before its name.
    const taken = [plain].flat(2);
    const label = (one: string): string => before + (taken.includes(one) ? "weighted_" : "") + one;
    const loss = Array.isArray(losses) ? losses[0] : losses;
    const isSparse = /^sparse_/.test(plainName(loss).name);
    const own = (one: unknown): unknown => {
      if (Array.isArray(one)) return one.map(own);
      if (typeof one !== "string") return one;
      if (isSparse && /^acc(uracy)?$/.test(one)) return wrapped(label(one), "sparse_categorical_accuracy");
      return ALIASES.test(one) ? wrapped(label(one), plainName(one).name) : one;
    };
    return own(metrics);
  }
  const at = (specs: unknown, k: number): unknown =>
    Array.isArray(specs) ? specs[k] : ((specs ?? {}) as Config)[outputs[k] as string];
  const one = (k: number): unknown =>
    named(at(metrics, k), at(losses, k), [outputs[k] as string], at(plain, k), `${outputs[k]}_`);
  if (Array.isArray(metrics) && metrics.length === outputs.length) return metrics.map((_, k) => one(k));
  if (Array.isArray(metrics) || typeof metrics !== "object" || metrics === null) return metrics;
  return Object.fromEntries(Object.keys(metrics).map((name) => [name, one(outputs.indexOf(name))]));
}

const wrapped = (name: string, fn: string): Config => ({
  class_name: "MeanMetricWrapper",
  config: { name, dtype: "float32", fn },
});

/** The same in the form of `.keras` files. */
function modernTraining(config: Config | null, outputs: readonly string[]): Config | null {
  if (config === null || config["optimizer_config"] === undefined) return config;
  const { optimizer_config: optimizer, ...rest } = config;
  return {
    ...rest,
    optimizer: inModule("keras.optimizers", optimizer),
    loss: inModule("keras.losses", config["loss"]),
    metrics: metricsOf(config["metrics"], outputs),
    weighted_metrics: metricsOf(config["weighted_metrics"] ?? null, outputs),
  };
}

/** A specification, or a list or record of them, one by one. */
function eachOf(spec: unknown, change: (one: Config) => unknown): unknown {
  if (Array.isArray(spec)) return spec.map((one) => eachOf(one, change));
  if (typeof spec !== "object" || spec === null) return spec;
  if ("class_name" in spec) return change(spec as Config);
  return Object.fromEntries(Object.entries(spec).map(([name, one]) => [name, eachOf(one, change)]));
}

function inModule(module: string, specs: unknown): unknown {
  return eachOf(specs, ({ class_name: cls, ...rest }) => ({
    module,
    ...rest,
    class_name: String(cls).replace(/^Custom>/, ""),
    registered_name: null,
  }));
}

/**
 * Metrics; a wrapped function goes by its name. Those of the one output of a model stand in a list of their own; those of
 * several have the output's name before theirs, which Keras would write a second time.
 */
function metricsOf(metrics: unknown, outputs: readonly string[]): unknown {
  const own = Array.isArray(metrics) && metrics.length === 1 ? metrics.flat() : metrics;
  return eachOf(own, (spec) => {
    const config: Record<string, unknown> = { ...(spec["config"] as Config | undefined) };
    const before = outputs.length > 1 ? outputs.find((one) => String(config["name"]).startsWith(`${one}_`)) : undefined;
    if (before !== undefined) config["name"] = String(config["name"]).slice(before.length + 1);
    if (spec["class_name"] !== "MeanMetricWrapper") return inModule("keras.metrics", { ...spec, config });
    const { fn } = config;
    // A weighted metric beside one that is not has that before its name.
    const name = String(config["name"]).replace(/^weighted_/, "");
    return name === "accuracy" || plainName(name).name === plainName(fn).name ? name : fn;
  });
}

/** The weights of a layer as `.weights.h5` keeps them; vocabularies go to the assets, by their path. */
function writeVars(group: Group, layer: Layer, modern: boolean, assets: Map<string, string>, path = ""): void {
  const vars = group.requireGroup("vars");
  if (!(layer instanceof Graph) || layer.layers.length === 0) {
    const own = layer.weights.map(({ value }) => value);
    if (layer.className === "SpectralNormalization") {
      // It holds its layer's kernel as its own.
      const kernel = layer.parts[0]?.[1].weights[0];
      if (modern && kernel !== undefined) own.unshift(kernel.value);
    }
    for (const [i, value] of own.entries()) vars.createDataset(String(i), { data: toArray(value) });
    if (isLookup(layer)) {
      const words = layer.assets;
      if (words !== null) {
        assets.set(`${path}vocabulary.txt`, words.join("\n"));
        // TextVectorization looks for the words in its own place, too.
        assets.set(`${path.replace(/_lookup_layer\/$/, "")}vocabulary.txt`, words.join("\n"));
      }
      if (layer.idf !== null && !Array.isArray(layer.config["idf_weights"])) {
        vars.createDataset("idf_weights", { data: array(Float32Array.from(layer.idf)) });
      }
    }
    // Keras kept the parts of attention under private names.
    const isPrivate =
      /^Group(ed)?QueryAttention$/.test(layer.className) || (!modern && layer.className === "MultiHeadAttention");
    for (const [name, part] of layer.parts) {
      const at = isPrivate ? `_${name}` : name;
      writeVars(group.requireGroup(at), part, modern, assets, `${path}${at}/`);
    }
    return;
  }
  const held = group.requireGroup("layers");
  const shown = layer.layers.filter(
    (inner) => !(inner instanceof Operation) && !(layer.className === "Sequential" && inner.className === "InputLayer"),
  );
  // Keras 3 calls the class GroupedQueryAttention, and writes GroupQueryAttention in configurations.
  const names = numbered(shown.map(({ className }) => className.replace(/^GroupQuery/, "GroupedQuery")));
  for (const [i, inner] of shown.entries()) {
    const at = names[i] as string;
    writeVars(held.requireGroup(at), inner, modern, assets, `${path}layers/${at}/`);
  }
}

/** A configuration as `.keras` files have it: each layer and model with the module of its class. */
function withModules(spec: unknown, modern: boolean): unknown {
  if (Array.isArray(spec)) return spec.map((item) => withModules(item, modern));
  if (typeof spec !== "object" || spec === null) return spec;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(spec)) out[key] = withModules(value, modern);
  const { class_name: cls, config, module } = spec as { class_name?: unknown; config?: unknown; module?: unknown };
  if (typeof cls === "string" && typeof config === "object" && module === undefined && cls !== "__keras_tensor__") {
    const isGraph = cls === "Functional" || cls === "Model";
    out["module"] = isGraph
      ? modern
        ? "keras.src.models.functional"
        : "keras.src.engine.functional"
      : cls === "Sequential"
        ? "keras"
        : "keras.layers";
    out["registered_name"] = isGraph ? "Functional" : null;
  }
  return out;
}

/** The file of `model.save("x.keras")`. */
export function kerasBytes(model: Model): Uint8Array {
  const modern = Number.parseInt(model.kerasVersion, 10) >= 3;
  const file = File.create();
  const assets = new Map<string, string>();
  let weights: Uint8Array;
  try {
    writeVars(file, model.graph, modern, assets);
    weights = file.toUint8Array();
  } finally {
    file.close();
  }
  const own = model.text === null ? model.config : marked(model.text);
  const config: Record<string, unknown> = { ...(withModules(own, modern) as Config) };
  const training = modernTraining(model.trainingConfig, model.outputNames);
  // What the file itself has is written as it stands there.
  if (training !== null && training !== model.config["compile_config"]) config["compile_config"] = training;
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(verbatim(value));
  const pieces = zipPieces([
    { name: "metadata.json", data: [text({ keras_version: model.kerasVersion, date_saved: "1980-01-01@00:00:00" })] },
    { name: "config.json", data: [text(config)] },
    { name: "model.weights.h5", data: [weights] },
    ...[...assets].map(([path, words]) => ({ name: `assets/${path}`, data: [new TextEncoder().encode(words)] })),
  ]);
  const out = new Uint8Array(pieces.reduce((n, piece) => n + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/**
 * Saves a model to a path, as `model.save(…)` of Keras does: `.keras`, or `.h5` in the form that Keras 2 and 3 read. The
 * file is written beside and renamed. `TypeError` for another ending.
 *
 * @example
 * ```ts
 * await saveModel(model, "my_model.keras");
 * ```
 */
export async function saveModel(model: Model, path: string): Promise<void> {
  await model.ready();
  if (/\.keras$/i.test(path)) await writePath(path, kerasBytes(model));
  else if (/\.(h5|hdf5)$/i.test(path)) await writePath(path, h5Bytes(model));
  else throw new TypeError(`${path} ends neither in .keras nor in .h5`);
}
