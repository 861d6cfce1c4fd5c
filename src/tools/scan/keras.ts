/**
 * Configurations of Keras: what they make when a model is loaded, at any depth.
 *
 * To add a rule: a row in `RULES`.
 *
 * @module
 */
import { LAYERS } from "../../families/keras/layers/table.ts";
import { denied } from "./deny.ts";
import { type Issue, issue } from "./issue.ts";
import { type Json, parseJson } from "./json.ts";

/** An object of a configuration, with all values of each key. */
interface Config {
  readonly values: ReadonlyMap<string, readonly Json[]>;
  readonly at: number;
  /** Texts under a key. */
  texts(key: string): string[];
  /** Keys and texts at any depth of its `config`, a key before its text; null where there are too many. */
  inside(): readonly string[] | null;
}

/** Values of configurations that are looked through for the sake of those around them, which may hold each other. */
const MOST_INSIDE = 1_000_000;

type Rule = (config: Config, cls: string) => Issue | null;

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Packages of Keras whose classes are made of their configuration alone. */
const PACKAGES =
  /^(keras|tf_keras|keras_core|tensorflow\.keras|tensorflow\.python\.keras)(\.src|\.api)?(\.(layers|models|initializers|regularizers|constraints|optimizers|losses|metrics|activations|dtype_policies|quantizers|ops|engine|random|mixed_precision|schedules|feature_column|legacy)(\.\w+)*)?$/;
/** Classes of Keras 2 and 3 beside the layers that brine computes. */
const CLASSES = words(`
  Sequential Functional Model InputLayer InputSpec DTypePolicy Policy FloatDTypePolicy QuantizedDTypePolicy
  DTypePolicyMap LossScaleOptimizer AutoCastVariable
  Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling Orthogonal Identity IdentityInitializer
  GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform OrthogonalInitializer STFT
  L1 L2 L1L2 OrthogonalRegularizer MaxNorm NonNeg UnitNorm MinMaxNorm RadialConstraint
  SGD RMSprop Adam AdamW Adadelta Adagrad Adamax Adafactor Nadam Ftrl Lion Lamb Muon Optimizer
  ExponentialDecay PiecewiseConstantDecay PolynomialDecay InverseTimeDecay CosineDecay CosineDecayRestarts
  BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy
  SparseCategoricalCrossentropy Poisson KLDivergence MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError
  MeanSquaredLogarithmicError CosineSimilarity Huber LogCosh Hinge SquaredHinge CategoricalHinge Tversky Dice CTC Circle
  Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy TopKCategoricalAccuracy
  SparseTopKCategoricalAccuracy AUC Precision Recall TruePositives TrueNegatives FalsePositives FalseNegatives Mean Sum
  MeanMetricWrapper RootMeanSquaredError R2Score F1Score FBetaScore MeanIoU OneHotIoU IoU BinaryIoU
  SensitivityAtSpecificity SpecificityAtSensitivity PrecisionAtRecall RecallAtPrecision CosineSimilarity LogCoshError
  CompileMetrics MetricsList
  __tuple__ __keras_tensor__ __tensor__ __numpy__ __ellipsis__ __slice__ __bytes__ __complex__ CausalMask TensorShape
  slice TensorFlowOpLayer TFOpLambda SlicingOpLambda ClassMethod Bidirectional TimeDistributed
  StringLookup IntegerLookup TextVectorization Hashing HashedCrossing Discretization CategoryEncoding
  MultiHeadAttention GroupQueryAttention Attention AdditiveAttention EinsumDense SpectralNormalization Dot
  RandomFlip RandomRotation RandomZoom RandomCrop RandomTranslation RandomContrast RandomBrightness RandomHeight
  RandomWidth CenterCrop Resizing Rescaling RandomColorDegeneration RandomColorJitter RandomGrayscale RandomHue
  RandomSaturation RandomSharpness RandomShear RandomPerspective RandomGaussianBlur RandomErasing RandomInvert
  RandomPosterization RandomElasticTransform RandomApply AutoContrast Equalization Solarization MaxNumBoundingBoxes
  Pipeline AugMix CutMix MixUp RandAugment Cropping1D Cropping2D Cropping3D LSTMCell GRUCell SimpleRNNCell ConvLSTM1D
  ConvLSTM2D ConvLSTM3D CuDNNLSTM CuDNNGRU LocallyConnected1D LocallyConnected2D DenseFeatures ThresholdedReLU
  Conv1DTranspose Conv2DTranspose Conv3DTranspose UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D
  ZeroPadding3D ReversibleEmbedding UnitNormalization GroupNormalization StackedRNNCells AbstractRNNCell Wrapper Layer MelSpectrogram
  STFTSpectrogram Concatenate Merge Highway MaxoutDense GaussianDropout GaussianNoise AlphaDropout ActivityRegularization
`);

