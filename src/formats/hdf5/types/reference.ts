/**
 * References to objects and to regions of datasets.
 *
 * @module
 */
import type { FormatError, UnsupportedError } from "../../../core/errors.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../../core/values/protocol.ts";
import { repr } from "../../../core/values/repr.ts";

/**
 * A reference, as h5py's `h5py.Reference`: `file.deref(ref)` gives the object. One that makes no sense is an element
 * like others until it is followed.
 */
export class Reference {
  readonly #address: number;
  /** @internal Why it cannot be followed. */
  readonly broken: FormatError | UnsupportedError | null;
  /** @internal The region as the file has it, for a region reference. */
  readonly region: Uint8Array | null;

  constructor(address: number, region: Uint8Array | null, broken: FormatError | UnsupportedError | null = null) {
    this.#address = address;
    this.region = region;
    this.broken = broken;
  }

  /**
   * Address of the object, -1 for the null reference. Throws `FormatError` when it makes no sense, `UnsupportedError`
   * for a region or an attribute as HDF5 1.12 refers to them.
   */
  get address(): number {
    if (this.broken !== null) throw this.broken;
    return this.#address;
  }

  /** Does it refer to nothing? */
  get isNull(): boolean {
    return this.broken === null && this.#address < 0;
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
