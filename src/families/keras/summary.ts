/**
 * The table of a model's layers, as Keras 2 and 3 print it (keras/src/utils/summary_utils.py).
 *
 * @module
 */
import { Graph } from "./graph.ts";
import type { Layer } from "./layer.ts";
import { sizeOf, type Tensor, zeros } from "./tensor.ts";

/** What the table needs of a model. */
export interface Summarized {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly graph: Graph;
}

interface Row {
  readonly name: string;
  readonly shape: string;
  readonly count: number;
  readonly from: readonly string[];
}

function count(layer: Layer): { all: number; trained: number } {
  let all = 0;
  let trained = 0;
  const visit = (one: Layer, trains: boolean): void => {
    const own = trains && one.trainable;
    for (const { value, trainable } of one.weights) {
      all += sizeOf(value.shape);
      if (trainable && own) trained += sizeOf(value.shape);
    }
    for (const inner of one instanceof Graph ? one.layers : one.parts.map(([, part]) => part)) visit(inner, own);
  };
  visit(layer, true);
  return { all, trained };
}

/** Numbers of a sample for which shapes are still found by a run. */
const MOST_CELLS = 1 << 22;

function shapeText(one: readonly number[], two: readonly number[]): string {
  return `(${one.map((n, i) => (n === two[i] ? n : "None")).join(", ")}${one.length === 1 ? "," : ""})`;
}

/** Shapes of what layers make, found by two runs of two and three samples; null where they cannot be found. */
function outputShapes(graph: Graph, layers: readonly Layer[]): Map<string, string[]> {
  const out = new Map<string, string[]>();
  // Shapes that are not told, or that nobody could run.
  const cells = graph.inputShapes.map((shape) => (shape === null ? Number.NaN : sizeOf(shape.map((n) => n ?? 17))));
  if (!cells.every((n) => n >= 0 && n < MOST_CELLS)) return out;
  const run = (samples: number, name: string): readonly Tensor[] => {
    const inputs = graph.inputShapes.map((shape) =>
      zeros((shape as (number | null)[]).map((n, i) => (n === null ? (i === 0 ? samples : samples + 14) : n))),
    );
    return graph.runAll(inputs, name);
  };
  for (const { name } of layers) {
    try {
      const [one, two] = [run(2, name), run(3, name)];
      out.set(
        name,
        one.map((x, k) => shapeText(x.shape, two[k]?.shape ?? [])),
      );
    } catch (e) {
      // A layer that is not known, or that does not take zeros: its line has no shape.
      if (!(e instanceof Error)) throw e;
    }
  }
  return out;
}

/** Does one layer follow the other, each called once? */
function isChain(graph: Graph): boolean {
  if (graph.className === "Sequential") return true;
  const taken = new Map<string, number>();
  for (const layer of graph.layers) {
    const calls = graph.takenBy(layer);
    if (calls.length > 1 || (calls[0]?.length ?? 0) > 1) return false;
    for (const ref of calls.flat()) taken.set(ref.layer, (taken.get(ref.layer) ?? 0) + 1);
  }
  return graph.inputs.length === 1 && [...taken.values()].every((n) => n === 1);
}

function size(bytes: number, unit: string): string {
  const units = [unit, "KB", "MB", "GB"];
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
  const { graph } = model;
  const chain = isChain(graph);
  const shapes = outputShapes(graph, model.layers);
  const rows = model.layers.map((layer): Row => {
    const found = shapes.get(layer.name);
    const isInput = layer.className === "InputLayer";
    const listed = (found?.length ?? 0) > 1 || (isInput && !graph.modern);
    return {
      name: `${layer.name} (${layer.className})`,
      shape: found === undefined ? "?" : listed ? `[${found.join(", ")}]` : (found[0] as string),
      count: count(layer).all,
      from: graph.takenBy(layer).flatMap((refs) => refs.map((ref) => `${ref.layer}[${ref.node}][${ref.tensor}]`)),
    };
  });
  const { all, trained } = count(graph);
  const title = `Model: "${model.name || (graph.className === "Sequential" ? "sequential" : "functional")}"`;
  const total = (unit: string): string[] =>
    [
      ["Total", all],
      ["Trainable", trained],
      ["Non-trainable", all - trained],
    ].map(([what, n]) => {
      const number = graph.modern ? (n as number).toLocaleString("en-US") : String(n);
      return `${what} params: ${number} (${size((n as number) * 4, unit)})`;
    });
  return graph.modern
    ? [title, ...modernTable(rows, chain), ...total("B").map((line) => ` ${line}`)].join("\n")
    : [title, ...legacyTable(rows, chain, total("Byte"))].join("\n");
}

