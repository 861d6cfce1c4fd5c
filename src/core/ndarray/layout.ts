/**
 * How NumPy lays the printed items of an array out in lines (numpy/_core/arrayprint.py, `_formatArray`).
 *
 * @module
 */
import { EDGE, type Format } from "./print.ts";

/** What is laid out: lengths of the axes and the text of the item at indices. */
export interface Printed {
  readonly shape: readonly number[];
  at(index: readonly number[]): unknown;
}

interface Style {
  readonly separator: string;
  readonly indent: string;
  readonly width: number;
  readonly summary: boolean;
}

/** Characters of a text as Python counts them: those beyond the basic plane are one each. */
export function widthOf(text: string): number {
  return /[\ud800-\udbff]/.test(text) ? [...text].length : text.length;
}

/** Adds a word, which may have lines of its own; gives what is finished, and the line that is open. */
function extend(done: string, line: string, word: string, width: number, indent: string): [string, string] {
  const words = word.split("\n");
  const wide = words.reduce((most, part) => Math.max(most, widthOf(part)), 0);
  let hang = indent;
  const used = widthOf(line);
  if (used + wide > width && used > indent.length) {
    done += `${line.trimEnd()}\n`;
    line = indent;
  } else if (words.length > 1) hang = " ".repeat(used);
  line += words[0];
  for (const next of words.slice(1)) {
    done += `${line.trimEnd()}\n`;
    line = hang + next;
  }
  if (words.length > 1) line += " ".repeat(wide - widthOf(words[words.length - 1] as string));
  return [done, line];
}

/** The text of an array with at least one item, without what stands before and behind its brackets. */
export function layOut(array: Printed, format: Format, style: Style): string {
  const { separator, summary } = style;
  const level = (index: readonly number[], indent: string, width: number): string => {
    const axesLeft = array.shape.length - index.length;
    if (axesLeft === 0) return format(array.at(index));
    const size = array.shape[index.length] as number;
    const short = summary && 2 * EDGE < size;
    const places: (number | null)[] = [];
    if (short) for (let i = 0; i < EDGE; i++) places.push(i);
    if (short) places.push(null);
    for (let i = short ? size - EDGE : 0; i < size; i++) places.push(i);
    const inner = (at: number | null): string => (at === null ? "..." : level([...index, at], `${indent} `, width - 1));
    let text = "";
    if (axesLeft === 1) {
      const room = width - Math.max(separator.trimEnd().length, 1);
      let line = indent;
      places.forEach((at, i) => {
        [text, line] = extend(text, line, inner(at), room, indent);
        if (i < places.length - 1) line += separator;
      });
      text += line;
    } else {
      const gap = separator.trimEnd() + "\n".repeat(axesLeft - 1);
      places.forEach((at, i) => {
        text += indent + inner(at) + (i < places.length - 1 ? gap : "");
      });
    }
    return `[${text.slice(indent.length)}]`;
  };
  return level([], style.indent, style.width);
}
