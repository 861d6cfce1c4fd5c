/**
 * Pickled Keras models, of the eras in which Keras could pickle them.
 *
 * @module
 */

import { UnsupportedError } from "../../core/errors.ts";
import { definePack, type GlobalEntry, type Pack, type Reduction } from "../../core/pack.ts";
import { pyReduce } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { type PyTuple, tuple } from "../../core/values/tuple.ts";
import { PyBytesIO } from "../stdlib/index.ts";
import { fromKerasBytes, IN_PYTHON, type LoadModelOptions, refuseTar } from "./load.ts";
import { Model } from "./model.ts";
import { kerasBytes } from "./save.ts";

/** A model keeps what it was made of, and is written as that again, unless its weights were changed. */
class PickledModel extends Model {
  /** @internal */
  readonly origin: { readonly func: PyGlobal; readonly args: PyTuple };

  constructor(model: Model, func: PyGlobal, args: PyTuple) {
    super(model.held, model.config, model.trainingConfig, model.kerasVersion, model.text);
    this.origin = { func, args };
  }
  [pyReduce](): Reduction {
    return reduce(this);
  }
}

/** The pair by which a Keras makes a model of the bytes of a `.keras` file. */
function reduce(model: Model): Reduction {
  if (model instanceof PickledModel && !model.changed) return { func: model.origin.func, args: model.origin.args };
  const bytes = kerasBytes(model);
  if (model instanceof PickledModel && FUNCTIONS.includes(model.origin.func.module)) {
    return { func: model.origin.func, args: tuple(bytes) };
  }
  if (Number.parseInt(model.kerasVersion, 10) < 3) {
    return {
      func: new PyGlobal("keras.src.saving.pickle_utils", "deserialize_model_from_bytecode"),
      args: tuple(bytes),
    };
  }
  const isSequential = model.config["class_name"] === "Sequential";
  const func = isSequential
    ? new PyGlobal("keras.src.models.sequential", "Sequential._unpickle_model")
    : new PyGlobal("keras.src.models.functional", "Functional._unpickle_model");
  return { func, args: tuple(new PyBytesIO(bytes)) };
}

type Made = (model: Model) => void;

function entryOf(func: PyGlobal, options: LoadModelOptions, made?: Made): GlobalEntry {
  return {
    call(args) {
      const [given] = args;
      const bytes = given instanceof PyBytesIO ? given.value : given;
      if (bytes instanceof Uint8Array) refuseTar(bytes);
      else if (FUNCTIONS.includes(func.module)) {
        // An array of bytes, whether NumPy's classes are known or not.
        throw new UnsupportedError(
          "SavedModel",
          `this model was pickled by Keras 2.7 to 2.10 as a TensorFlow SavedModel: ${IN_PYTHON}`,
          { format: "keras" },
        );
      } else throw new TypeError(`${func} takes the bytes of a .keras file`);
      const model = new PickledModel(fromKerasBytes(bytes, options), func, args);
      made?.(model);
      return model;
    },
  };
}

const FUNCTIONS = ["keras.saving.pickle_utils", "keras.src.saving.pickle_utils", "keras.saving.legacy.pickle_utils"];
const CLASSES = ["model.Model", "sequential.Sequential", "functional.Functional"];

function globals(options: LoadModelOptions, made?: Made): [string, GlobalEntry][] {
  const names = [
    ...FUNCTIONS.map((module) => new PyGlobal(module, "deserialize_model_from_bytecode")),
    // Keras 3 names a method of the class; only these pairs are taken.
    ...CLASSES.map((name) => {
      const [module = "", cls = ""] = name.split(".");
      return new PyGlobal(`keras.src.models.${module}`, `${cls}._unpickle_model`);
    }),
  ];
  return names.map((name) => [`${name.module}.${name.name}`, entryOf(name, options, made)]);
}

/**
 * A pack for pickled Keras models that hold layers of the caller's.
 *
 * @example
 * ```ts no-run
 * const { model } = toJS(loads(bytes, { packs: [kerasPack({ layers: [scale] })] }));
 * ```
 */
export function kerasPack(options: LoadModelOptions = {}): Pack {
  return definePack({
    name: "keras",
    globals: new Map(globals(options)),
    reducers: [
      [PickledModel, reduce],
      [Model, reduce],
    ],
  });
}

/** One load's Keras models: a pack, and the code of rare layers that they want, fetched once all is read. */
export class KerasSession {
  readonly #models: Model[] = [];
  readonly pack: Pack = {
    ...keras,
    globals: new Map(globals({}, (model) => this.#models.push(model))),
  };

  async ready(): Promise<void> {
    for (const model of this.#models) await model.ready();
  }
}

/** Keras models in pickles: they come back as {@link Model}. */
export const keras: Pack = /* @__PURE__ */ kerasPack();
