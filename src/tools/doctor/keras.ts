/**
 * Keras models in HDF5 files: keys of their configuration that other versions do not take, and the same rewritten.
 *
 * @module
 */
import { LimitError, UnsupportedError } from "../../core/errors.ts";
import { File } from "../../formats/hdf5/index.ts";
import type { Change, DiagnoseOptions, Finding, Fixed, FixOptions, Versions } from "./types.ts";
import { below, newer, older } from "./versions.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Dict = { [key: string]: Json };

interface Problem {
  readonly where: string;
  readonly message: string;
  readonly about: string;
  readonly fixable: boolean;
}

interface Held {
  readonly model: Dict;
  readonly training: Dict | null;
  readonly version: string;
}

const isDict = (value: Json | undefined): value is Dict =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Numbers with a point as texts behind a NUL: JavaScript would write 0.0 as 0, which Python takes for an int. */
const kept = (json: string): string =>
  json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/g, (token) =>
    token.startsWith('"') ? token : `"\\u0000${token}"`,
  );

const written = (value: Json): string => JSON.stringify(value).replace(/"\\u0000([-+.\deE]+)"/g, "$1");

/** What a Keras model file says of itself; null for another HDF5 file. */
function held(file: File): Held | null {
  const text = file.attrs.get("model_config");
  if (typeof text !== "string") return null;
  const parse = (json: unknown): Dict | null => {
    try {
      const value: Json = JSON.parse(kept(String(json)));
      return isDict(value) ? value : null;
    } catch (e) {
      if (e instanceof SyntaxError) return null;
      throw e;
    }
  };
  const model = parse(text);
  const training = file.attrs.get("training_config");
  if (model === null) return null;
  // Deep ones are refused here, before anything is written out that knows of no depth.
  objectsOf(model);
  const compiled = typeof training === "string" ? parse(training) : null;
  if (compiled !== null) objectsOf(compiled);
  return {
    model,
    training: compiled,
    version: String(file.attrs.get("keras_version") ?? ""),
  };
}

/** Every object with a class in a configuration, layers within models too. */
function objectsOf(model: Dict): Dict[] {
  const found: Dict[] = [];
  const open: [Json, number][] = [[model, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, depth] = next;
    if (depth > MAX_DEPTH) throw new LimitError("maxDepth", MAX_DEPTH, depth, { format: "keras" });
    if (isDict(value) && typeof value["class_name"] === "string" && isDict(value["config"])) found.push(value);
    const items = Array.isArray(value) ? value : isDict(value) ? Object.values(value) : [];
    for (const item of items) if (typeof item === "object" && item !== null) open.push([item, depth + 1]);
  }
  return found;
}

const MAX_DEPTH = 512;

/** Layers to which Keras 2 writes `groups`, and Keras 3 does not. */
const GROUPED = /^(DepthwiseConv[12]D|SeparableConv[12]D|Conv[123]DTranspose)$/;

