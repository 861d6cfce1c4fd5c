/**
 * Memory that is given back before the collector comes by.
 *
 * @module
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";

type Transferring = ArrayBuffer & { transfer?(size: number): ArrayBuffer };

/** A closed port: what is handed over to it is gone at once. Newer engines let go of memory without one. */
const drain: MessagePort | null = "transfer" in ArrayBuffer.prototype ? null : closedPort();

function closedPort(): MessagePort {
  const { port1 } = new MessageChannel();
  port1.close();
  return port1;
}

/**
 * Gives back the memory of bytes that nobody will look at again. Large buffers are new pages for the system, and are
 * collected late: those that are given back are used again at once. Bytes that share memory with others are left.
 */
export function releaseBytes({ buffer, byteOffset, length }: Uint8Array): void {
  // Node's pool of small buffers is larger than what it gives out.
  if (byteOffset !== 0 || length < 1 << 14 || buffer.byteLength > length + 1) return;
  if (!(buffer instanceof ArrayBuffer)) return;
  if (drain === null) (buffer as Transferring).transfer?.(0);
  else drain.postMessage(null, [buffer]);
}
