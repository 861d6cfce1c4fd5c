/**
 * What pickle.load says of files that are no pickles.
 *
 * To add one: a row, where the first byte alone does not decide the message.
 *
 * @module
 */
import type { Finding } from "./types.ts";

const PERSISTENT = "A load persistent id instruction was encountered, but no persistent_load function was specified.";

/** First bytes that are opcodes lead to other words than "invalid load key"; as CPython 3.13 prints them. */
const MESSAGES: ReadonlyMap<string, string> = new Map([
  ["npy", "unpickling stack underflow"],
  ["RAR", "unpickling stack underflow"],
  ["HDF5", "invalid load key, 'H'."],
  ["lzma", "invalid load key, '\\x00'."],
  ["zstd", "invalid load key, '\\xb5'."],
  ["bz2", "pickle data was truncated"],
  ["SQLite", "the STRING opcode argument must be quoted"],
  ["zip", PERSISTENT],
  ["npz", PERSISTENT],
  ["PNG", PERSISTENT],
  ["parquet", PERSISTENT],
]);

/** The message of Python's pickle for a file that begins with this byte and is of this format. */
export function messageOf(format: string, byte: number): string {
  const told = MESSAGES.get(format) ?? (format === "torch" && byte === 0x50 ? PERSISTENT : undefined);
  if (told !== undefined) return `_pickle.UnpicklingError: ${told}`;
  const key = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  return `_pickle.UnpicklingError: invalid load key, '${key}'.`;
}

/** A file that is something else, or a pickle in a shell. */
export function wrongFile(format: string, byte: number, help: string): Finding {
  return {
    rule: "wrong-file",
    where: "pickle.load",
    message: messageOf(format, byte),
    about: "",
    cause: `this is ${format}, not a pickle`,
    fix: help,
    fixable: false,
  };
}