/** Short names of losses and metrics, which Keras 3 does not look up in HDF5 files. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["mse", "mean_squared_error"],
  ["MSE", "mean_squared_error"],
  ["mae", "mean_absolute_error"],
  ["MAE", "mean_absolute_error"],
  ["mape", "mean_absolute_percentage_error"],
  ["msle", "mean_squared_logarithmic_error"],
]);

function problemsOf({ model, training }: Held, versions: Versions): Problem[] {
  const problems = new Map<string, Problem>();
  const add = (where: string, message: string, about: string, fixable = true): void => {
    if (!problems.has(message)) problems.set(message, { where, message, about, fixable });
  };
  const modern = newer(versions, "keras", "3.0");
  for (const { class_name, config } of objectsOf(model)) {
    const cls = String(class_name);
    const keys = config as Dict;
    const layer = `layer ${String(keys["name"])}`;
    if (modern && "groups" in keys && GROUPED.test(cls)) {
      add("Keras >= 3", `TypeError: Error when deserializing class '${cls}' using config=`, `groups of ${layer}`);
    }
    if (modern && "time_major" in keys) {
      const value = keys["time_major"] ? "True" : "False";
      const message = `ValueError: Unrecognized keyword arguments passed to ${cls}: {'time_major': ${value}}`;
      add("Keras >= 3", message, layer, !keys["time_major"]);
    }
    if (cls === "InputLayer" && "batch_shape" in keys && older(versions, "keras", "3.0")) {
      const told = ["batch_shape", ...("optional" in keys ? ["optional"] : [])].map((key) => `'${key}'`).join(", ");
      add("Keras < 3", `Unrecognized keyword arguments: [${told}]`, layer);
    }
    if (cls === "Lambda" && !("function_type" in keys && keys["function_type"] === "function")) {
      const message =
        "ValueError: Requested the deserialization of a `Lambda` layer whose `function` is a Python lambda.";
      if (modern) add("Keras >= 3", message, `${layer}: its code is that of one Python`, false);
      if (!modern) add("other Pythons", "ValueError: bad marshal data (unknown type code)", layer, false);
    }
  }
  const short = modern && training !== null ? shortNames(training) : [];
  if (short.length > 0) {
    const [name] = short as [string];
    add("Keras >= 3", `Could not deserialize 'keras.metrics.${name}'`, `loss or metric ${name}`);
  }
  return [...problems.values()];
}

function shortNames(training: Dict): string[] {
  const text = JSON.stringify([training["loss"], training["metrics"], training["weighted_metrics"]]);
  return [...ALIASES.keys()].filter((name) => text.includes(`"${name}"`));
}

/** What is wrong with a Keras file; null for another HDF5 file. Throws as reading HDF5 does. */
export function kerasFindings(
  bytes: Uint8Array,
  options: DiagnoseOptions,
): { version: string; findings: Finding[] } | null {
  const file = new File(bytes);
  try {
    const found = held(file);
    if (found === null) return null;
    const findings = problemsOf(found, options.for ?? {}).map((problem) => ({
      rule: "keras-config",
      ...problem,
      cause: "Keras 2 and 3 write the configuration of a model with other keys",
      fix: problem.fixable
        ? "doctor --fix --for keras=VERSION"
        : `pip install keras==${found.version}, or define the layer anew and load the weights alone`,
    }));
    return { version: found.version, findings };
  } finally {
    file.close();
  }
}

/** A Keras file for another version of Keras; null for another HDF5 file. Throws `UnsupportedError` for what has no like. */
export function kerasMended(bytes: Uint8Array, options: FixOptions): Fixed | null {
  const version = options.for?.["keras"];
  const file = new File(bytes.slice(), "r+");
  try {
    const found = held(file);
    if (found === null) return null;
    const changes: Change[] = [];
    if (version === undefined) return { bytes, changes };
    const note = (was: string, now: string): void => void changes.push({ offset: 0, was, now });
    const toOld = below(version, "3.0");
    for (const object of objectsOf(found.model)) {
      const config = object["config"] as Dict;
      if (toOld) older2(object, config, note);
      else newer3(object, config, note);
      plainer(object, config, note);
    }
    if (changes.length > 0) file.attrs.set("model_config", written(found.model));
    const { training } = found;
    if (toOld && training !== null && !below(found.version, "3.0")) {
      file.attrs.delete("training_config");
      note("training_config", "left out: compile the model anew");
    } else if (!toOld && training !== null && shortNames(training).length > 0) {
      const named = written(
        JSON.parse(
          JSON.stringify(training, (_key, value: Json) =>
            typeof value === "string" ? (ALIASES.get(value) ?? value) : value,
          ),
        ),
      );
      note("training_config", "losses and metrics by their long names");
      file.attrs.set("training_config", named);
    }
    return changes.length === 0 ? { bytes, changes } : { bytes: file.toUint8Array(), changes };
  } finally {
    file.close();
  }
}

type Note = (was: string, now: string) => void;

