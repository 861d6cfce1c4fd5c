/**
 * Frames as CSV, as `DataFrame.to_csv` writes them (csv.writer with QUOTE_MINIMAL).
 *
 * @module
 */
import { floatText } from "../../core/ndarray/floats.ts";
import { NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { repr } from "../../core/values/repr.ts";
import { PyFrozenSet, PySet } from "../../core/values/set.ts";
import type { Column } from "./column.ts";
import { arrowThing, cells, floatAt, isArrow, takenTimes, thing } from "./format.ts";
import type { Index } from "./labels.ts";

/** Options of `toCSV`; pandas' names. */
export interface CSVOptions {
  /** Text between two fields (","). */
  sep?: string;
  /** Write the row labels (true). */
  index?: boolean;
  /** Write the column labels (true). */
  header?: boolean;
  /** What stands for a missing value (""). */
  naRep?: string;
}

/** Fields of a column. */
function fields(column: Column, missing: string): string[] {
  const { parts, values, length } = column;
  const { kind } = parts;
  if (kind === "datetime" || kind === "timedelta") {
    const texts = cells(column, "");
    return texts.map((text, i) => (column.isMissing(i) ? missing : text));
  }
  if (kind === "categorical" && parts.categories) {
    const taken = takenTimes(column);
    if (taken !== null) return fields(taken, missing);
    const texts = fields(parts.categories, missing);
    return Array.from(values as ArrayLike<number>, (code) => (code < 0 ? missing : (texts[code] as string)));
  }
  const isFloat = /float|double|Float/.test(column.dtype) && kind === "number";
  // Items of Arrow are Python's floats.
  const size = values instanceof Float32Array && !isArrow(column) ? 4 : 8;
  const out = new Array<string>(length);
  for (let i = 0; i < length; i++) {
    if (column.isMissing(i)) out[i] = missing;
    else if (column.dtype === "float16") out[i] = floatText(Number(column.get(i)), 2);
    else if (isFloat) out[i] = floatText(values[i] as number, size);
    else if (isArrow(column)) out[i] = arrowThing(column.get(i));
    else if (kind === "object" && typeof values[i] === "number") {
      const float = floatAt(values, i, values[i]);
      out[i] = float === null ? String(values[i]) : floatText(float, 8);
    } else out[i] = raw(column.get(i));
  }
  return out;
}

function raw(value: unknown): string {
  if (typeof value === "string") return value;
  // What holds others as Python writes it, with the quotes of its text; arrays as NumPy prints them.
  if (Array.isArray(value) || value instanceof PyDict || value instanceof PySet || value instanceof PyFrozenSet) {
    return repr(value);
  }
  return value instanceof NDArray ? String(value) : thing(value);
}

/** The lines of a table. */
export function csvText(labels: Index, index: Index, column: (i: number) => Column, options: CSVOptions = {}): string {
  const { sep = ",", naRep = "" } = options;
  const withIndex = options.index ?? true;
  const special = new RegExp(`["\\r\\n${sep.replace(/[\\\]^-]/g, "\\$&")}]`);
  const quoted = (text: string): string => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const columns: string[][] = [];
  const left = withIndex
    ? Array.from({ length: index.nlevels }, (_, i) => {
        if (!index.isMulti) return fields(index.column, naRep);
        const { labels: own, codes } = index.levels[i] as { labels: Index; codes: ArrayLike<number> };
        const texts = fields(own.column, naRep);
        return Array.from(codes, (code) => (Number(code) < 0 ? naRep : (texts[Number(code)] as string)));
      })
    : [];
  for (const level of left) columns.push(level.map(quoted));
  for (let i = 0; i < labels.length; i++) columns.push(fields(column(i), naRep).map(quoted));
  const lines: string[] = [];
  if (options.header ?? true) {
    const name = (value: unknown): string => (value === null || value === undefined ? "" : quoted(raw(value)));
    if (labels.isMulti) {
      for (let level = 0; level < labels.nlevels; level++) {
        const own = left.map((_, i) => (i === 0 ? name(labels.names[level]) : ""));
        const isFloat = /^float/.test(labels.levels[level]?.labels.dtype ?? "");
        const label = (value: unknown): string =>
          isFloat && typeof value === "number" ? floatText(value, 8) : name(value);
        lines.push([...own, ...labels.level(level).map(label)].join(sep));
      }
      if (withIndex && index.names.some((own) => own !== null)) {
        lines.push([...index.names.map(name), ...Array.from({ length: labels.length }, () => "")].join(sep));
      }
    } else {
      const own = withIndex ? index.names.map(name) : [];
      lines.push([...own, ...fields(labels.column, "").map(quoted)].join(sep));
    }
  }
  const rows = index.length;
  if (lines.length === 1 && lines[0] === "") lines[0] = '""';
  const line = new Array<string>(columns.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < line.length; i++) line[i] = (columns[i] as string[])[row] as string;
    // A line of one empty field would be no line.
    lines.push(line.length === 1 && line[0] === "" ? '""' : line.join(sep));
  }
  return `${lines.join("\n")}\n`;
}
