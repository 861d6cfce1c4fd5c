/**
 * Values as text, as Python prints them.
 *
 * @module
 */
import { make } from "../dom.ts";
import type { View } from "./view.ts";

export const text: View = {
  name: "Text",
  fits: () => true,
  async draw(box, { client, entry, shown }) {
    const content = await client.call("text", entry.id);
    const isWide = shown.look === "array" || shown.look === "table";
    box.replaceChildren(make("pre", { className: isWide ? "wide" : "", textContent: content }));
  },
};
