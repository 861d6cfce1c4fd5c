/**
 * What goes between a model's threads: the work of `worker.ts`.
 *
 * @module
 */
import { portOf, startKerasWorker } from "#platform";
import { BrineError, SourceError, UnsupportedError } from "../../core/errors.ts";
import { array, NDArray } from "../../core/ndarray/index.ts";
import type { Layer } from "./layer.ts";
import { fromKerasBytes, type LoadModelOptions } from "./load.ts";
import type { Model, ModelInputs, PredictAsyncOptions } from "./model.ts";
import { kerasBytes } from "./save.ts";
import { fromArray } from "./tensor.ts";
import { insideOf } from "./weights.ts";
import type { WorkerModel } from "./worker.ts";

type Port = NonNullable<ReturnType<typeof portOf>>;

/** An array on its way. */
interface Sent {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
  readonly text?: readonly string[] | undefined;
  readonly exact?: Float64Array | undefined;
}

/** What one thread asks of the other. */
type Task =
  | { readonly kind: "load"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "predict"; readonly input: unknown; readonly options: { batchSize?: number } }
  | { readonly kind: "evaluate"; readonly input: unknown; readonly targets: unknown; readonly options: object };

interface Answer {
  readonly id: number;
  readonly done?: readonly [number, number];
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string | undefined };
}

/** Is it a list of inputs, or an object of them by name, and not one batch? */
function several(input: unknown): boolean {
  if (input instanceof NDArray || ArrayBuffer.isView(input) || typeof input !== "object" || input === null)
    return false;
  return !Array.isArray(input) || input.some((one) => one instanceof NDArray || ArrayBuffer.isView(one));
}

function packed(input: unknown): unknown {
  if (input === undefined) return undefined;
  if (!several(input)) {
    const { shape, data, text, exact } = fromArray(input);
    const sent: Sent = { shape, data: data.slice(), text, exact };
    return { sent };
  }
  if (Array.isArray(input)) return input.map(packed);
  return Object.fromEntries(Object.entries(input as object).map(([name, one]) => [name, packed(one)] as const));
}

function unpacked(input: unknown): ModelInputs {
  if (Array.isArray(input)) return input.map(unpacked) as ModelInputs;
  const { sent } = input as { sent?: Sent };
  if (sent === undefined) {
    return Object.fromEntries(
      Object.entries(input as object).map(([name, one]) => [name, unpacked(one)]),
    ) as ModelInputs;
  }
  const { shape, data, text, exact } = sent;
  if (text !== undefined) return array([...text]).reshape(...shape);
  return array(exact === undefined ? data : BigInt64Array.from(exact, BigInt), { shape });
}

/** The memory of arrays on their way, which goes with them. */
function buffers(value: unknown): ArrayBuffer[] {
  if (typeof value !== "object" || value === null) return [];
  if ("sent" in value) return [(value as { sent: Sent }).sent.data.buffer];
  return Object.values(value).flatMap(buffers);
}

