/**
 * The table of commands. To add one: a file beside this one, and a line in `COMMANDS`.
 *
 * @module
 */
import type { Flag, Parsed } from "./args.ts";
import { convert } from "./convert.ts";
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
  /** Its words, as the help shows them. */
  readonly usage: string;
  readonly help: string;
  /** Command lines for `--help`. */
  readonly examples: readonly string[];
  readonly flags: readonly Flag[];
  run(args: Parsed, io: IO, out: Output): Promise<void>;
}

export const COMMANDS: readonly Command[] = [show, info, ls, get, convert, predict, dis, doctor, scan, view];
