/**
 * Multi-layer perceptrons (sklearn/neural_network/_multilayer_perceptron.py).
 *
 * @module
 */
import { argmax, expit, KeptLayers, softmaxRows, times } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { partOf } from "../estimator.ts";
import { floatsOf, labels, list, misfit, plain, text, wrong } from "../fields.ts";
import { twoSided } from "../linear/index.ts";
import { Matrix, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { targetRows } from "../tree/index.ts";

type Activation = (data: Float64Array, rows: number, cols: number) => void;

function mapped(f: (v: number) => number): Activation {
  return (data) => {
    for (let i = 0; i < data.length; i++) data[i] = f(data[i] as number);
  };
}

const identity: Activation = () => {};

const relu: Activation = mapped((v) => Math.max(v, 0));

/** Adds a bias to each row, and makes what is negative zero: both at once, since most networks want both. */
function addAndCut(data: Float64Array, bias: Float64Array, rows: number, cols: number): void {
  for (let r = 0, at = 0; r < rows; r++) {
    for (let j = 0; j < cols; j++, at++) {
      data[at] = Math.max((data[at] as number) + (bias[j] as number), 0);
    }
  }
}

const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ["identity", identity],
  ["logistic", mapped(expit)],
  ["tanh", mapped(Math.tanh)],
  ["relu", relu],
  ["softmax", (data, rows, cols) => void softmaxRows(data, rows, cols)],
  ["exp", mapped(Math.exp)],
]);

interface Net {
  readonly features: number;
  readonly outputs: number;
  readonly isSoftmax: boolean;
  /** The numbers of the last layer; with `raw`, before what follows it. */
  run(x: Matrix, raw?: boolean): Float64Array;
}

function netOf(est: Estimator): Net {
  const layers = list(est, "coefs_").map((one) => floatsOf(one) ?? wrong(est, "coefs_", "arrays of numbers"));
  const biases = list(est, "intercepts_").map(
    (one) => floatsOf(one)?.data ?? wrong(est, "intercepts_", "arrays of numbers"),
  );
  const activation = (name: string): Activation => {
    const word = text(est, name) ?? "";
    return ACTIVATIONS.get(word) ?? misfit(est, `${name} is ${JSON.stringify(word)}`);
  };
  const [hidden, last] = [activation("activation"), activation("out_activation_")];
  if (layers.length === 0 || layers.length !== biases.length) misfit(est, "coefs_ and intercepts_ differ in number");
  for (const [i, { shape }] of layers.entries()) {
    if (shape.length !== 2 || biases[i]?.length !== shape[1] || (i > 0 && layers[i - 1]?.shape[1] !== shape[0])) {
      misfit(est, `layer ${i} does not follow from the one before it`);
    }
  }
  const outputs = layers[layers.length - 1]?.shape[1] as number;
  const kept = new KeptLayers(
    layers.map(({ data: weights, shape }, i) => {
      const follow = i + 1 < layers.length ? hidden : last;
      const [d, k] = shape as [number, number];
      const isRelu = follow === relu;
      return {
        weights,
        bias: biases[i] as Float64Array,
        d,
        k,
        cut: isRelu,
        follow: isRelu || follow === identity ? null : follow,
      };
    }),
  );
  return {
    features: layers[0]?.shape[0] as number,
    outputs,
    isSoftmax: text(est, "out_activation_") === "softmax",
    run(x, raw = false) {
      const out = new Float64Array(x.rows * outputs);
      if (kept.run(x.data, x.rows, out, raw)) return out;
      let data = x.data;
      for (const [i, { data: w, shape }] of layers.entries()) {
        const [d, k] = shape as [number, number];
        const bias = biases[i] as Float64Array;
        data = times(data, w, x.rows, d, k);
        const follow = i + 1 < layers.length ? hidden : raw ? identity : last;
        if (follow === relu) addAndCut(data, bias, x.rows, k);
        else {
          for (let r = 0, at = 0; r < x.rows; r++)
            for (let j = 0; j < k; j++, at++) data[at] = (data[at] as number) + (bias[j] as number);
          follow(data, x.rows, k);
        }
      }
      return data;
    },
  };
}

/** Two numbers that are nearer to each other may have the same softmax, of which the first is taken. */
const NEAR = 1e-12;

/** The place of the largest softmax of `count` numbers from `at` on, which is computed only where two are near. */
function likeliest(data: Float64Array, at: number, count: number): number {
  const best = argmax(data, at, count);
  const top = data[at + best] as number;
  for (let j = 0; j < best; j++) {
    if (top - (data[at + j] as number) > NEAR) continue;
    return argmax(softmaxRows(data.slice(at, at + count), 1, count));
  }
  // Of numbers without bounds the softmax is none.
  return Number.isFinite(top) ? best : argmax(softmaxRows(data.slice(at, at + count), 1, count));
}

function classifier(est: Estimator): Model {
  const net = netOf(est);
  const binarizer = partOf(est, est.attrs.get("_label_binarizer"), "_label_binarizer");
  const classes = labels(binarizer, "classes_");
  const { outputs } = net;
  const isMany = String(plain(binarizer.attrs.get("y_type_"))).startsWith("multilabel");
  const isAlone = classes.length === 1;
  if (!isMany && outputs !== (classes.length === 2 ? 1 : classes.length)) {
    misfit(est, `${outputs} outputs for ${classes.length} classes`);
  }
  return {
    features: net.features,
    classes,
    predict(x) {
      if (isAlone && !isMany) return new Array(x.rows).fill(classes[0]);
      const choosing = net.isSoftmax && !isMany && outputs > 1;
      const data = net.run(x, choosing);
      if (choosing) return Array.from({ length: x.rows }, (_, i) => classes[likeliest(data, i * outputs, outputs)]);
      if (isMany) {
        return Array.from({ length: x.rows }, (_, i) =>
          Array.from(data.subarray(i * outputs, (i + 1) * outputs), (v) => Number(v > 0.5)),
        );
      }
      if (outputs === 1) return Array.from(data, (v) => classes[v > 0.5 ? 1 : 0]);
      return winners(classes, data, outputs);
    },
    predictProba(x) {
      const data = net.run(x);
      return outputs === 1 && !isMany ? twoSided(data) : Matrix.dense(data, x.rows, outputs);
    },
  };
}

function regressor(est: Estimator): Model {
  const net = netOf(est);
  return {
    features: net.features,
    isRegressor: true,
    predict: (x) => targetRows(net.run(x), x.rows, net.outputs),
  };
}

export const kinds: Kinds = { MLPClassifier: classifier, MLPRegressor: regressor };
