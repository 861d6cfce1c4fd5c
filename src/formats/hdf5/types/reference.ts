/**
 * References to objects and to regions of datasets.
 *
 * @module
 */
import { inspect, type Parts, pyRepr, pyType } from "../../../core/values/protocol.ts";
import { repr } from "../../../core/values/repr.ts";

/** A reference, as h5py's `h5py.Reference`: `file.deref(ref)` gives the object. */
export class Reference {
  /** Address of the object, -1 for the null reference. */
  readonly address: number;
  /** @internal The region as the file has it, for a region reference. */
  readonly region: Uint8Array | null;

  constructor(address: number, region: Uint8Array | null) {
    this.address = address;
    this.region = region;
  }

  /** Does it refer to something? */
  get isNull(): boolean {
    return this.address < 0;
  }

  get [pyType](): string {
    return this.region === null ? "h5py.h5r.Reference" : "h5py.h5r.RegionReference";
  }
  [pyRepr](): Parts {
    const kind = this.region === null ? "HDF5 object reference" : "HDF5 region reference";
    return [this.isNull ? `<${kind} (null)>` : `<${kind}>`];
  }
  [inspect](): string {
    return repr(this);
  }
}
