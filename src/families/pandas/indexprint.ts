/**
 * Indexes as pandas prints them: their labels in lines of 80 characters, the first and last ten of more than a hundred.
 *
 * @module
 */
import { floatText } from "../../core/ndarray/floats.ts";
import { reprFloat } from "../../core/values/literal.ts";
import type { Column } from "./column.ts";
import { cells, floatAt, isArrow, padStart, quoted, widest, widthOf } from "./format.ts";
import type { Index } from "./labels.ts";
import { isMidnight, NAT, nanos } from "./times.ts";

const WIDTH = 80;
/** Labels that are all shown; of more the ends. */
const MOST = 100;
const ENDS = 10;
/** Items of an array of categories that are all shown. */
const MOST_ITEMS = 10;
/** Categories that are all shown; of more the ends. */
const MOST_CATEGORIES = 8;

/** The text of an index that is no range. */
export function indexText(index: Index): string {
  const name = index.className;
  const { length } = index;
  const isCut = length > MOST;
  const places = shownPlaces(length);
  const data = index.isMulti
    ? rowsText(name, tuples(index, places), isCut)
    : itemsText(name, texts(index.column, places, hasClock(index)), isCut, !isText(index.column));
  const rest = attributes(name, data, attributesOf(index, isCut));
  return `${rest.startsWith("\n") ? data.trimEnd() : data}${rest})`;
}

/** Places of all items, or of the first and last of many. */
function shownPlaces(length: number): number[] {
  return length > MOST
    ? Array.from({ length: 2 * ENDS }, (_, i) => (i < ENDS ? i : length - 2 * ENDS + i))
    : Array.from({ length }, (_, i) => i);
}

/** The items of an array of pandas, as its own text has them. */
export function arrayItems(column: Column): string {
  const { length } = column;
  const { categories } = column.parts;
  if (!categories) return summary(" ", texts(column, shownPlaces(length), true), length > MOST, true);
  // Of categories no more than ten are shown, without breaks of lines.
  const some =
    length > MOST_ITEMS ? column.pick([...placesOf({ length: 5 }), ...[5, 4, 3, 2, 1].map((n) => length - n)]) : column;
  const isQuoted = /^(string|object)$/.test(categories.parts.kind);
  const items = isQuoted
    ? texts(some, placesOf(some)).map((text) => (text === "nan" ? "NaN" : text))
    : cells(some, "").map((text) => text.trim());
  if (length <= MOST_ITEMS) return `[${items.join(", ")}]`;
  return `[${items.slice(0, 5).join(", ")}, ..., ${items.slice(5).join(", ")}]\nLength: ${length}`;
}

/** Labels of text stand one behind the other, all others in columns. */
function isText({ parts, values, dtype }: Column): boolean {
  if (parts.kind === "categorical" && parts.categories) return isText(parts.categories);
  return (
    parts.kind === "string" || (dtype === "object" && [...(values as unknown[])].every((v) => typeof v === "string"))
  );
}

/** Are instants written with their clock? Those of a frequency below a day are, at midnight, too. */
function hasClock({ column, freqText }: Index): boolean {
  return isDatedClock(column) || (column.parts.kind === "datetime" && /^\d*(h|min|s|ms|us|ns)$/.test(freqText ?? ""));
}

function isDatedClock({ parts, values }: Column): boolean {
  if (parts.kind !== "datetime") return false;
  const { unit = "ns", zone = null } = parts;
  if (zone !== null) return true;
  return (values as BigInt64Array).some((ticks) => ticks !== NAT && !isMidnight(nanos(ticks, unit), null));
}

const placesOf = ({ length }: { readonly length: number }): number[] => Array.from({ length }, (_, i) => i);

/** Labels at some places, as text. */
function texts(column: Column, places: readonly number[], isClock = isDatedClock(column)): string[] {
  const { kind } = column.parts;
  const some = column.pick(places);
  const categories = column.shownCategories;
  if (kind === "categorical" && categories) {
    const all = texts(categories, placesOf(categories));
    const { kind: inner } = categories.parts;
    const missing = inner === "timedelta" ? "NaT" : /^(datetime|period)$/.test(inner) ? "'NaT'" : "nan";
    return Array.from(some.values as ArrayLike<number>, (code) => all[Number(code)] ?? missing);
  }
  // Instants and spans of Arrow are items as others are.
  if (isArrow(column) && (kind === "datetime" || kind === "timedelta")) return cells(some, "");
  if (kind === "number" && (some.values instanceof Float64Array || some.values instanceof Float32Array)) {
    return Array.from(some.values as ArrayLike<number>, (value, i) =>
      some.isMissing(i)
        ? some.parts.validity
          ? "<NA>"
          : "nan"
        : column.dtype === "Float32"
          ? floatText(value, 4)
          : reprFloat(value),
    );
  }
  if (kind === "string" || kind === "object") {
    const missing = column.parts.missing === "<NA>" ? "<NA>" : "nan";
    const { values, validity } = column;
    return some.toArray().map((value, i) => {
      if (value === null && (kind === "string" || validity)) return missing;
      const float = floatAt(values, places[i] as number, value);
      return float === null ? quoted(value) : reprFloat(float);
    });
  }
  if (kind === "raw") return some.toArray().map(quoted);
  const plain = cells(some, "").map((text) => text.trim());
  if (kind === "timedelta") return plain.map((text) => (text === "NaT" ? text : `'${text}'`));
  if (kind !== "datetime" && kind !== "period") return plain;
  // Instants of days alone are days, others are written each on its own.
  return plain.map((text, i) => `'${isClock && text !== "NaT" ? String(some.get(i)) : text}'`);
}

