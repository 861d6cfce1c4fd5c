/**
 * Layers of several inputs: sums, products, joins.
 *
 * @module
 */

import { axisOf, broadcast, joined, spread } from "../ops/nd.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import { OwnMaskLayer } from "./ownmask.ts";

/** Keras puts missing axes behind the samples. */
function ranked(x: Tensor, rank: number): Tensor {
  if (x.shape.length === rank) return x;
  const missing = new Array<number>(rank - x.shape.length).fill(1);
  return { ...x, shape: [x.shape[0] as number, ...missing, ...x.shape.slice(1)] };
}

/**
 * Steps that count in what several inputs make. Keras 2: those that count in all that have a mask. Keras 3 before 3.4:
 * all of them. Since: those that count in any, if each has a mask.
 */
function maskOf(inputs: readonly Tensor[], era: number): Uint8Array | undefined {
  const masks = inputs.flatMap(({ mask }) => mask ?? []);
  const [first, ...rest] = masks;
  const all = era < 3000;
  if (first === undefined || rest.some(({ length }) => length !== first.length)) return undefined;
  if (!all && (era < 3004 || masks.length < inputs.length)) return undefined;
  return first.map((v, i) => {
    for (const mask of rest) if (all ? mask[i] === 0 : mask[i] !== 0) return all ? 0 : 1;
    return v;
  });
}

/** A copy with one value in the steps that a mask leaves out. */
function filled(x: Tensor, mask: Uint8Array | undefined, value: number): Tensor {
  if (mask === undefined || mask.length === 0) return x;
  const data = x.data.slice();
  const width = data.length / mask.length;
  for (const [i, seen] of mask.entries()) if (seen === 0) data.fill(value, i * width, (i + 1) * width);
  return { ...x, data };
}

/** Numbers of steps that a mask shows, and others in the rest. */
function chosen(data: Float32Array, others: Float32Array, mask: Uint8Array | undefined): Float32Array {
  if (mask === undefined || mask.length === 0 || others.length % mask.length !== 0) return data;
  const out = data.slice();
  const width = out.length / mask.length;
  for (const [i, seen] of mask.entries())
    if (seen === 0) out.set(others.subarray(i * width, (i + 1) * width), i * width);
  return out;
}

/** Add, Subtract, Multiply, Average, Maximum, Minimum. */
export class Merge extends OwnMaskLayer {
  call(inputs: readonly Tensor[]): Tensor {
    this.demand(inputs.length > 1, "takes two inputs or more");
    this.demand(
      inputs.every(({ text }) => text === undefined),
      "takes numbers, not texts",
    );
    const rank = Math.max(...inputs.map(({ shape }) => shape.length));
    // Since Keras 3.4 steps that a mask leaves out are ones in a product, and zeros where all leave them out.
    const neutral = this.className === "Multiply" && this.era >= 3004;
    const all = inputs.map((x) => ranked(neutral ? filled(x, x.mask, 1) : x, rank));
    let shape: readonly number[] = (all[0] as Tensor).shape;
    for (const x of all) shape = broadcast(shape, x.shape);
    const out = this.room(sizeOf(shape));
    out.set(spread(all[0] as Tensor, shape));
    let before = all[0]?.mask;
    const picks = /^M(ax|in)imum$/.test(this.className) && this.era >= 3004;
    for (const x of all.slice(1)) {
      let data = spread(x, shape);
      if (picks) {
        // Where only one of two is seen, it is the greatest and the least.
        data = chosen(data, out, x.mask);
        out.set(chosen(out, data, before));
        before = maskOf([{ ...x, mask: before }, x], this.era);
      }
      this.#merge(out, data);
    }
    if (this.className === "Average") for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) / all.length;
    const mask = maskOf(inputs, this.era);
    return tensor(shape, neutral ? filled({ shape, data: out }, mask, 0).data : out, mask);
  }
  #merge(out: Float32Array, data: Float32Array): void {
    const n = out.length;
    switch (this.className) {
      case "Subtract":
        for (let i = 0; i < n; i++) out[i] = (out[i] as number) - (data[i] as number);
        break;
      case "Multiply":
        for (let i = 0; i < n; i++) out[i] = (out[i] as number) * (data[i] as number);
        break;
      case "Maximum":
        for (let i = 0; i < n; i++) out[i] = Math.max(out[i] as number, data[i] as number);
        break;
      case "Minimum":
        for (let i = 0; i < n; i++) out[i] = Math.min(out[i] as number, data[i] as number);
        break;
      default:
        for (let i = 0; i < n; i++) out[i] = (out[i] as number) + (data[i] as number);
    }
  }
}

export class Concatenate extends OwnMaskLayer {
  call(inputs: readonly Tensor[]): Tensor {
    const made = joined(inputs, this.config["axis"] ?? -1);
    const blind = this.era >= 3000 && this.era < 3004;
    if (blind || inputs.every(({ mask }) => mask === undefined)) return made;
    const steps = (x: Tensor): number => (x.shape[0] as number) * (x.shape[1] as number);
    const masks = inputs.map((x) => x.mask ?? new Uint8Array(steps(x)).fill(1));
    if (axisOf(this.config["axis"] ?? -1, made.shape.length) !== 1) {
      return {
        ...made,
        mask: maskOf(
          masks.map((mask, i) => ({ ...(inputs[i] as Tensor), mask })),
          this.era,
        ),
      };
    }
    const parts = masks.map((mask, i) => tensor((inputs[i] as Tensor).shape.slice(0, 2), Float32Array.from(mask)));
    return { ...made, mask: Uint8Array.from(joined(parts, 1).data) };
  }
}
