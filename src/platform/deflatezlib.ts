/**
 * Packing in zlib's shell where there is no zlib: of fflate only what that needs.
 *
 * @module
 */
import { zlibSync } from "fflate";
import type { PlatformZlib } from "./zlib.ts";

const now = (bytes: Uint8Array, level: number): Uint8Array => zlibSync(bytes, { level: level as 6 });

/** Packing by fflate. */
export const deflateZlib: PlatformZlib = { now, aside: async (bytes, level) => now(bytes, level) };
