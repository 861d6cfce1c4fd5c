/** HDF5 files that h5py wrote, read back: every object, dtype, shape and byte as h5py says. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, describe as group, test } from "vitest";
import { Dataset, File, Group, slice } from "../src/formats/hdf5/index.ts";
import { describe, differences } from "./support/describe-hdf5.ts";

const folder = fileURLToPath(new URL("../fixtures/data/hdf5/", import.meta.url));
const unpacked = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(folder + name)));
const expected = new Map(
  Buffer.from(unpacked("cases.jsonl.gz"))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { file: string; objects: unknown[] })
    .map(({ file, objects }) => [file, objects]),
);

group("files of h5py", () => {
  for (const packed of readdirSync(folder).filter((name) => name.endsWith(".h5.gz"))) {
    const name = packed.slice(0, -3);
    test(name, () => {
      expect(differences(describe(unpacked(packed)), expected.get(name) ?? [])).toEqual([]);
    });
  }
});

test("indices pick what they pick in h5py", () => {
  using file = new File(unpacked("layouts-earliest.h5.gz"));
  for (const name of ["contiguous", "chunked", "gzip shuffle", "all"]) {
    const ds = file.dataset(`layouts/${name}`);
    const all = (i: number, j: number, k: number): number => i * 21 + j * 3 + k;
    const list = (value: unknown): unknown => (value as { toArray(): unknown }).toArray();
    expect(ds.get(1, 2, 0)).toBe(all(1, 2, 0));
    expect(ds.get(-1, -1, -1)).toBe(104);
    expect(list(ds.get(":2", 3, "..."))).toEqual([0, 1].map((i) => [0, 1, 2].map((k) => all(i, 3, k))));
    expect(list(ds.get(slice(0, 5, 2), "1::3", 1))).toEqual([0, 2, 4].map((i) => [1, 4].map((j) => all(i, j, 1))));
    expect(list(ds.get([0, 3, 4], 6, 2))).toEqual([0, 3, 4].map((i) => all(i, 6, 2)));
    expect(list(ds.get(2, [true, false, false, true, false, false, true], 0))).toEqual(
      [0, 3, 6].map((j) => all(2, j, 0)),
    );
    expect(() => ds.get(5)).toThrow(/out of range/);
    expect(() => ds.get([3, 1])).toThrow(/increasing order/);
    expect(() => ds.get("::-1")).toThrow(/step must be >= 1/);
    expect([...ds].length).toBe(5);
    const into = new Int32Array(105);
    ds.readInto(into);
    expect(into[104]).toBe(104);
  }
});

test("objects are found by path, and links say where they lead", () => {
  using file = new File(unpacked("groups-earliest.h5.gz"));
  expect(file.get("/groups/soft/c")).toBeInstanceOf(Group);
  expect(file.get("groups/dangling")).toBeUndefined();
  expect(file.group("groups").getLink("external")).toEqual({ kind: "external", file: "other.h5", path: "/x" });
  expect(() => file.get("groups/external")).toThrow(/external/);
  expect(file.dataset("groups/many/name 217").read()).toBe(217n);
  expect(file.has("groups/many/name 300")).toBe(false);
  expect(() => file.dataset("groups/nothing")).toThrow(/groups holds a, dangling, external/);
  expect(file.group("groups/a/b").parent.name).toBe("/groups/a");
});

test("references lead to their objects", () => {
  using file = new File(unpacked("types-latest.h5.gz"));
  const [ref] = (file.dataset("types/ref").read() as { flat(): never[] }).flat();
  expect(file.deref(ref as never)).toBeInstanceOf(Dataset);
});

test("what is no HDF5 file is refused", () => {
  expect(() => new File(new Uint8Array(4096))).toThrow(/no HDF5 file/);
  expect(() => new File(new Uint8Array(0))).toThrow(/no HDF5 file/);
  expect(() => new File("no-such-file.h5")).toThrow(/no such file/);
});

test("cut and broken files end in errors of brine's own", () => {
  for (const name of ["types-latest.h5.gz", "layouts-earliest.h5.gz", "attributes-v110.h5.gz", "groups-latest.h5.gz"]) {
    const whole = unpacked(name);
    let seed = 12345;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed % n;
    };
    for (let round = 0; round < 60; round++) {
      const bytes = round % 5 === 0 ? whole.slice(0, random(whole.length)) : whole.slice();
      for (let i = 0; i < 1 + (round % 7) && bytes.length > 0; i++) bytes[random(bytes.length)] = random(256);
      try {
        for (const entry of describe(bytes) as { data?: { error?: string } }[]) {
          expect(entry.data?.error ?? "BrineError").toMatch(
            /^(FormatError|TruncatedError|UnsupportedError|LimitError|SourceError|BrineError)/,
          );
        }
      } catch (e) {
        expect(e, String((e as Error).stack)).toHaveProperty("code");
      }
    }
  }
});
