/**
 * Lengths of chunks when nobody says: h5py's rule (h5py/_hl/filters.py, guess_chunk), which is PyTables'.
 *
 * @module
 */
import type { H5Type } from "../types/datatype.ts";
import { memorySize } from "../types/dtypes.ts";

const BASE = 16 * 1024;
const LEAST = 8 * 1024;
const MOST = 1024 * 1024;

/** Bytes that an element takes in NumPy's memory, where text, sequences and references are pointers. */
export function pointerSize(type: H5Type): number {
  return memorySize(type, (kind) => (/^(vlen|vlenString|reference)$/.test(kind) ? 8 : null));
}

/** Halves the axes in turn until a chunk is near a size that grows slowly with the dataset; `size` in bytes. */
export function guessChunks(shape: readonly number[], size: number): number[] {
  // An axis without elements yet is taken for one of 1024.
  const chunks = shape.map((n) => (n === 0 ? 1024 : n));
  const count = (): number => chunks.reduce((a, b) => a * b, 1);
  const total = count() * size;
  const target = Math.min(MOST, Math.max(LEAST, BASE * 2 ** Math.log10(total / (1024 * 1024))));
  for (let axis = 0; ; axis = (axis + 1) % chunks.length) {
    const bytes = count() * size;
    const near = bytes < target || Math.abs(bytes - target) / target < 0.5;
    if ((near && bytes < MOST) || count() === 1) break;
    chunks[axis] = Math.ceil((chunks[axis] as number) / 2);
  }
  return chunks;
}
