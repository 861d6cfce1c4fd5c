/**
 * What every way of looking at a value is given.
 *
 * @module
 */
import type { Client } from "../client.ts";
import { make, numberText } from "../dom.ts";
import type { Entry, Shown, Slice, Stats } from "../protocol.ts";

export interface Subject {
  readonly client: Client;
  readonly entry: Entry;
  readonly shown: Shown;
  readonly slice: Slice;
  /** What is kept from one value to the next: colours by logarithm, and the like. */
  readonly choices: Choices;
}

/** Choices that stay when another value is chosen. */
export interface Choices {
  isLog: boolean;
  lines: number;
  bins: number;
  /** Part of a line that was zoomed to. */
  zoom: { min: number; max: number; length: number } | null;
}

/** A way of looking at a value; to add one: a file, and a row in `views/index.ts`. */
export interface View {
  readonly name: string;
  fits(shown: Shown): boolean;
  draw(box: HTMLElement, subject: Subject): Promise<void>;
}

/** One line of statistics. */
export function statsLine({ count, nan, min, max, mean }: Stats, more = ""): HTMLElement {
  const numbers =
    count > nan ? `min ${numberText(min)}, max ${numberText(max)}, mean ${numberText(mean)}` : "no numbers";
  return make("p", { className: "stats", textContent: `${count} numbers, ${nan} NaN, ${numbers}${more}` });
}

/** A colour of the style sheet, as the canvas wants it. */
export function colour(name: string): string {
  const probe = make("span", {});
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
