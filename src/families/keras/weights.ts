/**
 * Weights on their way from HDF5 files into layers.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { NDArray } from "../../core/ndarray/index.ts";
import { Dataset, Group } from "../../formats/hdf5/index.ts";
import { Graph } from "./graph.ts";
import { isLookup, type Layer, type Weight, type Words } from "./layer.ts";
import { numbered } from "./names.ts";
import { Operation } from "./operation.ts";
import { fromArray, type Tensor, tensor } from "./tensor.ts";

/** Puts values into a layer's own weights; their number must be right. */
function fill(layer: Layer, values: readonly Tensor[]): void {
  const { names } = layer;
  if (values.length !== names.length) {
    throw new FormatError(
      `the layer ${layer.name} (${layer.className}) has ${names.length} weights, the file ${values.length}`,
      { format: "keras" },
    );
  }
  layer.weights = names.map(([name, trainable], i): Weight => ({ name, trainable, value: values[i] as Tensor }));
}

/** The layers inside a layer, a model's too. */
export function insideOf(layer: Layer): readonly Layer[] {
  return layer instanceof Graph ? layer.layers : layer.parts.map(([, part]) => part);
}

interface Slot {
  layer: Layer;
  index: number;
}

/** Places of weights in the order of `layer.weights`: what training changes, then the rest. */
function slots(layer: Layer): { trained: Slot[]; fixed: Slot[] } {
  const own = layer.names.map(([, trainable], index) => ({ layer, index, trainable }));
  const inner = insideOf(layer).map(slots);
  if (layer.trainable) {
    return {
      trained: [...own.filter((slot) => slot.trainable), ...inner.flatMap(({ trained }) => trained)],
      fixed: [...own.filter((slot) => !slot.trainable), ...inner.flatMap(({ fixed }) => fixed)],
    };
  }
  return { trained: [], fixed: [...own, ...inner.flatMap(({ trained, fixed }) => [...trained, ...fixed])] };
}

/** Places in the order of Keras's `layer.weights`: a model's layer by layer, once each. */
function ordered(layer: Layer, modern: boolean): Slot[] {
  const own = layer.names.map(([, trainable], index) => ({ layer, index, trainable }));
  const inner = (): Slot[] => insideOf(layer).flatMap((one) => ordered(one, modern));
  if (layer instanceof Graph) return inner();
  // Keras 2: what training changes first. Keras 3: its own, then those of the layers inside.
  if (!modern) return filed(layer);
  if (layer.className === "SpectralNormalization") {
    // It holds its layer's kernel as its own.
    const [kernel, ...rest] = inner();
    return kernel === undefined ? own : [kernel, ...own, ...rest];
  }
  return [...own.filter(({ trainable }) => trainable), ...own.filter(({ trainable }) => !trainable), ...inner()];
}

function isModern(layer: Layer): boolean {
  return layer instanceof Graph ? layer.modern : true;
}

/** Places in the order of `.h5` files: what training changes before the rest, in models inside too. */
function filed(layer: Layer): Slot[] {
  const { trained, fixed } = slots(layer);
  return [...trained, ...fixed];
}

/** All weights of a layer and those inside it, in the order of Keras's `layer.weights`. */
export function allWeights(layer: Layer): Weight[] {
  return ordered(layer, isModern(layer)).flatMap(({ layer: owner, index }) => owner.weights[index] ?? []);
}

/** The same in the order of `.h5` files. */
export function filedWeights(layer: Layer): Weight[] {
  return filed(layer).flatMap(({ layer: owner, index }) => owner.weights[index] ?? []);
}

/** Puts values into a layer and those inside it, in the order of `layer.weights`. */
export function setAll(layer: Layer, values: readonly Tensor[]): void {
  put(layer, ordered(layer, isModern(layer)), values);
}

/** The same in the order of `.h5` files. */
export function setFiled(layer: Layer, values: readonly Tensor[]): void {
  put(layer, filed(layer), values);
}

