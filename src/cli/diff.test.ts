/** `brine diff`: files of one format or of two, and exit codes as of diff(1). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { array } from "../core/ndarray/index.ts";
import { File } from "../formats/hdf5/index.ts";
import { dumpsNpz } from "../numpy.ts";
import { dumps, PyDict } from "../pickle.ts";
import { run } from "./run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "brine-diff-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function brine(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: "", err: "" };
  const code = await run(["diff", ...args], {
    stdout: { write: (part: string | Uint8Array) => (text.out += String(part)) },
    stderr: { write: (part: string | Uint8Array) => (text.err += String(part)) },
    stdin: (async function* () {
      yield readFileSync(join(folder, "a.pkl"));
    })(),
    env: {},
  });
  return { code, ...text };
}

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const a = written(
  "a.pkl",
  dumps(
    new PyDict<string, unknown>([
      ["scores", [1, 2, 1.5]],
      ["old", null],
    ]),
  ),
);
const b = written(
  "b.pkl",
  dumps(
    new PyDict<string, unknown>([
      ["scores", [1, 2, 1.25]],
      ["new", "x"],
    ]),
  ),
);
const weights = { w: Float64Array.of(1, 2, 3, 4), i: Int32Array.of(1, 2) };
const npz = written("a.npz", dumpsNpz(weights));

test("tells differences by path, and by the exit code", async () => {
  expect(await brine(a, b)).toEqual({
    code: 1,
    out: "['scores'][2]: 1.5 → 1.25\n- ['old']: None\n+ ['new']: 'x'\n",
    err: "",
  });
  expect(await brine(a, a)).toEqual({ code: 0, out: "", err: "" });
  expect(await brine("-", a)).toEqual({ code: 0, out: "", err: "" });
  expect(await brine(a, b, "--limit", "1")).toEqual({
    code: 1,
    out: "['scores'][2]: 1.5 → 1.25\n… and more\n",
    err: "",
  });
  expect(await brine(a, b, "-q")).toEqual({ code: 1, out: "", err: "" });
  expect(await brine(a, b, "scores", "--json")).toEqual({
    code: 1,
    out: '{"kind":"changed","path":".scores[2]","a":"1.5","b":"1.25"}\n',
    err: "",
  });
  expect((await brine(a, b, "scores", "--atol", "0.25")).code).toBe(0);
});

test("trouble is 2, and no difference", async () => {
  expect(await brine(a, join(folder, "none.pkl"))).toMatchObject({
    code: 2,
    out: "",
    err: expect.stringMatching(/none\.pkl/),
  });
  expect((await brine(a, written("cut.pkl", dumps([1, 2, 3]).slice(0, 8)))).code).toBe(2);
  expect((await brine(a)).code).toBe(2);
  expect((await brine(a, b, "--rtol", "x")).code).toBe(2);
  expect((await brine(a, b, "nope")).code).toBe(2);
});

test("arrays by elements, also of two formats", async () => {
  const file = File.create();
  file.createDataset("w", { data: Float64Array.of(1, 2.5, 3, 5) });
  file.createDataset("i", { data: array([1, 2], { dtype: "i8" }) });
  const h5 = written("a.h5", file.toUint8Array());
  const { code, out } = await brine(npz, h5);
  expect(code).toBe(1);
  expect(out.split("\n").sort()).toEqual([
    "",
    "['i']: dtype int32 → int64",
    "['w']: 2 of 4 elements differ, first [1]: 2.0 → 2.5, most by 1 at [3], relatively by 0.2 at [1]",
  ]);
  file.createDataset("new", { data: [1] });
  const other = written("b.h5", file.toUint8Array());
  expect((await brine(h5, other)).out).toBe("+ /new: Dataset (1,) int64\n");
  expect(await brine(other, other)).toMatchObject({ code: 0, out: "" });
  expect((await brine(h5, npz, "w", "--rtol", "0.3")).code).toBe(0);
});

test("models and frames of real libraries", async () => {
  const iris = `${root}examples/data/iris.joblib`;
  expect(await brine(iris, iris)).toMatchObject({ code: 0, out: "" });
  const digits = `${root}examples/data/digits.keras`;
  expect(await brine(digits, digits)).toMatchObject({ code: 0, out: "" });
  const weather = `${root}examples/data/weather.h5`;
  expect((await brine(weather, digits, "-n", "1")).out).toMatch(/^- \['oslo\/hour'\]: \[/);
});
