/**
 * The command line: options and words.
 *
 * @module
 */
import { UsageError } from "./io.ts";

/** An option: with a value, or a flag. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Name of the value in the help; a flag has none. */
  readonly value?: string;
  readonly help: string;
}

/** What stood on the command line. */
export interface Parsed {
  readonly words: string[];
  readonly options: ReadonlyMap<string, string | true>;
}

/** Reads arguments by the flags a command knows. Throws `UsageError`. */
export function parseArgs(args: readonly string[], flags: readonly Flag[]): Parsed {
  const words: string[] = [];
  const options = new Map<string, string | true>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      words.push(...args.slice(i + 1));
      break;
    }
    if (arg === "-" || !arg.startsWith("-")) {
      words.push(arg);
      continue;
    }
    const [, given, inline] = arg.startsWith("--")
      ? /^--([^=]*)(?:=([\s\S]*))?$/.exec(arg)!
      : /^-(.)([\s\S]+)?$/u.exec(arg)!;
    const flag = flags.find((f) => (arg.startsWith("--") ? f.name === given : f.short === given));
    if (flag === undefined) throw new UsageError(`unknown option ${arg}`);
    if (flag.value === undefined) {
      options.set(flag.name, true);
      if (inline === undefined) continue;
      if (arg.startsWith("--")) throw new UsageError(`--${flag.name} takes no value`);
      // Flags in one word: -am.
      args = [...args.slice(0, i), `-${given}`, `-${inline}`, ...args.slice(i + 1)];
      continue;
    }
    const value = inline ?? args[++i];
    if (value === undefined) throw new UsageError(`${arg} needs ${flag.value}`);
    options.set(flag.name, value);
  }
  return { words, options };
}

/** A whole number given as an option. */
export function number(options: Parsed["options"], name: string, otherwise: number): number {
  const text = options.get(name);
  if (text === undefined) return otherwise;
  if (typeof text !== "string" || !/^-?\d+$/.test(text)) throw new UsageError(`--${name} needs a whole number`);
  return Number(text);
}
