/** `load` and `loads` of brine find npy and npz files by themselves. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { zipPieces } from "./core/zip/index.ts";
import {
  array,
  dumps,
  inspect,
  isBrineError,
  load,
  loadAll,
  loads,
  NDArray,
  PyDict,
  renderTree,
  repr,
  toJSON,
  UnsupportedError,
} from "./index.ts";
import { dumpsNpz, dumps as npyDumps } from "./numpy.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-arrays-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const npy = npyDumps(
  array(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: "<i2" },
  ),
);
const npz = dumpsNpz({ w: Float32Array.of(1, 2.5), "a/b": array(["x"]), o: array([null, 1.5, [2]], { dtype: "O" }) });

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

describe("load and loads", () => {
  it("read an npy file as its array, an npz as the dict of its arrays, from anything", async () => {
    for (const [name, bytes] of Object.entries({ npy, npz })) {
      const want = loads(bytes);
      const path = join(folder, `x.${name}`);
      writeFileSync(path, bytes);
      const inputs = [bytes, path, new Blob([bytes as Uint8Array<ArrayBuffer>]), pieces(bytes, 1), pieces(bytes, 100)];
      inputs.push(
        gzipSync(bytes),
        new Blob([gzipSync(bytes)]),
        new Response(bytes as Uint8Array<ArrayBuffer>) as never,
      );
      for (const input of inputs) expect(repr(await load(input))).toBe(repr(want));
      for await (const { value, start } of loadAll(path)) expect([repr(value), start]).toEqual([repr(want), 0]);
      expect(repr(loads(gzipSync(bytes)))).toBe(repr(want));
      expect(repr(loads(dumps(want)))).toBe(repr(want));
      await expect(load(new Blob([bytes.slice(0, -1)]))).rejects.toSatisfy((e) => isBrineError(e));
    }
    expect(loads(npy)).toBeInstanceOf(NDArray);
    const dict = loads<PyDict>(npz);
    expect(dict).toBeInstanceOf(PyDict);
    expect([...dict.keys()]).toEqual(["w", "a/b", "o"]);
    expect(repr(dict.get("o"))).toBe("array([None, 1.5, list([2])], dtype=object)");
  });

  it("check with a schema, and stop by a signal", async () => {
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) => ({ value: (value as NDArray).shape }),
      },
    };
    expect(await load(new Blob([npy as Uint8Array<ArrayBuffer>]), { schema })).toEqual([2, 2]);
    await expect(load(pieces(npy, 1), { signal: AbortSignal.abort() })).rejects.toThrow("abort");
  });

  it("leave zips that hold no arrays alone, and say what they are", async () => {
    const plain = Buffer.concat(zipPieces([{ name: "a.txt", data: [Buffer.from("hi")] }]));
    const mixed = Buffer.concat(
      zipPieces([
        { name: "a.txt", data: [Buffer.from("hi")] },
        { name: "x.npy", data: [npy] },
      ]),
    );
    expect(() => loads(plain)).toThrow(UnsupportedError);
    await expect(load(new Blob([plain]))).rejects.toThrow("unpack it first");
    expect(repr(loads(mixed))).toBe("{'a.txt': b'hi', 'x': array([[1, 2],\n       [3, 4]], dtype=int16)}");
    const torch = Buffer.concat(zipPieces([{ name: "archive/data.pkl", data: [npy] }]));
    expect(() => loads(torch)).toThrow("brine/torch");
    await expect(load(torch)).rejects.toThrow("STACK_GLOBAL");
  });
});

describe("inspect", () => {
  it("tells dtype, shape, order, least, greatest and mean of arrays", async () => {
    const root = await inspect(npz, { name: "x.npz" });
    expect([...renderTree(root)]).toEqual([
      "x.npz: dict (3)",
      "  ['w']: numpy.ndarray float32 (2,), min 1.0, max 2.5, mean 1.75 [1.  2.5]",
      "  ['a/b']: numpy.ndarray <U1 (1,) ['x']",
      "  ['o']: numpy.ndarray object (3,) [None 1.5 list([2])]",
    ]);
    const one = await inspect(
      npyDumps(
        array([
          [1, NaN],
          [3, -4],
        ]).T,
      ),
    );
    expect([one.shape, one.details]).toEqual([[2, 2], "float64 (2, 2) F, min -4.0, max 3.0, mean 0.0, 1 nan"]);
    expect(one.preview).toBe("[[ 1.  3.] [nan -4.]]");
  });
});

it("arrays are nested lists in JSON", () => {
  expect(
    JSON.stringify(
      toJSON(
        new PyDict([
          [
            "a",
            array([
              [1, NaN],
              [3, 4],
            ]),
          ],
          ["b", array([2n ** 60n, 1n])],
        ]),
      ),
    ),
  ).toBe('{"a":[[1,"nan"],[3,4]],"b":["1152921504606846976",1]}');
});
