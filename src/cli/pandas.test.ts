/** The command on frames of pandas, and paths into arrays and frames. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { array, dumps, inspect, PyDict } from "../index.ts";
import { dumps as npyDumps } from "../numpy.ts";
import { DataFrame } from "../pandas.ts";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-cli-pandas-"));
afterAll(() => rmSync(folder, { recursive: true }));
const frame = DataFrame.fromColumns({ a: [1, 2, 3], b: ["x", "y,z", null], "c d": Float64Array.of(1, 2.5, 3) });
const file = join(folder, "frame.pkl");
writeFileSync(file, dumps(frame));
const deep = join(folder, "deep.pkl");
writeFileSync(deep, dumps(new PyDict<unknown>([["train", frame]])));
const cube = join(folder, "cube.npy");
writeFileSync(
  cube,
  npyDumps(
    array(
      Float64Array.from({ length: 24 }, (_, i) => i),
      { shape: [2, 3, 4] },
    ),
  ),
);

async function brine(...args: string[]): Promise<string> {
  let out = "";
  const stream = { write: (data: string | Uint8Array) => void (out += data) };
  async function* stdin(): AsyncGenerator<Uint8Array> {}
  await run(args, { stdout: stream, stderr: stream, stdin: stdin(), env: {} });
  return out.replaceAll(`${folder}/`, "");
}

it("shows a frame as pandas prints it, and in a tree by its columns", async () => {
  expect(await brine(file)).toBe(
    [
      "frame.pkl: pandas.DataFrame (3, 3)",
      "   a     b  c d",
      "0  1     x  1.0",
      "1  2   y,z  2.5",
      "2  3  None  3.0",
      "",
    ].join("\n"),
  );
  const tree = await brine(deep);
  expect(tree).toContain("['train']: pandas.DataFrame (3, 3)");
  expect(tree).toContain("['a']: pandas.Series int64 (3,) [1, 2, 3]");
  expect(tree).toContain("['c d']: pandas.Series float64 (3,) [1.0, 2.5, 3.0]");
  const root = await inspect(deep);
  expect([...root.children()][0]?.shape).toEqual([3, 3]);
});

it("takes columns, rows, items and attributes of a frame", async () => {
  expect(await brine("get", file, "['c d'][1]")).toBe("2.5\n");
  expect(await brine("get", file, "a[2]")).toBe("3\n");
  expect(await brine("get", file, "[1:2]")).toBe("   a    b  c d\n1  2  y,z  2.5\n");
  expect(await brine("get", deep, "train.index")).toBe("RangeIndex(start=0, stop=3, step=1)\n");
  expect(await brine("get", file, "['q']")).toContain("no 'q' in pandas.DataFrame (a, b, c d)");
  expect(await brine("get", file, "[::2]")).toContain("are taken as [2:10]");
});

it("takes what NumPy's indices take of an array", async () => {
  expect(await brine("get", cube, "[1, 0:2, ::2]")).toBe("array([[12., 14.],\n       [16., 18.]])\n");
  expect(await brine("get", cube, "[..., -1]")).toBe("array([[ 3.,  7., 11.],\n       [15., 19., 23.]])\n");
  expect(await brine("get", cube, "[1][2]")).toBe("array([20., 21., 22., 23.])\n");
  expect(await brine("get", cube, "[1, 2, 3]")).toBe("np.float64(23.0)\n");
  expect(await brine("get", cube, ".shape")).toBe("(2, 3, 4)\n");
  expect(await brine("get", cube, "[2]")).toContain("index 2 is out of bounds for axis 0 with size 2");
  expect(await brine("get", cube, "['q']")).toContain("no field 'q' in numpy.ndarray of float64");
  expect(await brine("get", file, "[0, 'a']")).toContain("expected an index or a slice");
});

it("converts a frame to CSV as to_csv, to arrays and to JSON", async () => {
  const to = (ending: string): string => join(folder, `out${ending}`);
  await brine("convert", file, to(".csv"));
  expect(readFileSync(to(".csv"), "utf8")).toBe(',a,b,c d\n0,1,x,1.0\n1,2,"y,z",2.5\n2,3,,3.0\n');
  await brine("convert", file, to(".npz"), "--key", "a");
  expect(await brine(to(".npz"))).toContain("['a']: numpy.ndarray int64 (3,)");
  await brine("convert", file, to(".json"));
  expect(JSON.parse(readFileSync(to(".json"), "utf8"))[1]).toEqual({ a: 2, b: "y,z", "c d": 2.5 });
});

it("prints a frame or a column as CSV", async () => {
  const csv = await brine("cat", file);
  expect(csv.trimEnd().split("\n").slice(0, 3)).toEqual([",a,b,c d", "0,1,x,1.0", '1,2,"y,z",2.5']);
  expect(await brine("cat", deep, "train")).toBe(csv);
  expect((await brine("ls", file)).split("\n")[0]).toMatch(/^\['a'\]/);
});
