/** `joblib.hash` of real joblib over NumPy 1 and 2. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { type HashRow, wrongHashes } from "../../../test/support/hash-cases.ts";
import { PicklingError } from "../../core/errors.ts";
import { array, NDArray, SubclassArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { PyFloat, PyGlobal } from "../../core/values/scalars.ts";
import { PySet } from "../../core/values/set.ts";
import { tuple } from "../../core/values/tuple.ts";
import { dumps, loads } from "../../formats/pickle/index.ts";
import { defineArrayClass, numpy } from "../numpy/index.ts";
import { hash } from "./hash.ts";

const file = new URL("../../../fixtures/data/joblibhash.jsonl.gz", import.meta.url);
const rows = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as HashRow);

it("equals joblib's", () => {
  expect(rows.length).toBeGreaterThan(280);
  expect(wrongHashes(rows)).toEqual([]);
});

it("takes JavaScript's own values", () => {
  expect(hash({ b: 1, a: 2 })).toBe(
    hash(
      new PyDict([
        ["a", 2],
        ["b", 1],
      ]),
    ),
  );
  expect(hash(new Map([["a", 1]]))).toBe(hash({ a: 1 }));
  expect(hash(new Set([2, 1]))).toBe(hash(new PySet([1, 2])));
  expect(hash(Float64Array.of(1, 2))).toBe(hash(array([1, 2])));
  expect(hash(1)).not.toBe(hash(new PyFloat(1)));
  expect(hash([1])).not.toBe(hash(tuple(1)));
});

it("tells classes of the caller's by their names in Python", () => {
  class Image extends NDArray {}
  const classes = defineArrayClass({ python: "app.Image", js: Image });
  const stream = dumps(SubclassArray.of(array([1, 2]), new PyGlobal("app", "Image")), { packs: [numpy] });
  const own = loads(stream, { packs: [numpy], classes: [classes] });
  const inert = loads(stream, { packs: [numpy] });
  expect(own).toBeInstanceOf(Image);
  expect(hash(own, { packs: [classes] })).toBe(hash(inert));
  expect(hash(inert)).not.toBe(hash(array([1, 2])));
});

it("goes to 100 000 levels", () => {
  let deep: unknown[] = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(hash(deep)).toMatch(/^[0-9a-f]{32}$/);
});

/** A set in sets, none of which has an order: each takes a hash of its own. */
function nestedSets(levels: number): unknown {
  let made: unknown = new PySet<unknown>([1, "a"]);
  const cls = new PyGlobal("m", "Key");
  for (let i = 0; i < levels; i++) made = new PySet<unknown>([new PyObject(cls, tuple(made)), 1, "a"]);
  return made;
}

it("ends keys within keys by an error, as Python's recursion does", () => {
  expect(hash(nestedSets(50))).toMatch(/^[0-9a-f]{32}$/);
  expect(() => hash(nestedSets(150))).toThrow(PicklingError);
  const itself = new PyDict<unknown, unknown>([[1, 2]]);
  itself.set(new PyObject(new PyGlobal("m", "Key"), tuple(itself)), 3);
  expect(() => hash(itself)).toThrow("over 100 deep");
});

it("refuses what it cannot hash", () => {
  expect(() => hash(undefined)).toThrow("cannot hash");
  expect(() => hash(() => 1)).toThrow("cannot hash");
  expect(() => hash(1, { hashName: "crc32" as never })).toThrow(TypeError);
});
