/**
 * Failures of what is read from, as errors of brine's.
 *
 * @module
 */
import { SourceError } from "../core/errors.ts";

/** Runs what may fail; its failure becomes a `SourceError`. */
export async function failing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof SourceError || (cause as Error | undefined)?.name === "AbortError") throw cause;
    throw new SourceError(`reading failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
