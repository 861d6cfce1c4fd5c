/**
 * Layers and operations whose code is fetched when a model has them: a page that has none does not load it.
 *
 * @module
 */
import type { Config, Precision } from "../layer.ts";
import type { Tensor } from "../tensor.ts";
import type { LayerMaker, Rows } from "./maker.ts";

/** Calls an operation by its name in Keras or TensorFlow; null where it is not known. */
export type Operate = (
  name: string,
  args: readonly unknown[],
  kwargs: ReadonlyMap<string, unknown>,
  config: Config,
) => Tensor | Tensor[] | null;

/** How a layer of a type rounds; null for float32. */
export type PrecisionOf = (className: string, dtype: string, modern: boolean) => Precision | null;

/** What is fetched at once: layers, the operations, or the rounding of half precision. */
export interface Part {
  readonly rows?: Rows;
  readonly operate?: Operate;
  readonly precisionOf?: PrecisionOf;
}

/** A part, and the classes that want it. */
export interface Group {
  readonly classes: RegExp;
  fetch(): Promise<Part>;
}

/** The operations of graphs; no class is called so. */
export const OPERATIONS: Group = {
  classes: /^$/,
  fetch: async () => ({ operate: (await import("../ops/table.ts")).operate }),
};

/** What layers of half precision want. */
export const HALF: Group = {
  classes: /^$/,
  fetch: async () => ({ precisionOf: (await import("../half.ts")).precisionOf }),
};

/** To add one: a file of rows, and a group here. A file's names are only compared with these, never imported. */
export const GROUPS: readonly Group[] = [
  {
    classes: /^((String|Integer)Lookup|TextVectorization|Hashing|HashedCrossing|CategoryEncoding|Discretization)$/,
    fetch: async () => ({ rows: (await import("./features.ts")).FEATURES }),
  },
  {
    classes: /Attention$|^EinsumDense$/,
    fetch: async () => ({ rows: (await import("./attentions.ts")).ATTENTIONS }),
  },
  {
    classes: /^(UpSampling\dD|Resizing|CenterCrop|RandomCrop)$/,
    fetch: async () => ({ rows: (await import("./image.ts")).IMAGES }),
  },
  {
    classes: /^(Conv(LSTM\dD|\dDTranspose)|LocallyConnected\dD|Adaptive\w+|(Group|Unit|Spectral)Normalization|Dot)$/,
    fetch: async () => ({ rows: (await import("./rare.ts")).RARE }),
  },
];

/** The code of a model: what was fetched for it. */
export interface Fetched {
  readonly layers: ReadonlyMap<string, LayerMaker>;
  readonly operate: Operate | null;
  readonly precisionOf: PrecisionOf | null;
}

/** What a model has that needs nothing. */
export const NOTHING: Fetched = { layers: /* @__PURE__ */ new Map(), operate: null, precisionOf: null };

/** Fetches parts. */
export async function fetched(groups: readonly Group[]): Promise<Fetched> {
  const parts = await Promise.all(groups.map((group) => group.fetch()));
  return {
    layers: new Map(parts.flatMap(({ rows = [] }) => rows)),
    operate: parts.find(({ operate }) => operate !== undefined)?.operate ?? null,
    precisionOf: parts.find(({ precisionOf }) => precisionOf !== undefined)?.precisionOf ?? null,
  };
}