/** A layer of the caller's, in the model or in one inside it. */
function ownLayer(layer: Layer): Layer | undefined {
  if (layer.isOwn) return layer;
  for (const one of insideOf(layer)) {
    const found = ownLayer(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What `inWorker` does. */
export async function started(model: Model, worker: unknown): Promise<WorkerModel> {
  const own = worker === undefined ? ownLayer(model.graph) : undefined;
  if (own !== undefined) {
    throw new UnsupportedError(
      "layers",
      `the layer ${own.name} (${own.className}) is yours, and a function does not go into another thread: make a Worker whose program calls serveModels({ layers }), and pass it as { worker }`,
      { format: "keras" },
    );
  }
  const port = worker === undefined ? startKerasWorker() : portOf(worker);
  if (port === null) throw new TypeError("worker is no Worker");
  const waiting = new Map<
    number,
    {
      resolve(value: unknown): void;
      reject(e: unknown): void;
      progress: ((done: number, total: number) => void) | undefined;
    }
  >();
  let next = 0;
  const fail = (error: unknown): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  port.listen(
    (data) => {
      const { id, value, error, done } = data as Answer;
      const one = waiting.get(id);
      if (one === undefined) return;
      if (done !== undefined) {
        one.progress?.(...done);
        return;
      }
      waiting.delete(id);
      if (error === undefined) one.resolve(value);
      else one.reject(rebuilt(error));
    },
    (cause) => fail(new SourceError("the worker of a model ended", { cause })),
  );
  const ask = (task: Task, signal?: AbortSignal, progress?: (done: number, total: number) => void): Promise<unknown> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const id = next++;
      waiting.set(id, { resolve, reject, progress });
      signal?.addEventListener(
        "abort",
        () => {
          if (waiting.delete(id)) reject(signal.reason);
          port.post({ id, stop: true }, []);
        },
        { once: true },
      );
      const moved = task.kind === "load" ? [task.bytes.buffer] : buffers(task);
      port.post({ id, task }, moved);
    });
  try {
    await ask({ kind: "load", bytes: kerasBytes(model).slice() });
  } catch (e) {
    port.close();
    throw e;
  }
  return {
    async predict<T extends NDArray | NDArray[] = NDArray>(
      input: ModelInputs,
      { batchSize, onProgress, signal }: PredictAsyncOptions = {},
    ): Promise<T> {
      const options = batchSize === undefined ? {} : { batchSize };
      const made = (await ask({ kind: "predict", input: packed(input), options }, signal, onProgress)) as unknown[];
      const arrays = made.map((one) => unpacked(one) as NDArray);
      return (arrays.length === 1 ? arrays[0] : arrays) as T;
    },
    async evaluate(input, targets, { onProgress, sampleWeight, ...options } = {}) {
      const task: Task = {
        kind: "evaluate",
        input: packed(input),
        targets: packed(targets),
        options: { ...options, sampleWeight: packed(sampleWeight) },
      };
      return (await ask(task, undefined, onProgress)) as Record<string, number>;
    },
    close() {
      port.close();
      fail(new SourceError("the worker of a model was closed"));
    },
  };
}

/** An error of the other thread. */
function rebuilt({ name, message, code }: NonNullable<Answer["error"]>): Error {
  if (name === "RangeError") return new RangeError(message);
  if (name === "TypeError") return new TypeError(message);
  return code === undefined ? new Error(message) : new BrineError(code as BrineError["code"], message);
}

/** What `serveModels` does: answers what comes through the port. */
export function answering(port: Port, options: LoadModelOptions): (data: unknown) => void {
  let model: Model | null = null;
  const stopped = new Set<number>();
  const run = async (id: number, task: Task): Promise<unknown> => {
    if (task.kind === "load") {
      model = await fromKerasBytes(task.bytes, options).ready();
      return null;
    }
    if (model === null) throw new TypeError("the worker has no model yet");
    const onProgress = (done: number, total: number): void => port.post({ id, done: [done, total] }, []);
    if (task.kind === "evaluate") {
      const { sampleWeight, ...options } = task.options as { sampleWeight?: unknown };
      const more = sampleWeight === undefined ? {} : { sampleWeight: unpacked(sampleWeight) };
      return model.evaluateNamed(unpacked(task.input), unpacked(task.targets), { ...options, ...more, onProgress });
    }
    const control = new AbortController();
    const made = await model.predictAsync(unpacked(task.input), {
      ...task.options,
      signal: control.signal,
      onProgress(done, total) {
        onProgress(done, total);
        if (stopped.delete(id)) control.abort();
      },
    });
    return [made].flat().map(packed);
  };
  return (data) => {
    const { id, task, stop } = data as { id: number; task?: Task; stop?: boolean };
    if (stop === true) stopped.add(id);
    if (task === undefined) return;
    run(id, task).then(
      (value) => port.post({ id, value }, task.kind === "predict" ? buffers(value) : []),
      (e: unknown) => {
        const { name, message, code } = e as { name: string; message: string; code?: string };
        port.post({ id, error: { name, message, code: typeof code === "string" ? code : undefined } }, []);
      },
    );
  };
}
