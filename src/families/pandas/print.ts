/**
 * Frames and series as pandas prints them (pandas/io/formats/{format,string}.py).
 *
 * @module
 */
import type { Column } from "./column.ts";
import { cells, floatAt, isArrow, padEnd, padStart, shortFloat, thing, widest, widthOf } from "./format.ts";
import type { Index } from "./labels.ts";

/** What is left out of a long or wide table; pandas' `display` options. */
export interface PrintOptions {
  /** Rows from which on some are left out (60); 0 for none. */
  maxRows?: number;
  /** Rows that are shown of such (10). */
  minRows?: number;
  /**
   * Columns from which on some are left out, 0 for none: lines that are too long are then broken, as in a notebook.
   * When it is not given, as many are left out as do not fit into a line, as in a terminal.
   */
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
}

function cut(column: readonly string[], most: number): string[] {
  if (most <= 3) return [...column];
  return column.map((cell) => (widthOf(cell) > most ? `${[...cell].slice(0, most - 3).join("")}...` : cell));
}

/** First and last places of `shown` of `length` rows; null where all are shown. */
function ends(length: number, shown: number): [head: number, tail: number] {
  const head = Math.floor(shown / 2);
  return [head, Math.max(length - head, 0)];
}

/**
 * The labels of an index (those at some places of it) as columns of text, one for each level; labels that repeat are
 * left out of upper levels.
 */
function labelColumns(index: Index, places: readonly number[] | null): string[][] {
  return index.isMulti ? sparsified(levelCells(index, places)) : [labelCells(index, places)];
}

/** The labels of each level, of which only those that are there have a say in how all are written. */
function levelCells(index: Index, places: readonly number[] | null): string[][] {
  return index.levels.map(({ labels, codes }) => {
    const own = places === null ? Array.from(codes, Number) : places.map((at) => Number(codes[at]));
    const used = [...new Set(own)].map((code) => (code < 0 ? labels.length - 1 : code)).filter((code) => code >= 0);
    const texts = new Map(labelCells(labels, used).map((text, i) => [used[i] as number, text]));
    const missing = missingLabel(labels);
    return own.map((code) => (code < 0 ? missing : (texts.get(code) as string)));
  });
}

