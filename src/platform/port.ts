/**
 * What two threads talk through.
 *
 * @module
 */

/** One end of a line between threads. */
export interface Port {
  post(message: unknown, transfer: ArrayBuffer[]): void;
  /** Told of every message, and of an error that ends the other side. */
  listen(message: (data: unknown) => void, error: (cause: unknown) => void): void;
  close(): void;
}
