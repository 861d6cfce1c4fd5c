/**
 * What is told of a file as a whole.
 *
 * @module
 */

/** A number, a text, or several texts. */
export type Fact = number | string | readonly string[];

/** What {@link infoOf} and {@link hdf5Info} find. */
export interface Info {
  /** `"joblib"`, `"npz"`, `"HDF5"`, `"Keras zip"`, … */
  readonly format: string;
  /** What it is packed into, the outermost first. */
  readonly shells: readonly string[];
  /** Bytes of the file, and of what was in its shells. */
  readonly size: number;
  readonly unpacked: number;
  /** The highest protocol of its pickles; null where it has none. */
  readonly protocol: number | null;
  /** Programs that wrote it, as far as it tells: `"sklearn 1.2.2"`, `"numpy >= 2"`. */
  readonly writers: readonly string[];
  /** What `pip install` needs to read it in Python. */
  readonly pins: readonly string[];
  /** Counts and versions of its own kind, by their names. */
  readonly facts: ReadonlyMap<string, Fact>;
  /** Why it cannot be read to its end; null for a sound file. */
  readonly damage: string | null;
}

/** What one kind of file tells; the rest is the same for all. */
export type Told = Pick<Info, "format" | "facts"> & Partial<Pick<Info, "protocol" | "writers" | "pins" | "damage">>;
