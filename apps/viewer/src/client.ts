/**
 * The page's side of the worker.
 *
 * @module
 */
import type { Answer, CallName, Calls, Input, Opened, Problem } from "./protocol.ts";

/** A call that failed in the worker. */
export class WorkerProblem extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

type Waiting = { resolve(result: unknown): void; reject(reason: unknown): void };

/** A worker with one file; it is thrown away with all its memory when another file is opened, or work is cancelled. */
export class Client {
  #worker: Worker | null = null;
  #waiting = new Map<number, Waiting>();
  #count = 0;
  onProgress: (read: number, total: number | undefined) => void = () => {};

  #begin(): Worker {
    const worker = new Worker(new URL("./worker.js", document.baseURI), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      if ("progress" in data) return this.onProgress(...data.progress);
      const waiting = this.#waiting.get(data.call);
      this.#waiting.delete(data.call);
      if ("problem" in data) waiting?.reject(new WorkerProblem(data.problem));
      else waiting?.resolve(data.result);
    });
    worker.addEventListener("error", ({ message }) => {
      this.#end({
        message: message || "the worker ended: the file may need more memory",
        code: undefined,
        offset: undefined,
      });
    });
    return worker;
  }

  #end(problem: Problem): void {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new WorkerProblem(problem));
  }

  /** Ends all work. */
  cancel(): void {
    this.#end({ message: "cancelled", code: "CANCELLED", offset: undefined });
  }

  /** Opens a file in a worker of its own. */
  open(input: Input): Promise<Opened> {
    this.cancel();
    return this.call("open", input);
  }

  call<N extends CallName>(name: N, ...args: Parameters<Calls[N]>): ReturnType<Calls[N]> {
    this.#worker ??= this.#begin();
    const worker = this.#worker;
    const call = this.#count++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      worker.postMessage({ call, name, args });
    }) as ReturnType<Calls[N]>;
  }
}
