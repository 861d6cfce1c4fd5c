/** Files of torch 1.13 and 2.15, zip and legacy: every tensor item by item, by ranges, written again; safetensors. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BrineError } from "../../core/errors.ts";
import { array, NDArray } from "../../core/ndarray/index.ts";
import type { PyDict } from "../../core/values/dict.ts";
import { repr } from "../../core/values/repr.ts";
import { PyComplex } from "../../core/values/scalars.ts";
import { load as loadAny } from "../../load.ts";
import { dumps as dumpsPickle, loads as loadsPickle, type PyOrderedDict } from "../../pickle.ts";
import { sniff } from "../../sniff.ts";
import {
  dumps,
  fromSafetensors,
  loads,
  type NestedTensor,
  open,
  type SparseTensor,
  stateDict,
  Tensor,
  toSafetensors,
} from "../../torch.ts";

interface Row {
  id: string;
  by: string;
  file: string;
  tensors: {
    name: string;
    dtype: string;
    shape: number[];
    stride?: number[];
    offset?: number;
    items: unknown;
    grad: boolean;
    parameter: boolean;
  }[];
  /** Does torch's `weights_only` take the file? */
  strict?: boolean;
}

const rowsOf = (name: string): Row[] =>
  gunzipSync(readFileSync(new URL(`../../../fixtures/data/${name}.jsonl.gz`, import.meta.url)))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
const rows = [...rowsOf("torch"), ...rowsOf("torch-more")];
const crossed = rowsOf("torch-crossed");
const isNested = ({ id }: Row): boolean => /^nested (tensor|jagged)/.test(id);
const isNamed = (row: Row): boolean => !isNested(row);
const bytesOf = ({ file }: Row): Uint8Array => Uint8Array.from(Buffer.from(file, "base64"));

