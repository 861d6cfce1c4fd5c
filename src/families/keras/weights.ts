/**
 * Weights on their way from HDF5 files into layers.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { NDArray } from "../../core/ndarray/index.ts";
import { Dataset, Group } from "../../formats/hdf5/index.ts";
import { Graph } from "./graph.ts";
import type { Layer, Weight } from "./layer.ts";
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
function inside(layer: Layer): readonly Layer[] {
  return layer instanceof Graph ? layer.layers : layer.parts.map(([, part]) => part);
}

interface Slot {
  layer: Layer;
  index: number;
}

/** Places of weights in the order of `layer.weights`: what training changes, then the rest. */
function slots(layer: Layer): { trained: Slot[]; fixed: Slot[] } {
  const own = layer.names.map(([, trainable], index) => ({ layer, index, trainable }));
  const inner = inside(layer).map(slots);
  if (layer.trainable) {
    return {
      trained: [...own.filter((slot) => slot.trainable), ...inner.flatMap(({ trained }) => trained)],
      fixed: [...own.filter((slot) => !slot.trainable), ...inner.flatMap(({ fixed }) => fixed)],
    };
  }
  return { trained: [], fixed: [...own, ...inner.flatMap(({ trained, fixed }) => [...trained, ...fixed])] };
}

/** All weights of a layer and those inside it, in the order of Keras's `layer.weights`. */
export function allWeights(layer: Layer): Weight[] {
  const { trained, fixed } = slots(layer);
  return [...trained, ...fixed].flatMap(({ layer: owner, index }) => owner.weights[index] ?? []);
}

/** Puts values into a layer and those inside it, in that order. */
export function setAll(layer: Layer, values: readonly Tensor[]): void {
  const { trained, fixed } = slots(layer);
  const order = [...trained, ...fixed];
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
  if (value instanceof NDArray) return fromArray(value);
  return tensor([], new Float32Array([Number(value)]));
}

/** Reads the weights of a `.h5` file of Keras 2, or of Keras 3 in its old form. */
export function legacyWeights(model: Graph, group: Group): void {
  const names = texts(group, "layer_names");
  for (const layer of model.layers) {
    const { trained, fixed } = slots(layer);
    const count = trained.length + fixed.length;
    if (!names.includes(layer.name)) {
      if (count === 0) continue;
      throw new FormatError(`the file has no weights of the layer ${layer.name}: it has ${names.join(", ")}`, {
        format: "keras",
      });
    }
    const of = group.group(layer.name);
    const values = texts(of, "weight_names").map((name) => numbers(of.dataset(name)));
    // Random states of layers that only training knows stand among the weights of newer files.
    setAll(layer, count === 0 ? [] : values);
  }
}

/** A class's name as `.weights.h5` writes it (keras/src/utils/naming.py). */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Reads the weights of a `.weights.h5` file, as they stand in `.keras` files. */
export function modernWeights(layer: Layer, group: Group): void {
  const own = layer.place === "" ? group : (group.get(layer.place) ?? group);
  if (layer.names.length > 0) fill(layer, vars(own, layer));
  if (!(layer instanceof Graph)) {
    for (const [name, part] of layer.parts) modernWeights(part, child(group, name, part));
    return;
  }
  if (layer.layers.every((inner) => weightless(inner))) return;
  const held = group.get("layers") ?? group.get("_layer_checkpoint_dependencies");
  if (!(held instanceof Group)) {
    throw new FormatError(`the file has no layers of the model ${layer.name}`, { format: "keras" });
  }
  // By the name that stands beside the numbers, else by class and number.
  const byName = new Map<string, Group>();
  for (const [, item] of held) {
    if (!(item instanceof Group)) continue;
    const inner = item.get("vars");
    const name = inner === undefined ? undefined : inner.attrs.get("name");
    if (typeof name === "string") byName.set(name, item);
  }
  const counts = new Map<string, number>();
  for (const inner of layer.layers) {
    const base = snakeCase(inner.className);
    const n = counts.get(base) ?? 0;
    counts.set(base, n + 1);
    if (weightless(inner)) continue;
    const at = n === 0 ? base : `${base}_${n}`;
    modernWeights(inner, byName.get(inner.name) ?? child(held, at, inner));
  }
}

/** Does a layer hold no numbers, nor any layer inside it? */
function weightless(layer: Layer): boolean {
  return layer.names.length === 0 && inside(layer).every(weightless);
}

function child(group: Group, name: string, layer: Layer): Group {
  // Keras 2 kept some under a private name.
  const found = group.get(name) ?? group.get(`_${name}`);
  if (found instanceof Group) return found;
  throw new FormatError(`the file has no weights of the layer ${layer.name}: ${group.name} lacks ${name}`, {
    format: "keras",
  });
}

function vars(group: unknown, layer: Layer): Tensor[] {
  const found = group instanceof Group ? group.get("vars") : undefined;
  if (!(found instanceof Group)) {
    throw new FormatError(`the file has no weights of the layer ${layer.name}`, { format: "keras" });
  }
  const out: Tensor[] = [];
  for (let i = 0; out.length < layer.names.length; i++) {
    const one = found.get(String(i));
    if (!(one instanceof Dataset)) break;
    out.push(numbers(one));
  }
  return out;
}
