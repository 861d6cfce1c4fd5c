/**
 * Rows of frames and series as cells.
 *
 * @module
 */
import type { TableView } from "../../../src/core/values/protocol.ts";
import { tableOf } from "../../../src/core/values/protocol.ts";
import type { Cells } from "./protocol.ts";

/** The cells of some rows, by the CSV of these rows. */
export function tableCells(
  table: TableView,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): Cells {
  const height = table.shape[0] as number;
  const end = Math.min(height, bottom);
  const cut = tableOf(table.slice(top, Math.max(top, end)));
  const lines = cut === null ? [] : parseCSV(cut.csv());
  const count = Math.max(0, end - top);
  const heads = lines.slice(0, lines.length - count);
  const wide = table.shape[1] ?? 1;
  const first = (lines[0]?.length ?? 0) - wide;
  // Labels of several levels stand in several lines.
  const names = Array.from({ length: wide }, (_, i) => heads.map((head) => head[first + i] ?? "").join(" / "));
  const body = lines.slice(lines.length - count);
  return {
    columns: names.slice(left, right),
    index: body.map((row) => row.slice(0, first).join(" / ")),
    rows: body.map((row) => row.slice(first + left, first + Math.min(wide, right))),
    total: [height, wide],
  };
}

/** Reads CSV with line feeds at the end of lines, as brine writes it (RFC 4180). */
export function parseCSV(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n]|$)/gy;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (found === null) throw new SyntaxError("this is no CSV");
    const [, quoted, plain, end] = found;
    row.push(quoted === undefined ? (plain as string) : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
