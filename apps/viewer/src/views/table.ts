/**
 * Arrays and frames as a table: only the rows in sight are asked for.
 *
 * @module
 */
import { make } from "../dom.ts";
import type { View } from "./view.ts";

const ROW = 24;
/** Rows beyond those in sight, so that a little scrolling needs no new ones. */
const SPARE = 20;
const COLUMNS = 60;
/** Browsers cannot scroll much further than this. */
const TALLEST = 8_000_000;

export const table: View = {
  name: "Table",
  fits: ({ look, shape }) => look === "table" || (look === "array" && shape.length > 0),
  async draw(box, { client, entry, slice }) {
    let left = 0;
    let asked = "";
    const grid = make("table", { className: "grid" });
    const [above, below] = [make("div"), make("div")];
    const turn = make("div", { className: "bar" });
    const page = (by: number): HTMLElement =>
      make("button", {
        type: "button",
        textContent: by < 0 ? "◂ columns" : "columns ▸",
        onclick: () => {
          left = Math.max(0, left + by);
          void fill();
        },
      });
    const fill = async (): Promise<void> => {
      const inSight = Math.ceil(box.clientHeight / ROW);
      const first =
        total * ROW <= TALLEST
          ? box.scrollTop / ROW
          : (box.scrollTop / Math.max(1, box.scrollHeight - box.clientHeight)) * (total - inSight + 2);
      const top = Math.max(0, Math.min(Math.floor(first) - SPARE, total - inSight - SPARE));
      const key = `${top} ${left}`;
      if (asked === key) return;
      asked = key;
      const cells = await client.call(
        "cells",
        entry.id,
        slice,
        [top, top + inSight + 2 * SPARE],
        [left, left + COLUMNS],
      );
      if (asked !== key) return;
      total = cells.total[0];
      const all = Math.min(total * ROW, TALLEST);
      const start = total * ROW <= TALLEST ? top * ROW : Math.min(box.scrollTop, all - cells.rows.length * ROW);
      above.style.height = `${Math.max(0, start)}px`;
      below.style.height = `${Math.max(0, all - start - cells.rows.length * ROW)}px`;
      const head = make("tr", {}, make("th"), ...cells.columns.map((name) => make("th", { textContent: name })));
      const body = make("tbody");
      for (const [i, row] of cells.rows.entries()) {
        const line = make("tr", {}, make("th", { textContent: cells.index[i] ?? "" }));
        line.style.height = `${ROW}px`;
        line.append(...row.map((cell) => make("td", { textContent: cell, title: cell })));
        body.append(line);
      }
      grid.replaceChildren(make("thead", {}, head), body);
      const wide = cells.total[1];
      turn.hidden = wide <= COLUMNS;
      turn.replaceChildren(page(-COLUMNS), `columns ${left} to ${Math.min(wide, left + COLUMNS) - 1} of ${wide}`);
      if (left + COLUMNS < wide) turn.append(page(COLUMNS));
    };
    let total = 0;
    box.replaceChildren(turn, above, grid, below);
    await fill();
    box.onscroll = () => void fill();
  },
};
