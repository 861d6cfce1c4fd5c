/** What is no file of torch.save says what it is, and what a tensor or a file cannot hold is refused. */
import { expect, it } from "vitest";
import { joined } from "../../core/codecs/index.ts";
import { PyObject } from "../../core/values/object.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { zipPieces } from "../../core/zip/index.ts";
import { dumps as dumpsPickle } from "../../pickle.ts";
import { sniff } from "../../sniff.ts";
import { zipTold } from "../../tools/info/zips.ts";
import { dumps, load, loads, Tensor, toSafetensors } from "../../torch.ts";

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const zipOf = (...names: string[]): Uint8Array => joined(zipPieces(names.map((name) => ({ name, data: [text("x")] }))));

/** Names of the files in archives that torch 2.4 and 2.15 write. */
const PACKAGE = zipOf("m/.data/0.storage", "m/m/model.pkl", "m/.data/extern_modules", "m/.data/version");
const OLD_EXPORT = zipOf("serialized_exported_program.json", "serialized_state_dict.pt", "version");
const EXPORT = zipOf("m/data/weights/weight_0", "m/models/model.json", "m/archive_format", "m/archive_version");

it("names archives of torch that torch.load does not read", async () => {
  for (const [bytes, format, words] of [
    [PACKAGE, "torch.package", "it is a torch.package"],
    [OLD_EXPORT, "torch.export", "it is a program of torch.export"],
    [EXPORT, "torch.export", "it is a program of torch.export"],
  ] as const) {
    expect(() => loads(bytes)).toThrow(words);
    await expect(load(bytes)).rejects.toThrow(words);
    expect([sniff(bytes).format, zipTold(bytes).format]).toEqual([format, format]);
  }
});

it("says what other files are", async () => {
  const safe = toSafetensors({ a: Tensor.from([1, 2]) });
  for (const [bytes, words] of [
    [safe, "looks like safetensors: fromSafetensors of brine/torch reads it"],
    [text("version https://git-lfs.github.com/spec/v1\nsize 12\n"), 'for a file of 12 bytes: run "git lfs pull"'],
    [text("<!DOCTYPE html><html></html>"), "looks like HTML"],
    [dumpsPickle({ a: 1 }), "looks like pickle: load of brine reads pickles"],
  ] as const) {
    expect(() => loads(bytes)).toThrow(words);
    await expect(load(bytes)).rejects.toThrow(words);
  }
});

it("makes no tensor of ints that its dtype cannot hold, as torch.tensor does", () => {
  expect(() => Tensor.from([300], { dtype: "int8" })).toThrow(new RangeError("300 does not fit into int8"));
  expect(() => Tensor.from([[1], [-1]], { dtype: "uint8" })).toThrow(RangeError);
  expect(Tensor.from([-128, 127.9], { dtype: "int8" }).toArray()).toEqual([-128, 127]);
  expect(Tensor.from(new Int16Array([300]), { dtype: "int8" }).toArray()).toEqual([44]);
});

it("writes no module of TorchScript", () => {
  const module = new PyObject(new PyGlobal("__torch__.torch.nn.modules.linear", "Linear"));
  expect(() => dumps(module)).toThrow("a module of TorchScript is not written: save its stateDict(value)");
});
