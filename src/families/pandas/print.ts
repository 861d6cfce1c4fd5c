/**
 * Frames and series as pandas prints them (pandas/io/formats/{format,string}.py).
 *
 * @module
 */
import type { Column } from "./column.ts";
import { cells, thing } from "./format.ts";
import type { Index } from "./labels.ts";

/** What is left out of a long or wide table; pandas' `display` options. */
export interface PrintOptions {
  /** Rows from which on some are left out (60); 0 for none. */
  maxRows?: number;
  /** Rows that are shown of such (10). */
  minRows?: number;
  /** Columns from which on some are left out (20); 0 for none. */
  maxColumns?: number;
  /** Characters of a line (80); 0 for no end. */
  width?: number;
  /** Characters of a cell (50); 0 for no end. */
  maxColWidth?: number;
}

interface Table {
  readonly labels: Index;
  readonly index: Index;
  readonly column: (i: number) => Column;
  readonly slice: (index: Index, start: number, stop: number) => Index;
}

/** Columns of a terminal: wide characters of East Asia are counted as one, as pandas does. */
const widthOf = (text: string): number => {
  // Only text beyond the basic plane has fewer characters than units.
  return /^[\0-\uD7FF]*$/.test(text) ? text.length : [...text].length;
};
const padStart = (text: string, width: number): string => " ".repeat(Math.max(0, width - widthOf(text))) + text;
const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));
const widest = (column: readonly string[]): number => column.reduce((most, cell) => Math.max(most, widthOf(cell)), 0);

function cut(column: readonly string[], most: number): string[] {
  if (most <= 3) return [...column];
  return column.map((cell) => (widthOf(cell) > most ? `${[...cell].slice(0, most - 3).join("")}...` : cell));
}

/** First and last places of `shown` of `length` rows; null where all are shown. */
function ends(length: number, shown: number): [head: number, tail: number] {
  const head = Math.floor(shown / 2);
  return [head, Math.max(length - head, 0)];
}

/** The labels of an index as columns of text, one for each level; labels that repeat are left out of upper levels. */
function labelColumns(index: Index): string[][] {
  if (!index.isMulti) return [labelCells(index)];
  const levels = index.levels.map(({ labels, codes }) => {
    const texts = labelCells(labels);
    const missing = missingLabel(labels);
    return Array.from(codes, (code) => (Number(code) < 0 ? missing : (texts[Number(code)] as string)));
  });
  return sparsified(levels);
}

/** What stands in a level for a label that is missing. */
function missingLabel({ column }: Index): string {
  const { kind } = column.parts;
  if (kind === "datetime" || kind === "timedelta" || kind === "period") return "NaT";
  if (column.dtype === "str" || kind === "categorical" || kind === "interval") return "nan";
  return column.validity ? "<NA>" : "NaN";
}

function sparsified(levels: readonly (readonly string[])[]): string[][] {
  const out = levels.map((level) => [...level]);
  const count = levels[0]?.length ?? 0;
  for (let row = count - 1; row > 0; row--) {
    for (let level = 0; level < levels.length - 1; level++) {
      if (levels[level]?.[row] !== levels[level]?.[row - 1]) break;
      (out[level] as string[])[row] = "";
    }
  }
  return out;
}

function labelCells(index: Index): string[] {
  if (index.isRange) return index.toArray().map(String);
  const { column } = index;
  return cells(column, "").map((cell) => cell.trimStart());
}

const named = (name: unknown): string => (name === null || name === undefined ? "" : thing(name));

/** Lines of columns side by side, `space` between them. */
function adjoin(columns: readonly (readonly string[])[], space: number): string {
  const count = columns.reduce((most, column) => Math.max(most, column.length), 0);
  const widths = columns.map((column, i) => widest(column) + (i < columns.length - 1 ? space : 0));
  const lines: string[] = [];
  for (let row = 0; row < count; row++) {
    lines.push(columns.map((column, i) => padEnd(column[row] ?? "", widths[i] as number)).join(""));
  }
  return lines.join("\n");
}

function isNumeric(column: Column): boolean {
  return column.parts.kind === "number" || (column.parts.kind === "bool" && true) || /^complex/.test(column.dtype);
}

