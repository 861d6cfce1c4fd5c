/** Compares brine's hash with joblib's over rows of `fixtures/make/hash_cases.py`. */
import { PyFloat } from "../../src/core/values/scalars.ts";
import { hash } from "../../src/families/joblib/hash.ts";
import { numpy } from "../../src/families/numpy/index.ts";
import { loads } from "../../src/formats/pickle/index.ts";

export interface HashRow {
  id: string;
  by: string;
  pickle: string;
  md5: string;
  sha1: string;
  mmap?: string;
}

/** Rows that do not agree: id, digest, what is wrong. */
export function wrongHashes(rows: readonly HashRow[]): string[] {
  const wrong: string[] = [];
  for (const row of rows) {
    const stream = Uint8Array.from(Buffer.from(row.pickle, "base64"));
    const loaded = loads(stream, { packs: [numpy] });
    // A bare float has no container that remembers it as one.
    const value = typeof loaded === "number" && stream.includes(0x47) ? new PyFloat(loaded) : loaded;
    const [, version] = /NumPy (\d+\.\d+)/.exec(row.by) as unknown as [string, string];
    const [, minor] = /Python 3\.(\d+)/.exec(row.by) as unknown as [string, string];
    const options = { numpy: version, dtypeProtocol: Number(minor) >= 14 ? 5 : 4 } as const;
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
