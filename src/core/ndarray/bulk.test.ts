/** Loops over whole arrays: conversions as NumPy makes them, and views against what single items say. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { isFloatAt } from "../values/tuple.ts";
import { array, dtype, NDArray } from "./index.ts";

const file = new URL("../../../fixtures/data/astype.json", import.meta.url);
const rows = JSON.parse(readFileSync(file, "utf8")) as [string, string, string, string][];
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

/** NaNs of floats by one name, since their bits mean nothing. */
function shown(type: string, bytes: Uint8Array): unknown {
  const made = NDArray.fromBytes(type, bytes, [bytes.length / dtype(type).itemsize]);
  return made.flat().map((item) => (Object.is(item, -0) ? "-0" : String(item)));
}

it("astype converts as NumPy does", () => {
  expect(rows.length).toBeGreaterThan(400);
  const wrong: unknown[] = [];
  for (const [from, to, before, after] of rows) {
    const bytes = unhex(before);
    const made = NDArray.fromBytes(from, bytes, [bytes.length / dtype(from).itemsize]).astype(to);
    const [got, want] = [shown(to, made.toBytes()), shown(to, unhex(after))];
    if (JSON.stringify(got) !== JSON.stringify(want)) wrong.push([from, to, got, want]);
  }
  expect(wrong).toEqual([]);
});

const TYPES = [
  "?",
  "i1",
  "<u2",
  ">i4",
  "<i8",
  ">u8",
  "<f2",
  "<f4",
  ">f8",
  "<f16",
  "<c8",
  "<c16",
  "S3",
  "<U2",
  "V5",
  "<M8[s]",
  "O",
];
const VIEWS: readonly (readonly [string, (made: NDArray) => NDArray])[] = [
  ["as it is", (made) => made],
  ["transposed", (made) => made.T],
  ["axes turned", (made) => made.transpose(1, 2, 0)],
  ["every second", (made) => made.slice(":", "::2", "::3")],
  ["backwards", (made) => made.slice("::-1", ":", "::-2")],
  ["one plane", (made) => made.slice(1, ":", ":").T],
  ["a column", (made) => made.slice(":", 5, 6)],
  ["an item", (made) => made.slice(1, 2, 3)],
  ["nothing", (made) => made.slice(":", "3:3")],
  ["broadened", (made) => made.slice(null, ":", ":", "2:3")],
];

it("copies, rows and items of views are those that get gives", () => {
  for (const name of TYPES) {
    const type = dtype(name);
    const shape = [2, 40, 37];
    const count = 2 * 40 * 37;
    const made = type.hasObject
      ? array(
          Array.from({ length: count }, (_, i) => i),
          { dtype: "O", shape },
        )
      : NDArray.fromBytes(
          type,
          Uint8Array.from({ length: count * type.itemsize }, (_, i) => (i * 7 + (i >> 8)) % 97),
          shape,
        );
    for (const [what, pick] of VIEWS) {
      const view = pick(made);
      const want: unknown[] = [];
      const visit = (index: number[]): void => {
        if (index.length === view.ndim) want.push(view.get(...index));
        else for (let i = 0; i < (view.shape[index.length] as number); i++) visit([...index, i]);
      };
      visit([]);
      const where = `${name} ${what}`;
      const text = (items: unknown): string => JSON.stringify(items, (_, v) => (typeof v === "bigint" ? `${v}n` : v));
      const isSame = (items: unknown): boolean => text(items) === text(want);
      expect(isSame(view.flat()), where).toBe(true);
      for (const order of ["C", "F"] as const) {
        const copy = view.copy(order);
        expect([isSame(copy.flat()), order === "C" ? copy.isC : copy.isF, copy.shape], where).toEqual([
          true,
          true,
          view.shape,
        ]);
      }
      const rows = view.toArray();
      expect(isSame(view.ndim === 0 ? [rows] : (rows as unknown[]).flat(view.ndim - 1)), where).toBe(true);
      if (name !== "<f16" && name !== "V5") expect(view.equal(view.copy()), where).toBe(true);
    }
  }
});

it("keep every bit of a NaN, and rows remember their floats", () => {
  const bits = BigUint64Array.of(0x7ff0000000000001n, 0xfff8000000000123n, 1n, 2n);
  const made = array(new Float64Array(bits.buffer), { shape: [2, 2] });
  const turned = new BigUint64Array((made.T.copy().data as Float64Array).buffer);
  expect([...turned]).toEqual([bits[0], bits[2], bits[1], bits[3]]);
  const source = array([1, 2, 2.5]);
  const row = source.toArray() as number[];
  source.set(7, 0);
  expect([row, isFloatAt(row, 0), isFloatAt(row, 1)]).toEqual([[1, 2, 2.5], true, true]);
  row[1] = 3;
  expect(isFloatAt(row, 1)).toBe(false);
});

it("tells equal numbers of different dtypes from others", () => {
  const same = (a: unknown, b: unknown): boolean => array(a).equal(array(b));
  expect(same(Int8Array.of(1, 2), Float64Array.of(1, 2))).toBe(true);
  expect(same(BigInt64Array.of(1n, 2n), Float64Array.of(1, 2))).toBe(true);
  expect(same(BigInt64Array.of(-1n), BigUint64Array.of(2n ** 64n - 1n))).toBe(false);
  expect(same([Number.NaN], [Number.NaN])).toBe(false);
  expect(array([1.5], { dtype: "f2" }).equal(array([1.5]))).toBe(true);
  expect(same([[1, 2]], [1, 2])).toBe(false);
});
