/**
 * What `scan` of brine says of a file.
 *
 * @module
 */
import type { Safety } from "./protocol.ts";

/** Files larger than this are not read whole for it. */
const LARGEST = 1 << 28;

/** Looks into a file that is small enough to be read whole. Throws `RangeError` for others, and as `scan`. */
export async function safetyOf(source: Blob | URL, name: string): Promise<Safety> {
  if (source instanceof URL) throw new RangeError("a file at an address is read by parts: brine scan reads it whole");
  if (source.size > LARGEST) throw new RangeError("a file of this size is read by parts: brine scan reads it whole");
  const { scan } = await import("../../../src/tools/scan/index.ts");
  const { verdict, findings } = await scan(source, { name });
  return {
    verdict,
    findings: findings.map(({ severity, message, advice, path, offset }) => ({
      severity,
      message,
      advice,
      place: path,
      // Places inside archives and shells are no places of the file.
      offset: path.startsWith(`${name}+`) ? offset : undefined,
    })),
  };
}
