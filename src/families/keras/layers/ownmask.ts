/**
 * Layers without weights that say themselves which steps behind them are masked.
 *
 * @module
 */
import { type Config, Layer, type LayerContext } from "../layer.ts";

/** A layer that has no weights, and whose masks go by the version of Keras (`era`: 3004 is 3.4). */
export abstract class OwnMaskLayer extends Layer {
  protected readonly era: number;

  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.era = context.era;
  }
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
}
