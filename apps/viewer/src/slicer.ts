/**
 * Which two axes of an array are looked at, and where on the others.
 *
 * @module
 */
import { make } from "./dom.ts";
import type { Slice } from "./protocol.ts";

/** The slice that an array is first shown by: its last two axes of more than one place, from the beginning of the others. */
export function firstSlice(shape: readonly number[]): Slice {
  const at = shape.map(() => 0);
  const { length } = shape;
  if (length < 2) return { down: null, across: length - 1, at };
  const long = shape.flatMap((size, axis) => (size > 1 ? [axis] : []));
  const across = long.at(-1) ?? length - 1;
  const down = long.at(-2) ?? (across === 0 ? 1 : across - 1);
  return { down, across, at };
}

/** Sliders and lists for an array of more than one axis. */
export function slicer(shape: readonly number[], slice: Slice, change: (slice: Slice) => void): HTMLElement {
  const box = make("div", { className: "slicer" });
  if (shape.length < 2) return box;
  let now = slice;
  const draw = (): void => {
    const axes = (label: string, axis: number, set: (axis: number) => Slice): HTMLElement => {
      const list = make("select", {
        onchange: () => {
          now = set(Number(list.value));
          draw();
          change(now);
        },
      });
      for (const [i, size] of shape.entries())
        list.append(new Option(`axis ${i} (${size})`, String(i), false, i === axis));
      return make("label", {}, label, list);
    };
    const { down, across } = now;
    box.replaceChildren(
      // An axis that the other has is handed over.
      axes("down", down ?? 0, (axis) => ({ ...now, down: axis, across: axis === across ? (down as number) : across })),
      axes("across", across, (axis) => ({ ...now, across: axis, down: axis === down ? across : down })),
    );
    for (const [axis, size] of shape.entries()) {
      if (axis === down || axis === across) continue;
      const place = String(now.at[axis]);
      const max = String(Math.max(0, size - 1));
      const range = make("input", { type: "range", min: "0", max, value: place, ariaLabel: `place on axis ${axis}` });
      const number = make("input", { type: "number", min: "0", max, value: place, ariaLabel: `place on axis ${axis}` });
      const move = (value: string): void => {
        const to = Math.max(0, Math.min(size - 1, Math.trunc(Number(value)) || 0));
        range.value = number.value = String(to);
        now = { ...now, at: now.at.map((old, i) => (i === axis ? to : old)) };
        change(now);
      };
      range.oninput = () => move(range.value);
      number.onchange = () => move(number.value);
      box.append(make("label", {}, `axis ${axis}`, range, number, `of ${size}`));
    }
  };
  draw();
  return box;
}
