/**
 * The base of the standard library's values.
 *
 * @module
 */
import { inspect } from "../../core/values/protocol.ts";
import { inspectText, repr } from "../../core/values/repr.ts";

/** Base of this family's values: they print as Python prints them. */
export abstract class PyValue {
  toString(): string {
    return repr(this);
  }
  [inspect](): string {
    return inspectText(this);
  }
}
