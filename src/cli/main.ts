#!/usr/bin/env node
/**
 * The `brine` command.
 *
 * @module
 */
import { isatty } from "node:tty";
import { pipe } from "./pipe.ts";
import { run } from "./run.ts";

// `brine … | head` closes the pipe early: that is an end, not a failure.
const ended = (e: NodeJS.ErrnoException): void => {
  if (e.code === "EPIPE") process.exit(process.exitCode ?? 0);
  throw e;
};
process.stderr.on("error", ended);

const { stderr, stdin, env } = process;
// What is no terminal is written at once, so that a long listing ends where nobody reads on.
const stdout = isatty(1) ? process.stdout.on("error", ended) : pipe(1);
process.exitCode = await run(process.argv.slice(2), { stdout, stderr, stdin, env });
