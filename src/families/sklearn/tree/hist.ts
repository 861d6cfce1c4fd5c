/**
 * The trees of histogram gradient boosting (sklearn/ensemble/_hist_gradient_boosting/predictor.py).
 *
 * @module
 */

import { NDArray } from "../../../core/ndarray/index.ts";
import type { GlobalEntry, Reduction } from "../../../core/pack.ts";
import { PyDict } from "../../../core/values/dict.ts";
import { inspect, type Parts, pyAttrs, pyParts, pyReduce, pyRepr, pyType } from "../../../core/values/protocol.ts";
import { inspectText } from "../../../core/values/repr.ts";
import { PyGlobal } from "../../../core/values/scalars.ts";
import { EMPTY_TUPLE } from "../../../core/values/tuple.ts";
import { type NodeTable, nodeTable } from "../../../math/index.ts";
import { floatsOf } from "../fields.ts";

/** One tree: nodes in order of depth, categories as sets of bits. */
export class HistTree {
  readonly cls: PyGlobal;
  attrs = new PyDict<string, unknown>();
  left: Int32Array = new Int32Array(0);
  right: Int32Array = new Int32Array(0);
  feature: Int32Array = new Int32Array(0);
  threshold: Float64Array = new Float64Array(0);
  missingLeft: Uint8Array = new Uint8Array(0);
  isLeaf: Uint8Array = new Uint8Array(0);
  value: Float64Array = new Float64Array(0);
  isCategory: Uint8Array | null = null;
  bitset: Float64Array | null = null;
  /** Categories that go left: 8 words of 32 bits each. */
  bits: Float64Array = new Float64Array(0);
  /** The largest feature asked for. */
  most = -1;
  #table: NodeTable | null = null;

  constructor(cls: PyGlobal) {
    this.cls = cls;
  }
  get name(): string {
    return "TreePredictor";
  }

  /** Takes the state of a pickle. `TypeError`, `RangeError` for a tree that cannot be walked. */
  restore(state: unknown): void {
    if (!(state instanceof PyDict)) throw new TypeError("the state of a TreePredictor must be a dict");
    const nodes = state.get("nodes");
    if (!(nodes instanceof NDArray) || nodes.ndim !== 1 || nodes.dtype.fields === null) {
      throw new TypeError("nodes of a TreePredictor must be an array of records");
    }
    const fields = nodes.dtype.fields;
    const numbers = (name: string): Float64Array => {
      const found = floatsOf(nodes.field(name));
      if (found === null) throw new TypeError(`${name} of a TreePredictor must be numbers`);
      return found.data;
    };
    this.left = Int32Array.from(numbers("left"));
    this.right = Int32Array.from(numbers("right"));
    this.feature = Int32Array.from(numbers("feature_idx"));
    this.threshold = numbers(fields.has("num_threshold") ? "num_threshold" : "threshold");
    this.missingLeft = Uint8Array.from(
      fields.has("missing_go_to_left") ? numbers("missing_go_to_left") : new Float64Array(nodes.size),
    );
    this.isLeaf = Uint8Array.from(numbers("is_leaf"));
    this.value = numbers("value");
    this.isCategory = fields.has("is_categorical") ? Uint8Array.from(numbers("is_categorical")) : null;
    this.bitset = fields.has("bitset_idx") ? numbers("bitset_idx") : null;
    this.bits = floatsOf(state.get("raw_left_cat_bitsets"))?.data ?? new Float64Array(0);
    if (nodes.size === 0) throw new RangeError("a TreePredictor without nodes");
    for (let i = 0; i < nodes.size; i++) {
      if (this.isLeaf[i]) continue;
      const [l, r, f] = [this.left[i] as number, this.right[i] as number, this.feature[i] as number];
      if (!(l > i && l < nodes.size && r > i && r < nodes.size)) {
        throw new RangeError(`node ${i} of a TreePredictor has children ${l}, ${r}`);
      }
      if (f > this.most) this.most = f;
      if (!(f >= 0)) throw new RangeError(`node ${i} of a TreePredictor asks for feature ${f}`);
      if (this.isCategory?.[i] && !(((this.bitset?.[i] ?? 0) + 1) * 8 <= this.bits.length)) {
        throw new RangeError(`node ${i} of a TreePredictor asks for categories that are not there`);
      }
    }
    this.attrs = state as PyDict<string, unknown>;
  }

  /** The nodes as the kernel wants them; null where categories are told apart, too. */
  get table(): NodeTable | null {
    const { left, right, feature, threshold, isLeaf, isCategory } = this;
    if (isCategory?.includes(1)) return null;
    this.#table ??= nodeTable(left, right, feature, threshold, isLeaf);
    return this.#table;
  }

  /** Adds the value of each row's leaf to `out[row * step + place]`; `known` tells categories seen at fit time. */
  addTo(out: Float64Array, step: number, place: number, x: Float64Array, cols: number, known: Known): void {
    const { left, right, feature, threshold, missingLeft, isLeaf, isCategory, bitset, bits, value } = this;
    const rows = out.length / step;
    for (let i = 0; i < rows; i++) {
      let node = 0;
      while (!isLeaf[node]) {
        const f = feature[node] as number;
        const v = x[i * cols + f] as number;
        let goLeft: boolean;
        if (Number.isNaN(v)) goLeft = missingLeft[node] === 1;
        else if (isCategory?.[node]) {
          // Categories are cast to one byte, what is negative counts as missing.
          const category = Math.trunc(v) & 255;
          if (v < 0) goLeft = missingLeft[node] === 1;
          else if (hasBit(bits, (bitset?.[node] ?? 0) * 8, category)) goLeft = true;
          else goLeft = known(f, category) ? false : missingLeft[node] === 1;
        } else goLeft = v <= (threshold[node] as number);
        node = (goLeft ? left[node] : right[node]) as number;
      }
      const at = i * step + place;
      out[at] = (out[at] as number) + (value[node] as number);
    }
  }

  get [pyType](): string {
    return `${this.cls.module}.${this.cls.name}`;
  }
  [pyParts](): unknown[] {
    return [this.attrs];
  }
  get [pyAttrs](): PyDict {
    return this.attrs as PyDict;
  }
  [pyReduce](): Reduction {
    return { func: this.cls, args: EMPTY_TUPLE, isNew: true, state: this.attrs };
  }
  [pyRepr](): Parts {
    return [`<${this[pyType]} of ${this.left.length} nodes>`];
  }
  [inspect](): string {
    return inspectText(this);
  }
}

/** Was a category of a feature seen at fit time? */
export type Known = (feature: number, category: number) => boolean;

function hasBit(bits: Float64Array, at: number, value: number): boolean {
  return (((bits[at + (value >> 5)] as number) >>> (value & 31)) & 1) === 1;
}

export function histTreeEntry(module: string): GlobalEntry {
  return {
    create: () => new HistTree(new PyGlobal(module, "TreePredictor")),
    setState: (value, state) => (value as HistTree).restore(state),
  };
}
