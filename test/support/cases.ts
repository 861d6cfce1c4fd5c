/** Reads the committed cases: streams of real Pythons, and what each must give. */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Description } from "./describe-types.ts";

export type CaseOptions = {
  encoding?: string;
  errors?: string;
  fix_imports?: boolean;
  /** Out-of-band buffers; Python got `bytes` for a read-only one, `bytearray` for the others. */
  buffers?: { data: string; readonly: boolean }[];
  /** A hook for persistent ids that gives a `{ t: "pers" }` node. */
  persistent?: true;
  /** The extension registry: code to [module, name]. */
  extensions?: Record<string, [module: string, name: string]>;
};

export type PythonError = { type: string; message: string };

/** One stream; the words are explained in `fixtures/make/judge.py`, `harvest_cpython.py` and `values.py`. */
export type Case = {
  id: string;
  stream: Uint8Array;
  options: CaseOptions;
  /** So many loads by one Unpickler from one file; `expect` then describes the list of the values. */
  loads: number;
  expect?: Description;
  error?: PythonError;
  lenient?: true;
  inert?: true;
  live?: PythonError;
  python?: string;
  /** cpython.jsonl.gz: the test that loaded it, and the Pythons in which it ended otherwise. */
  source?: string;
  seen?: Record<string, string>;
  /** values.jsonl.gz: the name of the value, and who wrote these bytes ("3.13 C 4"). */
  value?: string;
  sources?: string[];
  protocol?: number;
  canonical?: true;
};

const folder = new URL("../../fixtures/data/", import.meta.url);

/** The lines of a case file, unpacked but not yet parsed. */
export function readCaseText(name: "cpython" | "values"): string {
  return gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, folder))).toString("latin1");
}

/** All cases of a file; each stream has a buffer of its own. */
export function readCases(name: "cpython" | "values"): Case[] {
  const lines = readCaseText(name).split("\n");
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const row = JSON.parse(line) as Omit<Case, "stream" | "loads"> & { stream: string; loads?: number };
      return { ...row, stream: Uint8Array.from(Buffer.from(row.stream, "base64")), loads: row.loads ?? 1 };
    });
}
