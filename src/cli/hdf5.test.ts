/** The command on HDF5 files. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { array, type NDArray } from "../core/ndarray/index.ts";
import { openZipSync } from "../core/zip/index.ts";
import { AsyncFile, compoundDType, File } from "../formats/hdf5/index.ts";
import type { NpzFile } from "../formats/npz/index.ts";
import { load } from "../load.ts";
import { dumpsNpz } from "../npysave.ts";
import { loads } from "../numpy.ts";
import { inMemory } from "../sources/index.ts";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-hdf5-"));
const data = fileURLToPath(new URL("../../fixtures/data/hdf5/", import.meta.url));

function file(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, gunzipSync(readFileSync(`${data}${name}.gz`)));
  return path;
}

async function brine(...args: string[]): Promise<string> {
  const text: string[] = [];
  const sink = { write: (part: string | Uint8Array) => text.push(String(part)) };
  const code = await run(args, {
    stdout: sink,
    stderr: sink,
    stdin: (async function* () {})(),
    env: {},
  });
  expect(code, text.join("")).toBe(0);
  return text.join("");
}

test("the tree lists groups, datasets, links and attributes", async () => {
  const groups = await brine(file("groups-earliest.h5"), "-n", "6");
  expect(groups).toContain("dangling: Soft link {/nowhere}");
  expect(groups).toContain("external: External link {other.h5//x}");
  expect(groups).toContain("name 000: Dataset {SCALAR} int64");
  expect(groups).toContain("… 294 more");
  expect(await brine(file("attributes-latest.h5"))).toContain("@str = 'héllo'");
  expect(await brine(file("layouts-latest.h5"))).toContain("gzip: Dataset {5, 7, 3} int32 (chunks {2, 3, 2}, gzip 9)");
});

test("get takes slices and attributes", async () => {
  const path = file("layouts-earliest.h5");
  expect(await brine("get", path, "/layouts/gzip[0:2, 1]")).toBe(
    "array([[ 3,  4,  5],\n       [24, 25, 26]], dtype=int32)\n",
  );
  expect(await brine("get", path, "/layouts/gzip[-1,-1,-1]")).toBe("104\n");
  expect(await brine("get", file("attributes-earliest.h5"), "/attrs@bool")).toBe("True\n");
  const records = join(folder, "records.h5");
  const rows = new File(records, "w");
  const dtype = compoundDType([
    ["a", "i4"],
    ["b, c", "f8"],
  ]);
  rows.createDataset("rows", { data: [{ a: 1, "b, c": 2.5 }], dtype });
  rows.close();
  for (const index of ["[a]", "['a']", '["a", 0:1]', "[:, 'a']"]) {
    expect(await brine("get", records, `rows${index}`)).toBe("array([1], dtype=int32)\n");
  }
  expect(await brine("get", records, "rows['b, c', 0]")).toBe("2.5\n");
});

test("convert makes an npz of all datasets", async () => {
  const to = join(folder, "all.npz");
  await brine("convert", file("layouts-v110.h5"), to);
  const npz = loads(new Uint8Array(readFileSync(to)), { allowPickle: true }) as unknown as NpzFile;
  expect(npz.keys()).toContain("layouts/gzip");
  expect((npz.getSync("layouts/gzip") as NDArray).shape).toEqual([5, 7, 3]);
});

test("convert goes to HDF5 and back, types and all", async () => {
  const [npz, h5, again] = ["there.npz", "there.h5", "back.npz"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await brine("convert", file("layouts-latest.h5"), npz);
  await brine("convert", npz, h5, "--compress");
  await brine("convert", h5, again);
  const [first, last] = [npz, again].map(
    (path) => loads(new Uint8Array(readFileSync(path)), { allowPickle: true }) as unknown as NpzFile,
  );
  const names = [...(first?.keys() ?? [])];
  expect(names.length).toBeGreaterThan(10);
  expect([...(last?.keys() ?? [])].sort()).toEqual(names.sort());
  for (const name of names) {
    const [a, b] = [first?.getSync(name), last?.getSync(name)] as [NDArray, NDArray];
    expect([b.dtype.str, b.shape, b.toArray()], name).toEqual([a.dtype.str, a.shape, a.toArray()]);
  }
  expect(await brine(h5)).toContain("gzip: Dataset {5, 7, 3} int32 (chunks {5, 7, 3}, gzip 4)");
  expect(await brine("get", h5, "/layouts/gzip[0:2, 1]")).toContain("[24, 25, 26]");
});

test("names that clash are no HDF5 file", async () => {
  const from = join(folder, "clash.npz");
  writeFileSync(
    from,
    dumpsNpz(
      new Map([
        ["a", array([1])],
        ["a/b", array([2])],
      ]),
    ),
  );
  const text: string[] = [];
  const sink = { write: (part: string | Uint8Array) => text.push(String(part)) };
  const io = { stdout: sink, stderr: sink, stdin: (async function* () {})(), env: {} };
  expect(await run(["convert", from, join(folder, "clash.h5")], io)).not.toBe(0);
  expect(text.join("")).toMatch(/"a\/b" cannot be written/);
});

test("weights of Keras alone are data", async () => {
  const line = gunzipSync(readFileSync(new URL("../../fixtures/data/keras.jsonl.gz", import.meta.url)))
    .toString()
    .split("\n")
    .find((text) => text.includes('"name": "keras3-mlp"')) as string;
  const model = new Uint8Array(Buffer.from((JSON.parse(line) as { files: { keras: string } }).files.keras, "base64"));
  const path = join(folder, "model.weights.h5");
  const zip = openZipSync(model, inMemory(model));
  writeFileSync(path, zip.readSync("model.weights.h5"));
  const shown = await brine(path, "--depth", "5");
  expect(shown).toContain("@name = 'dense_2'");
  expect(shown).toContain("0: Dataset {6, 7} float32");
  expect(await brine("get", path, "/layers/dense_2/vars/1")).toBe("array([0.23831645], dtype=float32)\n");
  expect(await brine("get", path, "/layers/dense/vars@name")).toBe("'dense_2'\n");
  const to = join(folder, "weights.npz");
  await brine("convert", path, to);
  const npz = loads(new Uint8Array(readFileSync(to))) as unknown as NpzFile;
  expect((npz.getSync("optimizer/vars/0") as NDArray).dtype.name).toBe("int32");
  expect([...npz.keys()].length).toBe(7);
});

test("load opens an HDF5 file and reads when asked", async () => {
  const opened = await load<AsyncFile>(file("layouts-latest.h5"));
  expect(opened).toBeInstanceOf(AsyncFile);
  const ds = await opened.dataset("layouts/lzf");
  expect(ds.shape).toEqual([100, 50]);
  await opened.close();
});
