/**
 * Rows as lines, drawn by uPlot.
 *
 * @module
 */
import uPlot from "uplot";
import { make } from "../dom.ts";
import { colour, statsLine, type View } from "./view.ts";

const HUES = ["--accent", "--bad", "--good", "--doubt", "--type", "--quiet"] as const;

/** What both axes of a plot look like. */
export function axis(): uPlot.Axis {
  const [text, line] = [colour("--quiet"), colour("--line")];
  return { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
}

/** The room that a plot has. */
export function roomOf(box: HTMLElement): { width: number; height: number } {
  return { width: Math.max(280, box.clientWidth - 12), height: Math.max(200, box.clientHeight - 110) };
}

export const line: View = {
  name: "Line",
  fits: ({ look, isNumeric, shape }) => look === "array" && isNumeric && shape.every((size) => size > 0),
  async draw(box, { client, entry, slice, choices, shown }) {
    const { down, across } = slice;
    const most = down === null ? 1 : (shown.shape[down] as number);
    const draw = async (): Promise<void> => {
      const count = Math.min(choices.lines, most);
      const { x, lines, stats } = await client.call("lines", entry.id, slice, count);
      const first = down === null ? 0 : (slice.at[down] as number);
      const controls = make("div", { className: "bar" });
      if (most > 1) {
        const number = make("input", {
          type: "number",
          min: "1",
          max: String(Math.min(20, most)),
          value: String(count),
        });
        number.onchange = () => {
          choices.lines = Math.max(1, Math.min(20, Number(number.value) || 1));
          void draw();
        };
        const from = make("input", { type: "number", min: "0", max: String(most - 1), value: String(first) });
        from.onchange = () => {
          const at = Math.max(0, Math.min(most - 1, Number(from.value) || 0));
          slice = { ...slice, at: slice.at.map((old, i) => (i === down ? at : old)) };
          void draw();
        };
        controls.append(make("label", {}, "lines", number), make("label", {}, "from row", from));
      }
      const log = make("input", { type: "checkbox", checked: choices.isLog });
      log.onchange = () => {
        choices.isLog = log.checked;
        void draw();
      };
      controls.append(
        make("label", {}, log, "logarithmic"),
        make("span", { className: "hint" }, "drag to zoom, double click to see all"),
      );
      const plot = make("div");
      box.replaceChildren(controls, plot, statsLine(stats));
      const length = shown.shape[across] as number;
      const { zoom } = choices;
      const made = new uPlot(
        {
          ...roomOf(box),
          scales: { x: { time: false }, y: choices.isLog ? { distr: 3 } : {} },
          axes: [axis(), { ...axis(), size: 70 }],
          series: [
            { label: `axis ${across}` },
            ...lines.map((_, i) => ({
              label: down === null ? "value" : `row ${first + i}`,
              stroke: colour(HUES[i % HUES.length] as string),
              width: 1.25,
              points: { show: length <= 60 },
            })),
          ],
          hooks: {
            setScale: [
              (u, key) => {
                const { min, max } = u.scales["x"] as uPlot.Scale;
                if (key === "x" && min != null && max != null) choices.zoom = { min, max, length };
              },
            ],
          },
        },
        // A logarithm has no place for what is not above zero.
        [
          x,
          ...lines.map((values) =>
            choices.isLog ? Array.from(values, (value) => (value > 0 ? value : null)) : gaps(values),
          ),
        ],
        plot,
      );
      if (zoom !== null && zoom.length === length) made.setScale("x", zoom);
    };
    await draw();
  },
};

/** NaN as gaps. */
function gaps(values: Float64Array): uPlot.AlignedData[number] {
  return values.some((value) => !Number.isFinite(value))
    ? Array.from(values, (value) => (Number.isFinite(value) ? value : null))
    : values;
}
