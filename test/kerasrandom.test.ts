/** Random Keras models, made by fixtures/make/keras_random.py, and what Keras makes of their inputs. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openZipSync } from "../src/core/zip/index.ts";
import { load, toJS } from "../src/index.ts";
import { array, h5Bytes, kerasBytes, loadModel, type Model, type NDArray } from "../src/keras.ts";
import { inMemory } from "../src/sources/index.ts";

interface Packed {
  shape: number[];
  dtype: string;
  data: Uint8Array;
}

interface Case {
  name: string;
  version: string;
  kind: "h5" | "keras";
  /** Has it layers of half precision? */
  half: boolean;
  file: Uint8Array;
  /** The batch before, of layers that carry states. */
  before?: Packed[];
  inputs: Packed[];
  outputs: Packed[];
  /** Of several outputs a list. */
  targets?: Packed | Packed[];
  sample_weight?: Packed | Packed[];
  evaluate?: Record<string, number | number[]>;
}

const path = fileURLToPath(new URL("../fixtures/data/keras_random.pkl.xz", import.meta.url));
const cases = toJS(await load(path)) as Case[];

function unpacked({ shape, dtype, data }: Packed): NDArray {
  const buffer = data.slice().buffer;
  if (dtype === "int64") return array(new BigInt64Array(buffer), { shape });
  return array(dtype === "int32" ? new Int32Array(buffer) : new Float32Array(buffer), { shape });
}

const numbers = (x: NDArray): number[] => x.flat().map(Number);
const inputOf = ({ inputs }: { inputs: Packed[] }): NDArray | NDArray[] => {
  const all = inputs.map(unpacked);
  return all.length > 1 ? all : (all[0] as NDArray);
};

/** How far apart they are, as a part of the largest number. */
function distance(made: NDArray, wanted: Packed): number {
  expect(made.shape).toEqual(wanted.shape);
  const want = numbers(unpacked(wanted));
  const most = want.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-3);
  return numbers(made).reduce((a, v, i) => Math.max(a, Math.abs(v - (want[i] as number))), 0) / most;
}

/** A normalization of single numbers, of which JAX gives what the rounding of a joined product and sum leaves. */
const ROUNDED = new Map([["k3-126", 4e-6]]);

function check(model: Model, one: Case): void {
  if (one.before !== undefined) model.predict(inputOf({ inputs: one.before }));
  const made = [model.predict(inputOf(one))].flat();
  expect(made.length).toBe(one.outputs.length);
  const least = ROUNDED.get(one.name) ?? 1e-6;
  for (const [k, want] of one.outputs.entries()) expect(distance(made[k] as NDArray, want)).toBeLessThan(least);
  if (one.before !== undefined) return model.resetStates();
  // Whatever the size of a batch, it is the same to the last bit.
  for (const batchSize of [1, 2, 3]) {
    const again = [model.predict(inputOf(one), { batchSize })].flat();
    for (const [k, out] of again.entries()) expect(out.equal(made[k] as NDArray)).toBe(true);
  }
  if (one.evaluate === undefined || one.targets === undefined) return;
  const all = (given: Packed | Packed[]): NDArray | NDArray[] =>
    Array.isArray(given) ? given.map(unpacked) : unpacked(given);
  const weights = one.sample_weight === undefined ? {} : { sampleWeight: all(one.sample_weight) };
  const found = model.evaluateNamed(inputOf(one), all(one.targets), { batchSize: 7, ...weights });
  for (const [name, value] of Object.entries(one.evaluate)) {
    for (const [i, want] of [value].flat().entries()) {
      const got = found[Array.isArray(value) ? `${name}[${i}]` : name] as number;
      expect(Math.abs(got - want) / Math.max(1, Math.abs(want)), `${name}: ${got}, not ${want}`).toBeLessThan(1e-6);
    }
  }
}

describe.each([...new Set(cases.map(({ version }) => version))])("Keras of %s", (version) => {
  const own = cases.filter((one) => one.version === version && !one.half);
  test.each(own.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const model = await loadModel(one.file);
    check(model, one);
    // From one form to the other, as Keras 2.15 and 3.15 read them.
    if (one.before === undefined) check(await loadModel(one.kind === "h5" ? kerasBytes(model) : h5Bytes(model)), one);
  });
});

test("numbers of a configuration are saved as they stood in the file", async () => {
  const numbersOf = (bytes: Uint8Array): string[] => {
    const text = new TextDecoder().decode(openZipSync(bytes, inMemory(bytes)).readSync("config.json"));
    return [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?\d[\d.eE+-]*/g)]
      .map(String)
      .filter((t) => t[0] !== '"');
  };
  // Python and JavaScript write the rest of them alike, but for the exponents.
  const plain = (token: string): string => (/e/.test(token) ? String(Number(token)) : token);
  let floats = 0;
  for (const one of cases.filter(({ kind }) => kind === "keras")) {
    const before = numbersOf(one.file);
    expect(numbersOf(kerasBytes(await loadModel(one.file))).map(plain), one.name).toEqual(before.map(plain));
    floats += before.filter((token) => /\.0$/.test(token)).length;
  }
  expect(floats).toBeGreaterThan(100);
});

describe.each([...new Set(cases.map(({ version }) => version))])("half precision in Keras of %s", (version) => {
  test.each([
    ["float16", 2 ** -10],
    ["bfloat16", 2 ** -7],
  ])("%s", async (type, step) => {
    let all = 0;
    let near = 0;
    let models = 0;
    for (const one of cases.filter(({ half, version: own }) => half && own === version)) {
      const model = await loadModel(one.file);
      const used = /"(mixed_)?(b?float16)"/.exec(JSON.stringify(model.config))?.[2];
      if (used !== type) continue;
      models++;
      const made = [model.predict(inputOf(one))].flat();
      for (const [k, wanted] of one.outputs.entries()) {
        expect(distance(made[k] as NDArray, wanted), one.name).toBeLessThan(2.5e-2);
        const want = numbers(unpacked(wanted));
        for (const [i, v] of numbers(made[k] as NDArray).entries()) {
          const w = want[i] as number;
          // The last place of the number that is wanted.
          const place = 2 ** Math.floor(Math.log2(Math.max(Math.abs(w), 2 ** -14))) * step;
          all++;
          if (Math.abs(v - w) <= 2 * place) near++;
        }
      }
    }
    expect(models).toBeGreaterThan(10);
    expect(near / all).toBeGreaterThan(0.9);
  });
});
