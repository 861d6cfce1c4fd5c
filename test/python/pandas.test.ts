/** Real pandas reads its values as they were after a trip through brine, and the frames that brine makes. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { DataFrame, dumps, loads, Series, Timedelta } from "../../src/pandas.ts";
import { unbase64 } from "../support/numpy-cases.ts";

const python = process.env["BRINE_VENV"] ?? "";
const judge = fileURLToPath(new URL("support/pandas_judge.py", import.meta.url));
const hasPandas = python !== "" && spawnSync(python, ["-c", "import pandas"]).status === 0;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function ask(args: string[], input: string): string {
  const run = spawnSync(python, ["-W", "ignore", judge, ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  expect(run.stderr).toBe("");
  return run.stdout;
}

const times = [new Date(1577880000000), null, new Date(0)];
const MADE: Readonly<Record<string, unknown>> = {
  numbers: DataFrame.fromColumns({
    i: [1, 2, 3],
    f: [1.5, null, 3],
    b: [true, false, true],
    f4: Float32Array.of(1, 2, 3),
    u: BigUint64Array.of(1n, 2n, 3n),
  }),
  objects: DataFrame.fromColumns({ s: ["a", null, "c"] }),
  times: DataFrame.fromColumns({ t: times, z: times }, { dtypes: { z: "datetime64[ns, Europe/Berlin]" } }),
  categories: DataFrame.fromColumns({ c: ["b", "a", null, "b"] }, { dtypes: { c: "category" } }),
  masked: DataFrame.fromColumns({ i: [1, null, 3], b: [true, null, false] }, { dtypes: { i: "Int64", b: "boolean" } }),
  index: DataFrame.fromColumns({ v: [1, 2] }, { index: ["x", "y"] }),
  "time index": DataFrame.fromColumns({ v: [1, 2] }, { index: [new Date("2020-01-01"), new Date("2020-01-02")] }),
  string: DataFrame.fromColumns({ s: ["a", null] }, { dtypes: { s: "string" } }),
  spans: DataFrame.fromColumns({ s: [new Timedelta(5n, "s"), null] }, { dtypes: { s: "timedelta64[ns]" } }),
  days: DataFrame.fromColumns({ c: [new Date(86400e3), new Date(0), null] }, { dtypes: { c: "category" } }),
  series: Series.from([1.5, 2.5], { name: "s" }),
};

it.skipIf(!hasPandas)("pandas reads what brine loaded, cut and made", () => {
  const { version, rows } = JSON.parse(ask(["--emit"], "")) as {
    version: string;
    rows: { id: string; data: string }[];
  };
  const streams = rows.flatMap(({ id, data }) => {
    const value = loads(unbase64(data));
    const trips = [0, 2, 4, 5].map((protocol) => ({
      id,
      how: `protocol ${protocol}`,
      data: base64(dumps(value, { protocol })),
    }));
    // Cut here: every array and index is made anew.
    const whole =
      value instanceof DataFrame &&
      value.length > 0 &&
      !/sparse|interval|arrow/.test(id) &&
      !(id === "string" && version < "1.3");
    return whole ? [...trips, { id, how: "cut", data: base64(dumps(value.slice(0))) }] : trips;
  });
  for (const [id, value] of Object.entries(MADE)) streams.push({ id, how: "made", data: base64(dumps(value)) });
  const { wrong, count } = JSON.parse(ask([], JSON.stringify(streams))) as { wrong: unknown[]; count: number };
  expect(wrong.slice(0, 12), `pandas ${version}`).toEqual([]);
  expect(count).toBeGreaterThan(200);
});
