/** Configurations of Keras models with values changed at random: they run, or are refused by name, at once. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openZipSync, zipPieces } from "../src/core/zip/index.ts";
import { load, toJS } from "../src/index.ts";
import { array, isBrineError, loadModel, type NDArray } from "../src/keras.ts";
import { inMemory } from "../src/sources/index.ts";

interface Packed {
  shape: number[];
  dtype: string;
  data: Uint8Array;
}

interface Case {
  name: string;
  kind: string;
  file: Uint8Array;
  inputs: Packed[];
}

const path = fileURLToPath(new URL("../fixtures/data/keras_random.pkl.xz", import.meta.url));
const cases = (toJS(await load(path)) as Case[]).filter(({ kind }) => kind === "keras");

function unpacked({ shape, dtype, data }: Packed): NDArray {
  const { buffer } = data.slice();
  const Kind = dtype === "int64" ? BigInt64Array : dtype === "int32" ? Int32Array : Float32Array;
  return array(new Kind(buffer as ArrayBuffer) as Float32Array, { shape });
}

/** What may stand in the place of anything. */
const STRANGE: readonly unknown[] = [
  null,
  0,
  -1,
  3,
  1e9,
  1e300,
  0.5,
  2 ** 31,
  "",
  "same",
  "relu",
  "__proto__",
  "constructor",
  "mixed_float16",
  [],
  [0],
  [-1, 2],
  [null],
  [
    [1, 2],
    [3, 4],
  ],
  {},
  { class_name: "Dense", config: {} },
  true,
  false,
];

type Tree = Record<string, unknown>;

function places(value: unknown, out: [Tree, string][] = []): [Tree, string][] {
  if (typeof value !== "object" || value === null) return out;
  for (const key of Object.keys(value)) {
    out.push([value as Tree, key]);
    places((value as Tree)[key], out);
  }
  return out;
}

/** What a caller may be told of inputs that a changed model does not take. */
const OF_INPUTS =
  /^(the model takes|inputs have|.* is no index|.* is no category|.* is no whole number|the layer .* does not know)/;

test("changed configurations run or are refused, at once", async () => {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  let refused = 0;
  for (let n = 0; n < 600; n++) {
    const one = pick(cases);
    const zip = openZipSync(one.file, inMemory(one.file));
    const config = JSON.parse(new TextDecoder().decode(zip.readSync("config.json"))) as { config: Tree };
    const all = places(config.config);
    const changes: string[] = [];
    for (let k = 0; k < 2; k++) {
      const [owner, key] = pick(all);
      if (random() < 0.1) delete owner[key];
      else owner[key] = structuredClone(pick(STRANGE));
      changes.push(`${key}: ${JSON.stringify(owner[key])}`);
    }
    const changed = new TextEncoder().encode(JSON.stringify(config));
    const pieces = zipPieces(
      [...zip.entries.keys()].map((name) => ({
        name,
        data: [name === "config.json" ? changed : zip.readSync(name)],
      })),
    );
    const start = performance.now();
    try {
      const model = await loadModel(new Uint8Array(Buffer.concat(pieces)));
      const inputs = one.inputs.map(unpacked);
      model.predict(inputs.length > 1 ? inputs : (inputs[0] as NDArray));
    } catch (e) {
      refused++;
      const known = isBrineError(e) || (e instanceof RangeError && OF_INPUTS.test(e.message));
      expect(known, `${one.name} with ${changes.join(", ")}: ${(e as Error).stack}`).toBe(true);
    }
    expect(performance.now() - start, changes.join(", ")).toBeLessThan(5000);
  }
  expect(refused).toBeGreaterThan(100);
  expect(({} as Tree)["polluted"]).toBeUndefined();
});
