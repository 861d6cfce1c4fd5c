/**
 * The table of a model's layers, as Keras 3 prints it.
 *
 * @module
 */
import type { Graph } from "./graph.ts";
import type { Layer } from "./layer.ts";
import { sizeOf, zeros } from "./tensor.ts";
import { allWeights } from "./weights.ts";

/** What the table needs of a model. */
export interface Summarized {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly graph: Graph;
}

function count(layer: Layer): { all: number; trained: number } {
  let all = 0;
  let trained = 0;
  for (const { value, trainable } of allWeights(layer)) {
    const n = sizeOf(value.shape);
    all += n;
    if (trainable && layer.trainable) trained += n;
  }
  return { all, trained };
}

/** Shapes of what layers make: found by two runs of one and two samples. */
function outputShape(graph: Graph, layer: Layer): string {
  if (graph.inputShapes.some((shape) => shape === null)) return "?";
  try {
    const [one, two] = [1, 2].map((samples) => {
      const inputs = graph.inputShapes.map((shape) =>
        zeros((shape as (number | null)[]).map((n, i) => (i === 0 ? samples : (n ?? samples)))),
      );
      return graph.run(inputs, layer.name)[0]?.shape ?? [];
    }) as [readonly number[], readonly number[]];
    return `(${one.map((n, i) => (n === two[i] ? n : "None")).join(", ")}${one.length === 1 ? "," : ""})`;
  } catch (e) {
    // A layer that is not known, or that does not take zeros: its line has no shape.
    if (e instanceof Error) return "?";
    throw e;
  }
}

function size(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let n = bytes;
  let i = 0;
  while (n >= 1024 && i < units.length - 1) {
    n /= 1024;
    i++;
  }
  return `${n.toFixed(2)} ${units[i]}`;
}

/** The table as text. */
export function summaryText(model: Summarized): string {
  const isSequential = model.graph.className === "Sequential";
  const lines = model.layers.map((layer) => [
    `${layer.name} (${layer.className})`,
    outputShape(model.graph, layer),
    count(layer).all.toLocaleString("en-US"),
  ]);
  const heads = ["Layer (type)", "Output Shape", "Param #"];
  const widths = heads.map((head, i) => Math.max(head.length, ...lines.map((line) => (line[i] as string).length)));
  const row = (cells: readonly string[], bar: string): string =>
    `${bar} ${cells.map((cell, i) => (i === 2 ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number))).join(` ${bar} `)} ${bar}`;
  const rule = (left: string, middle: string, right: string, line: string): string =>
    left + widths.map((width) => line.repeat(width + 2)).join(middle) + right;
  const total = count(model.graph);
  const fixed = total.all - total.trained;
  return [
    `Model: "${model.name || (isSequential ? "sequential" : "functional")}"`,
    rule("┏", "┳", "┓", "━"),
    row(heads, "┃"),
    rule("┡", "╇", "┩", "━"),
    lines.map((line) => row(line, "│")).join(`\n${rule("├", "┼", "┤", "─")}\n`),
    rule("└", "┴", "┘", "─"),
    ` Total params: ${total.all.toLocaleString("en-US")} (${size(total.all * 4)})`,
    ` Trainable params: ${total.trained.toLocaleString("en-US")} (${size(total.trained * 4)})`,
    ` Non-trainable params: ${fixed.toLocaleString("en-US")} (${size(fixed * 4)})`,
  ].join("\n");
}
