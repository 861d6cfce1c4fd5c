/**
 * Layers of the caller's.
 *
 * @module
 */
import { type Config, Layer } from "./layer.ts";
import type { LayerMaker } from "./layers/maker.ts";
import type { Tensor } from "./tensor.ts";

/** A layer for {@link defineLayer}. */
export interface LayerDefinition {
  /** The class in Python (`Scale`, or `mypkg>Scale`), or the name of one layer, such as a Lambda's. */
  readonly python: string;
  /** Names of its weights in the order of the file; those after `!` are not changed by training (`!mean`). */
  readonly weights?: readonly string[];
  /** What it makes of its inputs; `config` is its configuration. */
  call(inputs: readonly Tensor[], weights: Readonly<Record<string, Tensor>>, config: Config): Tensor | Tensor[];
}

/** A layer that can be passed to `loadModel` as one of `layers`. */
export interface DefinedLayer {
  readonly python: string;
  readonly make: LayerMaker;
}

/**
 * Says how a layer runs that Keras does not know, or whose Python code is not run (Lambda). Pass it to `loadModel` in
 * the list `layers`.
 *
 * @example
 * ```ts
 * const scale = defineLayer({
 *   python: "Scale",
 *   weights: ["factor"],
 *   call([x], { factor }) {
 *     return tensor(x.shape, x.data.map((v) => v * factor.data[0]));
 *   },
 * });
 * const model = await loadModel("custom.keras", { layers: [scale] });
 * ```
 */
export function defineLayer(definition: LayerDefinition): DefinedLayer {
  const names = (definition.weights ?? []).map((name): readonly [string, boolean] =>
    name.startsWith("!") ? [name.slice(1), false] : [name, true],
  );
  class Defined extends Layer {
    get names(): readonly (readonly [string, boolean])[] {
      return names;
    }
    call(inputs: readonly Tensor[]): Tensor | Tensor[] {
      const weights = Object.fromEntries(names.map(([name]) => [name, this.tensorOf(name)] as const));
      return definition.call(inputs, weights, this.config);
    }
  }
  const short = definition.python.split(">").pop() as string;
  return { python: short, make: (className, config) => new Defined(className, config) };
}
