#!/usr/bin/env node
/**
 * The `brine` command.
 *
 * @module
 */
import { run } from "./run.ts";

// `brine … | head` closes the pipe early: that is an end, not a failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (e: NodeJS.ErrnoException) => {
    if (e.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw e;
  });
}

const { stdout, stderr, stdin, env } = process;
process.exitCode = await run(process.argv.slice(2), { stdout, stderr, stdin, env });
