/**
 * Strided items brought together: plain loops over typed arrays, one per width, so that each stays of one type.
 *
 * @module
 */
import type { View } from "./indexing.ts";
import type { TypedData } from "./storage.ts";

/** Side of the squares in which two axes are crossed, so that what is read is near what was read. */
const TILE = 32;

/** Rows of a view: offsets at which the last axis begins, C order. The caller's loop runs within a row. */
class Rows {
  readonly count: number;
  readonly step: number;
  readonly #shape: readonly number[];
  readonly #stride: readonly number[];
  readonly #index: number[];
  at: number;

  /** `scale` turns slots into the units that are moved. */
  constructor({ shape, stride, offset }: View, scale: number) {
    const last = shape.length - 1;
    this.count = last < 0 ? 1 : (shape[last] as number);
    this.step = (last < 0 ? 0 : (stride[last] as number)) * scale;
    this.#shape = shape.slice(0, Math.max(0, last));
    this.#stride = stride.slice(0, Math.max(0, last)).map((n) => n * scale);
    this.#index = new Array<number>(this.#shape.length).fill(0);
    this.at = offset * scale;
  }

  /** Goes to the next row; false when there is none. */
  next(): boolean {
    for (let axis = this.#shape.length - 1; axis >= 0; axis--) {
      this.at += this.#stride[axis] as number;
      const i = (this.#index[axis] as number) + 1;
      if (i < (this.#shape[axis] as number)) {
        this.#index[axis] = i;
        return true;
      }
      this.at -= (this.#stride[axis] as number) * i;
      this.#index[axis] = 0;
    }
    return false;
  }
}

function gather8(from: Uint8Array, into: Uint8Array, rows: Rows, units: number): void {
  const { count, step } = rows;
  let n = 0;
  do {
    for (let i = 0, at = rows.at; i < count; i++, at += step) {
      if (units === 1) into[n++] = from[at] as number;
      else for (let k = 0; k < units; k++) into[n++] = from[at + k] as number;
    }
  } while (rows.next());
}

function gather16(from: Uint16Array, into: Uint16Array, rows: Rows): void {
  const { count, step } = rows;
  let n = 0;
  do {
    for (let i = 0, at = rows.at; i < count; i++, at += step) into[n++] = from[at] as number;
  } while (rows.next());
}

function gather32(from: Uint32Array, into: Uint32Array, rows: Rows, units: number): void {
  const { count, step } = rows;
  let n = 0;
  if (units === 1) {
    do {
      for (let i = 0, at = rows.at; i < count; i++, at += step) into[n++] = from[at] as number;
    } while (rows.next());
  } else if (units === 2) {
    do {
      for (let i = 0, at = rows.at; i < count; i++, at += step) {
        into[n] = from[at] as number;
        into[n + 1] = from[at + 1] as number;
        n += 2;
      }
    } while (rows.next());
  } else {
    do {
      for (let i = 0, at = rows.at; i < count; i++, at += step) {
        for (let k = 0; k < units; k++) into[n++] = from[at + k] as number;
      }
    } while (rows.next());
  }
}

/** Two axes whose strides are crossed, in squares; other axes lie outside. */
function crossed32(from: Uint32Array, into: Uint32Array, view: View, units: number, scale: number): void {
  const last = view.shape.length - 1;
  const [high, wide] = [view.shape[last - 1] as number, view.shape[last] as number];
  const [down, along] = [(view.stride[last - 1] as number) * scale, (view.stride[last] as number) * scale];
  // The planes outside; the two axes are walked here.
  const outer = { ...view, shape: [...view.shape.slice(0, -2), 1], stride: [...view.stride.slice(0, -2), 0] };
  const planes = new Rows(outer, scale);
  let base = 0;
  do {
    for (let y0 = 0; y0 < high; y0 += TILE) {
      const y1 = Math.min(high, y0 + TILE);
      for (let x0 = 0; x0 < wide; x0 += TILE) {
        const x1 = Math.min(wide, x0 + TILE);
        for (let y = y0; y < y1; y++) {
          let at = planes.at + y * down + x0 * along;
          let n = base + (y * wide + x0) * units;
          for (let x = x0; x < x1; x++, at += along) {
            into[n++] = from[at] as number;
            for (let k = 1; k < units; k++) into[n++] = from[at + k] as number;
          }
        }
      }
    }
    base += high * wide * units;
  } while (planes.next());
}

/** Copies the items of a view (`slots` slots each) into memory without gaps, last axis fastest. */
export function gather(from: TypedData, into: TypedData, view: View, slots: number): void {
  if (into.length === 0) return;
  const width = from.BYTES_PER_ELEMENT;
  if (width === 1) {
    const bytes = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
    gather8(bytes, into as Uint8Array, new Rows(view, 1), slots);
  } else if (width === 2) {
    const items = new Uint16Array(from.buffer, from.byteOffset, from.length);
    gather16(items, new Uint16Array(into.buffer, into.byteOffset, into.length), new Rows(view, 1));
  } else {
    // As words, so that no bit of a NaN is lost on the way.
    const scale = width >> 2;
    const words = new Uint32Array(from.buffer, from.byteOffset, from.byteLength >> 2);
    const target = new Uint32Array(into.buffer, into.byteOffset, into.byteLength >> 2);
    const last = view.shape.length - 1;
    const isCrossed = last > 0 && Math.abs(view.stride[last] as number) > Math.abs(view.stride[last - 1] as number);
    const many = (view.shape[last] as number) >= TILE && (view.shape[last - 1] as number) >= TILE;
    if (isCrossed && many) crossed32(words, target, view, slots * scale, scale);
    else gather32(words, target, new Rows(view, scale), slots * scale);
  }
}
