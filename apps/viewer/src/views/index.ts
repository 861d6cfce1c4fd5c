/**
 * Ways of looking at a value; the first that fits is shown first.
 *
 * @module
 */
import { heatmap } from "./heatmap.ts";
import { histogram } from "./histogram.ts";
import { line } from "./line.ts";
import { picture } from "./picture.ts";
import { table } from "./table.ts";
import { text } from "./text.ts";
import type { View } from "./view.ts";

export type { Choices, Subject, View } from "./view.ts";

export const VIEWS: readonly View[] = [table, line, heatmap, histogram, picture, text];
