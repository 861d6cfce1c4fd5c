/** `brine cat` and `brine tree`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { array } from "../core/ndarray/index.ts";
import { File } from "../formats/hdf5/index.ts";
import { dumps as npyDumps } from "../numpy.ts";
import { dumps, PyDict } from "../pickle.ts";
import { run } from "./run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "brine-cat-"));
afterAll(() => rmSync(folder, { recursive: true }));
const example = (name: string): string => `${root}examples/data/${name}`;

async function brine(args: string[], { stdin = new Uint8Array() as Uint8Array, isTTY = false } = {}) {
  const pieces: Buffer[] = [];
  let err = "";
  const code = await run(args, {
    stdout: { write: (part: string | Uint8Array) => pieces.push(Buffer.from(part as string)), isTTY },
    stderr: { write: (part: string | Uint8Array) => (err += String(part)) },
    stdin: (async function* () {
      yield stdin;
    })(),
    env: {},
  });
  return { code, out: Buffer.concat(pieces), err };
}

async function cat(...args: string[]): Promise<string> {
  const { code, out, err } = await brine(["cat", ...args]);
  expect([code, err]).toEqual([0, ""]);
  return out.toString();
}

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test("text and bytes come as they are", async () => {
  expect(await cat(example("cache.pkl"), "users[0].name")).toBe("Ada Lovelace");
  const { out } = await brine(["cat", example("cache.pkl"), "blob"]);
  expect([...out]).toEqual(Array.from({ length: 16 }, (_, i) => i));
  const name = ["cat", example("cache.pkl"), "users[0].name"];
  expect((await brine(name, { isTTY: true })).out.toString()).toBe("Ada Lovelace\n");
  expect(await cat(example("weather.h5"), "oslo/temperature@unit")).toBe("°C");
});

test("frames and arrays come as CSV", async () => {
  const image = (await cat(example("digits.npz"), "images[0, :, :, 0]")).trimEnd().split("\n");
  expect(image.map((line) => line.split(",").length)).toEqual(Array(8).fill(8));
  const npy = npyDumps(
    array(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: "i4" },
    ),
  );
  expect(await cat(written("a.npy", npy))).toBe("1,2\n3,4\n");
  expect((await brine(["cat", "-"], { stdin: npy })).out.toString()).toBe("1,2\n3,4\n");
  expect(await cat(written("b.npy", npyDumps(array(2.5))))).toBe("2.5\n");
});

test("datasets of HDF5 come as CSV, block by block", async () => {
  const lines = (await cat(example("weather.h5"), "/oslo/hour")).trimEnd().split("\n");
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([168, "0", "167"]);
  const file = File.create();
  const count = 2_500_000;
  const data = Float64Array.from({ length: count }, (_, i) => i / 4);
  file.createDataset("x", { data: array(data).reshape(count / 2, 2), chunks: [1000, 2], compression: "gzip" });
  file.createDataset("r", {
    data: array(
      [
        [1, 2.5],
        [3, 4.5],
      ].map(([a, b]) => a! + b!),
    ),
  });
  file.createDataset("empty", { shape: [0, 3], dtype: "i4" });
  const path = written("x.h5", file.toUint8Array());
  const all = (await cat(path, "x")).trimEnd().split("\n");
  expect([all.length, all[0], all[1], all.at(-1)]).toEqual([count / 2, "0.0,0.25", "0.5,0.75", "624999.5,624999.75"]);
  expect(await cat(path, "r")).toBe("3.5\n7.5\n");
  expect(await cat(path, "empty")).toBe("");
  expect(await cat(path, "x[1, :]")).toBe("0.5\n0.75\n");
});

test("everything else comes as its repr, or as JSON", async () => {
  expect(await cat(example("cache.pkl"), "prices")).toBe("{'apple': Decimal('1.20'), 'pear': Decimal('0.95')}\n");
  expect(await cat(written("none.pkl", dumps(null)))).toBe("None\n");
  expect(JSON.parse(await cat(example("cache.pkl"), "version", "--json"))).toEqual([1, 4, 0]);
  expect(await cat(written("d.pkl", dumps(new PyDict([["a", 1]]))), "--ndjson")).toBe('{"key":"a","value":1}\n');
  expect(JSON.parse(await cat(example("digits.keras"), "dense_1.bias", "--json"))).toHaveLength(10);
});

test("an array of many axes is refused with what to do", async () => {
  const { code, out, err } = await brine(["cat", example("digits.npz"), "images"]);
  expect([code, out.length]).toEqual([1, 0]);
  expect(err).toMatch(/an array of 4 axes is no table: take a part, as by PATH\[0, 0, :, :\], or --json/);
  expect((await brine(["cat"])).code).toBe(2);
  expect((await brine(["cat", example("weather.h5"), "nope"])).err).toMatch(/there is no nope/);
});

test("tree and show are the same word", async () => {
  const [bare, tree, show] = await Promise.all(
    [[], ["tree"], ["show"]].map((words) => brine([...words, example("cache.pkl"), "-d", "1"])),
  );
  expect(bare?.out.toString()).toContain("['version']: tuple (3) (1, 4, 0)");
  expect([tree, show]).toEqual([bare, bare]);
  for (const word of ["tree", "show"]) {
    const { out } = await brine([word, "--help"]);
    expect(out.toString()).toMatch(/^Usage: brine tree FILE…\n[\s\S]*Examples:\n {2}brine cache\.pkl\n/);
  }
});
