/**
 * How often which numbers stand in a slice.
 *
 * @module
 */
import uPlot from "uplot";
import { make } from "../dom.ts";
import { axis, roomOf } from "./line.ts";
import { colour, statsLine, type View } from "./view.ts";

export const histogram: View = {
  name: "Histogram",
  fits: ({ look, isNumeric, shape }) => look === "array" && isNumeric && shape.every((size) => size > 0),
  async draw(box, { client, entry, slice, choices }) {
    const draw = async (): Promise<void> => {
      const { edges, counts, stats } = await client.call("histogram", entry.id, slice, choices.bins);
      const number = make("input", { type: "number", min: "1", max: "1000", value: String(choices.bins) });
      number.onchange = () => {
        choices.bins = Math.max(1, Math.min(1000, Number(number.value) || 50));
        void draw();
      };
      const plot = make("div");
      box.replaceChildren(make("div", { className: "bar" }, make("label", {}, "bins", number)), plot, statsLine(stats));
      if (stats.count === stats.nan) return;
      const middles = Float64Array.from(counts, (_, i) => ((edges[i] as number) + (edges[i + 1] as number)) / 2);
      const accent = colour("--accent");
      new uPlot(
        {
          ...roomOf(box),
          scales: {
            x: { time: false, range: [edges[0] as number, edges.at(-1) as number] },
            y: { range: (_, __, max) => [0, max] },
          },
          axes: [axis(), { ...axis(), size: 70 }],
          series: [
            { label: "value" },
            {
              label: "count",
              stroke: accent,
              fill: accent,
              paths: uPlot.paths.bars?.({ size: [1, Number.POSITIVE_INFINITY] }) as uPlot.Series.PathBuilder,
              points: { show: false },
            },
          ],
        },
        [middles, counts],
        plot,
      );
    };
    await draw();
  },
};
