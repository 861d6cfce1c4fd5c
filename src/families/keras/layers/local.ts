/**
 * LocallyConnected1D and LocallyConnected2D, of Keras 1 and 2: convolutions with weights of their own at each place.
 *
 * @module
 */
import { matmul, type Tensor, tensor } from "../tensor.ts";
import { Convolution, gather } from "./conv.ts";

export class LocallyConnected extends Convolution {
  protected run(x: Tensor): Tensor {
    this.demand((this.config["implementation"] ?? 1) === 1, "has an implementation that is not known (other than 1)");
    const kernel = this.tensorOf("kernel");
    const { axes } = this;
    const given = this.config["kernel_size"];
    const sizes = Array.isArray(given) ? given.map(Number) : new Array<number>(axes).fill(Number(given));
    const walks = this.walks(x, { shape: sizes, data: kernel.data });
    const shape = x.shape.slice(1, axes + 1);
    const channels = x.shape[axes + 1] as number;
    const places = walks.reduce((n, walk) => n * walk.out, 1);
    const width = sizes.reduce((a, b) => a * b, 1) * channels;
    const filters = kernel.shape[2] ?? 0;
    this.demand(
      kernel.shape.length === 3 && kernel.shape[0] === places && kernel.shape[1] === width,
      `has a kernel of (${kernel.shape.join(", ")}) for ${places} places of ${width} numbers`,
    );
    const bias = this.biasOf(places * filters);
    const samples = x.shape[0] as number;
    const size = (x.data.length / samples) | 0;
    const columns = new Float32Array(places * width);
    const out = this.room(samples * places * filters);
    for (let s = 0; s < samples; s++) {
      gather(x.data, s * size, shape, channels, walks, columns);
      for (let p = 0; p < places; p++) {
        const own = kernel.data.subarray(p * width * filters, (p + 1) * width * filters);
        const plus = bias === null ? null : bias.subarray(p * filters, (p + 1) * filters);
        const row = columns.subarray(p * width, (p + 1) * width);
        matmul(row, own, 1, width, filters, plus, out, (s * places + p) * filters);
      }
    }
    return this.activation(tensor([samples, ...walks.map((walk) => walk.out), filters], out));
  }
}
