/**
 * Looks into pickles without loading them, as Python's `pickletools` does: opcodes, listing, optimizer.
 *
 * ```ts
 * import { dis, optimize } from "brine/pickletools";
 * console.log(dis(bytes, { annotate: 30 }));
 * const smaller = optimize(bytes);
 * ```
 *
 * Nothing in a stream is executed or imported. Listings and optimized bytes equal CPython 3.13's. One difference: two
 * escaped surrogates in a row are one character here, because JavaScript strings cannot tell.
 *
 * @module
 */

import { OPCODE_LIST, type Opcode } from "../opcodes.ts";
import { PROSE } from "./prose.ts";

export type { ArgKind, Opcode, StackKind } from "../opcodes.ts";
export type { Arg } from "./args.ts";
export { type DisMemo, type DisOptions, dis } from "./dis.ts";
export { genops, type Op } from "./genops.ts";
export { optimize } from "./optimize.ts";
export { type Place, places } from "./places.ts";
export type {
  Atom,
  Container,
  GlobalReference,
  GlobalUse,
  Made,
  Named,
  Persistent,
  Step,
  Symbolic,
  Trace,
  TraceOptions,
  Unknown,
  UseKind,
} from "./symbolic.ts";
export { originOf, trace, traced } from "./trace.ts";

/** An opcode with its description. */
export interface OpcodeInfo extends Opcode {
  /** One line as Python's, then more in our words. */
  readonly doc: string;
}

/**
 * The table of all opcodes of protocols 0 to 5, in Python's order.
 *
 * Source: CPython 3.13, `pickletools.opcodes`.
 *
 * @example
 * ```ts
 * import { opcodes } from "brine/pickletools";
 * opcodes.find((o) => o.name === "TUPLE2")?.before; // ["any", "any"]
 * ```
 */
export const opcodes: readonly OpcodeInfo[] = /* @__PURE__ */ OPCODE_LIST.map((opcode) => ({
  ...opcode,
  doc: PROSE[opcode.name]!,
}));
