/**
 * Hashing and HashedCrossing: texts and whole numbers in bins by their hash.
 *
 * @module
 */
import { Layer } from "../layer.ts";
import type { Tensor } from "../tensor.ts";
import { encoded } from "./encoding.ts";
import { fingerprint64, sipHash } from "./fingerprint.ts";

const encoder = /* @__PURE__ */ new TextEncoder();

/** Items as texts: numbers as TensorFlow writes them. */
function texts(x: Tensor): readonly string[] {
  return x.text ?? Array.from(x.exact ?? x.data, (v) => whole(v).toString());
}

function whole(v: number): bigint {
  if (!Number.isFinite(v)) throw new RangeError(`${v} is no whole number`);
  return BigInt(Math.trunc(v));
}

export class Hashing extends Layer {
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.any(inputs);
    const mask = this.config["mask_value"];
    const hidden = mask === null || mask === undefined ? null : String(mask);
    const total = Number(this.config["num_bins"]);
    this.demand(Number.isSafeInteger(total) && total > 0, `has ${String(this.config["num_bins"])} bins`);
    // The first bin is the mask's.
    const bins = BigInt(hidden !== null && total > 1 ? total - 1 : total);
    const salt = this.config["salt"];
    const key = salt === null || salt === undefined ? null : [salt, salt].flat();
    const [k0, k1] = [Number(key?.[0] ?? 0), Number(key?.[1] ?? 0)];
    this.demand(Number.isSafeInteger(k0) && Number.isSafeInteger(k1), "has a salt of other things than whole numbers");
    const out = new Float32Array(x.text?.length ?? x.data.length);
    for (const [i, text] of texts(x).entries()) {
      if (text === hidden) continue;
      const bytes = encoder.encode(text);
      const hash = key === null ? fingerprint64(bytes) : sipHash(bytes, BigInt(k0), BigInt(k1));
      out[i] = Number(hash % bins) + (hidden !== null && total > 1 ? 1 : 0);
    }
    return encoded(out, x.shape, String(this.config["output_mode"] ?? "int"), total);
  }
}

/** The pairs of two features, hashed together. */
export class HashedCrossing extends Layer {
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const [first] = inputs;
    this.demand(first !== undefined && inputs.length > 1, "takes two features or more");
    const shape = (first as Tensor).shape;
    const columns = inputs.map((x) => fingerprints(x));
    const n = columns[0]?.length ?? 0;
    this.demand(
      columns.every(({ length }) => length === n),
      "takes features of one length",
    );
    const total = Number(this.config["num_bins"]);
    this.demand(Number.isSafeInteger(total) && total > 0, `has ${String(this.config["num_bins"])} bins`);
    const bins = BigInt(total);
    const out = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      // As tensorflow/core/kernels/sparse_cross_op.cc joins them.
      let hash = 0xdecafcaffen;
      for (const column of columns) hash = joined(hash, column[i] as bigint);
      out[i] = Number(hash % bins);
    }
    return encoded(out, shape.length === 1 ? [n] : shape, String(this.config["output_mode"] ?? "int"), Number(bins));
  }
}

function fingerprints(x: Tensor): bigint[] {
  if (x.text !== undefined) return x.text.map((text) => fingerprint64(encoder.encode(text)));
  return Array.from(x.exact ?? x.data, (v) => BigInt.asUintN(64, whole(v)));
}

/** Two fingerprints as one. */
function joined(a: bigint, b: bigint): bigint {
  const by = 0xc6a4a7935bd1e995n;
  const mix = (x: bigint): bigint => x ^ (x >> 47n);
  let hash = BigInt.asUintN(64, (a ^ by ^ BigInt.asUintN(64, mix(BigInt.asUintN(64, b * by)) * by)) * by);
  hash = BigInt.asUintN(64, mix(hash) * by);
  return mix(hash);
}
