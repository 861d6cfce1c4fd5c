/**
 * Arrays whose last axis holds colours, as pictures.
 *
 * @module
 */
import { make } from "../dom.ts";
import type { View } from "./view.ts";

export const picture: View = {
  name: "Image",
  fits: ({ look, isNumeric, shape }) =>
    look === "array" && isNumeric && shape.length >= 3 && [3, 4].includes(shape.at(-1) as number) && !shape.includes(0),
  async draw(box, { client, entry, slice, shown }) {
    const { width, height, pixels } = await client.call("picture", entry.id, slice);
    const field = make("canvas", { className: "field", width, height });
    field.getContext("2d")?.putImageData(new ImageData(pixels as Uint8ClampedArray<ArrayBuffer>, width, height), 0, 0);
    const more = shown.shape.length > 3 ? " of the first axes' places" : "";
    box.replaceChildren(
      make("div", { className: "heat" }, field),
      make("p", { className: "stats" }, `${width} by ${height} points${more}`),
    );
    const fit = Math.min((box.clientWidth - 20) / width, (box.clientHeight - 50) / height);
    const zoom = fit >= 1 ? Math.min(16, Math.floor(fit)) : fit;
    field.style.width = `${width * zoom}px`;
    field.style.height = `${height * zoom}px`;
  },
};
