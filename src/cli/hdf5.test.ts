/** The command on HDF5 files. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { NDArray } from "../core/ndarray/index.ts";
import { AsyncFile } from "../formats/hdf5/index.ts";
import type { NpzFile } from "../formats/npz/index.ts";
import { load } from "../load.ts";
import { loads } from "../numpy.ts";
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
  expect(groups).toContain("external: External link {other.h5///x}");
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
});

test("convert makes an npz of all datasets", async () => {
  const to = join(folder, "all.npz");
  await brine("convert", file("layouts-v110.h5"), to);
  const npz = loads(new Uint8Array(readFileSync(to)), { allowPickle: true }) as unknown as NpzFile;
  expect(npz.keys()).toContain("layouts/gzip");
  expect((npz.getSync("layouts/gzip") as NDArray).shape).toEqual([5, 7, 3]);
});

test("load opens an HDF5 file and reads when asked", async () => {
  const opened = await load<AsyncFile>(file("layouts-latest.h5"));
  expect(opened).toBeInstanceOf(AsyncFile);
  const ds = await opened.dataset("layouts/lzf");
  expect(ds.shape).toEqual([100, 50]);
  await opened.close();
});
