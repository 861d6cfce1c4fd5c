/**
 * Paths into values, as they stand on a command line.
 *
 * @module
 */
import { SourceError } from "../core/errors.ts";
import { atExactly, type Node, parsePath, type Step } from "../tools/inspect/index.ts";
import { UsageError } from "./io.ts";

/** The steps of a path. Throws `UsageError` where it is wrong. */
export function stepsOf(path: string): Step[] {
  try {
    return parsePath(path);
  } catch (e) {
    throw new UsageError((e as Error).message);
  }
}

/** The value at these steps of a file. Throws `SourceError` for what is not there. */
export function follow({ value, name }: Node, steps: readonly Step[]): unknown {
  try {
    return atExactly(value, steps);
  } catch (e) {
    throw e instanceof RangeError ? new SourceError(e.message, { path: name, cause: e }) : e;
  }
}
