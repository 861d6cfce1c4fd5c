/**
 * Digests by Node's own crypto.
 *
 * @module
 */
import { createHash, getFips } from "node:crypto";

/** A digest that takes bytes in pieces; null where the platform has none that answers at once. */
export function nativeDigest(
  name: "md5" | "sha1",
): { update(bytes: Uint8Array): unknown; digest(encoding: "hex"): string } | null {
  // OpenSSL in FIPS mode refuses MD5, which names a result here and protects nothing.
  return getFips() === 1 ? null : createHash(name);
}
