/**
 * Padding and cropping.
 *
 * @module
 */
import { bad } from "../calls.ts";
import type { Config } from "../layer.ts";
import { fits } from "../ops/nd.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import { Spatial } from "./spatial.ts";

/** Steps over all places of a shape, last axis fastest. */
function* places(shape: readonly number[]): Generator<number[]> {
  const index = shape.map(() => 0);
  const total = sizeOf(shape);
  for (let i = 0; i < total; i++) {
    yield index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
}

/** What is before and behind along each axis. */
function pairs(value: unknown, axes: number): [number, number][] {
  if (axes === 1 && Array.isArray(value) && value.length === 2 && typeof value[0] === "number") {
    return [[value[0], Number(value[1])]];
  }
  if (typeof value === "number") return new Array(axes).fill([value, value]);
  if (!Array.isArray(value) || value.length !== axes)
    throw bad(`${JSON.stringify(value)} are no sides of ${axes} axes`);
  return value.map((pair) => (Array.isArray(pair) ? [Number(pair[0]), Number(pair[1])] : [Number(pair), Number(pair)]));
}

/** ZeroPadding and Cropping. */
export class Border extends Spatial {
  readonly #cuts: boolean;
  constructor(className: string, config: Config, axes: number, cuts: boolean) {
    super(className, config, axes);
    this.#cuts = cuts;
  }
  protected run(x: Tensor): Tensor {
    const shape = x.shape.slice(1, -1);
    const channels = x.shape[this.axes + 1] as number;
    const samples = x.shape[0] as number;
    const sides = pairs(this.config[this.#cuts ? "cropping" : "padding"], this.axes);
    const sign = this.#cuts ? -1 : 1;
    const outShape = shape.map((n, i) => n + sign * ((sides[i] as number[])[0]! + (sides[i] as number[])[1]!));
    fits([samples, ...outShape, channels]);
    const out = new Float32Array(samples * sizeOf(outShape) * channels);
    let to = 0;
    for (let s = 0; s < samples; s++) {
      for (const place of places(outShape)) {
        let at = 0;
        let inside = true;
        for (let axis = 0; axis < shape.length; axis++) {
          const z = (place[axis] as number) - sign * ((sides[axis] as number[])[0] as number);
          inside &&= z >= 0 && z < (shape[axis] as number);
          at = at * (shape[axis] as number) + z;
        }
        if (inside) {
          const from = (s * sizeOf(shape) + at) * channels;
          out.set(x.data.subarray(from, from + channels), to);
        }
        to += channels;
      }
    }
    return tensor([samples, ...outShape, channels], out);
  }
}
