/**
 * Dot.
 *
 * @module
 */
import { type Config, Layer } from "../layer.ts";
import { axisOf } from "../ops/nd.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";

/** Dot: products along one axis of each. */
export class Dot extends Layer {
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const [a, b] = inputs as [Tensor, Tensor];
    this.demand(inputs.length === 2, "takes two inputs");
    const { axes } = this.config as Config & { axes: number | number[] };
    const [p, q] = Array.isArray(axes) ? (axes as [number, number]) : [axes, axes];
    this.demand(a.shape.length <= 3 && b.shape.length <= 3, "is known for up to three axes");
    const full = (
      x: Tensor,
      axis: number,
    ): { rows: number; inner: number; at: (s: number, r: number, k: number) => number } => {
      const along = axisOf(axis, x.shape.length);
      const inner = x.shape[along] as number;
      const others = x.shape.slice(1).filter((_, i) => i + 1 !== along);
      const rows = sizeOf(others);
      const size = sizeOf(x.shape.slice(1));
      const last = along === x.shape.length - 1;
      return { rows, inner, at: (s, r, k) => s * size + (last ? r * inner + k : k * rows + r) };
    };
    const [x, y] = [full(a, p), full(b, q)];
    this.demand(x.inner === y.inner, "takes axes of one length");
    const samples = a.shape[0] as number;
    const unit = this.config["normalize"] === true;
    const out = new Float32Array(samples * x.rows * y.rows);
    for (let s = 0; s < samples; s++) {
      for (let i = 0; i < x.rows; i++) {
        for (let j = 0; j < y.rows; j++) {
          let sum = 0;
          let aa = 0;
          let bb = 0;
          for (let k = 0; k < x.inner; k++) {
            const [u, v] = [a.data[x.at(s, i, k)] as number, b.data[y.at(s, j, k)] as number];
            sum += u * v;
            aa += u * u;
            bb += v * v;
          }
          out[(s * x.rows + i) * y.rows + j] = unit ? sum / Math.sqrt(Math.max(aa, 1e-12) * Math.max(bb, 1e-12)) : sum;
        }
      }
    }
    const shape = [samples];
    if (a.shape.length === 3) shape.push(x.rows);
    if (b.shape.length === 3) shape.push(y.rows);
    if (shape.length === 1) shape.push(1);
    return tensor(shape, out);
  }
}
