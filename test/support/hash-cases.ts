/** Compares brine's hash with joblib's over rows of `fixtures/make/hash_cases.py`. */
import { PyFloat } from "../../src/core/values/scalars.ts";
import { hash } from "../../src/families/joblib/hash.ts";
import { numpy } from "../../src/families/numpy/index.ts";
import { defineEnum } from "../../src/families/stdlib/index.ts";
import { loads } from "../../src/formats/pickle/index.ts";

export interface HashRow {
  id: string;
  by: string;
  pickle: string;
  md5: string;
  sha1: string;
  mmap?: string;
}

/** The enums of `hash_cases.py`. */
const ENUMS = [
  defineEnum("brine_enums.Color", { RED: 1, GREEN: 0 }).pack,
  defineEnum("brine_enums.Size", { LARGE: 7, SMALL: 2 }, { type: "IntEnum" }).pack,
  defineEnum("brine_enums.Word", { B: "b", A: "a" }, { type: "StrEnum" }).pack,
];

/** Rows that do not agree: id, digest, what is wrong. */
export function wrongHashes(rows: readonly HashRow[]): string[] {
  const wrong: string[] = [];
  for (const row of rows) {
    const stream = Uint8Array.from(Buffer.from(row.pickle, "base64"));
    const loaded = loads(stream, { packs: [numpy, ...ENUMS] });
    // A bare float has no container that remembers it as one.
    const value = typeof loaded === "number" && stream.includes(0x47) ? new PyFloat(loaded) : loaded;
    const [, version] = /NumPy (\d+\.\d+)/.exec(row.by) as unknown as [string, string];
    const [, python] = /Python (3\.\d+)/.exec(row.by) as unknown as [string, string];
    const options = { numpy: version, python, packs: ENUMS } as const;
    const check = (what: string, want: string | undefined, more: object): void => {
      try {
        const found = hash(value, { ...options, ...more });
        if (want !== undefined && found !== want) wrong.push(`${row.id} (${row.by}): ${what}`);
      } catch (e) {
        wrong.push(`${row.id} (${row.by}): ${String(e)}`);
      }
    };
    check("md5", row.md5, {});
    check("sha1", row.sha1, { hashName: "sha1" });
    check("coerceMmap", row.mmap, { coerceMmap: true });
  }
  return wrong;
}
