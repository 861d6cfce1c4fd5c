/**
 * How a path to a value is written in messages.
 *
 * @module
 */

import { repr } from "../../../core/values/repr.ts";

/** The step from a dict to the value under a key: `.name`, `["two words"]`, `[3]`, `[(1, None)]`. */
export function keyPath(key: unknown): string {
  if (typeof key === "string") return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  return `[${repr(key)}]`;
}
