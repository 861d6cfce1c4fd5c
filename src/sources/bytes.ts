/**
 * What counts as bytes.
 *
 * @module
 */

/** What may be given as bytes. */
export type BytesLike = Uint8Array | ArrayBuffer | ArrayBufferView;

/**
 * The bytes of a buffer or view without a copy, or null when the value is none. Those of a subclass come as a plain
 * `Uint8Array`, since `slice` of Node's `Buffer` copies nothing.
 */
export function asBytes(data: unknown): Uint8Array | null {
  if (data instanceof Uint8Array && data.constructor === Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const tag = Object.prototype.toString.call(data);
  return /ArrayBuffer\]$/.test(tag) ? new Uint8Array(data as ArrayBuffer) : null;
}
