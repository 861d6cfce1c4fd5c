/**
 * Storages: the memory that tensors share.
 *
 * @module
 */
import { SourceError } from "../../core/errors.ts";
import { inspect, type Parts, pyJS, pyRepr, pyType } from "../../core/values/protocol.ts";
import type { TorchDType } from "./dtypes.ts";

/** How the bytes of a storage are had. */
export interface Fetch {
  /** At once; undefined where the source cannot. */
  sync?: () => Uint8Array;
  async: (signal?: AbortSignal) => Promise<Uint8Array>;
}

/**
 * The memory of tensors, little-endian. In a file that is open it is read when it is first asked for.
 */
export class Storage {
  /** Its name in the file (`"0"`). */
  readonly key: string;
  /** Where it was: `"cpu"`, `"cuda:0"`. */
  readonly location: string;
  /** Bytes. */
  readonly nbytes: number;
  /** @internal The dtype that the file gives it; null for an untyped one. */
  readonly dtype: TorchDType | null;
  #bytes: Uint8Array | null = null;
  #fetch: Fetch | null = null;
  #pending: Promise<Uint8Array> | null = null;

  /** @internal */
  constructor(
    key: string,
    nbytes: number,
    dtype: TorchDType | null,
    location: string,
    from: Uint8Array | Fetch | null,
  ) {
    this.key = key;
    this.nbytes = nbytes;
    this.dtype = dtype;
    this.location = location;
    if (from instanceof Uint8Array) this.#bytes = from;
    else this.#fetch = from;
  }

  /** Is it in memory? */
  get isLoaded(): boolean {
    return this.#bytes !== null;
  }

  /** The bytes; `SourceError` when they are not loaded and cannot be read at once. */
  get bytes(): Uint8Array {
    if (this.#bytes === null) {
      if (this.#fetch?.sync === undefined) {
        throw new SourceError(`storage ${this.key} is not read yet: await tensor.load() first`, { format: "torch" });
      }
      this.#bytes = this.#checked(this.#fetch.sync());
    }
    return this.#bytes;
  }

  /** @internal Gives a storage of a legacy file its bytes, which stand at the file's end. */
  fill(bytes: Uint8Array): void {
    this.#bytes = this.#checked(bytes);
  }

  /** Reads the bytes; once, however often it is asked. Throws `SourceError` and `FormatError`. */
  async load(signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#bytes !== null) return this.#bytes;
    if (this.#fetch === null) return this.bytes;
    this.#pending ??= this.#fetch.async(signal).finally(() => {
      this.#pending = null;
    });
    this.#bytes = this.#checked(await this.#pending);
    return this.#bytes;
  }

  #checked(bytes: Uint8Array): Uint8Array {
    if (bytes.length < this.nbytes) {
      throw new RangeError(`storage ${this.key} has ${bytes.length} of ${this.nbytes} bytes`);
    }
    return bytes;
  }

  get [pyType](): string {
    return `torch.${this.dtype?.storage ?? "UntypedStorage"}`;
  }
  [pyJS](): unknown {
    return this;
  }
  [pyRepr](): Parts {
    return [`<storage ${this.key} of ${this.nbytes} bytes${this.isLoaded ? "" : ", not read yet"}>`];
  }
  [inspect](): string {
    return String(this[pyRepr]()[0]);
  }
}
