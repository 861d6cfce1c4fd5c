/** Keras models with options crossed, of versions from 2.4 to 3.15: what they predict and how they are judged. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { load, toJS } from "../src/index.ts";
import {
  array,
  defineLayer,
  kerasBytes,
  loadModel,
  type Model,
  type ModelInput,
  modelFromJson,
  type NDArray,
  type Tensor,
  tensor,
  weightsFrom,
} from "../src/keras.ts";

interface Packed {
  shape: number[];
  kind?: "f" | "q";
  data?: Uint8Array;
  text?: string[];
}
type Tree = Packed | Tree[] | { [name: string]: Tree };
interface Case {
  name: string;
  kind: "keras" | "h5" | "weights.h5";
  version: string;
  file: Uint8Array;
  config?: string;
  inputs: Tree;
  outputs: Tree;
  targets?: Tree;
  evaluate?: Record<string, number | number[]>;
  sample_weight?: Packed;
  batch?: number;
  loose: boolean;
  weights: number[][];
  summary: string | null;
}

const path = fileURLToPath(new URL("../fixtures/data/keras_cross.pkl.xz", import.meta.url));
const cases = toJS(await load(path)) as Case[];

const isPacked = (tree: Tree): tree is Packed => !Array.isArray(tree) && Array.isArray((tree as Packed).shape);

function nested(flat: readonly string[], shape: readonly number[]): unknown[] {
  if (shape.length <= 1) return [...flat];
  const n = flat.length / (shape[0] as number);
  return Array.from({ length: shape[0] as number }, (_, i) => nested(flat.slice(i * n, (i + 1) * n), shape.slice(1)));
}

function unpacked({ shape, kind, data, text }: Packed): NDArray | unknown[] {
  if (text !== undefined) return nested(text, shape);
  const own = (data as Uint8Array).slice().buffer;
  return kind === "q" ? array(new BigInt64Array(own), { shape }) : array(new Float32Array(own), { shape });
}

function inputOf(tree: Tree): ModelInput {
  if (isPacked(tree)) return unpacked(tree);
  if (Array.isArray(tree)) return tree.map(inputOf);
  return Object.fromEntries(Object.entries(tree).map(([name, one]) => [name, inputOf(one)])) as never;
}

function leaves(tree: Tree): Packed[] {
  return isPacked(tree) ? [tree] : Object.values(tree).flatMap(leaves);
}

function check(model: Model, one: Case): void {
  const x = inputOf(one.inputs);
  const isRecord = !isPacked(one.outputs) && !Array.isArray(one.outputs);
  const made = isRecord ? Object.values(model.predictNamed(x)) : [model.predict(x)].flat();
  const wanted = isRecord
    ? model.outputNames.map((name) => (one.outputs as Record<string, Packed>)[name] as Packed)
    : leaves(one.outputs);
  expect(made.length).toBe(wanted.length);
  for (const [k, want] of wanted.entries()) {
    const out = made[k] as NDArray;
    expect(out.shape).toEqual(want.shape);
    const numbers = (unpacked(want) as NDArray).flat() as (number | bigint)[];
    const most = numbers.reduce<number>((a, b) => Math.max(a, Math.abs(Number(b))), 1);
    const errors = out.flat().map((v, i) => Math.abs(Number(v) - Number(numbers[i])) / most);
    expect(errors.reduce((a, b) => Math.max(a, b), 0)).toBeLessThan(one.loose ? 2e-2 : 1e-6);
  }
  // A configuration alone is not compiled.
  if (one.evaluate === undefined || one.targets === undefined || one.kind === "weights.h5") return;
  model.resetStates();
  const found = model.evaluateNamed(x, inputOf(one.targets), {
    batchSize: one.batch as number,
    ...(one.sample_weight ? { sampleWeight: unpacked(one.sample_weight) } : {}),
  });
  for (const [name, value] of Object.entries(one.evaluate)) {
    for (const [i, want] of [value].flat().entries()) {
      const got = found[Array.isArray(value) ? `${name}[${i}]` : name] as number;
      expect(Math.abs(got - want) / Math.max(1, Math.abs(want)), `${name}: ${got}, not ${want}`).toBeLessThan(1e-6);
    }
  }
}

async function restored({ kind, file, config, version }: Case): Promise<Model> {
  if (kind !== "weights.h5") return loadModel(file);
  const model = await modelFromJson({ keras_version: version, ...JSON.parse(config as string) }).ready();
  return weightsFrom(model, file);
}

describe.each([...new Set(cases.map(({ version }) => version))])("Keras of %s", (version) => {
  const own = cases.filter((one) => one.version === version && !one.name.endsWith("lambda_layer"));
  test.each(own.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const model = await restored(one);
    check(model, one);
    // What Keras keeps of lookups among its weights is no part of ours.
    if (!/lookup|text_/.test(one.name)) expect(model.getWeights().map(({ shape }) => shape)).toEqual(one.weights);
    if (one.kind === "keras") check(await loadModel(kerasBytes(model)), one);
  });
});

/** Tables whose lines hold what a file does not tell: an optimizer's numbers, sizes of types other than float32. */
const OTHER_TABLES =
  /^(k3-(loss|masked_loss|seq_t|multi|dict)|.*-(lambda|string|text|mixed|bf16|normalization_axes|preproc|gqa|attention_opts|einsum_dense|image_layers)|k2-15-hash)/;

