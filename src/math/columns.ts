/**
 * Tables whose columns are moved and stretched, each by numbers of its own.
 *
 * @module
 */

/** Numbers of a table of `d` columns less those of `minus`, over those of `over`; null changes nothing. */
export function standardized(
  data: Float64Array,
  d: number,
  minus: Float64Array | null,
  over: Float64Array | null,
): Float64Array {
  const out = new Float64Array(data.length);
  const rows = d === 0 ? 0 : data.length / d;
  for (let i = 0, at = 0; i < rows; i++) {
    if (minus !== null && over !== null) {
      for (let j = 0; j < d; j++, at++) out[at] = ((data[at] as number) - (minus[j] as number)) / (over[j] as number);
    } else if (minus !== null) {
      for (let j = 0; j < d; j++, at++) out[at] = (data[at] as number) - (minus[j] as number);
    } else if (over !== null) {
      for (let j = 0; j < d; j++, at++) out[at] = (data[at] as number) / (over[j] as number);
    } else {
      for (let j = 0; j < d; j++, at++) out[at] = data[at] as number;
    }
  }
  return out;
}

/** Numbers of a table of `d` columns times those of `by`, and those of `plus` more; null changes nothing. */
export function stretched(
  data: Float64Array,
  d: number,
  by: Float64Array | null,
  plus: Float64Array | null,
): Float64Array {
  const out = new Float64Array(data.length);
  const rows = d === 0 ? 0 : data.length / d;
  for (let i = 0, at = 0; i < rows; i++) {
    if (by !== null && plus !== null) {
      for (let j = 0; j < d; j++, at++) out[at] = (data[at] as number) * (by[j] as number) + (plus[j] as number);
    } else if (by !== null) {
      for (let j = 0; j < d; j++, at++) out[at] = (data[at] as number) * (by[j] as number);
    } else if (plus !== null) {
      for (let j = 0; j < d; j++, at++) out[at] = (data[at] as number) + (plus[j] as number);
    } else {
      for (let j = 0; j < d; j++, at++) out[at] = data[at] as number;
    }
  }
  return out;
}
