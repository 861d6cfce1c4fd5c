/**
 * Pooling to a size that is asked for.
 *
 * @module
 */
import { type Config, perAxis } from "../layer.ts";
import { fits } from "../ops/nd.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import { pooled, type Windows } from "./pool.ts";
import { Spatial } from "./spatial.ts";

/** Pooling to `output_size` places, whose windows may overlap. */
export class AdaptivePool extends Spatial {
  readonly #most: boolean;
  constructor(className: string, config: Config, axes: number, most: boolean) {
    super(className, config, axes);
    this.#most = most;
  }
  protected run(x: Tensor): Tensor {
    const sizes = perAxis(this.config["output_size"], this.axes, 1);
    fits([x.shape[0] as number, ...sizes, x.shape[this.axes + 1] as number]);
    const windows = sizes.map((count, i): Windows => {
      const n = x.shape[i + 1] as number;
      const places = Array.from({ length: count }, (_, k) => k);
      return {
        from: places.map((k) => Math.floor((k * n) / count)),
        to: places.map((k) => Math.ceil(((k + 1) * n) / count)),
      };
    });
    const outShape = [x.shape[0] as number, ...sizes, x.shape[this.axes + 1] as number];
    const out = this.room(sizeOf(outShape));
    pooled(x, windows, this.#most, out);
    return tensor(outShape, out);
  }
}