/** Items as the fixtures hold them. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof PyComplex) return [value.re, value.im];
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" && !Number.isFinite(value)) {
    return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }
  return value;
}

function described(value: unknown): unknown[] {
  return [...stateDict(value)]
    .map(([name, tensor]) => {
      const isDense = tensor instanceof Tensor;
      const items = plain(tensor.toArray());
      const base = { name, dtype: tensor.dtype, shape: [...tensor.shape], items };
      if (!isDense) return { ...base, grad: false, parameter: false };
      const { stride, storageOffset: offset, requiresGrad: grad, isParameter: parameter } = tensor;
      return { ...base, stride: [...stride], offset, grad, parameter };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
const sorted = ({ tensors }: Row): unknown[] => [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));

describe("files of torch.save", () => {
  it("give every tensor as it was", () => {
    for (const row of [...rows, ...crossed.filter(isNamed)]) {
      const where = `${row.id} ${row.by}`;
      const value = loads(bytesOf(row));
      // TorchScript's own loader takes the gradients off parameters.
      const wanted = row.id === "script" ? row.tensors.map((t) => ({ ...t, grad: true })) : sorted(row);
      expect([where, described(value)]).toEqual([where, wanted]);
    }
    expect(rows.length + crossed.length).toBeGreaterThan(350);
  });

  it("give the tensors within nested ones", async () => {
    const own = crossed.filter(isNested);
    for (const row of own) {
      const wanted = sorted(row) as Row["tensors"];
      for (const again of [(value: unknown) => value, (value: unknown) => loads(dumps(value))]) {
        const value = again(loads<PyDict>(bytesOf(row))) as PyDict;
        const nested = value.get("n") as NestedTensor;
        expect([nested.dtype, nested.toArray()]).toEqual([wanted[0]?.dtype, wanted.map(({ items }) => items)]);
        expect(nested.tensors.map((one) => [...one.shape])).toEqual(wanted.map(({ shape }) => shape));
      }
      const file = await open(new Blob([bytesOf(row) as Uint8Array<ArrayBuffer>]));
      const nested = (file.value as PyDict).get("n") as NestedTensor;
      if (!row.id.endsWith("legacy")) expect(() => nested.tensors).toThrow("not read yet");
      expect((await nested.load()).length).toBe(wanted.length);
      await file.close();
    }
    expect(own.length).toBe(4);
  });

  it("are read by ranges, tensor by tensor", async () => {
    for (const row of rows) {
      const file = await open(new Blob([bytesOf(row) as Uint8Array<ArrayBuffer>]));
      const tensors = [...file.tensors].sort(([a], [b]) => (a < b ? -1 : 1));
      const isLegacy = row.id.endsWith("legacy") || row.id === "tar";
      const wanted = sorted(row) as Row["tensors"];
      for (const [i, [name, tensor]] of tensors.entries()) {
        expect([name, [...tensor.shape], tensor.dtype]).toEqual([wanted[i]?.name, wanted[i]?.shape, wanted[i]?.dtype]);
        if (!isLegacy && !tensor.isLoaded && tensor instanceof Tensor) {
          expect(() => tensor.toArray()).toThrow("not read yet");
        }
        expect(plain((await tensor.load()).toArray())).toEqual(wanted[i]?.items);
      }
      await file.close();
    }
  });

  it("are written so that they read back the same, views of one storage among them", () => {
    for (const row of [...rows, ...crossed.filter(isNamed)]) {
      // Arrays of NumPy are written as tensors.
      if (/^(script|np inside)/.test(row.id)) continue;
      const value = loads(bytesOf(row));
      const again = loads(dumps(value));
      expect([row.id, described(again)]).toEqual([row.id, sorted(row)]);
      const count = (given: unknown): number =>
        new Set([...stateDict(given).values()].map((t) => (t instanceof Tensor ? t.storage : null))).size;
      expect([row.id, count(again)]).toEqual([row.id, count(value)]);
    }
  });

  it("hold names to the list of weights_only where that is asked for", () => {
    for (const row of rows) {
      const strict = (): unknown => loads(bytesOf(row), { weightsOnly: true });
      // Of classes of its own, and of DTensor, torch wants to be told first; tars it refuses.
      const isRefused = /^(module|script|attributes|two tensors|dtensor|tar)/.test(row.id);
      if (isRefused) expect(strict, row.id).toThrow("not allowed here");
      else expect(strict, row.id).not.toThrow();
    }
    for (const row of crossed) {
      const strict = (): unknown => loads(bytesOf(row), { weightsOnly: true });
      if (row.strict === true) expect(strict, row.id).not.toThrow();
      // Untyped storages of legacy files it refuses for another reason than their names.
      else if (row.strict === false && !/^(untyped|float8 scaled) legacy$/.test(row.id))
        expect(strict, row.id).toThrow("not allowed here");
    }
  });

  it("keep arrays of NumPy, while a caller's become tensors", async () => {
    const found = crossed.filter(({ id }) => id.startsWith("np inside"));
    expect(found.length).toBe(4);
    for (const row of found) {
      for (const value of [loads<PyDict>(bytesOf(row)), (await loadAny(bytesOf(row))) as PyDict]) {
        value.set("own", array([1, 2]));
        value.set("typed", Float32Array.of(1, 2));
        const again = loads<PyDict>(dumps(value));
        const state = again.get("n");
        expect([state instanceof NDArray, repr(state)]).toEqual([true, "array([0., 1., 2.])"]);
        for (const name of ["t", "own", "typed"]) expect(again.get(name), name).toBeInstanceOf(Tensor);
        expect((again.get("typed") as Tensor).dtype).toBe("float32");
      }
    }
  });

  it("keep what subclasses, parameters and buffers have beside their items", () => {
    const of = (id: string): Map<string, Tensor> =>
      loads<PyDict>(bytesOf(rows.find((row) => row.id === id) as Row)) as unknown as Map<string, Tensor>;
    for (const again of [(value: Map<string, Tensor>) => value, (value: unknown) => loads(dumps(value))]) {
      const own = again(of("attributes")) as Map<string, Tensor>;
      expect([own.get("mine")?.subclass, own.get("mine")?.attrs?.get("note")]).toEqual(["__main__.Mine", "x"]);
      expect([own.get("parameter")?.subclass, own.get("parameter")?.attrs?.get("tags")]).toEqual([null, [1, "two"]]);
      const buffers = again(of("buffer")) as Map<string, Tensor>;
      expect(buffers.get("n")?.attrs?.get("persistent")).toBe(false);
      const wrapper = (again(of("dtensor")) as Map<string, Tensor>).get("d") as Tensor;
      expect([wrapper.subclass, wrapper.shape]).toEqual(["torch.distributed.tensor.DTensor", [4]]);
      const local = wrapper.attrs?.get("_local_tensor") as Tensor | undefined;
      expect(local?.toArray()).toEqual([0, 1, 2, 3]);
      expect(() => wrapper.toArray()).toThrow("among its attrs");
    }
    expect(String(of("attributes").get("mine"))).toBe("<Mine (3,) float32>");
  });

  it("are tars before 0.1.10, which damage does not get past", async () => {
    const bytes = bytesOf(rows.find(({ id }) => id === "tar") as Row);
    expect(sniff(bytes).format).toBe("torch");
    expect(repr(((await loadAny(bytes)) as PyDict).get("epoch"))).toBe("3");
    let refused = 0;
    for (let at = 0; at < bytes.length; at += 7) {
      const broken = bytes.slice(0, at % 3 === 0 ? bytes.length : at);
      if (at < broken.length) broken[at] = (broken[at] as number) ^ (1 << (at % 8));
      try {
        repr(described(loads(broken)));
      } catch (e) {
        if (!(e instanceof BrineError)) throw e;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  it("turn into safetensors and back", () => {
    for (const row of rows.filter(({ id }) =>
      /^(dtypes|views|shapes|state dict|checkpoint|module|unsigned)$/.test(id),
    )) {
      const value = stateDict(loads(bytesOf(row)));
      value.delete("complex128");
      const again = fromSafetensors(toSafetensors(value, { format: "pt" }));
      expect([...again.keys()].sort()).toEqual([...value.keys()].sort());
      for (const [name, tensor] of again) {
        const before = value.get(name) as Tensor;
        expect([name, tensor.dtype, tensor.shape, tensor.toArray()]).toEqual([
          name,
          before.dtype,
          [...before.shape],
          before.toArray(),
        ]);
      }
    }
    const sparse = stateDict(loads(bytesOf(rows.find(({ id }) => id === "sparse") as Row)));
    expect(() => toSafetensors(sparse)).toThrow(TypeError);
    expect((sparse.get("csr") as SparseTensor).nnz).toBe(3);
    expect(() => fromSafetensors(Uint8Array.of(1, 2))).toThrow("8 bytes");
    expect(() => fromSafetensors(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x5b, 0x5d))).toThrow("JSON object");
  });

  it("arrays turn into safetensors, too; nothing is dropped unseen", () => {
    const bytes = toSafetensors({ a: array([[1, 2.5]]), b: array(new Int8Array([1, -2])) }, { format: "np" });
    const back = fromSafetensors(bytes);
    expect([...back].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ["a", "float64", [1, 2]],
      ["b", "int8", [2]],
    ]);
    expect(back.get("a")?.toArray()).toEqual([[1, 2.5]]);
    expect(() => toSafetensors({ a: 1 })).toThrow("there is no tensor to write");
    expect(() => toSafetensors(back, { metadata: { a: "b" } } as never)).toThrow("metadata is object");
  });

  it("turn into safetensors of the smallest floats, as the library writes them", () => {
    // By safetensors 0.8.0: 8-bit floats without a negative zero, and pairs of 4-bit floats.
    const file =
      "2AAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJiIjp7ImR0eXBlIjoiRjhfRTVNMkZOVVoiLCJzaGFwZSI6WzRdLCJkYXRh" +
      "X29mZnNldHMiOlswLDRdfSwiYSI6eyJkdHlwZSI6IkY4X0U0TTNGTlVaIiwic2hhcGUiOls0XSwiZGF0YV9vZmZzZXRzIjpbNCw4XX0sImY0Ijp7" +
      "ImR0eXBlIjoiRjQiLCJzaGFwZSI6WzIsNF0sImRhdGFfb2Zmc2V0cyI6WzgsMTJdfX0gICAgICA8xIBHOMiATiFDZYc=";
    const tensors = fromSafetensors(Uint8Array.from(Buffer.from(file, "base64")));
    for (const again of [tensors, fromSafetensors(toSafetensors(tensors, { format: "pt" }))]) {
      expect(again.get("a")?.toArray()).toEqual([0.5, -2, Number.NaN, 3.5]);
      expect(again.get("b")?.toArray()).toEqual([0.5, -2, Number.NaN, 3.5]);
      expect(again.get("f4")?.toArray()).toEqual([
        [0x21, 0x43],
        [0x65, 0x87],
      ]);
    }
  });

  it("keep the attributes of an OrderedDict", () => {
    // By CPython 3.11: OrderedDict(a=1), whose note is "x".
    const noted = "gASVOAAAAAAAAACMC2NvbGxlY3Rpb25zlIwLT3JkZXJlZERpY3SUk5QpUpSMAWGUSwFzfZSMBG5vdGWUjAF4lHNiLg==";
    const dict = loadsPickle<PyOrderedDict>(Uint8Array.from(Buffer.from(noted, "base64")));
    expect([dict.get("a"), dict.attrs?.get("note")]).toEqual([1, "x"]);
    expect(Buffer.from(dumpsPickle(dict, { canonical: true })).toString("base64")).toBe(noted);
    const state = loads<PyOrderedDict>(bytesOf(rows.find(({ id }) => id === "state dict") as Row));
    expect(repr(state.attrs?.get("_metadata"))).toContain("OrderedDict({'': {'version': 1}");
    expect(repr(loads<PyOrderedDict>(dumps(state)).attrs)).toBe(repr(state.attrs));
  });

  it("are made here, too", () => {
    const weight = Tensor.from(Float32Array.of(1, 2, 3, 4), { shape: [2, 2], dtype: "bfloat16" });
    const again = stateDict(loads(dumps({ weight, n: Tensor.from([1n, 2n]) })));
    expect(again.get("weight")?.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([again.get("weight")?.dtype, again.get("n")?.dtype]).toEqual(["bfloat16", "int64"]);
    expect(() => Tensor.from([1], { dtype: "float7" })).toThrow(TypeError);
  });
});
