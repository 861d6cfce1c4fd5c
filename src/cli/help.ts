/**
 * The texts of `--help`.
 *
 * @module
 */
import type { Flag } from "./args.ts";
import { allCommands, type Command } from "./commands.ts";

const EXAMPLES = `Examples:
  brine cache.pkl                          the tree of a pickle
  brine *.pkl --depth 1                    of many files
  brine info model.joblib                  what it is, and who wrote it
  brine ls -r weather.h5                   what stands in it, as h5ls has it
  brine get cache.pkl "['users'][0].name"  one value
  brine get cache.pkl "['scores'][0:3]" --json
  brine cache.pkl --json | jq .users
  brine rows.pkl --ndjson | head
  brine old.pkl --encoding latin1          a file of Python 2
  brine weights.npz                        its arrays: dtype, shape, least, greatest
  brine convert weights.npz w.csv -k w     one of them as a table
  brine cat weather.h5 /oslo/hour | head   the data alone
  brine diff old.pkl new.pkl               what differs, path by path
  brine dis -a cache.pkl                   its opcodes
  curl -s $URL | brine -                   from stdin, gzipped or not`;

/** The help of all commands, or of one. */
export async function helpText(command?: Command): Promise<string> {
  if (command !== undefined) {
    return `Usage: brine ${command.name} ${command.usage}\n\n${sentence(command.help)}${block("Options", flagText(command.flags))}${block("Examples", command.examples.map((line) => `  ${line}\n`).join(""))}`;
  }
  const blocks = (await allCommands()).map(
    ({ name, usage, help, flags }) => `  brine ${name} ${usage}\n      ${help}\n${flagText(flags)}`,
  );
  return `brine shows what is in Python's data files. Nothing in a file is ever run.

Usage: brine FILE… · brine COMMAND …     FILE may be - for stdin

${blocks.join("\n")}
  brine --help [COMMAND] · brine --version

${EXAMPLES}

Exit codes: 0 done, 1 the file is bad or has no such value, 2 the command line is wrong. Of diff: 0 equal, 1 different,
2 trouble. Of scan: 0 safe, 1 dangerous, 2 trouble, 3 suspicious. Of doctor: 0 nothing found, 1 something, 2 trouble.
`;
}

function block(title: string, lines: string): string {
  return lines === "" ? "" : `\n${title}:\n${lines}`;
}

function flagText(flags: readonly Flag[]): string {
  return flags
    .map(({ name, short, value, help }) => {
      const words = `${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`;
      return `      ${words.padEnd(24)}${help}\n`;
    })
    .join("");
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.\n`;
}