function drop(config: Dict, key: string, note: Note): void {
  if (!(key in config)) return;
  delete config[key];
  note(`${key} of ${String(config["name"] ?? "an initializer")}`, "left out");
}

/** Keys of Keras 2 that Keras 3 does not take. */
function newer3(object: Dict, config: Dict, note: Note): void {
  const cls = String(object["class_name"]);
  if (GROUPED.test(cls) && config["groups"] === 1) drop(config, "groups", note);
  // What Keras 2 writes of the class above, and does not use.
  for (const key of /^SeparableConv/.test(cls)
    ? ["kernel_initializer", "kernel_regularizer", "kernel_constraint"]
    : []) {
    drop(config, key, note);
  }
  if (config["time_major"] === false) drop(config, "time_major", note);
  if (cls === "Embedding") drop(config, "input_length", note);
  if (cls === "Orthogonal") {
    object["class_name"] = "OrthogonalInitializer";
    note("Orthogonal", "OrthogonalInitializer");
  }
}

/** Keys that the last versions of Keras 3 write and others do not take; without them all mean the same. */
function plainer(object: Dict, config: Dict, note: Note): void {
  const { dtype } = config;
  if (isDict(dtype) && dtype["class_name"] === "DTypePolicy" && isDict(dtype["config"])) {
    config["dtype"] = dtype["config"]["name"] ?? null;
    note(`dtype of ${String(config["name"])}`, String(config["dtype"]));
  }
  for (const key of ["quantization_config", "input_axes", "output_axes"]) {
    if (config[key] === null) drop(config, key, note);
  }
  if (object["class_name"] !== "InputLayer") return;
  for (const key of ["optional", "ragged"]) if (config[key] === false) drop(config, key, note);
}

/** Keys of Keras 3 that Keras 2 does not take. */
function older2(object: Dict, config: Dict, note: Note): void {
  const cls = String(object["class_name"]);
  if (cls === "InputLayer" && "batch_shape" in config) {
    config["batch_input_shape"] = config["batch_shape"] ?? null;
    delete config["batch_shape"];
    note(`batch_shape of ${String(config["name"])}`, "batch_input_shape");
  }
  if (cls === "OrthogonalInitializer") {
    object["class_name"] = "Orthogonal";
    note("OrthogonalInitializer", "Orthogonal");
  }
  if (/^(LSTM|GRU|SimpleRNN|Dropout)$/.test(cls) && config["seed"] === null) drop(config, "seed", note);
  for (const key of ["input_layers", "output_layers"]) {
    const ends = config[key];
    if (Array.isArray(ends) && typeof ends[0] === "string") config[key] = [ends];
  }
  if (config["synchronized"] === false) drop(config, "synchronized", note);
  const nodes = object["inbound_nodes"];
  if (!Array.isArray(nodes) || !nodes.every((node) => isDict(node))) return;
  if (nodes.length === 0) return;
  object["inbound_nodes"] = nodes.map((node) => called(node, String(config["name"])));
  note(`inbound_nodes of ${String(config["name"])}`, "as Keras 2 has them");
}

/** A call of a layer as Keras 2 writes it: of each tensor the layer, node and place it comes from. */
function called(node: Dict, layer: string): Json {
  const refuse = (): UnsupportedError =>
    new UnsupportedError("inbound_nodes", `the call of ${layer} has arguments that Keras 2 cannot keep`, {
      format: "keras",
    });
  const { args, kwargs = {} } = node;
  if (!Array.isArray(args) || args.length !== 1 || !isDict(kwargs)) throw refuse();
  if (JSON.stringify(kwargs).includes("__keras_tensor__")) throw refuse();
  const tensors = Array.isArray(args[0]) ? args[0] : [args[0] as Json];
  return tensors.map((tensor) => {
    const history = isDict(tensor) && isDict(tensor["config"]) ? tensor["config"]["keras_history"] : undefined;
    if (!Array.isArray(history)) throw refuse();
    const plain = Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null && value !== false));
    return [...history, plain];
  });
}