/** Scalars of Python that a configuration may name. */
const SCALARS = words("int float str bool tuple list dict set bytes complex slice range NoneType");

const lambda: Rule = ({ values, at, inside }, cls) => {
  if (cls === "__lambda__") {
    return issue("keras-lambda", "dangerous", at, "The configuration holds the bytecode of a Python function.", KERAS);
  }
  if (cls !== "Lambda") return null;
  const words = inside();
  const isCode = words === null || words.some(isBytecode) || hasLambda(values);
  return isCode
    ? issue(
        "keras-lambda",
        "dangerous",
        at,
        "A Lambda layer holds the bytecode of a Python function, which runs when the model is loaded or called.",
        KERAS,
      )
    : issue("keras-lambda", "suspicious", at, "A Lambda layer calls a function that the file only names.", KERAS);
};

/** A function by its class, or marshal's bytes of a code object as base64. */
function isBytecode(word: string, i: number, all: readonly string[]): boolean {
  if (word === "lambda") return /^(function|mask|output_shape)_type$/.test(all[i - 1] ?? "");
  return word === "__lambda__" || /^(4wEA|4wAA|4wIA|4wMA|YwAA|YwEA)/.test(word);
}

/** `"function": [code, defaults, closure]`, or `"function_type": "lambda"`. */
function hasLambda(values: Config["values"]): boolean {
  for (const config of values.get("config") ?? []) {
    if (config.kind !== "object") continue;
    for (const [key, value] of config.pairs) {
      if (key === "function" && value.kind === "array") return true;
      if (/^(function|mask|output_shape)_type$/.test(key) && value.kind === "scalar" && value.value === "lambda")
        return true;
    }
  }
  return false;
}

const KERAS = { advice: "load it with safe_mode only, and ask who wrote it for a model without such layers" };

/** Operations of TensorFlow that reach Python or files. */
const FAR_OPS =
  /(py_func|numpy_function|load_library|load_op_library|io\.|read_file|write_file|WriteFile|ReadFile|PyFunc|EagerPyFunc|MatchingFiles)/;

const runs: Rule = ({ at, inside }, cls) => {
  if (cls === "TFSMLayer") {
    return issue(
      "keras-savedmodel",
      "dangerous",
      at,
      "A TFSMLayer loads a SavedModel, whose graph runs as it is.",
      KERAS,
    );
  }
  if (cls === "TorchModuleWrapper") {
    return issue("keras-pickle", "dangerous", at, "A TorchModuleWrapper holds a pickle of torch.", KERAS);
  }
  if (/^(JaxLayer|FlaxLayer)$/.test(cls)) {
    return issue("keras-custom", "suspicious", at, `A ${cls} calls functions that the file only names.`, KERAS);
  }
  if (/^(TFOpLambda|SlicingOpLambda|TensorFlowOpLayer|ClassMethod)$/.test(cls)) {
    // Keras 2 looks these up among TensorFlow's public functions.
    const words = inside();
    const bad = words === null ? ["more than can be looked through"] : first(words, FAR_OPS);
    if (bad !== null)
      return issue(
        "keras-op",
        "dangerous",
        at,
        `An operation of TensorFlow reaches files or Python: ${bad[0]}.`,
        KERAS,
      );
  }
  return null;
};

function first(words: readonly string[], pattern: RegExp): RegExpExecArray | null {
  for (const word of words) {
    const found = pattern.exec(word);
    if (found !== null) return found;
  }
  return null;
}

const places: Rule = ({ values, at }, cls) => {
  if (!/^(StringLookup|IntegerLookup|TextVectorization|IndexLookup)$/.test(cls)) return null;
  for (const config of values.get("config") ?? []) {
    if (config.kind !== "object") continue;
    for (const [key, value] of config.pairs) {
      if (!/^(vocabulary|idf_weights)$/.test(key) || value.kind !== "scalar" || typeof value.value !== "string")
        continue;
      const path = value.value;
      const far = /^[/\\~]|\.\.|:/.test(path);
      const message = `The ${key} of a ${cls} is read from ${JSON.stringify(path)} when the model is loaded.`;
      return issue("keras-path", far ? "dangerous" : "suspicious", at, message, KERAS);
    }
  }
  return null;
};

