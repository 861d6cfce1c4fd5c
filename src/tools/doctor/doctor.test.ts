import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isBrineError } from "../../core/errors.ts";
import { equal, load, loads } from "../../index.ts";
import { diagnose, explain, fix } from "./index.ts";

const file = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/data/doctor/${name}`, import.meta.url));
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const rules = async (bytes: Uint8Array): Promise<string[]> => (await diagnose(bytes)).findings.map(({ rule }) => rule);

describe("diagnose", () => {
  it("tells who wrote a joblib file and where it fails", async () => {
    const found = await diagnose(file("padded.joblib.gz"));
    expect(found).toMatchObject({ format: "joblib", compression: "gzip", protocol: 5 });
    expect(found.writers).toEqual(["numpy >= 2", "joblib >= 1.2"]);
    expect(found.findings.map(({ rule }) => rule)).toEqual(["protocol", "joblib-padding", "numpy-core"]);
    const narrow = await diagnose(file("padded.joblib"), { for: { joblib: "1.0", python: "3.9", numpy: "2.0" } });
    expect(narrow.findings.map(({ message }) => message)).toEqual(["KeyError: 0"]);
    const asked = await diagnose(file("padded.joblib"), { error: "KeyError: 64" });
    expect(asked.findings.map(({ rule }) => rule)).toEqual(["joblib-padding"]);
  });

  it("tells other files, damage and classes", async () => {
    expect(await rules(latin1("version https://git-lfs.github.com/spec/v1\nsize 12\n"))).toEqual(["wrong-file"]);
    expect(await rules(file("five.pkl").subarray(0, 60))).toEqual(["truncated"]);
    expect(await rules(latin1("c__main__\nShop\n."))).toEqual(["main"]);
    expect(await rules(latin1("csklearn.ensemble.forest\nRandomForestClassifier\n."))).toEqual(["sklearn-modules"]);
    expect(await rules(latin1("cpandas.core.indexes.numeric\nInt64Index\n."))).toEqual(["pandas-index"]);
    expect(await rules(latin1("U\x01\xe9."))).toEqual(["python2-str"]);
    expect(await rules(file("path.pkl"))).toEqual(["protocol", "paths"]);
    expect(explain("KeyError: 0").map(({ rule }) => rule)).toEqual(["joblib-padding"]);
  });
});

describe("fix", () => {
  it("keeps the value in every older protocol", async () => {
    const was = loads(file("five.pkl"));
    for (const python of ["3.7", "3.3", "2.7"]) {
      const { bytes, changes } = await fix(file("five.pkl"), { for: { python } });
      expect(bytes[1]).toBe({ "3.7": 4, "3.3": 3, "2.7": 2 }[python]);
      expect(equal(loads(bytes), was), python).toBe(true);
      expect(changes.length).toBeGreaterThan(0);
    }
  });

  it("takes joblib's padding out, in the shell it came in", async () => {
    for (const name of ["padded.joblib", "padded.joblib.gz", "zlib.joblib"]) {
      const { bytes } = await fix(file(name), { for: { joblib: "1.0", python: "3.6", numpy: "1.19" } });
      expect(bytes[0]).toBe(file(name)[0]);
      expect(equal(await load(bytes), await load(file(name))), name).toBe(true);
      expect((await diagnose(bytes)).writers).toEqual(["numpy < 2", "joblib < 1.2"]);
    }
  });

  it("renames, and makes text of Python 2's str", async () => {
    const { bytes } = await fix(latin1("c__main__\nShop\n."), { renames: { __main__: "shop.models" } });
    expect(String.fromCharCode(...bytes)).toBe("cshop.models\nShop\n.");
    expect(loads((await fix(latin1("U\x01\xe9."), { encoding: "latin1" })).bytes)).toBe("é");
    const renames = { "pathlib.PosixPath": "pathlib.PurePosixPath" };
    const path = await fix(file("path.pkl"), { renames });
    expect((await diagnose(path.bytes)).globals).toEqual(["pathlib.PurePosixPath"]);
  });

  it("throws nothing but BrineError for files that are cut or changed", async () => {
    const all = file("padded.joblib");
    for (let at = 0; at < all.length; at += 3) {
      const bytes = at % 2 ? all.slice(0, at) : all.slice();
      bytes[at] = 0x93;
      try {
        await diagnose(bytes);
        await fix(bytes, { for: { joblib: "1.0", python: "2.7" } });
      } catch (e) {
        expect(isBrineError(e), `${at}: ${String(e)}`).toBe(true);
      }
    }
  });
});
