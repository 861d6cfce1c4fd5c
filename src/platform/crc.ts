/**
 * CRC-32 by Node's zlib, which uses the processor's own instructions.
 *
 * @module
 */
import * as zlib from "node:zlib";

/** CRC-32 going on from another; null where this Node has none (before 20.15). */
export const fastCrc32: ((bytes: Uint8Array, before: number) => number) | null = zlib.crc32 ?? null;