/** Words in lines of a width; a word that is longer is cut. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of text.split("\n")) {
    let line = "";
    for (const word of part.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
}

function modernTable(rows: readonly Row[], chain: boolean): string[] {
  const heads = ["Layer (type)", "Output Shape", "Param #", ...(chain ? [] : ["Connected to"])];
  const widths = chain ? [31, 22, 13] : [19, 17, 10, 17];
  const rule = (left: string, middle: string, right: string, line: string): string =>
    left + widths.map((width) => line.repeat(width + 2)).join(middle) + right;
  const row = (cells: readonly string[], bar: string): string[] => {
    const lines = cells.map((cell, i) => wrapped(cell, widths[i] as number));
    const height = Math.max(...lines.map(({ length }) => length));
    return Array.from({ length: height }, (_, k) => {
      const parts = lines.map((own, i) => {
        const cell = own[k] ?? "";
        return i === 2 ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number);
      });
      return `${bar} ${parts.join(` ${bar} `)} ${bar}`;
    });
  };
  const lines = [rule("┏", "┳", "┓", "━"), ...row(heads, "┃"), rule("┡", "╇", "┩", "━")];
  for (const [i, one] of rows.entries()) {
    if (i > 0) lines.push(rule("├", "┼", "┤", "─"));
    const from = one.from.length === 0 ? "-" : one.from.join(",\n");
    lines.push(...row([one.name, one.shape, one.count.toLocaleString("en-US"), ...(chain ? [] : [from])], "│"));
  }
  return [...lines, rule("└", "┴", "┘", "─")];
}

/** Places after which a line of Keras 2 breaks. */
const BREAKS = ["),", "},", "],", "',"];

function legacyTable(rows: readonly Row[], chain: boolean, totals: readonly string[]): string[] {
  const ends = chain ? [29, 55, 65] : [29, 58, 68, 98];
  const width = ends[ends.length - 1] as number;
  const row = (cells: readonly string[]): string[] => {
    const left = [...cells];
    const lines: string[] = [];
    while (left.some((cell) => cell !== "")) {
      let line = " ";
      for (const [col, cell] of left.entries()) {
        const start = col === 0 ? 0 : (ends[col - 1] as number);
        const isLast = col === ends.length - 1;
        let cutoff = (ends[col] as number) - start - (isLast ? 0 : 3);
        const fit = cell.slice(0, cutoff);
        const breaks = BREAKS.flatMap((mark) => (fit.includes(mark) ? [fit.indexOf(mark) + mark.length] : []));
        if (breaks.length > 0) cutoff = Math.min(...breaks);
        line += cell.slice(0, cutoff);
        left[col] = cell.slice(cutoff);
        line = (isLast ? line : `${line}  `).padEnd(ends[col] as number);
      }
      lines.push(line);
    }
    return lines;
  };
  const heads = ["Layer (type)", "Output Shape", "Param #", ...(chain ? [] : ["Connected to"])];
  const lines = ["_".repeat(width), ...row(heads), "=".repeat(width)];
  for (const one of rows) {
    const from = `[${one.from.map((name) => `'${name}'`).join(", ")}]`;
    const cells = [one.name, one.shape, String(one.count), ...(chain ? [] : [from])];
    lines.push(...row(cells), " ".repeat(width));
  }
  return [...lines, "=".repeat(width), ...totals, "_".repeat(width)];
}
