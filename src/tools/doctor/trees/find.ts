/**
 * scikit-learn's trees in a pickle, as a trace tells them.
 *
 * @module
 */
import type { Symbolic } from "../../../formats/pickle/tools/index.ts";
import type { Case } from "../rule.ts";
import { fullName, madeBy, textOf } from "../symbols.ts";
import { type Items, isItems } from "../walk.ts";

/** Where an array's items stand. */
export type Data =
  | { readonly kind: "items"; readonly items: Items }
  | { readonly kind: "atom"; readonly at: number; readonly type: string; readonly bytes: Uint8Array };

/** An array in a pickle. */
export interface Stored {
  readonly dtype: Symbolic | undefined;
  readonly shape: readonly number[];
  readonly order: "C" | "F";
  readonly data: Data;
}

/** The nodes of a tree. */
export interface Nodes {
  readonly stored: Stored | null;
  readonly names: ReadonlySet<string>;
  /** Are they laid out as on a little-endian machine of 64 bits? */
  readonly known: boolean;
}

export interface Tree {
  readonly nodes: Nodes;
  readonly values: Stored | null;
  /** Name of the estimator that the tree belongs to. */
  readonly owner: string | null;
}

/** The fields of a node up to 1.2 and their types; each takes 8 bytes. */
export const FIELDS: readonly (readonly [name: string, type: string])[] = [
  ["left_child", "i8"],
  ["right_child", "i8"],
  ["feature", "i8"],
  ["threshold", "f8"],
  ["impurity", "f8"],
  ["n_node_samples", "i8"],
  ["weighted_n_node_samples", "f8"],
];

/** The field that 1.3 added. */
export const MISSING = "missing_go_to_left";

/** All trees of a file. */
export function treesOf(file: Case): Tree[] {
  const owners = new Map<Symbolic, string>();
  const states = new Set<Symbolic>();
  const wrapped = new Map<Symbolic, Items>();
  for (const part of file.parts) if (isItems(part) && part.wrapper) wrapped.set(part.wrapper, part);
  for (const reference of file.references) {
    const isTree = /^sklearn\.tree\._tree\.Tree$/.test(fullName(reference) ?? "");
    for (const use of reference.uses) {
      if (isTree && use.kind === "setstate") states.add(use.args[0]!);
      const tree = file.states.given(use)?.get("tree_");
      if (tree?.kind === "made" && tree.state) owners.set(tree.state, reference.name ?? "");
    }
  }
  const trees: Tree[] = [];
  for (const state of states) {
    const entries = file.states.of(state);
    const nodes = stored(entries?.get("nodes"), file, wrapped);
    if (entries === null || nodes === null) continue;
    const values = stored(entries.get("values"), file, wrapped);
    trees.push({ nodes: nodesOf(nodes, file), values, owner: owners.get(state) ?? null });
  }
  return trees;
}

function nodesOf(nodes: Stored, file: Case): Nodes {
  const layout = layoutOf(nodes.dtype, file);
  const names = new Set(layout?.fields.map(({ name }) => name));
  const extra = names.has(MISSING) ? 1 : 0;
  const known =
    layout !== null &&
    layout.size === (extra ? 64 : 56) &&
    layout.fields.length === FIELDS.length + extra &&
    layout.fields.every(({ name, type, order, offset }, i) => {
      const [wanted, kind] = FIELDS[i] ?? [MISSING, "u1"];
      return name === wanted && type === kind && offset === i * 8 && order !== ">";
    });
  return { stored: nodes, names, known };
}

const ARRAY = /^numpy\.(_?core\.multiarray\._reconstruct|ndarray)$/;
const BUFFER = /^numpy\._?core\.numeric\._frombuffer$/;
const WRAPPER = /(^|\.)joblib\.numpy_pickle\.NumpyArrayWrapper$/;

function stored(value: Symbolic | undefined, file: Case, wrapped: ReadonlyMap<Symbolic, Items>): Stored | null {
  const wrapper = madeBy(value, WRAPPER);
  if (wrapper) {
    const items = wrapped.get(wrapper);
    const entries = file.states.of(wrapper.state);
    const order = textOf(entries?.get("order")) === "F" ? "F" : "C";
    const shape = shapeOf(entries?.get("shape"));
    return items && shape ? { dtype: entries?.get("dtype"), shape, order, data: { kind: "items", items } } : null;
  }
  const array = madeBy(value, ARRAY)?.state;
  if (array?.kind === "tuple") {
    const [, shape, dtype, fortran, bytes] = array.items;
    // NEWTRUE has no argument: its byte tells.
    const isFortran = fortran?.kind === "atom" && (fortran.value === true || file.bytes[fortran.at] === 0x88);
    return atoms(dtype, shape, isFortran ? "F" : "C", bytes);
  }
  const buffer = madeBy(value, BUFFER);
  if (buffer === null) return null;
  const [bytes, dtype, shape, order] = buffer.args;
  return atoms(dtype, shape, textOf(order) === "F" ? "F" : "C", bytes);
}

function atoms(
  dtype: Symbolic | undefined,
  lengths: Symbolic | undefined,
  order: "C" | "F",
  value: Symbolic | undefined,
): Stored | null {
  const shape = shapeOf(lengths);
  // Python 2 and protocol 2 have bytes as text.
  const encoded = madeBy(value, /^_codecs\.encode$/);
  const atom = encoded ? encoded.args[0] : value;
  if (shape === null || atom?.kind !== "atom") return null;
  const { value: raw, type, at } = atom;
  if (raw instanceof Uint8Array) return { dtype, shape, order, data: { kind: "atom", at, type, bytes: raw } };
  if (typeof raw !== "string" || /[^\0-\xff]/.test(raw)) return null;
  const bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  return { dtype, shape, order, data: { kind: "atom", at, type, bytes } };
}

function shapeOf(value: Symbolic | undefined): number[] | null {
  if (value?.kind !== "tuple") return null;
  const shape = value.items.map((item) => (item.kind === "atom" ? Number(item.value) : Number.NaN));
  return shape.every((n) => Number.isSafeInteger(n) && n >= 0) ? shape : null;
}

interface Layout {
  readonly fields: readonly { name: string; type: string; order: string; offset: number }[];
  readonly size: number;
}

/** A structured dtype; null for another one. */
function layoutOf(dtype: Symbolic | undefined, file: Case): Layout | null {
  const state = madeBy(dtype, /^numpy\.dtype$/)?.state;
  if (state?.kind !== "tuple") return null;
  const [, , , names, fields, size] = state.items;
  const entries = file.states.of(fields);
  if (names?.kind !== "tuple" || entries === null || size?.kind !== "atom") return null;
  const all = [];
  for (const item of names.items) {
    const name = textOf(item);
    const field = name === null ? undefined : entries.get(name);
    if (name === null || field?.kind !== "tuple") return null;
    const [inner, offset] = field.items;
    const made = madeBy(inner, /^numpy\.dtype$/);
    if (made?.state?.kind !== "tuple" || offset?.kind !== "atom") return null;
    const type = textOf(made.args[0]) ?? "";
    all.push({ name, type, order: textOf(made.state.items[1]) ?? "", offset: Number(offset.value) });
  }
  return { fields: all, size: Number(size.value) };
}