/** A frame as text. */
export function frameText(table: Table, options: PrintOptions = {}): string {
  const { maxRows = 60, minRows = 10, maxColumns = 20, width = 80, maxColWidth = 50 } = options;
  const { labels } = table;
  const rows = table.index.length;
  const count = labels.length;
  if (count === 0 || rows === 0) return emptyText(table);
  const cutRows = maxRows > 0 && rows > maxRows;
  const [head, tail] = cutRows ? ends(rows, Math.min(minRows || maxRows, maxRows)) : [rows, rows];
  const cutColumns = maxColumns > 0 && count > maxColumns;
  const [first, last] = cutColumns ? ends(count, maxColumns) : [count, count];
  const shown: number[] = [];
  for (let i = 0; i < first; i++) shown.push(i);
  for (let i = last; i < count; i++) shown.push(i);
  const hasNames = labels.names.some((name) => name !== null);
  const hasIndexNames = table.index.names.some((name) => name !== null);
  const parts = cutRows ? [table.slice(table.index, 0, head), table.slice(table.index, tail, rows)] : [table.index];
  const indexCells = joinedLabels(parts);
  const levels = labels.nlevels;
  // Header lines: one for each level of the columns, and one for the names of the index.
  const blank = new Array<string>(levels).fill("");
  const nameLine = hasIndexNames ? 1 : 0;
  const left = indexCells.map((level, i) => {
    const lines = [...(nameLine ? [named(table.index.names[i])] : []), ...level];
    const size = widest(lines);
    return lines.map((line) => padEnd(line, size));
  });
  const header = labelTexts(labels, shown);
  const body = shown.map((at, i) => {
    const column = table.column(at);
    const part = cutRows ? cutColumn(column, head, tail) : column;
    const top = (header[i] as string[]).map((text) => (isNumeric(column) && levels === 1 ? ` ${text}` : text));
    const least = Math.max(0, ...top.map(widthOf));
    const limit = maxColWidth > 0 ? maxColWidth : Number.POSITIVE_INFINITY;
    const texts = cut(cells(part), limit);
    const size = Math.max(least, widest(texts));
    return [...top, ...(nameLine ? [""] : []), ...texts].map((cell) => padStart(cell, size));
  });
  // Names of the columns' levels begin where the lines do, whatever the levels of the index.
  const top = hasNames ? labels.names.map(named) : blank;
  const margin = [...top, ...adjoin(left, 1).split("\n")];
  const size = widest(margin);
  const strips: string[][] = [margin.map((line) => padEnd(line, size)), ...body];
  if (cutColumns)
    strips.splice(first + 1, 0, new Array<string>(levels + nameLine + (cutRows ? 2 * head : rows)).fill(" ..."));
  if (cutRows) dots(strips, head, levels + nameLine, cutColumns ? first + 1 : -1);
  const text = width > 0 ? wrapped(strips, width) : adjoin(strips, 1);
  const footer = cutRows || cutColumns ? `\n\n[${rows} rows x ${count} columns]` : "";
  return text + footer;
}

function joinedLabels(parts: readonly Index[]): string[][] {
  const columns = parts.map(labelColumns);
  return (columns[0] as string[][]).map((_, level) => columns.flatMap((part) => part[level] as string[]));
}

function cutColumn(column: Column, head: number, tail: number): Column {
  const places = [
    ...Array.from({ length: head }, (_, i) => i),
    ...Array.from({ length: column.length - tail }, (_, i) => tail + i),
  ];
  return column.pick(places);
}

/** Header cells of the columns that are shown, one for each level. */
function labelTexts(labels: Index, shown: readonly number[]): string[][] {
  if (!labels.isMulti) {
    const all = labelCells(labels);
    const texts = shown.map((at) => all[at] as string);
    // Numbers and truth values are made equally wide before they stand above their columns.
    const isEven = labels.isRange || labels.column.parts.kind === "number" || labels.column.parts.kind === "bool";
    const width = isEven ? widest(texts) : 0;
    return texts.map((text) => [padEnd(text, width)]);
  }
  const levels = labels.levels.map(({ labels: own, codes }) => {
    const texts = labelCells(own);
    const missing = missingLabel(own);
    return shown.map((at) => (Number(codes[at]) < 0 ? missing : (texts[Number(codes[at])] as string)));
  });
  const thin = sparsified(levels);
  return shown.map((_, i) => thin.map((level) => level[i] as string));
}

/** Puts a line of dots where rows are left out. */
function dots(strips: string[][], head: number, header: number, dotColumn: number): void {
  const row = head - 1 + header;
  for (const [i, strip] of strips.entries()) {
    const size = widthOf(strip[row] ?? "");
    const mark = size > 3 || i === dotColumn ? "..." : "..";
    const text = i === 0 ? padEnd(mark, size) : padStart(mark, i === dotColumn ? 4 : size);
    strip.splice(head + header, 0, text);
  }
}

