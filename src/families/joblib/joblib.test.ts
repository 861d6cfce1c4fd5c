/** Files of joblib 0.7 to 1.5, those that joblib itself tests with, and damaged ones. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { bytesOf } from "../../../test/support/base64.ts";
import { type DType, NDArray, SubclassArray } from "../../core/ndarray/index.ts";
import { isTuple, load, loads, numpyFor, PyDict, repr } from "../../index.ts";
import { dumps, loads as loadsJoblib } from "../../joblib.ts";
import { peeledBytes } from "../../shells.ts";

interface Row {
  by: string;
  note: string;
  py2: boolean;
  files: Record<string, string>;
  expect: unknown;
}

const data = fileURLToPath(new URL("../../../fixtures/data/", import.meta.url));
const text = gunzipSync(readFileSync(join(data, "joblib.jsonl.gz"))).toString("utf8");
const rows = text
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const folder = mkdtempSync(join(tmpdir(), "joblib-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A dtype without its alignment, which npy files lose. */
function dtypeText(dtype: DType): string {
  if (dtype.fields === null) return String(dtype);
  const fields = [...dtype.fields].map(([name, field]) => `${name} ${dtypeText(field.dtype)} ${field.offset}`);
  return `${fields.join(", ")} of ${dtype.itemsize}`;
}

/** A value as fixtures/make/joblib_cases.py tells it. */
function told(value: unknown): unknown {
  if (value instanceof NDArray) {
    const cls = value instanceof SubclassArray ? value.cls.name : "ndarray";
    const shape = [...value.shape];
    if (value.dtype.hasObject) return { array: "object", shape, cls, items: value.flat().map((item) => repr(item)) };
    const sha1 = createHash("sha1").update(value.rawBytes("C")).digest("hex");
    return { array: dtypeText(value.dtype), shape, cls, fortran: !value.isC && value.isF, sha1 };
  }
  if (Array.isArray(value)) return { items: value.map(told), tuple: isTuple(value) };
  if (value instanceof PyDict) return { dict: [...value].map(([k, v]) => [k, told(v)]).sort() };
  return { repr: repr(value) };
}

/** Object arrays keep their floats' memory apart from the items: 2.5 and ints need none here. */
const plainly = (one: unknown): unknown => JSON.parse(JSON.stringify(one));

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function* drip(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

describe("joblib's files", () => {
  it("of every generation are what Python says they are", async () => {
    const { sha256, cases } = JSON.parse(readFileSync(join(data, "manifest.json"), "utf8"))["joblib.jsonl.gz"];
    expect([createHash("sha256").update(text).digest("hex"), rows.length]).toEqual([sha256, cases]);
    for (const row of rows) {
      const label = `${row.by}: ${row.note}`;
      const options = row.py2 ? { encoding: "latin1" } : {};
      const names = Object.keys(row.files);
      const main = bytesOf(row.files["x.pkl"] as string);
      for (const name of names) writeFileSync(join(folder, name), bytesOf(row.files[name] as string));
      const value = await load(join(folder, "x.pkl"), options);
      expect([label, plainly(told(value))]).toEqual([label, row.expect]);
      if (names.length > 1) continue;
      expect([label, plainly(told(loads(main, options)))]).toEqual([label, row.expect]);
      expect([label, plainly(told(loads(main, { ...options, copy: true })))]).toEqual([label, row.expect]);
      // Byte by byte for some, since each byte is a window of its own.
      const step = main.length < 2000 && label.length % 4 === 0 ? 1 : 333;
      expect([label, plainly(told(await load(drip(main, step), options)))]).toEqual([label, row.expect]);
    }
  });

  it("of joblib 1.5 are written byte for byte as joblib writes them", () => {
    let same = 0;
    for (const row of rows) {
      if (!row.by.startsWith("joblib 1.5.3")) continue;
      const bytes = bytesOf(row.files["x.pkl"] as string);
      const [, pair, name, level] = /compress (\('?(\w+)'?, )?(\d)/.exec(row.note) ?? [];
      const protocol = Number(/protocol (\d)/.exec(row.note)?.[1] ?? 4);
      const compress = pair === undefined ? Number(level ?? 0) : ([String(name), Number(level)] as const);
      const value = loadsJoblib(bytes, { ensureNativeByteOrder: false });
      const ours = dumps(value, { compress, protocol, packs: [numpyFor(row.by.includes("numpy 2") ? 2 : 1)] });
      const label = `${row.by}: ${row.note}`;
      // zlib is not the same as Python's, nor is lz4: what they hold is.
      if (/compress (3|\('(zlib|gzip|lz4)')/.test(row.note)) {
        expect([label, hexOf(peeledBytes(ours))]).toEqual([label, hexOf(peeledBytes(bytes))]);
      } else {
        expect([label, hexOf(ours)]).toEqual([label, hexOf(bytes)]);
        same++;
      }
    }
    expect(same).toBe(154);
  });

  it("that joblib ships load, those of Python 2 with their encoding", async () => {
    const legacy = join(data, "joblib");
    const names = readdirSync(legacy).filter((name) => /^joblib_/.test(name) && !/_0\d\.npy(\.z)?$/.test(name));
    expect(names.length).toBe(42);
    for (const name of names) {
      const py2 = name.includes("_py27_");
      const list = await load<unknown[]>(join(legacy, name), py2 ? { encoding: "latin1" } : {});
      const shown = list.map((item) => (item instanceof NDArray ? item.toArray() : item));
      const summer = "C'est l'\u00e9t\u00e9 !";
      const objects = list[2] as NDArray;
      expect([name, shown[0], (list[0] as NDArray).dtype.str]).toEqual([name, [0n, 1n, 2n, 3n, 4n], "<i8"]);
      expect([name, shown[1], (list[1] as NDArray).dtype.str]).toEqual([name, [0, 1, 2, 3, 4], "<f8"]);
      // Dicts had no order then.
      expect([name, repr(objects.flat()).replace("'b': 2, 'a': 1", "'a': 1, 'b': 2")]).toEqual([
        name,
        "[1, 'abc', {'a': 1, 'b': 2}]",
      ]);
      const last = list.slice(3);
      expect([name, last.length >= 2]).toEqual([name, true]);
      // Python 2's bytes and text are one; latin1 shows the bytes that text was saved as.
      const bytes = last[0];
      const all = Array.from({ length: 256 }, (_, i) => i);
      expect([
        name,
        typeof bytes === "string" ? Array.from(bytes, (ch) => ch.charCodeAt(0)) : [...(bytes as Uint8Array)],
      ]).toEqual([name, all]);
      expect([name, String((last[1] as NDArray).toArray())]).toEqual([name, "0,1,2"]);
      expect([name, last[2]]).toEqual([name, summer]);
      if (py2) await expect(load(join(legacy, name))).rejects.toThrow(/codec can't decode|encoding/);
    }
  });
});
