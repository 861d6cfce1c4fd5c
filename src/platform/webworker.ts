/**
 * Workers of browsers, Deno and Bun.
 *
 * @module
 */
import type { Port } from "./port.ts";

/** Is it a worker, that the caller made? */
export function portOf(worker: unknown): Port | null {
  return typeof Worker === "function" && worker instanceof Worker ? webPort(worker) : null;
}

function webPort(worker: Worker): Port {
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(message, error) {
      worker.addEventListener("message", (event) => message(event.data));
      worker.addEventListener("error", (event) => error(event.error ?? new Error(event.message)));
    },
    close: () => worker.terminate(),
  };
}

/** A worker that runs Keras models. Bundlers find the file by this very form. */
export function startKerasWorker(): Port {
  return webPort(new Worker(new URL("../keras-worker.js", import.meta.url), { type: "module" }));
}

/** The line to whoever started this thread; null in a page. */
export function ownPort(): Port | null {
  const scope = globalThis as unknown as {
    WorkerGlobalScope?: unknown;
    postMessage(message: unknown, transfer: ArrayBuffer[]): void;
    addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
    close(): void;
  };
  if (typeof scope.WorkerGlobalScope !== "function") return null;
  return {
    post: (message, transfer) => scope.postMessage(message, transfer),
    listen: (message) => scope.addEventListener("message", (event) => message(event.data)),
    close: () => scope.close(),
  };
}