const modules: Rule = (config, cls) => {
  const { at } = config;
  if (/^(Lambda|__lambda__)$/.test(cls)) return null;
  const named = config.texts("module");
  for (const module of named) {
    const global = `${module}.${cls}`;
    if (module === "builtins") {
      if (SCALARS.has(cls) || cls === "NotImplementedType") continue;
      if (cls === "function") {
        const what = config.texts("config").join(", ") || "a function";
        return issue(
          "keras-custom",
          "suspicious",
          at,
          `The configuration calls ${what}, which the file only names.`,
          KERAS,
        );
      }
      return issue("dangerous-name", "dangerous", at, `The configuration makes ${global}.`, { global, ...KERAS });
    }
    const why = denied(module, cls);
    if (why !== null) {
      return issue("dangerous-name", "dangerous", at, `The configuration makes ${global}: ${why}.`, {
        global,
        ...KERAS,
      });
    }
    if (PACKAGES.test(module)) continue;
    return issue("keras-custom", "suspicious", at, `The configuration makes ${global}, which is none of Keras's own.`, {
      global,
      ...KERAS,
    });
  }
  if (named.length > 0) return null;
  const own = config.texts("registered_name").find((name) => /^(?!keras>|Keras>|Custom>?$)[^>]+>/.test(name));
  if (own !== undefined || !(LAYERS.has(cls) || CLASSES.has(cls))) {
    const global = own ?? cls;
    return issue("keras-custom", "suspicious", at, `The configuration makes ${global}, which is none of Keras's own.`, {
      global,
      ...KERAS,
    });
  }
  return null;
};

const RULES: readonly Rule[] = [lambda, runs, places, modules];

/** Looks through configurations within bounds. */
class Looker {
  #left = MOST_INSIDE;

  inside(values: readonly Json[]): readonly string[] | null {
    const words: string[] = [];
    const open: Json[] = [...values];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (this.#left-- <= 0) return null;
      if (one.kind === "scalar") {
        if (typeof one.value === "string") words.push(one.value);
      } else if (one.kind === "array") for (const item of one.items) open.push(item);
      else {
        for (const [key, value] of one.pairs) {
          if (value.kind !== "scalar") open.push(value);
          else if (typeof value.value === "string") words.push(key, value.value);
        }
      }
    }
    return words;
  }
}

function configOf(pairs: readonly [string, Json][], at: number, looker: Looker): Config {
  const values = new Map<string, Json[]>();
  for (const [key, value] of pairs) {
    const all = values.get(key);
    if (all) all.push(value);
    else values.set(key, [value]);
  }
  const texts = (key: string): string[] =>
    (values.get(key) ?? []).flatMap((one) =>
      one.kind === "scalar" && typeof one.value === "string" ? [one.value] : [],
    );
  return { values, at, texts, inside: () => looker.inside(values.get("config") ?? []) };
}

/** Everything that is wrong with a configuration; null when the text is no JSON. */
export function judgeConfig(text: string): Issue[] | null {
  const root = parseJson(text);
  if (root === null) return null;
  const issues: Issue[] = [];
  const looker = new Looker();
  let isKeras = false;
  const open: Json[] = [root];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one.kind === "array") for (const item of one.items) open.push(item);
    if (one.kind !== "object") continue;
    for (const [, value] of one.pairs) open.push(value);
    const config = configOf(one.pairs, one.at, looker);
    for (const [key, values] of config.values) {
      if (values.length > 1) {
        const message = `The key ${JSON.stringify(key)} stands ${values.length} times in one object: readers differ in which they take.`;
        issues.push(issue("keras-duplicate-key", "dangerous", one.at, message, KERAS));
      }
    }
    if (config.values.has("class_name")) isKeras = true;
    const isObject = config.values.has("config") || config.values.has("module") || config.values.has("registered_name");
    for (const cls of isObject ? config.texts("class_name") : []) {
      // Keras 2 writes its own optimizers so.
      const plain = cls.replace(/^(Custom|Keras|keras)>/, "");
      for (const rule of RULES) {
        const found = rule(config, plain);
        if (found !== null) issues.push(found);
      }
    }
    if (config.texts("spec_name").length > 0 && config.texts("class_name").includes("__typespec__")) {
      issues.push(
        issue("keras-custom", "suspicious", one.at, "The configuration makes a type of TensorFlow by its name.", KERAS),
      );
    }
  }
  // Equal keys are odd in what Keras reads, and no more than untidy in any other JSON.
  return isKeras ? issues : [];
}
