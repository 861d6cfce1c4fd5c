/**
 * One text for sync and async functions: a flow yields what it waits for, and goes on with the outcome.
 *
 * @module
 */
import type { Later } from "../../core/bytes/store.ts";

/** Yields values or promises of them, and ends in a value. */
export type Flow<T> = Generator<unknown, T, never>;

/** A value, or a promise of it. */
export type Out<M extends Mode, T> = M extends "sync" ? T : Promise<T>;
export type Mode = "sync" | "async";

/** Waits for one step of a flow. */
export function* wait<T>(value: Later<T>): Generator<unknown, T, never> {
  return yield value;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === "function";
}

/** Runs a flow at once; `TypeError` where it would have to wait. */
export function runNow<T>(flow: Flow<T>): T {
  let step = flow.next();
  while (!step.done) {
    const { value } = step;
    // The flow hears of it, so that what it holds is let go.
    if (isPromise(value)) {
      Promise.resolve(value).catch(() => undefined);
      step = flow.throw(new TypeError("this takes a wait: use cache() instead of cacheSync()"));
    } else step = flow.next(value as never);
  }
  return step.value;
}

/** Runs a flow, waiting where it has to. */
export async function runLater<T>(flow: Flow<T>): Promise<T> {
  let step = flow.next();
  while (!step.done) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (e) {
      step = flow.throw(e);
      continue;
    }
    step = flow.next(value as never);
  }
  return step.value;
}