test("the table of layers is that of Keras", async () => {
  const trimmed = (text: string): string[] =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.trimEnd());
  let shown = 0;
  for (const one of cases) {
    if (one.summary === null || OTHER_TABLES.test(one.name)) continue;
    expect(trimmed((await restored(one)).summary()), one.name).toEqual(trimmed(one.summary));
    shown++;
  }
  expect(shown).toBeGreaterThan(100);
});

test("grouped attention is saved under the name of its class in Python", async () => {
  for (const one of cases.filter(({ name, kind }) => name.endsWith("-gqa") && kind === "keras")) {
    const text = Buffer.from(kerasBytes(await loadModel(one.file))).toString("latin1");
    expect(text).toContain("grouped_query_attention");
    expect(text).not.toContain("group_query_attention");
  }
});

test("a Lambda layer runs by a function of the caller's", async () => {
  const twice = defineLayer({
    python: "dbl",
    call: ([x]) =>
      tensor(
        (x as Tensor).shape,
        (x as Tensor).data.map((v) => v * 2),
      ),
  });
  const one = cases.find(({ name }) => name === "k3-lambda_layer") as Case;
  check(await loadModel(one.file, { layers: [twice] }), one);
});

test("a layer with weights can be given by its class", async () => {
  const one = cases.find(({ name }) => name === "k3-loss_mse_metrics") as Case;
  const mine = defineLayer({
    python: "Dense",
    weights: ["kernel", "bias"],
    call([x], { kernel, bias }, config) {
      const [k, b] = [kernel as Tensor, bias as Tensor];
      const [inner = 0, units = 0] = k.shape;
      const rows = (x as Tensor).data.length / inner;
      const out = new Float32Array(rows * units);
      for (let r = 0; r < rows; r++)
        for (let j = 0; j < units; j++) {
          let sum = b.data[j] as number;
          for (let i = 0; i < inner; i++)
            sum += ((x as Tensor).data[r * inner + i] as number) * (k.data[i * units + j] as number);
          out[r * units + j] = config["activation"] === "relu" ? Math.max(0, sum) : sum;
        }
      return tensor([rows, units], out);
    },
  });
  check(await loadModel(one.file, { layers: [mine] }), one);
});

test("a Lambda layer is refused by name", async () => {
  for (const one of cases.filter(({ name, kind }) => name.endsWith("lambda_layer") && kind !== "weights.h5")) {
    const model = await restored(one);
    expect(() => model.predict(inputOf(one.inputs))).toThrow(/dbl is a Lambda, whose Python code is never run/);
  }
});
