/**
 * What a platform can do with deflate.
 *
 * @module
 */

/** The three shells of deflate. */
export type Shell = "deflate-raw" | "zlib" | "gzip";

/** Unpacking by the platform. */
export interface PlatformInflate {
  /** At once; null when that gives more than `most` bytes. `size`: bytes that are expected. */
  now(shell: Shell, bytes: Uint8Array, most: number, size?: number): Uint8Array | null;
  /** Away from the main thread, where there is another. */
  aside(shell: Shell, bytes: Uint8Array, most: number, size?: number): Promise<Uint8Array | null>;
  /** As pieces come. */
  pieces(shell: Shell, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** Packing in zlib's shell alone: a part of {@link PlatformDeflate} that weighs less. */
export interface PlatformZlib {
  now(bytes: Uint8Array, level: number): Uint8Array;
  aside(bytes: Uint8Array, level: number): Promise<Uint8Array>;
}

/** Packing by the platform. */
export interface PlatformDeflate {
  now(shell: Shell, bytes: Uint8Array, level: number): Uint8Array;
  aside(shell: Shell, bytes: Uint8Array, level: number): Promise<Uint8Array>;
  pieces(shell: Shell, pieces: AsyncIterable<Uint8Array>, level: number): AsyncGenerator<Uint8Array>;
}
