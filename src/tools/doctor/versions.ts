/**
 * Versions of libraries, compared.
 *
 * @module
 */
import type { Versions } from "./types.ts";

/** Is a version below another? Missing parts count as 0. */
export function below(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < 3; i++) {
    const [x, y] = [a![i] ?? 0, b![i] ?? 0];
    if (x !== y) return x < y;
  }
  return false;
}

/** May a reader be older than a version, as far as the caller told? */
export function older(versions: Versions, library: string, than: string): boolean {
  const version = versions[library];
  return version === undefined || below(version, than);
}

/** May a reader be of a version or newer, as far as the caller told? */
export function newer(versions: Versions, library: string, since: string): boolean {
  const version = versions[library];
  return version === undefined || !below(version, since);
}

/** Did the caller say that the reader is older than a version? */
export function saidOlder(versions: Versions, library: string, than: string): boolean {
  return versions[library] !== undefined && older(versions, library, than);
}

/** Did the caller say that the reader is of a version or newer? */
export function saidNewer(versions: Versions, library: string, since: string): boolean {
  return versions[library] !== undefined && newer(versions, library, since);
}
