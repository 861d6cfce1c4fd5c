/**
 * How long and how much: durations, sizes, and which results have to go.
 *
 * @module
 */
import type { StoreItem } from "../../core/bytes/store.ts";

/** A length of time, as Python's `timedelta` takes it; a number is milliseconds. */
export type Duration =
  | number
  | {
      days?: number;
      seconds?: number;
      microseconds?: number;
      milliseconds?: number;
      minutes?: number;
      hours?: number;
      weeks?: number;
    };

/** A duration in milliseconds. */
export function milliseconds(duration: Duration): number {
  if (typeof duration === "number") return duration;
  const { days = 0, seconds = 0, microseconds = 0, milliseconds: ms = 0, minutes = 0, hours = 0, weeks = 0 } = duration;
  return ((weeks * 7 + days) * 24 + hours) * 3_600_000 + minutes * 60_000 + seconds * 1000 + ms + microseconds / 1000;
}

/** `"10G"`, `"500M"`, `"50K"` as bytes. `RangeError` for other text. */
export function bytesOf(text: number | string): number {
  if (typeof text === "number") return text;
  const match = /^\s*([\d.]+)([KMG])$/.exec(text);
  const size = Number(match?.[1]) * 1024 ** ("KMG".indexOf(match?.[2] ?? "") + 1);
  if (match === null || Number.isNaN(size)) {
    throw new RangeError(`Invalid literal for size given: ${text} should be alike '10G', '500M', '50K'.`);
  }
  return Math.trunc(size);
}

/** What a cache is to be cut down to. */
export interface SizeLimits {
  /** Bytes of all results, or text such as `"500M"`. */
  bytesLimit?: number | string;
  itemsLimit?: number;
  /** Results that were not read for longer than this go. */
  ageLimit?: Duration;
}

/** The results that must go, those first that were read longest ago (joblib/_store_backends.py). */
export function surplus(items: readonly StoreItem[], limits: SizeLimits, now: number = Date.now()): StoreItem[] {
  const { bytesLimit, itemsLimit, ageLimit } = limits;
  const age = ageLimit === undefined ? null : milliseconds(ageLimit);
  if (age !== null && age < 0) throw new RangeError("age_limit has to be a positive timedelta");
  const size = items.reduce((sum, item) => sum + item.size, 0);
  const tooLarge = bytesLimit === undefined ? 0 : size - bytesOf(bytesLimit);
  const tooMany = itemsLimit === undefined ? 0 : items.length - itemsLimit;
  const out: StoreItem[] = [];
  let bytes = 0;
  for (const item of [...items].sort((a, b) => a.lastAccess - b.lastAccess)) {
    if (bytes >= tooLarge && out.length >= tooMany && (age === null || now - age < item.lastAccess)) break;
    out.push(item);
    bytes += item.size;
  }
  return out;
}
