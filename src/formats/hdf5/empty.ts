/**
 * What has a type and no elements: a null dataspace.
 *
 * @module
 */
import type { DType } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";

/** A dataset or attribute without a shape, as `h5py.Empty`. */
export class Empty {
  readonly dtype: DType;

  constructor(dtype: DType) {
    this.dtype = dtype;
  }

  get [pyType](): string {
    return "h5py._hl.base.Empty";
  }
  [pyRepr](): Parts {
    return ["Empty(dtype=", this.dtype, ")"];
  }
  [inspect](): string {
    return repr(this);
  }
}
