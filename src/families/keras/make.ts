/**
 * Layers and models of their configurations, by the table of layers.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { bad } from "./calls.ts";
import { Graph } from "./graph.ts";
import { type Config, Layer, type LayerContext } from "./layer.ts";
import type { LayerMaker } from "./layers/maker.ts";
import {
  type Fetched,
  fetched,
  GROUPS,
  type Group,
  HALF,
  NOTHING,
  OPERATIONS,
  type PrecisionOf,
} from "./layers/more.ts";
import { LAYERS } from "./layers/table.ts";
import { Operation, operationName } from "./operation.ts";

const MODELS = new Set(["Sequential", "Functional", "Model"]);
const MAX_NESTING = 64;
/** Layers of a model, those inside others counted: wrappers that double could make as many as they like. */
const MAX_LAYERS = 100_000;

/** A layer whose class is not known: it is shown, and refuses to be called. */
class Unknown extends Layer {
  get names(): readonly [] {
    return [];
  }
  call(): never {
    throw new UnsupportedError(
      this.className,
      this.className === "Lambda"
        ? `the layer ${this.name} is a Lambda, whose Python code is never run: give its function as layers: { Lambda: … } or by its name`
        : `the layer ${this.name} is of the class ${this.className}, which is not known: give it as layers: { ${this.className}: … }`,
      { format: "keras" },
    );
  }
}

/** Layers of the caller's, by class or by layer name. */
export type CustomLayers = ReadonlyMap<string, LayerMaker>;

/** What layers are made with; `era` is the version of Keras, 2.15 as 2015. */
interface Kit {
  readonly era: number;
  readonly custom: CustomLayers;
  readonly more: Fetched;
  /** Layers that may still be made. */
  left: number;
}

interface Spec {
  readonly name?: unknown;
  readonly class_name: string;
  readonly config: Config;
  readonly module?: unknown;
}

function isSpec(value: unknown): value is Spec {
  const { class_name: className, config } = (value ?? {}) as { class_name?: unknown; config?: unknown };
  return typeof className === "string" && typeof config === "object" && config !== null;
}

const shortName = (spec: Spec): string => spec.class_name.split(">").pop() as string;

const settingsOf = ({ name, config }: Spec): Config => ({ ...(typeof name === "string" ? { name } : {}), ...config });

function customOf(spec: Spec, custom: CustomLayers): LayerMaker | undefined {
  return custom.get((spec.config["name"] ?? spec.name) as string) ?? custom.get(shortName(spec));
}

/** Makes a layer or model of its specification in a file. */
function makeLayer(spec: unknown, kit: Kit, depth = 0): Layer {
  if (typeof spec !== "object" || spec === null) throw bad("a layer has no configuration");
  if (!isSpec(spec)) throw bad("a layer has no class or no configuration");
  if (depth > MAX_NESTING) throw bad(`models are nested deeper than ${MAX_NESTING} levels`);
  if (kit.left-- <= 0) throw bad(`the model has more than ${MAX_LAYERS} layers`);
  const settings = settingsOf(spec);
  const { era, more } = kit;
  const context: LayerContext = { modern: era >= 3000, era, make: (inner) => makeLayer(inner, kit, depth + 1) };
  const short = shortName(spec);
  const given = customOf(spec, kit.custom);
  if (given !== undefined) {
    const own = given(short, settings, context);
    own.isOwn = true;
    return own;
  }
  if (MODELS.has(spec.class_name)) {
    return new Graph(spec.class_name, Array.isArray(spec.config) ? { layers: spec.config } : settings, context);
  }
  const operation = operationName(short, spec, era >= 3000);
  if (operation !== null) return new Operation(short, settings, operation, more.operate);
  const maker = LAYERS.get(short) ?? more.layers.get(short);
  if (maker === undefined) return new Unknown(short, settings);
  const made = maker(short, settings, context);
  if (more.precisionOf !== null) rounds(made, dtypeOf(settings["dtype"]), more.precisionOf, era >= 3000);
  return made;
}

/** The name of a type or policy. */
function dtypeOf(dtype: unknown): string {
  const { config } = (typeof dtype === "object" && dtype !== null ? dtype : {}) as { config?: { name?: unknown } };
  return String(config?.name ?? dtype);
}

/** Sets how a layer rounds, and what it made inside itself. */
function rounds(layer: Layer, dtype: string, of: PrecisionOf, modern: boolean): void {
  layer.precision ??= of(layer.className, dtype, modern);
  for (const [, part] of layer.parts) if (part.config["dtype"] === undefined) rounds(part, dtype, of, modern);
}

/** A model whose layers' code is to be fetched first. */
export interface Later {
  /** Their classes. */
  readonly classes: readonly string[];
  make(): Promise<Graph>;
}

/** What a configuration has whose code is to be fetched. */
function wantedBy(config: unknown, era: number, custom: CustomLayers): { groups: Group[]; classes: string[] } {
  const groups = new Set<Group>();
  const classes = new Set<string>();
  const seen = new Set<object>();
  const todo = [config];
  while (todo.length > 0) {
    const one = todo.pop();
    if (typeof one !== "object" || one === null || seen.has(one)) continue;
    seen.add(one);
    for (const value of Object.values(one)) if (typeof value === "object") todo.push(value);
    const dtype = dtypeOf((one as { dtype?: unknown }).dtype);
    if (/^(mixed_)?b?float16$/.test(dtype)) {
      groups.add(HALF);
      classes.add(`layers of ${dtype}`);
    }
    if (!isSpec(one) || MODELS.has(one.class_name) || customOf(one, custom) !== undefined) continue;
    const short = shortName(one);
    const isOperation = operationName(short, one, era >= 3000) !== null;
    const group = isOperation ? OPERATIONS : GROUPS.find((each) => each.classes.test(short));
    if (group === undefined) continue;
    groups.add(group);
    classes.add(short);
  }
  return { groups: [...groups], classes: [...classes] };
}

/**
 * The graph of a configuration, with `fill` done to it: at once if the code of its layers is there, else when it is
 * fetched.
 */
export function begin(config: Config, era: number, custom: CustomLayers, fill: (graph: Graph) => void): Graph | Later {
  const { groups, classes } = wantedBy(config, era, custom);
  const make = (more: Fetched): Graph => {
    const made = makeLayer(config, { era, custom, more, left: MAX_LAYERS });
    if (!(made instanceof Graph)) {
      throw new UnsupportedError(
        "subclassed models",
        `the model is of the class ${String(config["class_name"])}, whose Python code makes it: only Sequential and Functional models run`,
        { format: "keras" },
      );
    }
    fill(made);
    return made;
  };
  return groups.length === 0 ? make(NOTHING) : { classes, make: async () => make(await fetched(groups)) };
}
