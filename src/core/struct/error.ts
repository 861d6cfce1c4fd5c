import { BrineError } from "../errors.ts";

/**
 * What Python's `struct.error` (and the `OverflowError` beside it) says, in CPython 3.13's words.
 *
 * @example
 * ```ts
 * import { StructError, pack } from "brine/struct";
 * try { pack("b", 200) } catch (e) { (e as StructError).message } // "'b' format requires -128 <= number <= 127"
 * ```
 */
export class StructError extends BrineError {
  constructor(reason: string) {
    super("STRUCT", reason, { format: "struct" });
  }
  static {
    this.prototype.name = "StructError";
  }
}
