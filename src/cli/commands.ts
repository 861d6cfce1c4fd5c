/**
 * The table of commands. To add one: a file beside this one, and a line in `COMMANDS`.
 *
 * @module
 */
import type { Flag, Parsed } from "./args.ts";
import type { IO, Output } from "./io.ts";

/** A command of the command line. */
export interface Command {
  readonly name: string;
  /** Its words, as the help shows them. */
  readonly usage: string;
  readonly help: string;
  /** Command lines for `--help`. */
  readonly examples: readonly string[];
  readonly flags: readonly Flag[];
  run(args: Parsed, io: IO, out: Output): Promise<void>;
}

/** Commands by their words; each is fetched when it is wanted. The first is that of a command line without one. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["tree", async () => (await import("./show.ts")).show],
  ["info", async () => (await import("./info.ts")).info],
  ["ls", async () => (await import("./ls.ts")).ls],
  ["get", async () => (await import("./get.ts")).get],
  ["cat", async () => (await import("./cat.ts")).cat],
  ["diff", async () => (await import("./diff.ts")).diff],
  ["convert", async () => (await import("./convert.ts")).convert],
  ["predict", async () => (await import("./predict.ts")).predict],
  ["dis", async () => (await import("./dis.ts")).dis],
  ["doctor", async () => (await import("./doctor.ts")).doctor],
  ["scan", async () => (await import("./scan.ts")).scan],
  ["view", async () => (await import("./view.ts")).view],
]);

/** Other words for commands. */
const ALIASES: ReadonlyMap<string, string> = new Map([["show", "tree"]]);

/** The command of a word; undefined where it is none. */
export async function commandOf(word: string | undefined): Promise<Command | undefined> {
  return word === undefined ? undefined : COMMANDS.get(ALIASES.get(word) ?? word)?.();
}

/** The command of a command line that begins with a file. */
export async function plainCommand(): Promise<Command> {
  return (await commandOf("tree")) as Command;
}

/** All of them, in the order of the help. */
export async function allCommands(): Promise<Command[]> {
  return Promise.all([...COMMANDS.values()].map((get) => get()));
}
