/**
 * One run of the command line.
 *
 * @module
 */
import { parseArgs } from "./args.ts";
import { commandOf, plainCommand } from "./commands.ts";
import { complain } from "./complain.ts";
import { helpText } from "./help.ts";
import { ClosedPipe, type IO, Output, replayed, Told } from "./io.ts";
import { version } from "./version.ts";

/**
 * Runs `brine` with its arguments and gives the exit code: 0 done, 1 bad data, 2 wrong usage. Data go to stdout, talk to
 * stderr; a reader that stops reading is no error.
 */
export async function run(argv: readonly string[], io: IO): Promise<number> {
  const out = new Output(io.stdout);
  try {
    // A command may look at stdin to see what it is, and then read it.
    return await dispatch(argv, { ...io, stdin: replayed(io.stdin) }, out);
  } catch (e) {
    try {
      if (!(e instanceof ClosedPipe)) out.flush();
    } catch {}
    if (e instanceof ClosedPipe) return 0;
    return e instanceof Told ? e.code : await complain(e, io);
  }
}

async function dispatch(argv: readonly string[], io: IO, out: Output): Promise<number> {
  const [first] = argv;
  let command = await commandOf(first);
  const rest = command === undefined ? argv : argv.slice(1);
  if (first === undefined) {
    io.stderr.write(await helpText());
    return 2;
  }
  const end = rest.includes("--") ? rest.indexOf("--") : rest.length;
  const words = rest.slice(0, end);
  if (words.includes("--help") || words.includes("-h")) {
    for (const word of words) command ??= await commandOf(word);
    out.write(await helpText(command));
  } else if (command === undefined && (first === "--version" || first === "-V")) {
    out.line(version());
  } else {
    command ??= await plainCommand();
    await command.run(parseArgs(rest, command.flags), io, out);
  }
  out.flush();
  return 0;
}
