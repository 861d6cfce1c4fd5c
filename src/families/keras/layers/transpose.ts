/**
 * Transposed convolutions.
 *
 * @module
 */
import { perAxis } from "../layer.ts";
import { fits } from "../ops/nd.ts";
import { matmul, type Tensor, tensor, transposed } from "../tensor.ts";
import { Convolution, padded } from "./conv.ts";

/** Conv1DTranspose, Conv2DTranspose, Conv3DTranspose. */
export class ConvTranspose extends Convolution {
  protected run(x: Tensor): Tensor {
    const { axes, strides, dilations } = this;
    const kernel = this.kernel("kernel");
    const filters = kernel.shape[axes] as number;
    const channels = kernel.shape[axes + 1] as number;
    this.demand(x.shape[axes + 1] === channels, `takes ${channels} channels, not ${x.shape[axes + 1]}`);
    const extra = this.config["output_padding"];
    const extras = extra === null || extra === undefined ? null : perAxis(extra, axes, 0);
    const same = this.config["padding"] === "same";
    const shape = x.shape.slice(1, axes + 1);
    const sizes = kernel.shape.slice(0, axes);
    const wide = sizes.map((size, i) => (size - 1) * (dilations[i] as number) + 1);
    const outShape = shape.map((n, i) => {
      const [k, stride] = [wide[i] as number, strides[i] as number];
      if (extras !== null) return (n - 1) * stride + k - (same ? 2 * Math.floor(k / 2) : 0) + (extras[i] as number);
      return same ? n * stride : n * stride + Math.max(k - stride, 0);
    });
    const before = outShape.map((n, i) => {
      const k = wide[i] as number;
      if (!same) return 0;
      // What a convolution of these strides puts before its first cell.
      const cells = Math.ceil(n / (strides[i] as number));
      return Math.floor(Math.max(0, (cells - 1) * (strides[i] as number) + k - n) / 2);
    });
    fits([x.shape[0] as number, ...outShape, filters]);
    const [d, h, w] = padded(shape, 1);
    const [kd, kh, kw] = padded(sizes, 1);
    const [sd, sh, sw] = padded(strides, 1);
    const [ed, eh, ew] = padded(dilations, 1);
    const [bd, bh, bw] = padded(before, 0);
    const [od, oh, ow] = padded(outShape, 1);
    const samples = x.shape[0] as number;
    const bias = this.biasOf(filters);
    const cells = od * oh * ow;
    const taps = kd * kh * kw;
    const width = taps * filters;
    // What each cell gives to every tap and filter is one product; it is then added up where it belongs.
    const turned = transposed({ shape: [width, channels], data: kernel.data }, [1, 0]).data;
    const inner = d * h * w;
    const parts = matmul(x.data, turned, samples * inner, channels, width, null);
    const sums = new Float64Array(cells * filters);
    const out = this.room(samples * cells * filters);
    for (let s = 0; s < samples; s++) {
      sums.fill(0);
      let from = s * inner * width;
      for (let zd = 0; zd < d; zd++)
        for (let zh = 0; zh < h; zh++)
          for (let zw = 0; zw < w; zw++)
            for (let i = 0; i < kd; i++)
              for (let j = 0; j < kh; j++)
                for (let k = 0; k < kw; k++, from += filters) {
                  const yd = zd * sd + i * ed - bd;
                  const yh = zh * sh + j * eh - bh;
                  const yw = zw * sw + k * ew - bw;
                  if (yd < 0 || yd >= od || yh < 0 || yh >= oh || yw < 0 || yw >= ow) continue;
                  const to = ((yd * oh + yh) * ow + yw) * filters;
                  for (let f = 0; f < filters; f++) sums[to + f]! += parts[from + f] as number;
                }
      if (bias !== null) for (let i = 0; i < sums.length; i++) sums[i]! += bias[i % filters] as number;
      out.set(sums, s * cells * filters);
    }
    return this.activation(tensor([samples, ...outShape, filters], out));
  }
}
