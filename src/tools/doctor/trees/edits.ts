/**
 * Changes trees of scikit-learn for other versions: the nodes' dtype and items, leaves.
 *
 * @module
 */
import { decodeLatin1 } from "../../../core/bytes/text.ts";
import type { OpStream } from "../../../families/joblib/stream.ts";
import type { Symbolic } from "../../../formats/pickle/tools/index.ts";
import type { Case, Edit } from "../rule.ts";
import { byteArray, byteString, global } from "../say.ts";
import { madeBy } from "../symbols.ts";
import { type Data, FIELDS, MISSING, type Tree } from "./find.ts";

const POP = 0x30;
const WITHOUT = 56;
const WITH = 64;

/** All nodes with the field `missing_go_to_left`, or without it. */
export function nodesEdits(file: Case, trees: readonly Tree[], wanted: boolean): Edit[] {
  if (trees.length === 0) return [];
  const builds = buildsOf(file);
  return trees.flatMap((tree) => editsOf(file, tree, builds, wanted));
}

function editsOf(file: Case, { nodes }: Tree, builds: ReadonlyMap<Symbolic, number>, wanted: boolean): Edit[] {
  const { stored, known, names } = nodes;
  if (stored === null || !known || names.has(MISSING) === wanted) return [];
  const [from, to] = wanted ? [WITHOUT, WITH] : [WITH, WITHOUT];
  const bytes = bytesOf(stored.data, file);
  const count = Math.floor(bytes.length / from);
  if (stored.shape.length !== 1 || stored.shape[0] !== count || bytes.length !== count * from) return [];
  const changed = new Uint8Array(count * to);
  for (let i = 0; i < count; i++) changed.set(bytes.subarray(i * from, i * from + WITHOUT), i * to);
  const made = madeBy(stored.dtype, /^numpy\.dtype$/)?.state;
  const build = made === undefined ? undefined : builds.get(made);
  if (build === undefined) return [];
  const now = wanted ? `dtype with ${MISSING}` : `dtype without ${MISSING}`;
  return [
    { offset: build, place: "before", now, write: (out, protocol) => state(out, protocol, wanted) },
    dataEdit(stored.data, changed, `${count} nodes of ${to} bytes`),
  ];
}

/** A dtype's state in the place of the one on the stack, for the BUILD that follows. */
function state(out: OpStream, protocol: number, wanted: boolean): void {
  const fields = wanted ? [...FIELDS, [MISSING, "u1"] as const] : FIELDS;
  out.op(POP);
  out.op(0x28);
  out.int(3);
  out.text("|");
  out.op(0x4e);
  out.op(0x28);
  for (const [name] of fields) out.text(name);
  out.op(0x74);
  out.op(0x7d);
  out.op(0x28);
  for (const [i, [name, type]] of fields.entries()) {
    out.text(name);
    global(out, "numpy", "dtype", protocol);
    out.text(type);
    out.op(protocol < 2 ? 0x4e : 0x89);
    out.op(0x88);
    out.op(0x87);
    out.op(0x52);
    out.op(0x28);
    out.int(3);
    out.text(type === "u1" ? "|" : "<");
    for (let none = 0; none < 3; none++) out.op(0x4e);
    out.int(-1);
    out.int(-1);
    out.int(0);
    out.op(0x74);
    out.op(0x62);
    out.int(i * 8);
    out.op(0x86);
  }
  out.op(0x75);
  out.int(wanted ? WITH : WITHOUT);
  out.int(1);
  // Flags: none.
  out.int(wanted ? 16 : 0);
  out.op(0x74);
}

/** Byte offsets of the first BUILD that gives each state. */
function buildsOf({ references }: Case): Map<Symbolic, number> {
  const builds = new Map<Symbolic, number>();
  for (const { uses } of references) {
    for (const { kind, args, offset } of uses) {
      const [state] = args;
      if (kind === "setstate" && state !== undefined && !builds.has(state)) builds.set(state, offset);
    }
  }
  return builds;
}

function bytesOf(data: Data, file: Case): Uint8Array {
  return data.kind === "items" ? file.bytes.subarray(data.items.start, data.items.end) : data.bytes;
}

function dataEdit(data: Data, bytes: Uint8Array, now: string): Edit {
  if (data.kind === "items") return { offset: data.items.at, place: "instead", now, write: (out) => out.raw(bytes) };
  const write = (out: OpStream, protocol: number): void => {
    if (data.type === "bytearray") byteArray(out, bytes, protocol);
    else if (data.type === "bytes") byteString(out, bytes, protocol);
    else if (data.type === "str") out.text(decodeLatin1(bytes));
    else if (protocol >= 3) out.byteString(bytes);
    else {
      // Python 2's str.
      out.op4(0x54, bytes.length);
      out.raw(bytes);
    }
  };
  return { offset: data.at, place: "instead", now, write };
}

/** Leaves of a classifier that are counts, divided; null where they are fractions or no classifier's. */
export function fractions(file: Case, { values, owner }: Tree): Uint8Array | null {
  if (values === null || values.order !== "C" || values.shape.length !== 3) return null;
  const [nodes = 0, outputs = 0, classes = 0] = values.shape;
  const isClassifier = owner === null ? classes > 1 : owner.endsWith("Classifier");
  const bytes = bytesOf(values.data, file);
  if (!isClassifier || bytes.length !== nodes * outputs * classes * 8) return null;
  const copy = bytes.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  let counts = false;
  for (let at = 0; at < copy.length; at += classes * 8) {
    let sum = 0;
    for (let i = 0; i < classes; i++) sum += view.getFloat64(at + i * 8, true);
    if (Math.abs(sum - 1) > 1e-6) counts = true;
    if (!(sum > 0)) continue;
    for (let i = 0; i < classes; i++) view.setFloat64(at + i * 8, view.getFloat64(at + i * 8, true) / sum, true);
  }
  return counts ? copy : null;
}

export function valuesEdits(file: Case, tree: Tree): Edit[] {
  const bytes = fractions(file, tree);
  return bytes === null || tree.values === null ? [] : [dataEdit(tree.values.data, bytes, "fractions of samples")];
}