function put(layer: Layer, order: readonly Slot[], values: readonly Tensor[]): void {
  if (values.length !== order.length) {
    throw new FormatError(
      `the layer ${layer.name} (${layer.className}) has ${order.length} weights, the file ${values.length}`,
      { format: "keras" },
    );
  }
  const found = new Map<Layer, Tensor[]>();
  for (const [i, { layer: owner, index }] of order.entries()) {
    const list = found.get(owner) ?? [];
    list[index] = values[i] as Tensor;
    found.set(owner, list);
  }
  for (const [owner, list] of found) fill(owner, list);
}

/** Texts of an attribute, which may be split over several (`layer_names0`, `layer_names1`…). */
export function texts(group: Group, name: string): string[] {
  const list = (value: unknown): string[] =>
    value instanceof NDArray ? value.flat().map(String) : typeof value === "string" ? [value] : [];
  if (group.attrs.has(name)) return list(group.attrs.get(name));
  const out: string[] = [];
  for (let i = 0; group.attrs.has(`${name}${i}`); i++) out.push(...list(group.attrs.get(`${name}${i}`)));
  return out;
}

function numbers(dataset: Dataset): Tensor {
  const value = dataset.read();
  if (value instanceof NDArray && /[biuf]/.test(value.dtype.kind)) return fromArray(value);
  if (value instanceof NDArray && value.dtype.str === "|V2" && dataset.attrs.get("dtype") === "bfloat16") {
    // The upper half of float32, which HDF5 does not know.
    const { buffer } = Uint8Array.from(value.copy().data as Uint8Array);
    return tensor([...value.shape], new Float32Array(Uint32Array.from(new Uint16Array(buffer), (n) => n << 16).buffer));
  }
  if (!/^(number|bigint|boolean)$/.test(typeof value))
    throw new FormatError(`the weight ${dataset.name} holds no numbers`, { format: "keras" });
  return tensor([], new Float32Array([Number(value)]));
}

/** Reads the weights of a `.h5` file of Keras 2, or of Keras 3 in its old form. */
export function legacyWeights(model: Graph, group: Group): void {
  const names = texts(group, "layer_names");
  const wanting = model.layers.filter((layer) => filed(layer).length > 0);
  // By name; weights saved of another model of these layers go by their order, as Keras puts them.
  let places = new Map(wanting.map((layer) => [layer, layer.name]));
  const full = names.filter((name) => {
    const of = group.get(name);
    return of instanceof Group && texts(of, "weight_names").length > 0;
  });
  const strange = full.find((name) => model.layers.every((layer) => layer.name !== name));
  if (strange !== undefined && full.length !== wanting.length) {
    throw new FormatError(`the file has weights of a layer ${strange}, which the model has not`, { format: "keras" });
  }
  if (wanting.some(({ name }) => !names.includes(name))) {
    if (full.length !== wanting.length) {
      const missing = wanting.find(({ name }) => !names.includes(name)) as Layer;
      throw new FormatError(`the file has no weights of the layer ${missing.name}: it has ${names.join(", ")}`, {
        format: "keras",
      });
    }
    places = new Map(wanting.map((layer, i) => [layer, full[i] as string]));
  }
  for (const [layer, name] of places) {
    const of = group.group(name);
    const order = filed(layer);
    const values = texts(of, "weight_names").map((one) => numbers(of.dataset(one)));
    // What SpectralNormalization keeps of its layer stands in the file twice.
    const once = values.length > order.length && layer.className === "SpectralNormalization" ? values.slice(1) : values;
    put(layer, order, once);
  }
}

