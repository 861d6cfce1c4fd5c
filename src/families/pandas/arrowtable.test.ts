/** Frames become tables of Arrow and come back, by the two libraries that a caller may hand in. */
import * as flechette from "@uwdata/flechette";
import * as arrow from "apache-arrow";
import { expect, it } from "vitest";
import { PyFloat } from "../../core/values/scalars.ts";
import { dumps, loads } from "../../pandas.ts";
import { PyDate } from "../stdlib/index.ts";
import { DataFrame } from "./index.ts";

interface Table {
  numRows: number;
  schema: { fields: { name: string; type: { typeId: number; timezone?: string | null; unit?: number } }[] };
  getChild(name: string): Iterable<unknown>;
}

const when = new Date("2020-01-01T12:00:00.123Z");
const frame = DataFrame.fromColumns(
  {
    i: [1, 2, 3],
    small: Int16Array.of(-1, 0, 1),
    f: Float64Array.of(1, 2.5, Number.NaN),
    s: ["x", null, "é"],
    b: [true, false, true],
    t: [when, null, new Date(0)],
    z: [when, null, new Date(0)],
    m: [1, null, 3],
    c: ["u", "v", null],
  },
  { dtypes: { m: "Int64", c: "category", z: "datetime64[us, Europe/Berlin]" }, index: ["p", "q", "r"] },
);

it.each([
  [
    "flechette",
    flechette,
    (table: unknown) => flechette.tableFromIPC(flechette.tableToIPC(table as never, {}) as Uint8Array),
  ],
  ["apache-arrow", arrow, (table: unknown) => arrow.tableFromIPC(arrow.tableToIPC(table as never))],
] as const)("%s", (_, lib, travelled) => {
  const table = frame.toArrow<Table>(lib, { index: "label" });
  expect(table.numRows).toBe(3);
  expect(table.schema.fields.map(({ name }) => name)).toEqual(["label", ...frame.columns]);
  const items = (name: string): unknown[] =>
    [...table.getChild(name)].map((v) => (typeof v === "bigint" ? Number(v) : v));
  expect(items("label")).toEqual(["p", "q", "r"]);
  expect(items("i")).toEqual([1, 2, 3]);
  expect(items("small")).toEqual([-1, 0, 1]);
  expect(items("f")).toEqual([1, 2.5, Number.NaN]);
  expect(items("s")).toEqual(["x", null, "é"]);
  expect(items("b")).toEqual([true, false, true]);
  expect(items("t").map((v) => (v === null ? v : Number(v)))).toEqual([when.getTime(), null, 0]);
  expect(items("m")).toEqual([1, null, 3]);
  expect(items("c")).toEqual(["u", "v", null]);
  const zone = table.schema.fields.find(({ name }) => name === "z")?.type;
  expect([zone?.typeId, zone?.timezone, zone?.unit]).toEqual([10, "Europe/Berlin", 2]);

  for (const given of [table, travelled(table)]) {
    const back = DataFrame.fromArrow(given);
    expect([...back.dtypes.values()]).toEqual([
      "object",
      "int64",
      "int16",
      "float64",
      "object",
      "bool",
      "datetime64[ns]",
      "datetime64[ns, Europe/Berlin]",
      "float64",
      "object",
    ]);
    expect(back.column("i").toArray()).toEqual([1, 2, 3]);
    expect(back.column("t").toArray().map(String)).toEqual(frame.column("t").toArray().map(String));
    expect(back.column("m").toArray()).toEqual([1, Number.NaN, 3]);
    expect(back.column("c").toArray()).toEqual(["u", "v", null]);
  }
});

const KINDS: Readonly<Record<string, readonly unknown[]>> = {
  bools: [true, null, false],
  ints: [1, null, 2 ** 53 - 1],
  floats: [new PyFloat(1), null, 0.5],
  days: [new PyDate(1969, 12, 31), null, new PyDate(2020, 2, 29)],
  bytes: [Uint8Array.of(1, 2), null, new Uint8Array(0)],
  mixed: [1, "x", null],
};

it.each([
  ["flechette", flechette, [6, 2, 3, 8, 4, 5]],
  ["apache-arrow", arrow, [6, 2, 3, 8, 4, 5]],
] as const)("%s gets objects of one kind by the type that pyarrow gives them", (_, lib, types) => {
  const object = Object.fromEntries(Object.keys(KINDS).map((name) => [name, "object"]));
  const table = DataFrame.fromColumns(KINDS, { dtypes: object }).toArrow<Table>(lib);
  expect(table.schema.fields.map(({ type }) => type.typeId)).toEqual(types);
  const items = (name: string): unknown[] => [...table.getChild(name)].map((v) => (v === null ? v : Number(v)));
  expect(items("bools")).toEqual([1, null, 0]);
  expect(items("ints")).toEqual([1, null, 2 ** 53 - 1]);
  expect(items("floats")).toEqual([1, null, 0.5]);
  expect(items("days")).toEqual([-86_400_000, null, Date.UTC(2020, 1, 29)]);
  expect([...table.getChild("bytes")]).toEqual([Uint8Array.of(1, 2), null, new Uint8Array(0)]);
});

it.each([
  ["flechette", flechette],
  ["apache-arrow", arrow],
] as const)("%s gets zones as Arrow names them, halves as floats", (_, lib) => {
  const made = DataFrame.fromColumns(
    { z: [when], u: [when], h: [0.5] },
    { dtypes: { z: "datetime64[us, +05:30]", u: "datetime64[us, UTC]", h: "float16" } },
  );
  // Loaded again, the offset is a zone of Python, whose name is another.
  const table = loads<DataFrame>(dumps(made)).toArrow<Table>(lib);
  expect(table.schema.fields.map(({ type }) => type.timezone)).toEqual(["+05:30", "UTC", undefined]);
  expect([...table.getChild("h")]).toEqual([0.5]);
});

it("other libraries and values are refused", () => {
  expect(() => frame.toArrow({})).toThrow("@uwdata/flechette or apache-arrow");
  expect(() => DataFrame.fromArrow({})).toThrow("no table of Arrow");
});
