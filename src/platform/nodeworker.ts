/**
 * Workers of Node.
 *
 * @module
 */
import { parentPort, Worker } from "node:worker_threads";
import type { Port } from "./port.ts";

/** Is it a worker of Node, that the caller made? */
export function portOf(worker: unknown): Port | null {
  return worker instanceof Worker ? nodePort(worker) : null;
}

function nodePort(worker: Worker): Port {
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(message, error) {
      worker.on("message", message);
      worker.on("error", error);
      worker.on("exit", (code) => error(new Error(`the worker ended with code ${code}`)));
    },
    close: () => void worker.terminate(),
  };
}

/** A worker that runs Keras models. */
export function startKerasWorker(): Port {
  return nodePort(new Worker(new URL("../keras-worker.js", import.meta.url)));
}

/** The line to whoever started this thread; null where it is the first. */
export function ownPort(): Port | null {
  const port = parentPort;
  if (port === null) return null;
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen: (message) => void port.on("message", message),
    close: () => port.close(),
  };
}