/** Reads what a `.weights.h5` file has, as it stands in `.keras` files; texts of `assets` by their path. */
export function modernWeights(
  layer: Layer,
  group: Group,
  asset: (path: string) => string | null = () => null,
  path = "",
): void {
  if (layer.names.length > 0) fill(layer, vars(group, layer));
  if (isLookup(layer)) {
    lookedUp(layer, group, asset, path);
    return;
  }
  if (!(layer instanceof Graph)) {
    for (const [name, part] of layer.parts) {
      if (weightless(part)) continue;
      modernWeights(part, child(group, name, part), asset, `${path}${name}/`);
    }
    return;
  }
  if (layer.layers.every((inner) => weightless(inner))) return;
  const [place, held] = (["layers", "_layer_checkpoint_dependencies"] as const)
    .map((name) => [name, group.get(name)] as const)
    .find(([, found]) => found instanceof Group) ?? ["layers", undefined];
  if (!(held instanceof Group)) {
    throw new FormatError(`the file has no layers of the model ${layer.name}`, { format: "keras" });
  }
  // By the name that stands beside the numbers, else by class and number.
  const byName = new Map<string, [string, Group]>();
  for (const [key, item] of held) {
    if (!(item instanceof Group)) continue;
    const inner = item.get("vars");
    const name = inner === undefined ? undefined : inner.attrs.get("name");
    if (typeof name === "string") byName.set(name, [key, item]);
  }
  const shown = layer.layers.filter((inner) => !(inner instanceof Operation));
  const places = numbered(shown.map(({ className }) => className));
  const isNamed = layer.layers.every((inner) => weightless(inner) || byName.has(inner.name));
  for (const [i, inner] of shown.entries()) {
    if (weightless(inner)) continue;
    const at = places[i] as string;
    const [key, found] = isNamed ? (byName.get(inner.name) as [string, Group]) : numberedChild(held, at, inner);
    modernWeights(inner, found, asset, `${path}${place}/${key}/`);
  }
}

/** A vocabulary of the assets, one word a line, and its weights. */
function lookedUp(layer: Words, group: Group, asset: (path: string) => string | null, path: string): void {
  if (layer.wants) {
    const text = asset(`${path}vocabulary.txt`);
    if (text !== null) layer.setVocabulary(text.split("\n"));
  }
  const found = group.get("vars/idf_weights");
  if (found instanceof Dataset && layer.idf === null) layer.idf = numbers(found).data;
}

/** Does a layer hold no numbers, nor any layer inside it? */
function weightless(layer: Layer): boolean {
  if (isLookup(layer)) return false;
  return layer.names.length === 0 && insideOf(layer).every(weightless);
}

/** The group of a layer by class and number; Keras 2.12 counted by twos in some files. */
function numberedChild(held: Group, at: string, layer: Layer): [string, Group] {
  const [, base = at, number = "0"] = /^(.*?)(?:_(\d+))?$/.exec(at) ?? [];
  const byTwos = held.has(`${base}_2`) && !held.has(`${base}_1`);
  const own = byTwos && number !== "0" ? `${base}_${2 * Number(number)}` : at;
  const found = held.get(own);
  if (found instanceof Group) return [own, found];
  // The class was written by either of its names.
  const old = at.replace(/^group(ed)?_query/, (_, long) => (long === undefined ? "grouped_query" : "group_query"));
  return [old, child(held, old, layer)];
}

function child(group: Group, name: string, layer: Layer): Group {
  // Keras keeps some under a private name.
  const found = group.get(name) ?? group.get(`_${name}`);
  if (found instanceof Group) return found;
  // Old files have no group for a layer whose only contents are words.
  if (isLookup(layer)) return group;
  throw new FormatError(`the file has no weights of the layer ${layer.name}: ${group.name} lacks ${name}`, {
    format: "keras",
  });
}

function vars(group: Group, layer: Layer): Tensor[] {
  const found = group.get("vars");
  if (!(found instanceof Group)) {
    throw new FormatError(`the file has no weights of the layer ${layer.name}`, { format: "keras" });
  }
  const out: Tensor[] = [];
  // What SpectralNormalization keeps of its layer stands before its own.
  const first = layer.className === "SpectralNormalization" && found.has("1") ? 1 : 0;
  for (let i = first; out.length < layer.names.length; i++) {
    const one = found.get(String(i));
    if (!(one instanceof Dataset)) break;
    out.push(numbers(one));
  }
  return out;
}
