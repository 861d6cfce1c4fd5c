/** The faces of `brine` know NumPy's classes without being told. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  array,
  dumps,
  fromTypedJSON,
  MaskedArray,
  masked,
  NDArray,
  Pickler,
  PyGlobal,
  repr,
  SubclassArray,
  toJS,
  toTypedJSON,
  Unpickler,
} from "./index.ts";
import { cached, dumpFileSync, loadFile, loadFileSync } from "./node/index.ts";

const values = (): unknown[] => [
  array([1, 2]),
  new MaskedArray(array([1n, 2n]), array([false, true])),
  SubclassArray.of(array([[1n]]), new PyGlobal("numpy", "matrix")),
  masked,
];

it("Pickler and Unpickler", async () => {
  const pickler = new Pickler();
  const shared = array([1, 2]);
  pickler.dump(shared);
  pickler.dump([shared, ...values()]);
  const unpickler = new Unpickler(pickler.getValue());
  const first = unpickler.loadSync<NDArray>();
  const rest = await unpickler.load<unknown[]>();
  expect(first).toBeInstanceOf(NDArray);
  expect(rest[0]).toBe(first);
  expect(repr(rest.slice(1))).toBe(repr(values()));
});

it("typed JSON", () => {
  const made = fromTypedJSON(JSON.parse(JSON.stringify(toTypedJSON(values()))));
  expect(repr(made)).toBe(repr(values()));
  expect(dumps(made)).toEqual(dumps(values()));
});

it("toJS leaves arrays what they are", () => {
  const made = toJS({ a: values() }) as { a: unknown[] };
  expect(made.a.map((one) => (one as object).constructor.name)).toEqual([
    "NDArray",
    "MaskedArray",
    "SubclassArray",
    "MaskedConstant",
  ]);
});

it("files of brine/node", async () => {
  const folder = mkdtempSync(join(tmpdir(), "brine-"));
  try {
    const path = join(folder, "a.pkl");
    dumpFileSync(values(), path);
    expect(repr(loadFileSync(path))).toBe(repr(values()));
    expect(repr(await loadFile(path))).toBe(repr(values()));
    expect(repr(await cached(join(folder, "b.pkl"), values))).toBe(repr(values()));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
