/**
 * Files in several parts, links that programs define, and files that are being written: the HDF5 project's own test
 * data (tools/testfiles and test of 1.10.8), and what h5py has open (`fixtures/make/hdf5_swmr.py`).
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { NDArray } from "../src/core/ndarray/index.ts";
import { BrineError, File, open, UnsupportedError } from "../src/hdf5.ts";

const folder = fileURLToPath(new URL("../fixtures/data/hdf5/", import.meta.url));
const unpacked = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(`${folder}${name}.gz`)));
const part = (name: string): Uint8Array | undefined => {
  try {
    return unpacked(`members/${name}`);
  } catch {
    return undefined;
  }
};
const digest = (value: unknown): string =>
  createHash("sha1")
    .update((value as NDArray).toBytes())
    .digest("hex");

const ROWS = "15361a32c6796294265b00f5dee4c4b5112fb598";
const FOUR = "2be7c74fdfa0c51e1b31304c53d76f39ab032582";
/** The first part, the others by their names, and the dataset as h5py and h5dump have it. */
const FILES: readonly [first: string, other: (name: string) => string, dataset: string, digest: string | null][] = [
  ["tfamily00000.h5", (n) => `tfamily${n.padStart(5, "0")}.h5`, "dset1", ROWS],
  ["family_v16_00000.h5", (n) => `family_v16_${n.padStart(5, "0")}.h5`, "dataset", FOUR],
  ["tsplit_file-m.h5", (n) => n.replace("%s", "tsplit_file"), "dset1", ROWS],
  ["tmulti-s.h5", (n) => n.replace("%s", "tmulti"), "dset1", ROWS],
  ["multi_file_v16-s.h5", (n) => n.replace("%s", "multi_file_v16"), "dset1", null],
];

test.each(FILES)("the parts of %s are read together", async (first, other, dataset, wanted) => {
  const members = (name: string): Uint8Array | undefined => part(other(name));
  const bytes = part(first) as Uint8Array;
  using file = new File(bytes, "r", { members });
  await using later = await open(new Blob([bytes as BlobPart]), {
    members: (name) => {
      const found = members(name);
      return found === undefined ? undefined : new Blob([found as BlobPart]);
    },
  });
  const here = file.dataset(dataset).read() as NDArray;
  const there = await (await later.dataset(dataset)).read();
  expect(digest(there)).toBe(digest(here));
  if (wanted !== null) expect(digest(here)).toBe(wanted);
  else {
    expect(here.shape).toEqual([128, 128]);
    expect([here.get(0, 35), here.get(2, 127)]).toEqual([35, 20127]);
  }
  expect(() => new File(bytes, "r+", { members })).toThrow(/can only be read/);
  expect(() => new File(bytes)).toThrow(
    first.startsWith("tfamily") || first.includes("v16_0") ? /says that it has/ : UnsupportedError,
  );
});

test("an attribute of a file in two parts", () => {
  using file = new File(part("tsplit_file-m.h5") as Uint8Array, "r", {
    members: (n) => part(n.replace("%s", "tsplit_file")),
  });
  expect([...(file.attrs.get("Metadata") as Iterable<string>)]).toEqual(["this is some metadata on this file"]);
});

test("parts that are missing, cut or damaged end in typed errors", () => {
  for (const [first, other] of FILES) {
    const bytes = part(first) as Uint8Array;
    const attempt = (source: Uint8Array, change: (bytes: Uint8Array | undefined) => Uint8Array | undefined): void => {
      try {
        const file = new File(source, "r", { members: (name) => change(part(other(name))) });
        for (const [, item] of file.walk()) if ("read" in item) item.read();
      } catch (e) {
        expect(e, `${first}: ${(e as Error).stack}`).toBeInstanceOf(BrineError);
      }
    };
    attempt(bytes, () => undefined);
    attempt(bytes, (found) => found?.subarray(0, found.length >> 1));
    attempt(bytes, (found) => (found === undefined ? undefined : new Uint8Array(found.length)));
    for (let at = 0; at < Math.min(600, bytes.length); at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ (1 + ((at * 89) & 127));
      attempt(damaged, (found) => found);
    }
  }
});

test("links that a program defined are named, not followed", () => {
  using file = new File(part("tudlink.h5") as Uint8Array);
  expect([...file.keys()]).toEqual(["udlink1", "udlink2"]);
  expect(file.getLink("udlink1")).toEqual({ kind: "user", type: 187, data: new Uint8Array(0) });
  expect(file.getLink("udlink2")).toEqual({ kind: "user", type: 187, data: Uint8Array.from([102, 111, 111, 0]) });
  expect([...file.values()]).toEqual([undefined, undefined]);
  expect(() => file.get("udlink1")).toThrow("/udlink1 is a link of kind 187");
  // They stay what they are where the file is changed.
  const changed = new File(part("tudlink.h5") as Uint8Array, "r+");
  changed.createGroup("more");
  changed.delete("udlink1");
  expect(new File(changed.toUint8Array()).getLink("udlink2")).toEqual(file.getLink("udlink2"));
});

/** What h5py's own reader saw at the same moment: shape and sum. */
const SEEN: Readonly<Record<number, Readonly<Record<string, [number[], number]>>>> = {
  0: { x: [[0, 3], 0], y: [[2, 2], 0], z: [[0], 0] },
  3: { x: [[3, 3], 36], y: [[2, 2], 12], z: [[3], 0.375] },
  40: { x: [[40, 3], 7140], y: [[6, 4], 960], z: [[40], 97.5] },
  500: { x: [[500, 3], 1124250], y: [[52, 27], 702000], z: [[500], 15593.75] },
};

test.each([0, 3, 40, 500])("a file that h5py is writing is read as far as it is: %i rows", async (rows) => {
  const bytes = unpacked(`swmr/swmr-${rows}.h5`);
  expect(() => new File(bytes)).toThrow(/marked as open for writing/);
  await expect(open(bytes)).rejects.toThrow(/marked as open for writing/);
  using file = new File(bytes, "r", { swmr: true });
  await using later = await open(bytes, { swmr: true });
  expect(file.attrs.get("made")).toBe("by a writer");
  for (const [name, [shape, sum]] of Object.entries(SEEN[rows] as object) as [string, [number[], number]][]) {
    const here = file.dataset(name).read() as NDArray;
    expect(here.shape).toEqual(shape);
    expect(here.flat().reduce<number>((total, n) => total + Number(n), 0)).toBe(sum);
    expect(digest(await (await later.dataset(name)).read())).toBe(digest(here));
  }
});
