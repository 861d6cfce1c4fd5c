/**
 * How a row of a table of layers makes its layer.
 *
 * @module
 */
import type { Config, Layer, LayerContext } from "../layer.ts";
import type { Tensor } from "../tensor.ts";
import { Plain } from "./core.ts";

/** Makes a layer of its configuration. */
export type LayerMaker = (className: string, config: Config, context: LayerContext) => Layer;

/** Rows of a table: names of classes, and what makes them. */
export type Rows = readonly (readonly [className: string, make: LayerMaker])[];

/** A row of a class without weights, which is a function of one tensor. */
export const plain =
  (run: (x: Tensor, config: Config) => Tensor, keepsMask = true): LayerMaker =>
  (className, config) =>
    new Plain(className, config, run, keepsMask);

/** A row of a class. */
export const made =
  (Class: new (className: string, config: Config, context: LayerContext) => Layer): LayerMaker =>
  (className, config, context) =>
    new Class(className, config, context);

type OfAxes = (className: string, config: Config, context: LayerContext, axes: number) => Layer;

/** Rows of classes for one to three axes: `Conv*D` is `Conv1D`, `Conv2D`, `Conv3D`. */
export function byAxes(rows: readonly (readonly [pattern: string, make: OfAxes])[]): Rows {
  return rows.flatMap(([pattern, make]) =>
    [1, 2, 3].map((axes): [string, LayerMaker] => [
      pattern.replace("*", String(axes)),
      (className, config, context) => make(className, config, context, axes),
    ]),
  );
}
