/**
 * Models at work in another thread.
 *
 * @module
 */
import { ownPort } from "#platform";
import type { NDArray } from "../../core/ndarray/index.ts";
import type { LoadModelOptions } from "./load.ts";
import type { EvaluateOptions, Model, ModelInputs, PredictAsyncOptions } from "./model.ts";

/** A model that works in another thread. */
export interface WorkerModel {
  /** As {@link Model.predict}; the page stays free. */
  predict<T extends NDArray | NDArray[] = NDArray>(input: ModelInputs, options?: PredictAsyncOptions): Promise<T>;
  /** As {@link Model.evaluateNamed}. */
  evaluate(input: ModelInputs, targets: ModelInputs, options?: EvaluateOptions): Promise<Record<string, number>>;
  /** Ends the thread; what is still asked for is rejected. */
  close(): void;
}

/**
 * A model's twin in a thread of its own: a Worker of the page, or of Node. `worker` is one that the caller made of
 * `brine/keras/worker`, for programs that are bundled into one file; else one is started.
 *
 * Throws `TypeError` for what is no worker, `SourceError` where the thread ends by itself, `UnsupportedError` for layers of
 * the caller's without a `worker` whose program has them ({@link serveModels}).
 *
 * @example
 * ```ts no-run
 * const twin = await inWorker(await loadModel("my_model.keras"));
 * const probabilities = await twin.predict(images);
 * twin.close();
 * ```
 */
export async function inWorker(model: Model, { worker }: { worker?: unknown } = {}): Promise<WorkerModel> {
  const { started } = await import("./thread.ts");
  return await started(await model.ready(), worker);
}

/**
 * Runs models for the thread that started this one: what `brine/keras/worker` does. Nothing happens where no thread did.
 * Layers of the caller's are given here again, in the thread's own program, for functions do not go from one thread to
 * another.
 *
 * @example
 * ```ts no-run
 * serveModels({ layers: [scale] });
 * ```
 */
export function serveModels(options: LoadModelOptions = {}): void {
  const port = ownPort();
  if (port === null) return;
  // What comes before the code is there waits: nobody listens a second time.
  const early: unknown[] = [];
  let take = (data: unknown): void => void early.push(data);
  port.listen(
    (data) => take(data),
    () => undefined,
  );
  import("./thread.ts").then(({ answering }) => {
    take = answering(port, options);
    for (const data of early) take(data);
  });
}
