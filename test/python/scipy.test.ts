/** Real SciPy finds its sparse matrices as they were after a trip through brine, and reads those made here. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { array, dumps, loads, SparseMatrix } from "../../src/index.ts";
import { unbase64 } from "../support/numpy-cases.ts";

const python = process.env["BRINE_VENV"] ?? "";
const judge = fileURLToPath(new URL("support/scipy_judge.py", import.meta.url));
const hasScipy = python !== "" && spawnSync(python, ["-c", "import scipy.sparse"]).status === 0;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function ask(args: string[], input: string): string {
  const run = spawnSync(python, [judge, ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  expect(run.stderr).toBe("");
  return run.stdout;
}

it.skipIf(!hasScipy)("SciPy finds every layout as it was", () => {
  const { version, rows } = JSON.parse(ask(["--emit"], "")) as {
    version: string;
    rows: { id: string; data: string }[];
  };
  const streams = rows.flatMap(({ id, data }) => {
    const made = loads<SparseMatrix>(unbase64(data));
    const plain = [0, 1, 2, 3, 4, 5].map((protocol) => ({
      id,
      how: `protocol ${protocol}`,
      data: base64(dumps(made, { protocol })),
    }));
    const format = made.format as "csr" | "csc" | "coo";
    // One made here, of the dense array; what SciPy stored twice or beyond the end is not in it.
    const fresh = /^(csr|csc|coo)_\w+ [^>e]/.test(id)
      ? [{ id, how: "fromDense", data: base64(dumps(SparseMatrix.fromDense(made.toDense(), format, made.isArray))) }]
      : [];
    return [...plain, ...fresh];
  });
  expect(streams.some(({ how }) => how === "fromDense")).toBe(true);
  const { wrong } = JSON.parse(ask([], JSON.stringify(streams))) as { wrong: unknown[] };
  expect(wrong.slice(0, 8), `SciPy ${version}`).toEqual([]);
  expect(SparseMatrix.fromDense(array([[1]])).nnz).toBe(1);
});