/** What stands in a level for a label that is missing. */
function missingLabel({ column }: Index): string {
  const { kind, categories } = column.parts;
  const isTime = /^(datetime|timedelta|period)$/.test(categories?.parts.kind ?? kind);
  if (isTime) return isArrow(column) ? "<NA>" : "NaT";
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

function labelCells(index: Index, places: readonly number[] | null): string[] {
  // A range of which a part is left out is one no more.
  const isWhole =
    places === null ||
    places.every((at, i) => i < 2 || at - (places[i - 1] as number) === (places[1] as number) - (places[0] as number));
  if (index.isRange && isWhole) {
    return (places === null ? index.toArray() : places.map((at) => index.get(at))).map(String);
  }
  const column = places === null ? index.column : index.column.pick(places);
  const isFloat = /^float\d+$/.test(column.dtype);
  const own = cells(column).map((text) => (isFloat && text === "NaN" ? " NaN" : text));
  const width = isEven(index) ? widest(own) : 0;
  const texts = own.map((text) => padEnd(text, width));
  // Room for a sign is left where one of them has one.
  let lead = Math.min(...texts.slice(0, 1).map((text) => text.length - text.trimStart().length));
  for (const text of texts) {
    let own = 0;
    while (own < lead && text[own] === " ") own++;
    lead = own;
    if (lead === 0) return texts;
  }
  return texts.map((text) => text.slice(lead));
}

/** Labels that are numbers, truth values or Arrow's are made equally wide before anything else. */
function isEven(index: Index): boolean {
  if (index.isRange) return true;
  const { column } = index;
  if (isArrow(column)) return column.parts.kind !== "string" && !/string|utf8/.test(column.dtype);
  return !/^(object|string|categorical|interval|datetime|timedelta|period)$/.test(column.parts.kind);
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

function isNumeric({ parts, dtype }: Column): boolean {
  if (parts.kind === "bool") return !dtype.endsWith("[pyarrow]");
  return parts.kind === "number" || /^(complex|float16$|halffloat|decimal)/.test(dtype);
}

/** A frame as text. */
export function frameText(table: Table, options: PrintOptions = {}): string {
  const { maxRows = 60, minRows = 10, maxColumns, width = 80, maxColWidth = 50 } = options;
  const { labels } = table;
  const rows = table.index.length;
  const count = labels.length;
  const cutRows = maxRows > 0 && rows > maxRows;
  if (count === 0 || rows === 0)
    return emptyText(table, cutRows || ((maxColumns ?? 0) > 0 && count > (maxColumns ?? 0)));
  const [head, tail] = cutRows ? ends(rows, Math.min(minRows || maxRows, maxRows)) : [rows, rows];
  const hasNames = labels.names.some((name) => name !== null);
  const hasIndexNames = table.index.names.some((name) => name !== null);
  const indexCells = labelColumns(table.index, cutRows ? outer(head, tail, rows) : null);
  const levels = labels.nlevels;
  // Header lines: one for each level of the columns, and one for the names of the index.
  const blank = new Array<string>(levels).fill("");
  const nameLine = hasIndexNames ? 1 : 0;
  const limit = maxColWidth > 0 ? maxColWidth : Number.POSITIVE_INFINITY;
  const left = indexCells.map((level, i) => {
    const lines = cut([...(nameLine ? [named(table.index.names[i])] : []), ...level], limit);
    const size = widest(lines);
    return lines.map((line) => padEnd(line, size));
  });
  const cutColumns = maxColumns !== undefined && maxColumns > 0 && count > maxColumns;
  const [first, last] = cutColumns ? ends(count, maxColumns) : [count, count];
  const shown: number[] = [];
  for (let i = 0; i < first; i++) shown.push(i);
  for (let i = last; i < count; i++) shown.push(i);
  const header = labelTexts(labels, shown);
  const body = shown.map((at, i) => {
    const column = table.column(at);
    const part = cutRows ? cutColumn(column, head, tail) : column;
    const top = (header[i] as string[]).map((text) => (isNumeric(column) && levels === 1 ? ` ${text}` : text));
    const least = Math.max(0, ...top.map(widthOf));
    const texts = cut(cells(part), limit);
    const size = Math.min(limit, Math.max(least, widest(texts)));
    return [...top, ...(nameLine ? [""] : []), ...texts].map((cell) => padStart(cell, size));
  });
  // Names of the columns' levels begin where the lines do, whatever the levels of the index.
  const top = hasNames ? labels.names.map(named) : blank;
  const margin = [...top, ...adjoin(left, 1).split("\n")];
  const size = widest(margin);
  const strips: string[][] = [margin.map((line) => padEnd(line, size)), ...body];
  if (cutColumns)
    strips.splice(first + 1, 0, new Array<string>(levels + nameLine + (cutRows ? 2 * head : rows)).fill(" ..."));
  // Dots are as wide as the labels of rows, whatever the names above them.
  const labelWidth = widthOf(margin[levels] ?? "");
  if (cutRows) dots(strips, head, levels + nameLine, cutColumns ? first + 1 : -1, labelWidth);
  const fits = maxColumns === undefined && width > 0 ? fitting(strips, width) : count;
  const isCut = cutColumns || fits < count;
  if (fits < count) {
    const [from, to] = ends(count, fits);
    strips.splice(from + 1, to - from, new Array<string>(strips[0]?.length ?? 0).fill(" ..."));
  }
  const text = maxColumns !== undefined && width > 0 ? wrapped(strips, width) : adjoin(strips, 1);
  const footer = cutRows || isCut ? `\n\n[${rows} rows x ${count} columns]` : "";
  return text + footer;
}

/** How many columns fit into a line: those in the middle are left out first, and two stay (pandas' terminal). */
function fitting([index = [], ...columns]: readonly (readonly string[])[], width: number): number {
  const sizes = [index, ...columns].map(widest);
  let over = sizes.reduce((sum, size) => sum + size + 1, 0) - width;
  if (over <= 0) return columns.length;
  // The dots that stand for what is left out want their place, too.
  over += 5;
  while (over > 0 && sizes.length > 1) {
    // Python rounds halves to the even place.
    const half = sizes.length / 2;
    const middle = Number.isInteger(half) ? half : 2 * Math.round(half / 2);
    over -= (sizes.splice(middle, 1)[0] as number) + 1;
  }
  return Math.max(sizes.length - 1, 2);
}

/** Places before `head` and from `tail` on. */
function outer(head: number, tail: number, length: number): number[] {
  return [...Array.from({ length: head }, (_, i) => i), ...Array.from({ length: length - tail }, (_, i) => tail + i)];
}

function cutColumn(column: Column, head: number, tail: number): Column {
  return column.pick(outer(head, tail, column.length));
}

/** Header cells of the columns that are shown, one for each level. */
function labelTexts(labels: Index, shown: readonly number[]): string[][] {
  if (!labels.isMulti) {
    const texts = labelCells(labels, shown);
    const width = isEven(labels) ? widest(texts) : 0;
    return texts.map((text) => [padEnd(text, width)]);
  }
  const thin = sparsified(levelCells(labels, shown));
  return shown.map((_, i) => thin.map((level) => level[i] as string));
}

/** Puts a line of dots where rows are left out. */
function dots(strips: string[][], head: number, header: number, dotColumn: number, labelWidth: number): void {
  const row = head - 1 + header;
  for (const [i, strip] of strips.entries()) {
    const size = widthOf(strip[row] ?? "");
    const mark = (i === 0 ? labelWidth : size) > 3 || i === dotColumn ? "..." : "..";
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

function emptyText({ labels, index }: Table, isCut: boolean): string {
  const list = (of: Index): string => {
    const items = Array.from({ length: Math.min(of.length, MOST_SHOWN) }, (_, i) => labelText(of, i, of === labels));
    return `[${items.join(", ")}${of.length > MOST_SHOWN ? ", ..." : ""}]`;
  };
  const footer = isCut ? `\n\n[${index.length} rows x ${labels.length} columns]` : "";
  return `Empty DataFrame\nColumns: ${list(labels)}\nIndex: ${list(index)}${footer}`;
}

/** A label, its floats as floats; breaks in the text of rows are left as they are. */
function labelText(index: Index, i: number, isEscaped: boolean): string {
  const text = (part: unknown): string => (typeof part === "string" && !isEscaped ? part : thing(part));
  if (index.isRange) return String(index.get(i));
  if (!index.isMulti) {
    const { column } = index;
    const { kind, values } = column.shownCategories?.parts ?? column.parts;
    const at = column.parts.kind === "categorical" ? Number(column.values[i]) : i;
    const isObject = kind === "object" && at >= 0 && !column.validity;
    if (column.isMissing(i) && !isObject) return missingLabel(index).replace("NaN", "nan");
    const float = floatAt(values, at, values[at]) ?? (isFloats(values) ? (values[at] as number) : null);
    if (float !== null) return Number.isNaN(float) ? "nan" : shortFloat(float);
    return text(column.parts.kind === "categorical" ? column.shownCategories?.get(at) : column.get(i));
  }
  const parts = (index.get(i) as readonly unknown[]).map((part, level) => {
    const { labels } = index.levels[level] as (typeof index.levels)[number];
    if (part === null) return missingLabel(labels).replace("NaN", "nan");
    const isFloating = !labels.isRange && isFloats(labels.column.values);
    return typeof part === "number" && isFloating ? shortFloat(part) : text(part);
  });
  return `(${parts.join(", ")}${parts.length === 1 ? "," : ""})`;
}

const isFloats = (values: unknown): boolean => values instanceof Float64Array || values instanceof Float32Array;

/** A series as text. */
export function seriesText(column: Column, index: Index, name: unknown, options: PrintOptions = {}): string {
  const { maxRows = 60, minRows = 10, maxColWidth = 50 } = options;
  const rows = column.length;
  const isCut = maxRows > 0 && rows > maxRows;
  const label = name === null ? "" : `Name: ${thing(name)}, `;
  const isInterval = column.dtype.startsWith("interval");
  const dtype = `dtype: ${column.parts.kind === "categorical" ? "category" : isInterval ? "interval" : column.dtype}`;
  const freq = index.freqText === null ? "" : `Freq: ${index.freqText}, `;
  const categories = categoriesText(column, options.width ?? 80);
  if (rows === 0) return `Series([], ${freq}${label}${dtype}${categories})`;
  const [head, tail] = isCut ? ends(rows, Math.min(minRows || maxRows, maxRows)) : [rows, rows];
  const values = cut(cells(isCut ? cutColumn(column, head, tail) : column), maxColWidth || Number.POSITIVE_INFINITY);
  const left = labelColumns(index, isCut ? outer(head, tail, rows) : null);
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
  // The names of levels stand in columns with the labels, a name alone in a line of its own.
  const isInside = hasNames && index.isMulti;
  const columns = left.map((level, i) => {
    const lines = isInside ? [names[i] ?? "", ...level] : level;
    const size = widest(lines);
    return lines.map((line) => padEnd(line, size));
  });
  const size = widest(values);
  const right = values.map((cell) => padStart(cell, size));
  const labels = adjoin(columns, index.isMulti ? 2 : 1).split("\n");
  const lines = adjoin([labels, isInside ? ["", ...right] : right], 3).split("\n");
  if (isInside) lines[0] = (lines[0] as string).trimEnd().padEnd(widest(labels));
  else if (hasNames) lines.unshift(names[0] ?? "");
  const footer = `${freq}${label}${isCut ? `Length: ${rows}, ` : ""}${dtype}${categories}`;
  return `${lines.join("\n")}\n${footer}`;
}

/** Categories of which all are shown, and how many stand at either end of more. */
const MOST_CATEGORIES = 8;

/** The line of a series, or of an array, that tells the categories; empty for another dtype. */
export function categoriesText(column: Column, width: number): string {
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
