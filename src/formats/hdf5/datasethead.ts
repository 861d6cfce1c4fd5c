/**
 * What a dataset's header tells of it.
 *
 * @module
 */
import type { DType } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import type { DatasetInfo } from "./data.ts";
import { FILTER, filterName } from "./filters/index.ts";
import { type Selector, type SliceSpec, select, slice } from "./selection.ts";
import { mapped } from "./types/dtypes.ts";

/** Shape, type and storage of a dataset. */
export abstract class DatasetHead {
  readonly #name: string;

  /** @internal */
  constructor(name: string) {
    this.#name = name;
  }

  /** Its path in the file. */
  get name(): string {
    return this.#name;
  }

  /** @internal */
  abstract readonly info: DatasetInfo;

  get dtype(): DType {
    return mapped(this.info.type).dtype;
  }

  /** Lengths of the axes; `null` for a dataset without elements (`h5py.Empty`). */
  get shape(): readonly number[] | null {
    return this.info.space.shape;
  }

  get ndim(): number {
    return this.shape?.length ?? 0;
  }

  /** Number of elements. */
  get size(): number {
    return this.shape === null ? 0 : this.shape.reduce((a, b) => a * b, 1);
  }

  /** Bytes that the elements take in memory. */
  get nbytes(): number {
    return this.size * this.dtype.itemsize;
  }

  /** Lengths to which the axes may grow; `null` for no limit. */
  get maxshape(): readonly (number | null)[] {
    return this.info.space.maxshape;
  }

  /** Lengths of a chunk; null when the elements stand together. */
  get chunks(): readonly number[] | null {
    const { layout } = this.info;
    return layout.kind === "chunked" ? layout.chunks : null;
  }

  /** Does it show elements of other datasets? */
  get isVirtual(): boolean {
    return this.info.layout.kind === "virtual";
  }

  /** Files in which the elements stand, as h5py's `external`: name, first byte, bytes (null: all that follow). */
  get external(): [file: string, at: number, size: number | null][] | null {
    const { external } = this.info;
    return external.length === 0 ? null : external.map(({ file, at, size }) => [file, at, size < 0 ? null : size]);
  }

  /** `"gzip"`, `"lzf"`, `"szip"`, the name of another filter that packs, or null. */
  get compression(): string | null {
    for (const id of [FILTER.gzip, FILTER.lzf, FILTER.szip]) {
      const found = this.info.pipeline.find((filter) => filter.id === id);
      if (found !== undefined) return filterName(found);
    }
    for (const filter of this.info.pipeline) {
      if (![FILTER.shuffle, FILTER.fletcher32, FILTER.nbit, FILTER.scaleoffset].some((id) => id === filter.id)) {
        return filterName(filter);
      }
    }
    return null;
  }

  /** The level of gzip; null for all others. */
  get compressionOpts(): number | null {
    return this.info.pipeline.find(({ id }) => id === FILTER.gzip)?.values[0] ?? null;
  }

  get shuffle(): boolean {
    return this.info.pipeline.some(({ id }) => id === FILTER.shuffle);
  }

  get fletcher32(): boolean {
    return this.info.pipeline.some(({ id }) => id === FILTER.fletcher32);
  }

  /** Bits that scale-offset keeps of ints (0: as many as it takes), or decimals of floats; null without it. */
  get scaleoffset(): number | null {
    return this.info.pipeline.find(({ id }) => id === FILTER.scaleoffset)?.values[1] ?? null;
  }

  /**
   * The chunks in C order, each as slices for `get`, as h5py's `iter_chunks`; only what indices pick of them, which are
   * slices without steps. Throws `TypeError` for a dataset without chunks.
   *
   * @example
   * ```ts
   * for (const chunk of ds.chunksIter()) total += sum(ds.get(...chunk));
   * ```
   */
  *chunksIter(...selectors: Selector[]): IterableIterator<SliceSpec[]> {
    const { chunks, shape } = this;
    if (chunks === null || shape === null) throw new TypeError("only a dataset with chunks has them to go through");
    const { axes, fields, points } = select(shape, selectors);
    const spans = axes.map((axis) => {
      if ("list" in axis || axis.step !== 1 || points !== null || fields.length > 0) {
        throw new TypeError("chunks are gone through by slices without steps");
      }
      return { start: axis.start, stop: axis.start + axis.count };
    });
    if (spans.some(({ start, stop }) => start === stop)) return;
    const first = spans.map(({ start }, i) => Math.floor(start / (chunks[i] as number)));
    const cell = [...first];
    for (let axis = 0; axis >= 0; ) {
      yield spans.map(({ start, stop }, i) => {
        const begin = (cell[i] as number) * (chunks[i] as number);
        return slice(Math.max(start, begin), Math.min(stop, begin + (chunks[i] as number)));
      });
      for (axis = cell.length - 1; axis >= 0; axis--) {
        cell[axis] = (cell[axis] as number) + 1;
        if ((cell[axis] as number) * (chunks[axis] as number) < (spans[axis] as { stop: number }).stop) break;
        cell[axis] = first[axis] as number;
      }
    }
  }

  /** Number of rows. */
  get length(): number {
    const [rows] = this.shape ?? [];
    if (rows === undefined) throw new TypeError("a scalar dataset has no length");
    return rows;
  }

  get [pyType](): string {
    return "h5py._hl.dataset.Dataset";
  }
  [pyRepr](): Parts {
    const name = this.name.split("/").pop() ?? "";
    const shape = this.shape === null ? "None" : `(${this.shape.join(", ")}${this.shape.length === 1 ? "," : ""})`;
    return [`<HDF5 dataset "${name}": shape ${shape}, type "${this.dtype.str}">`];
  }
  [inspect](): string {
    return repr(this);
  }
  toString(): string {
    return repr(this);
  }
}
