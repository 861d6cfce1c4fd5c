/**
 * What is said of a failure on stderr, and its exit code.
 *
 * @module
 */
import { isBrineError } from "../core/errors.ts";
import { type IO, UsageError } from "./io.ts";

/** Says what went wrong; 1 for bad data, 2 for a wrong command line. */
export async function complain(e: unknown, io: IO): Promise<number> {
  const usage = e instanceof UsageError;
  if (!usage && !isBrineError(e)) {
    io.stderr.write(`brine: ${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n`);
    return 1;
  }
  const { message } = e as Error;
  const { harmless } = await import("../tools/inspect/index.ts");
  const hint = usage ? "; see brine --help" : / codec can't decode /.test(message) ? "; here: --encoding latin1" : "";
  io.stderr.write(`brine: ${harmless(message)}${hint}\n`);
  return usage ? 2 : 1;
}
