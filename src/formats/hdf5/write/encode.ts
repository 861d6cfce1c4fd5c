/**
 * Filters on the way to the file; a page that only reads does without.
 *
 * @module
 */
import { lzfEncode, packZlib, packZlibMany } from "../../../core/codecs/index.ts";
import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import { checksum } from "../filters/fletcher32.ts";
import {
  FILTER,
  type Filter,
  type FilterSpec,
  type Filters,
  filterName,
  filterOf,
  type PackedChunk,
  type Pipeline,
} from "../filters/index.ts";
import { shuffle } from "../filters/shuffle.ts";
import type { Reading } from "../storage/store.ts";

type Encode = NonNullable<Filter["encode"]>;

/** How hard gzip tries, as a file says it. */
function levelOf([level = 4]: readonly number[]): number {
  if (level <= 9) return level;
  throw new FormatError(`gzip has levels from 0 to 9, not ${level}`, { format: "hdf5" });
}

/** What packs for the filters that are always there. */
const COMMON: ReadonlyMap<number, Encode> = new Map<number, Encode>([
  [FILTER.gzip, (bytes, values) => packZlib(bytes, levelOf(values))],
  // h5py leaves out the size for sequences; libhdf5 then leaves out the filter.
  [FILTER.shuffle, (bytes, values) => (values[0] === undefined ? null : shuffle(bytes, values[0]))],
  [FILTER.fletcher32, checksum],
  [FILTER.lzf, lzfEncode],
]);

/** What packs for a filter. Throws `UnsupportedError` for one that can only be read, or is not there. */
export function encoderOf(filters: Filters, spec: FilterSpec): Encode {
  const encode = COMMON.get(spec.id) ?? filterOf(filters, spec).encode;
  if (encode !== undefined) return encode;
  const name = filterName(spec);
  throw new UnsupportedError(name, `the filter ${name} can be read, not written`, { format: "hdf5" });
}

/** Takes chunks through the filters; where the platform can, they are packed side by side. */
export function* encodeChunks(
  filters: Filters,
  pipeline: Pipeline,
  chunks: readonly Uint8Array[],
): Reading<PackedChunk[]> {
  let now: PackedChunk[] = chunks.map((bytes) => ({ bytes, mask: 0 }));
  for (const [i, spec] of pipeline.entries()) {
    const encode = encoderOf(filters, spec);
    if (spec.id === FILTER.gzip) {
      const plain = now.map(({ bytes }) => bytes);
      const packed = (yield {
        kind: "work",
        now: () => plain.map((bytes) => encode(bytes, spec.values)),
        later: () => packZlibMany(plain, levelOf(spec.values)),
      }) as Uint8Array[];
      now = now.map(({ mask }, k) => ({ bytes: packed[k] as Uint8Array, mask }));
    } else {
      now = now.map(({ bytes, mask }) => {
        const packed = encode(bytes, spec.values);
        return packed === null ? { bytes, mask: mask | (1 << i) } : { bytes: packed, mask };
      });
    }
  }
  return now;
}
