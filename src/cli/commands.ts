/**
 * The table of commands. To add one: a file beside this one, and a line in `COMMANDS`.
 *
 * @module
 */
import type { Flag, Parsed } from "./args.ts";
import { cat } from "./cat.ts";
import { convert } from "./convert.ts";
import { diff } from "./diff.ts";
import { dis } from "./dis.ts";
import { doctor } from "./doctor.ts";
import { get } from "./get.ts";
import { info } from "./info.ts";
import type { IO, Output } from "./io.ts";
import { ls } from "./ls.ts";
import { predict } from "./predict.ts";
import { scan } from "./scan.ts";
import { show } from "./show.ts";
import { view } from "./view.ts";

/** A command of the command line. */
export interface Command {
  readonly name: string;
  /** Other words for it. */
  readonly aliases?: readonly string[];
  /** Its words, as the help shows them. */
  readonly usage: string;
  readonly help: string;
  /** Command lines for `--help`. */
  readonly examples: readonly string[];
  readonly flags: readonly Flag[];
  run(args: Parsed, io: IO, out: Output): Promise<void>;
}

/** The first is that of a command line without one. */
export const COMMANDS: readonly Command[] = [show, info, ls, get, cat, diff, convert, predict, dis, doctor, scan, view];

/** The command of a word. */
export function commandOf(word: string | undefined): Command | undefined {
  return COMMANDS.find(({ name, aliases = [] }) => word !== undefined && (name === word || aliases.includes(word)));
}
