/**
 * Kernels of WebAssembly, where pages and machines have it.
 *
 * @module
 */

/** The bytes of a kernel, which stand in its module as base64. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Null for what a page's policy, or a machine without room, answers; throws everything else. */
function refused(e: unknown): null {
  if (e instanceof WebAssembly.CompileError || e instanceof EvalError || e instanceof RangeError) return null;
  throw e;
}

/** A kernel, compiled at once; null where a page's policy or the machine has none. */
export function compiledNow(base64: string): WebAssembly.Module | null {
  if (typeof WebAssembly !== "object") return null;
  try {
    return new WebAssembly.Module(bytesOf(base64));
  } catch (e) {
    return refused(e);
  }
}

/** A kernel that is fetched and compiled beside other work; null where there is no WebAssembly, which fetches nothing. */
export async function compiledLater(fetch: () => Promise<string>): Promise<WebAssembly.Module | null> {
  if (typeof WebAssembly !== "object") return null;
  const bytes = bytesOf(await fetch());
  try {
    return await WebAssembly.compile(bytes);
  } catch (e) {
    return refused(e);
  }
}

/** What is made over a memory of its own; null where the machine has no room for one more. */
export function withMemory<T>(make: () => T): T | null {
  try {
    return make();
  } catch (e) {
    if (e instanceof RangeError) return null;
    throw e;
  }
}
