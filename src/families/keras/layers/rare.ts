/**
 * Layers that few models have.
 *
 * @module
 */
import { ConvLSTM } from "./convlstm.ts";
import { Dot } from "./dot.ts";
import { GroupNormalization, SpectralNormalization, unit } from "./groupnorm.ts";
import { LocallyConnected } from "./local.ts";
import { byAxes, made, plain, type Rows } from "./maker.ts";
import { AdaptivePool } from "./pooladaptive.ts";
import { ConvTranspose } from "./transpose.ts";

export const RARE: Rows = [
  ["Dot", made(Dot)],
  ["UnitNormalization", plain(unit)],
  ["GroupNormalization", made(GroupNormalization)],
  ["SpectralNormalization", made(SpectralNormalization)],
  ...byAxes([
    ["LocallyConnected*D", (...given) => new LocallyConnected(...given)],
    ["Conv*DTranspose", (...given) => new ConvTranspose(...given)],
    ["ConvLSTM*D", (...given) => new ConvLSTM(...given)],
    ["AdaptiveMaxPooling*D", (c, config, _, axes) => new AdaptivePool(c, config, axes, true)],
    ["AdaptiveAveragePooling*D", (c, config, _, axes) => new AdaptivePool(c, config, axes, false)],
  ]),
];
