/**
 * `brine info FILE…`: what a file is, without what is in it.
 *
 * @module
 */
import { isBrineError, SourceError, withPath } from "../core/errors.ts";
import { type Fact, hdf5Info, type Info, infoOf } from "../tools/info/index.ts";
import { harmless } from "../tools/inspect/index.ts";
import type { Command } from "./commands.ts";
import { complain } from "./complain.ts";
import { isProse, readBytes } from "./files.ts";
import { withHdf5 } from "./hdf5open.ts";
import { type IO, type Output, Told, UsageError } from "./io.ts";

/** Characters of a list that are shown; JSON has all. */
const WIDTH = 100;

export const info: Command = {
  name: "info",
  usage: "FILE…",
  help: "say what files are: format, packing, protocol, versions, counts; nothing is loaded",
  examples: ["brine info model.joblib", "brine info *.h5 --json | jq .format"],
  flags: [{ name: "json", help: "print one line of JSON for each file" }],
  async run({ words, options }, io, out) {
    if (words.length === 0) throw new UsageError("info takes at least one FILE");
    let code = 0;
    for (const file of words) {
      try {
        const found = await about(file, io);
        if (found.damage !== null) code = 1;
        if (options.has("json")) out.line(JSON.stringify(plainOf(file, found)));
        else tell(file === "-" ? "stdin" : file, found, out);
      } catch (e) {
        if (!isBrineError(e)) throw e;
        out.flush();
        code = await complain(e, io);
      }
    }
    if (code === 0) return;
    out.flush();
    throw new Told(code);
  },
};

/** What JSON has of a file. */
function plainOf(
  file: string,
  { format, shells, size, unpacked, protocol, writers, pins, facts, damage }: Info,
): object {
  const name = file === "-" ? "stdin" : file;
  const told = Object.fromEntries(facts);
  return { file: name, format, shells, size, unpacked, protocol, writers, pins, facts: told, damage };
}

async function about(file: string, io: IO): Promise<Info> {
  let found: Info | null = null;
  await withHdf5(file, io, (opened, { size, shells, unpacked }) => {
    found = hdf5Info(opened, size, shells, unpacked);
  });
  if (found !== null) return found;
  try {
    const bytes = await readBytes(file, io);
    const made = await infoOf(bytes);
    if (made.facts.get("pickles") !== 0 || !isProse(bytes)) return made;
    throw new SourceError("this looks like text, not like one of Python's data files");
  } catch (e) {
    throw withPath(e, file === "-" ? "stdin" : file);
  }
}

function tell(
  file: string,
  { format, shells, protocol, writers, pins, size, unpacked, facts, damage }: Info,
  out: Output,
): void {
  const head = [shells.length === 0 ? format : `${format} (${shells.join(", ")})`];
  if (protocol !== null) head.push(`protocol ${protocol}`);
  const rows: [string, Fact][] = [
    ["size", shells.length === 0 ? bytesText(size) : `${bytesText(size)}, ${bytesText(unpacked)} unpacked`],
  ];
  if (writers.length > 0) rows.push(["written by", writers.join(", ")]);
  rows.push(...facts);
  if (pins.length > 0)
    rows.push(["in Python", `pip install ${pins.map((pin) => (/[<>]/.test(pin) ? `"${pin}"` : pin)).join(" ")}`]);
  if (damage !== null) rows.push(["damaged", damage]);
  const width = Math.max(...rows.map(([label]) => label.length));
  out.line(harmless(`${file}: ${head.join(", ")}`));
  for (const [label, fact] of rows) out.line(harmless(`  ${label.padEnd(width)}  ${factText(label, fact)}`));
}

/** What counts bytes, by its label. */
const BYTES = /^(content|data|weights|configuration|user block)$/;

function factText(label: string, fact: Fact): string {
  if (typeof fact === "number") return BYTES.test(label) ? bytesText(fact) : String(fact);
  if (typeof fact === "string") return fact;
  let shown = 0;
  for (let width = 0; shown < fact.length && width < WIDTH; shown++) width += (fact[shown] as string).length + 2;
  const texts = fact.slice(0, shown).join(", ");
  const more = shown < fact.length ? `, … ${fact.length - shown} more` : "";
  return label === "packing" ? texts : `${fact.length}: ${texts}${more}`;
}

function bytesText(bytes: number): string {
  return `${bytes} bytes${bytes < 1e6 ? "" : bytes < 1e9 ? ` (${(bytes / 1e6).toFixed(1)} MB)` : ` (${(bytes / 1e9).toFixed(1)} GB)`}`;
}