/** Labels of several levels: each part as wide as the widest of its level. */
function tuples(index: Index, places: readonly number[]): string[] {
  const { length } = index;
  const columns = index.levels.map(({ labels, codes }) => {
    const all = texts(labels.column, placesOf(labels));
    const own = places.map((at) => Number(codes[at]));
    // Ints among which one is missing are floats.
    const isFloat = labels.column.parts.kind === "number" && Array.from(codes, Number).includes(-1);
    const missing = /^(datetime|timedelta|period)$/.test(labels.column.parts.kind) ? "NaT" : "nan";
    const made = own.map((code) => {
      const text = code < 0 ? missing : (all[code] as string);
      return isFloat && /^-?\d+$/.test(text) ? `${text}.0` : text;
    });
    const width = widest(made);
    return made.map((text) => padStart(text, width));
  });
  const rows = places.map((_, i) => columns.map((column) => column[i] as string));
  const tupleText = (parts: readonly string[], most: number): string =>
    `(${parts.slice(0, most).join(", ")}${most < parts.length ? ", ..." : parts.length === 1 ? "," : ""})`;
  // As many levels as the last label has room for.
  const [first = []] = rows.slice(-Math.min(rows.length, length > MOST ? ENDS : rows.length));
  let most = first.length;
  while (most > 1 && widthOf(tupleText(first, most)) >= WIDTH - index.className.length - 3) most--;
  return rows.map((parts) => tupleText(parts, most));
}

/** `Name([` with labels of several levels, one on each line. */
function rowsText(name: string, items: readonly string[], isCut: boolean): string {
  if (items.length === 0) return `${name}([], `;
  const lead = " ".repeat(name.length + 2);
  const lines = items.map((row, i) => `${row}${i === items.length - 1 ? "]," : ","}`);
  if (isCut) lines.splice(ENDS, 0, "...");
  return `${name}([${lines.join(`\n${lead}`)}\n${" ".repeat(name.length + 1)}`;
}

/** `Name([` with labels, as many on a line as have room. */
function itemsText(name: string, items: readonly string[], isCut: boolean, inColumns: boolean): string {
  const text = summary(" ".repeat(name.length + 2), items, isCut, inColumns);
  const isBroken = items.length > 1 && text.length + name.length + 3 > WIDTH;
  return `${name}(${text},${isBroken ? `\n${" ".repeat(name.length + 1)}` : " "}`;
}

/** Items in brackets, as many on a line as have room. */
function summary(lead: string, items: readonly string[], isCut: boolean, inColumns: boolean): string {
  if (items.length < 2) return `[${items.join(", ")}]`;
  let [head, tail] = isCut ? [items.slice(0, ENDS), items.slice(ENDS)] : [[], items];
  const isLong = head.join(", ").length >= WIDTH || tail.join(", ").length >= WIDTH;
  if (inColumns && (isCut || isLong)) {
    const width = widest(items);
    [head, tail] = [head.map((text) => padStart(text, width)), tail.map((text) => padStart(text, width))];
  }
  const lines: string[] = [];
  let line = lead;
  const add = (word: string, most: number): void => {
    const full = line.trimEnd();
    // pandas counts the break before the line, too.
    if (full !== "" && widthOf(full) + 1 + widthOf(word.trimEnd()) >= most) {
      lines.push(full);
      line = lead;
    }
    line += word;
  };
  for (const text of head) add(`${text}, `, WIDTH);
  if (isCut) {
    lines.push(line.trimEnd(), `${lead}...`);
    line = lead;
  }
  for (const text of tail.slice(0, -1)) add(`${text}, `, WIDTH);
  // What ends the last line needs room.
  add(tail[tail.length - 1] as string, WIDTH - 2);
  lines.push(line);
  return `[${lines.join("\n").slice(lead.length)}]`;
}

function attributesOf(index: Index, isCut: boolean): string[] {
  const { className, column, length } = index;
  const out: string[] = [];
  const { categories, ordered } = column.parts;
  if (column.parts.kind === "categorical" && categories) {
    // Text alone stands here in quotes.
    const isQuoted = /^(string|object)$/.test(categories.parts.kind);
    const all = isQuoted ? texts(categories, placesOf(categories)) : cells(categories, "").map((text) => text.trim());
    const half = MOST_CATEGORIES / 2;
    const some = all.length > MOST_CATEGORIES ? [...all.slice(0, half), "...", ...all.slice(-half)] : all;
    out.push(`categories=[${some.join(", ")}]`, `ordered=${ordered ? "True" : "False"}`);
  }
  if (!index.isMulti) out.push(`dtype='${index.dtype}'`);
  if (index.isMulti) {
    if (index.names.some((name) => name !== null)) out.push(`names=[${index.names.map(quoted).join(", ")}]`);
  } else if (index.name !== null) out.push(`name=${quoted(index.name)}`);
  if (isCut) out.push(`length=${length}`);
  if (/^(Datetime|Timedelta)Index$/.test(className)) {
    out.push(`freq=${index.freqText === null ? "None" : `'${index.freqText}'`}`);
  }
  return out;
}

/** What is told behind the labels, broken where a line is full. */
function attributes(name: string, data: string, parts: readonly string[]): string {
  const lead = `\n${" ".repeat(name.length + 1)}`;
  let at = data.length - (data.lastIndexOf("\n") + 1);
  let text = "";
  for (const [i, part] of parts.entries()) {
    const comma = i < parts.length - 1 ? 1 : 0;
    const between = i === 0 ? 0 : 2;
    if (at + between + part.length + comma > WIDTH) {
      text += `${i === 0 ? "" : ","}${lead}${part}`;
      at = name.length + 1 + part.length;
    } else {
      text += `${i === 0 ? "" : ", "}${part}`;
      at += between + part.length;
    }
  }
  return text;
}
