/**
 * `brine dis FILE…`: what `python -m pickletools` prints.
 *
 * @module
 */
import { withPath } from "../core/errors.ts";
import { type DisMemo, dis as disassemble } from "../formats/pickle/tools/index.ts";
import { number } from "./args.ts";
import type { Command } from "./commands.ts";
import { readBytes } from "./files.ts";
import { UsageError } from "./io.ts";

export const dis: Command = {
  name: "dis",
  usage: "FILE…",
  help: "list the opcodes of a pickle, byte for byte as python -m pickletools",
  examples: ["brine dis cache.pkl", "brine dis -am -l 2 cache.pkl"],
  flags: [
    { name: "annotate", short: "a", help: "add a short description to each opcode" },
    { name: "memo", short: "m", help: "keep the memo between files" },
    { name: "indentlevel", short: "l", value: "N", help: "blanks per level (4)" },
    {
      name: "preamble",
      short: "p",
      value: "TEXT",
      help: "with several files, a line before each ({name} is the file)",
    },
  ],
  async run({ words, options }, io, out) {
    if (words.length === 0) throw new UsageError("dis takes at least one FILE");
    const preamble = options.get("preamble") ?? "==> {name} <==";
    const memo: DisMemo | null = options.has("memo") ? new Map() : null;
    const look = {
      annotate: options.has("annotate") ? 30 : 0,
      indentlevel: number(options, "indentlevel", 4),
      out: (line: string): void => out.line(line),
    };
    const several = words.length > 1;
    for (const file of words) {
      const name = file === "-" ? "<stdin>" : file;
      const bytes = await readBytes(file, io);
      if (several) out.line(String(preamble).replaceAll("{name}", () => name));
      try {
        disassemble(bytes, memo ? { ...look, memo } : look);
      } catch (e) {
        throw withPath(e, name);
      }
    }
  },
};
