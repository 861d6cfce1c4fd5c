/**
 * Kernels of WebAssembly, where pages and machines have it.
 *
 * @module
 */

/** What a module exports; null where vectors are not known, or a page's policy forbids compiling. */
export function instantiated<T>(hex: string): T | null {
  if (typeof WebAssembly !== "object") return null;
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  if (!WebAssembly.validate(bytes)) return null;
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as T;
  } catch (e) {
    if (!(e instanceof WebAssembly.CompileError || e instanceof EvalError || e instanceof RangeError)) throw e;
    return null;
  }
}

const PAGE = 65536;

/** The memory of a kernel, at least so many bytes long; null where the machine has no more. */
export function grown(memory: WebAssembly.Memory, bytes: number): ArrayBuffer | null {
  if (memory.buffer.byteLength < bytes) {
    try {
      memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / PAGE));
    } catch (e) {
      if (!(e instanceof RangeError)) throw e;
      return null;
    }
  }
  return memory.buffer as ArrayBuffer;
}
