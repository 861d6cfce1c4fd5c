/**
 * Fresh memory that another thread makes ready.
 *
 * @module
 */
import { type FileHandle, open } from "node:fs/promises";
import { availableParallelism } from "node:os";

/** Makes memory ready that is about to be filled. */
export interface Toucher {
  /** Writes zeros to memory which nobody else may write until the promise is kept; where that fails, nothing is lost. */
  touch(fresh: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * The system makes a page of memory when it is first written, which takes longer than to copy it. Reading zeros there
 * lets a thread of Node's pool do so while this one is at work. Null where there is one processor or no file of zeros.
 */
export async function openToucher(): Promise<Toucher | null> {
  if (process.platform === "win32" || availableParallelism() < 2) return null;
  const zeros = await open("/dev/zero").catch((): FileHandle | null => null);
  if (zeros === null) return null;
  return {
    touch: (fresh) =>
      zeros.read(fresh, 0, fresh.length, null).then(
        () => undefined,
        () => undefined,
      ),
    close: () => zeros.close(),
  };
}