/** Columns in groups that fit into a line. */
function wrapped(strips: readonly string[][], width: number): string {
  const [index = [], ...rest] = strips;
  const room = width - widest(index) - 1;
  const bins: number[] = [];
  let used = 0;
  for (const [i, strip] of rest.entries()) {
    const size = widest(strip) + 1;
    used += size;
    if (i > 0 && used + (i === rest.length - 1 ? 1 : 2) > room) {
      bins.push(i);
      used = size;
    }
  }
  bins.push(rest.length);
  let start = 0;
  const groups = bins.map((end, i) => {
    const row: string[][] = [index, ...rest.slice(start, end)];
    start = end;
    if (bins.length > 1) {
      const isLast = i === bins.length - 1;
      row.push(Array.from({ length: index.length }, (_, line) => (isLast ? " " : line === 0 ? " \\" : "  ")));
    }
    return adjoin(row, 1);
  });
  return groups.join("\n\n");
}

/** Labels of a list that pandas shows. */
const MOST_SHOWN = 100;

function emptyText({ labels, index }: Table): string {
  const list = (of: Index): string => {
    const items = Array.from({ length: Math.min(of.length, MOST_SHOWN) }, (_, i) => thing(of.get(i)));
    return `[${items.join(", ")}${of.length > MOST_SHOWN ? ", ..." : ""}]`;
  };
  return `Empty DataFrame\nColumns: ${list(labels)}\nIndex: ${list(index)}`;
}

/** A series as text. */
export function seriesText(
  column: Column,
  index: Index,
  name: unknown,
  slice: Table["slice"],
  options: PrintOptions = {},
): string {
  const { maxRows = 60, minRows = 10 } = options;
  const rows = column.length;
  const isCut = maxRows > 0 && rows > maxRows;
  const label = name === null ? "" : `Name: ${thing(name)}, `;
  const dtype = `dtype: ${column.parts.kind === "categorical" ? "category" : column.dtype}`;
  const freq = index.freqText === null ? "" : `Freq: ${index.freqText}, `;
  const categories = categoriesText(column, options.width ?? 80);
  if (rows === 0) return `Series([], ${freq}${label}${dtype}${categories})`;
  const [head, tail] = isCut ? ends(rows, Math.min(minRows || maxRows, maxRows)) : [rows, rows];
  const parts = isCut ? [slice(index, 0, head), slice(index, tail, rows)] : [index];
  const values = cells(isCut ? cutColumn(column, head, tail) : column);
  const left = joinedLabels(parts);
  if (isCut) {
    const size = widest(values);
    const mark = size > 3 ? "..." : "..";
    const gap = size - mark.length;
    const before = gap > 0 ? Math.floor(gap / 2) + (gap & size & 1) : 0;
    values.splice(head, 0, padEnd(" ".repeat(before) + mark, size));
    for (const level of left) level.splice(head, 0, "");
  }
  const names = index.names.map(named);
  const hasNames = index.names.some((own) => own !== null);
  const columns = left.map((level, i) => {
    const lines = hasNames ? [names[i] ?? "", ...level] : level;
    const size = widest(lines);
    return lines.map((line) => padEnd(line, size));
  });
  const size = widest(values);
  const right = values.map((cell) => padStart(cell, size));
  const labels = adjoin(columns, index.isMulti ? 2 : 1).split("\n");
  const lines = adjoin([labels, hasNames ? ["", ...right] : right], 3).split("\n");
  if (hasNames) lines[0] = (lines[0] as string).trimEnd().padEnd(widest(labels));
  const footer = `${freq}${label}${isCut ? `Length: ${rows}, ` : ""}${dtype}${categories}`;
  return `${lines.join("\n")}\n${footer}`;
}

/** Categories of which all are shown, and how many stand at either end of more. */
const MOST_CATEGORIES = 8;

function categoriesText(column: Column, width: number): string {
  const { categories } = column.parts;
  if (column.parts.kind !== "categorical" || !categories) return "";
  const textsOf = (some: Column): string[] =>
    some.parts.kind === "string" || some.parts.kind === "object"
      ? some.toArray().map((item) => (typeof item === "string" ? `'${item}'` : thing(item)))
      : cells(some, "").map((cell) => cell.trimStart());
  const { length } = categories;
  const [end, from] = [MOST_CATEGORIES >> 1, length - (MOST_CATEGORIES >> 1)];
  const texts =
    length > MOST_CATEGORIES
      ? [...textsOf(categories.slice(0, end)), "...", ...textsOf(categories.slice(from, length))]
      : textsOf(categories);
  const head = `Categories (${length}, ${categories.dtype}): `;
  const separator = column.ordered ? " < " : ", ";
  let used = head.length;
  let list = "";
  for (const [i, text] of texts.entries()) {
    if (width > 0 && used + separator.length + text.length > width) {
      list += `${separator.trimEnd()}\n${" ".repeat(head.length + 1)}`;
      used = head.length + 1;
    } else if (i > 0) {
      list += separator;
      used += separator.length;
    }
    list += text;
    used += text.length;
  }
  return `\n${head}[${list.replace(" < ... < ", " ... ")}]`;
}
