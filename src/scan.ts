/**
 * The face of `brine/scan`: whether a file may run code when Python loads it.
 *
 * `loads` and `load` of brine never call anything that a file names, whatever the scanner says; the scanner is for the
 * Python programs that will.
 *
 * ```ts
 * import { scan } from "brine/scan";
 * const { verdict, findings } = await scan("model.pt");
 * ```
 *
 * @module
 */
export * from "./tools/scan/index.ts";
