/**
 * npy and npz files of three NumPys, NumPy's own test data, and damaged ones: read as NumPy reads them, at once, while
 * waiting, byte by byte and lazily, or refused where NumPy refuses them.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { repr } from "../src/core/values/repr.ts";
import { dumps, dumpsNpz, isBrineError, load, loads, NDArray, NpzFile } from "../src/numpy.ts";
import { describeArray, unbase64 } from "./support/numpy-cases.ts";

interface ArrayRow {
  dtype: string;
  shape: number[];
  F: boolean;
  items: unknown[];
}
interface Case {
  id: string;
  by: string[];
  file: string;
  options: { allow_pickle?: boolean; encoding?: string; fix_imports?: boolean };
  array?: ArrayRow;
  npz?: Record<string, ArrayRow | { bytes: string }>;
  value?: string;
  error?: string;
}

const text = gunzipSync(readFileSync(new URL("../fixtures/data/npz.jsonl.gz", import.meta.url))).toString("latin1");
const cases = text
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Case);

const INERT = "a name that this Python does not have is inert";
const SUBARRAY = "NumPy reads arrays of subarrays, and then fails to shape them";
const LITERAL = "a spelling of text that no writer of headers uses";
const LIES = "sizes that lie are damage, though NumPy does not read so far";

/** Where brine gives what NumPy refuses, or the other way round, each with its reason. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "numpy's py2-objarr.npy latin1 raw names": INERT,
  "numpy's py2-objarr.npy bytes raw names": INERT,
  "numpy's py2-objarr.npz latin1 raw names": INERT,
  "numpy's py2-objarr.npz bytes raw names": INERT,
  "numpy's py2-np0-objarr.npy latin1 raw names": INERT,
  "numpy's py2-np0-objarr.npy bytes raw names": INERT,
  "zip comment": "zipfile takes the last PK\\5\\6 for the end, though it stands in the comment",
  "npy shape (0, 9999999999)": "NumPy asks for memory that no item needs",
  "npy descr '2f4'": SUBARRAY,
  "npy descr '(2,2)f4'": SUBARRAY,
  "npy descr ('<i4', (2,))": SUBARRAY,
  "npy descr ('<i4', 2)": SUBARRAY,
  "npy descr '<m8[2147483648s]'": "brine counts further than an int of C",
  "npy descr 'a5'": "older NumPys wrote it",
  "npy descr '!i4'": "older NumPys read it",
  "npy descr r'<i4'": LITERAL,
  "npy descr '''<i4'''": LITERAL,
  "zip size too large": LIES,
  "zip sizes too large": LIES,
  "zip deflate size too large": LIES,
  "zip bomb's claim": LIES,
};

function optionsOf({ options }: Case): { allowPickle?: boolean; encoding?: string; fixImports?: boolean } {
  const { allow_pickle, encoding, fix_imports } = options;
  return {
    ...(allow_pickle === undefined ? {} : { allowPickle: allow_pickle }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(fix_imports === undefined ? {} : { fixImports: fix_imports }),
  };
}

function told(found: unknown): unknown {
  if (!(found instanceof NDArray)) {
    return found instanceof Uint8Array ? { bytes: Buffer.from(found).toString("hex") } : repr(found);
  }
  const { dtype, shape, items } = describeArray(found) as ArrayRow;
  return { dtype, shape, F: found.isF && !found.isC, items };
}

function expected({ array, npz, value }: Case): unknown {
  return npz ?? array ?? value;
}

function outcome(found: NDArray | NpzFile): unknown {
  if (!(found instanceof NpzFile)) return told(found);
  return Object.fromEntries([...found.allSync()].map(([name, item]) => [name, told(item)]));
}

/** What happens, native errors told apart from brine's. */
function tried(doing: () => unknown): unknown {
  try {
    return doing();
  } catch (e) {
    return isBrineError(e) ? "refused" : `${(e as Error).stack}`;
  }
}
async function triedAsync(doing: () => Promise<unknown>): Promise<unknown> {
  try {
    return await doing();
  } catch (e) {
    return isBrineError(e) ? "refused" : `${(e as Error).stack}`;
  }
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

const regular = cases.filter(({ id }) => !(id in OTHERWISE));

describe("npy and npz files", () => {
  it("are those of the manifest", () => {
    const manifest = JSON.parse(readFileSync(new URL("../fixtures/data/manifest.json", import.meta.url), "utf8"));
    expect(createHash("sha256").update(text, "latin1").digest("hex")).toBe(manifest["npz.jsonl.gz"].sha256);
    expect(cases.length).toBe(manifest["npz.jsonl.gz"].cases);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(Object.keys(OTHERWISE).filter((id) => !cases.some((c) => c.id === id))).toEqual([]);
  });

  it("are taken where NumPy refuses them, or refused, for a reason", () => {
    for (const one of cases.filter(({ id }) => id in OTHERWISE)) {
      const found = tried(() => outcome(loads<NDArray | NpzFile>(unbase64(one.file), optionsOf(one))));
      expect(found === "refused", `${one.id}: ${found}`).toBe(one.error === undefined);
      expect(String(found)).not.toMatch(/\bat /);
    }
  });

  it("are read from bytes as NumPy reads them, or refused", () => {
    for (const one of regular) {
      const found = tried(() => outcome(loads<NDArray | NpzFile>(unbase64(one.file), optionsOf(one))));
      expect([one.id, found]).toEqual([one.id, one.error === undefined ? expected(one) : "refused"]);
    }
  });

  it("are read from blobs and streams as from bytes", async () => {
    for (const [i, one] of regular.entries()) {
      const bytes = unbase64(one.file);
      const inputs = [new Blob([bytes as Uint8Array<ArrayBuffer>]), pieces(bytes, 1 + (i % 3 === 0 ? 0 : 1000))];
      for (const input of bytes.length > 30_000 ? [inputs[0]!] : inputs) {
        const found = await triedAsync(async () => {
          const open = await load<NDArray | NpzFile>(input, optionsOf(one));
          if (!(open instanceof NpzFile)) return told(open);
          const all = await open.all();
          await open.close();
          return Object.fromEntries([...all].map(([name, item]) => [name, told(item)]));
        });
        expect([one.id, found]).toEqual([one.id, one.error === undefined ? expected(one) : "refused"]);
      }
    }
  });

  it("stay in their files, with the same items", async () => {
    let lazies = 0;
    for (const one of regular) {
      if (one.error !== undefined || one.value !== undefined || one.id.startsWith("pickle")) continue;
      const bytes = unbase64(one.file);
      const input = new Blob([bytes as Uint8Array<ArrayBuffer>]);
      if (one.npz) {
        const open = await load<NpzFile>(input, optionsOf(one));
        for (const name of open.files) {
          const lazy = await open.lazy(name);
          if (lazy === null) continue;
          lazies++;
          expect([one.id, name, told(await lazy.load())]).toEqual([one.id, name, one.npz[name]]);
        }
      } else if (one.array && !/O|StringDType/.test(one.array.dtype)) {
        lazies++;
        const lazy = await load(input, { ...optionsOf(one), mmapMode: "r" });
        expect([one.id, told(await lazy.load())]).toEqual([one.id, one.array]);
      } else if (one.array) await expect(load(input, { ...optionsOf(one), mmapMode: "r" })).rejects.toThrow("mapped");
    }
    expect(lazies).toBeGreaterThan(200);
  });

  it("are written again and read again", () => {
    for (const one of regular) {
      if (one.error !== undefined || one.value !== undefined) continue;
      const found = loads<NDArray | NpzFile>(unbase64(one.file), optionsOf(one));
      if (found instanceof NDArray) {
        expect([one.id, told(loads(dumps(found), { ...optionsOf(one), allowPickle: true }))]).toEqual([
          one.id,
          one.array,
        ]);
        continue;
      }
      const arrays = new Map([...found.allSync()].filter(([, item]) => item instanceof NDArray));
      for (const compressed of [false, true]) {
        const again = loads<NpzFile>(dumpsNpz(arrays, { compressed }), { allowPickle: true });
        expect([one.id, [...again.allSync()].map(([name, item]) => [name, told(item)])]).toEqual([
          one.id,
          [...arrays].map(([name]) => [name, one.npz?.[name]]),
        ]);
      }
    }
  });

  it("of savez are the bytes that NumPy writes", () => {
    const stored = regular.filter(({ id }) => /^npz savez (all|names|empty)/.test(id));
    expect(stored.length).toBeGreaterThan(4);
    for (const one of stored) {
      // Before 1.14 headers were padded to 16, before 1.24 they had no room to grow, and zip64 was not forced before 1.16.
      if (!one.by.some((version) => version.startsWith("2."))) continue;
      const bytes = unbase64(one.file);
      const arrays = loads<NpzFile>(bytes, optionsOf(one)).allSync();
      expect([one.id, Buffer.compare(dumpsNpz(arrays), bytes)]).toEqual([one.id, 0]);
    }
  });
});
