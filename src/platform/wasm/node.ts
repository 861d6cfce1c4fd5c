/**
 * The codecs' WebAssembly, at hand from the start.
 *
 * @module
 */
import type { PackedModule } from "./later.ts";
import { PACKED } from "./module.ts";

/** The module's text is read with the package: 100 KB, so that what waits for nothing can use it. */
export const codecsModule: PackedModule = { now: () => PACKED, later: async () => PACKED };
