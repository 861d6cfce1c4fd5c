/**
 * Datatypes that were given a name in a file.
 *
 * @module
 */
import type { DType } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import type { Attributes } from "./attributes.ts";
import type { H5Type } from "./types/datatype.ts";

/** A named (committed) datatype, as `h5py.Datatype`. */
export class NamedType {
  readonly name: string;
  readonly dtype: DType;
  readonly attrs: Attributes;
  /** @internal */
  readonly type: H5Type;

  /** @internal */
  constructor(name: string, dtype: DType, type: H5Type, attrs: Attributes) {
    this.name = name;
    this.dtype = dtype;
    this.type = type;
    this.attrs = attrs;
  }

  get [pyType](): string {
    return "h5py._hl.datatype.Datatype";
  }
  [pyRepr](): Parts {
    return [`<HDF5 named type "${this.name.split("/").pop()}" (dtype ${this.dtype.str})>`];
  }
  [inspect](): string {
    return repr(this);
  }
}
