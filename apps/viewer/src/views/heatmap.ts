/**
 * Matrices as fields of colours.
 *
 * @module
 */
import { make, numberText } from "../dom.ts";
import type { Plane } from "../protocol.ts";
import { scale } from "./colours.ts";
import { statsLine, type View } from "./view.ts";

export const heatmap: View = {
  name: "Heatmap",
  fits: ({ look, isNumeric, shape }) =>
    look === "array" && isNumeric && shape.length > 1 && shape.every((size) => size > 0),
  async draw(box, { client, entry, slice, choices }) {
    const plane = await client.call("plane", entry.id, slice);
    const { rows, columns, step, values, stats } = plane;
    const colours = scale();
    const field = make("canvas", { className: "field", width: columns, height: rows });
    const told = make("p", { className: "stats", textContent: " " });
    const log = make("input", { type: "checkbox", checked: choices.isLog });
    log.onchange = () => {
      choices.isLog = log.checked;
      paint(field, plane, colours, choices.isLog);
    };
    const every = step[0] * step[1] > 1 ? `, one of every ${step[0]} by ${step[1]} is drawn` : "";
    box.replaceChildren(
      make("div", { className: "bar" }, make("label", {}, log, "logarithmic"), told),
      make("div", { className: "heat" }, field, legend(colours, stats.min, stats.max)),
      statsLine(stats, every),
    );
    // As large as there is room, by whole pixels where the field is small.
    const fit = Math.min((box.clientWidth - 140) / columns, (box.clientHeight - 90) / rows);
    const zoom = fit >= 3 ? Math.min(24, Math.floor(fit)) : fit;
    field.style.width = `${Math.max(1, columns * zoom)}px`;
    field.style.height = `${Math.max(1, rows * zoom)}px`;
    field.onmousemove = (event) => {
      const column = Math.min(columns - 1, Math.max(0, Math.floor(event.offsetX / zoom)));
      const row = Math.min(rows - 1, Math.max(0, Math.floor(event.offsetY / zoom)));
      const value = values[row * columns + column] as number;
      told.textContent = `row ${row * step[0]}, column ${column * step[1]}: ${numberText(value)}`;
    };
    paint(field, plane, colours, choices.isLog);
  },
};

function paint(
  field: HTMLCanvasElement,
  { rows, columns, values, stats }: Plane,
  colours: Uint8Array,
  isLog: boolean,
): void {
  const context = field.getContext("2d");
  if (context === null) throw new Error("this browser draws no canvas");
  const image = context.createImageData(columns, rows);
  const { min, max } = stats;
  // Below the least above zero nothing is told apart by a logarithm.
  const least = isLog ? values.reduce((low, value) => (value > 0 && value < low ? value : low), max) : min;
  const place = isLog
    ? (value: number): number => (value > least ? Math.log(value / least) / Math.log(max / least) : 0)
    : (value: number): number => (value - min) / (max - min);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const at = max > min ? Math.max(0, Math.min(255, Math.round(place(value) * 255))) : 128;
    for (let part = 0; part < 3; part++) image.data[4 * i + part] = colours[3 * at + part] as number;
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

function legend(colours: Uint8Array, min: number, max: number): HTMLElement {
  const strip = make("canvas", { className: "colours", width: 1, height: 256 });
  const context = strip.getContext("2d");
  const image = context?.createImageData(1, 256);
  if (image === undefined || image === null) return strip;
  for (let i = 0; i < 256; i++) {
    for (let part = 0; part < 3; part++) image.data[4 * i + part] = colours[3 * (255 - i) + part] as number;
    image.data[4 * i + 3] = 255;
  }
  context?.putImageData(image, 0, 0);
  const numbers = make(
    "div",
    { className: "scale" },
    make("span", {}, numberText(max)),
    make("span", {}, numberText(min)),
  );
  return make("div", { className: "heat" }, strip, numbers);
}
