/** Frames of JavaScript's values: every dtype holds what it is given, or says why it does not. */
import { expect, it } from "vitest";
import { DataFrame, dumps, loads, Series, Timedelta } from "../../pandas.ts";

const made = (items: readonly unknown[], dtype: string): DataFrame =>
  DataFrame.fromColumns({ a: items }, { dtypes: { a: dtype } });
const texts = (items: readonly unknown[], dtype: string): string[] =>
  made(items, dtype).column("a").toArray().map(String);

it("refuses what a dtype cannot hold instead of cutting it", () => {
  expect(() => made([1.5, null], "Int64")).toThrow(new TypeError("1.5 is no int: Int64 cannot hold it"));
  expect(() => made([1.5, 2], "int64")).toThrow(new TypeError("1.5 is no int: int64 cannot hold it"));
  expect(() => made([1, null], "int64")).toThrow(new TypeError("int64 has no missing values: Int64 has"));
  expect(() => made([300, 2], "int8")).toThrow(RangeError);
  expect(() => DataFrame.fromColumns({ a: Float64Array.of(300) }, { dtypes: { a: "uint8" } })).toThrow(RangeError);
  expect(() => made([2, null], "boolean")).toThrow(TypeError);
  expect(() => made([new Date("9999-12-31")], "datetime64[ns]")).toThrow("is beyond datetime64[ns]");
  expect(texts([new Date("9999-12-31")], "datetime64[us]")).toEqual(["9999-12-31 00:00:00"]);
  expect(() => made([new Date(0)], "datetime64[ns, Europe/Berlim]")).toThrow("there is no time zone Europe/Berlim");
  expect(() => made([new Date(0)], "datetime64[D]")).toThrow("its unit is s, ms, us or ns");
  expect(() => made([1], "int64[pyarrow]")).toThrow("columns of int64[pyarrow] are not made here");
});

it("reads instants with all their digits, by the clocks of the zone where they have no offset", () => {
  const given = ["2020-07-01", "2020-07-01 10:00:00.123456789", "2020-07-01T10:00Z", "2020-07-01T10:00+0530", null];
  expect(texts(given, "datetime64[ns]")).toEqual([
    "2020-07-01 00:00:00",
    "2020-07-01 10:00:00.123456789",
    "2020-07-01 10:00:00",
    "2020-07-01 04:30:00",
    "null",
  ]);
  expect(texts(given.slice(1, 3), "datetime64[us, Europe/Berlin]")).toEqual([
    "2020-07-01 10:00:00.123456+02:00",
    "2020-07-01 12:00:00+02:00",
  ]);
  expect(() => made(["2021-02-30"], "datetime64[ns]")).toThrow("2021-02-30 is no instant");
  expect(() => made(["July 1"], "datetime64[ns]")).toThrow(TypeError);
});

it("keeps spans in their unit", () => {
  const five = new Timedelta(5n, "s");
  expect(made([five, null, 7], "timedelta64[ms]").column("a").values).toEqual(
    BigInt64Array.of(5000n, -(2n ** 63n), 7n),
  );
  expect(texts([five, new Timedelta(-1n, "ns")], "timedelta64[ns]")).toEqual([
    "0 days 00:00:05",
    "-1 days +23:59:59.999999999",
  ]);
});

it("makes text of pandas 3, and categories once each in their order", () => {
  const text = made(["x", null, "y"], "str");
  expect([text.column("a").dtype, text.column("a").toArray()]).toEqual(["str", ["x", null, "y"]]);
  expect(loads<DataFrame>(dumps(text)).column("a").toArray()).toEqual(["x", Number.NaN, "y"]);
  const days = made([new Date(86400e3), new Date(0), new Date(86400e3), null], "category").column("a");
  expect([days.categories?.map(String), days.values]).toEqual([
    ["1970-01-01 00:00:00", "1970-01-02 00:00:00"],
    Int8Array.of(1, 0, 1, -1),
  ]);
  expect(made([true, false], "category").column("a").categories).toEqual([false, true]);
});

it("says what is wrong with columns, dtypes and labels", () => {
  const columns = DataFrame.fromColumns as (columns: unknown, options?: object) => DataFrame;
  for (const wrong of [null, 5, [{ a: 1 }, { a: 2 }]]) {
    expect(() => columns(wrong)).toThrow("fromColumns takes columns by their names");
  }
  expect(() => columns({ a: [1] }, { dtypes: { b: "int8" } })).toThrow("dtypes has b, which is no column; there are a");
  expect(String(Series.from([1, 2], { index: ["x", "y"] }))).toBe("x    1\ny    2\ndtype: int64");
});
