/**
 * How far a load has come, on a terminal.
 *
 * @module
 */
import type { IO } from "./io.ts";

/** Milliseconds before the first word, and between two. */
const PATIENCE = 300;
const PACE = 100;

/** A line that is written over and over, and wiped away by `end`; nothing on what is no terminal. */
export interface Progress {
  report(read: number, total: number | undefined): void;
  end(): void;
}

/** The progress line of one load; `now` gives milliseconds. */
export function progressOn({ stderr }: IO, now: () => number = Date.now): Progress {
  let next = now() + PATIENCE;
  let width = 0;
  const write = (text: string): void => {
    stderr.write(`\r${text.padEnd(width)}`);
    width = text.length;
  };
  return {
    report(read, total) {
      if (!stderr.isTTY || now() < next) return;
      next = now() + PACE;
      const part = total ? `${Math.floor((100 * read) / total)} % of ` : "";
      write(`reading: ${part}${megabytes(total ?? read)}`);
    },
    end() {
      if (width === 0) return;
      write("");
      stderr.write("\r");
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
