import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bz2, type Codec, gzip, lz4, lzma, xz, zfile, zlib } from "../../core/codecs/index.ts";
import { isBrineError } from "../../core/errors.ts";
import { equal, load, loadAll, loads } from "../../index.ts";
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
    expect(await rules(file("path.pkl"))).toEqual(["protocol", "pathlib-local", "paths"]);
    expect(explain("KeyError: 0").map(({ rule }) => rule)).toEqual(["joblib-padding"]);
  });
});

describe("files that are no pickles, and more than one", () => {
  it.each([
    ["npy", "\x93NUMPY\x01\0v\0", "unpickling stack underflow"],
    ["HDF5", "\x89HDF\r\n\x1a\n", "invalid load key, 'H'."],
    ["JPEG", "\xff\xd8\xff\xe0", "invalid load key, '\\xff'."],
    ["HTML", "<!doctype html>", "invalid load key, '<'."],
  ])("%s", async (format, head, message) => {
    const found = await diagnose(latin1(head));
    expect(found.format).toBe(format);
    expect(found.findings.map((one) => one.message)).toEqual([`_pickle.UnpicklingError: ${message}`]);
  });

  it("tells of packed pickles what pickle.load says, and of damaged shells", async () => {
    const packed = gzip.encode(latin1("N."));
    const { findings } = await diagnose(packed);
    expect(findings.map((one) => one.message)).toEqual(["_pickle.UnpicklingError: invalid load key, '\\x1f'."]);
    expect(await rules(packed.subarray(0, 14))).toEqual(["truncated"]);
    const asked = { error: "_pickle.UnpicklingError: invalid load key, '\\x1f'." };
    expect((await diagnose(file("padded.joblib.gz"), asked)).findings.map(({ rule }) => rule)).toEqual(["wrong-file"]);
  });

  it("tells of several pickles, and mends each", async () => {
    expect(await rules(latin1("N.N."))).toEqual(["several"]);
    const path = file("path.pkl");
    const two = Uint8Array.from([...file("five.pkl"), ...path, ...file("five.pkl")]);
    const found = await diagnose(two);
    expect(found.globals).toEqual(["pathlib._local.PosixPath"]);
    expect(found.findings.at(-1)).toMatchObject({ rule: "several", about: "3 pickles" });
    for (const python of ["3.7", "3.3", "2.7"]) {
      const { bytes } = await fix(two, { for: { python }, os: "windows" });
      const all: unknown[] = [];
      for await (const { value } of loadAll(bytes)) all.push(value);
      expect(all).toHaveLength(3);
      for (const at of [0, 2]) expect(equal(all[at], loads(file("five.pkl"))), python).toBe(true);
      expect((await diagnose(bytes)).globals).toContain("pathlib.PurePosixPath");
    }
  });

  it("leaves what follows the last pickle and is none", async () => {
    const two = Uint8Array.from([...file("five.pkl"), ...file("five.pkl").subarray(0, 40)]);
    const { findings } = await diagnose(two, { for: { python: "3.8" } });
    expect(findings).toMatchObject([{ rule: "several", about: "1 pickle" }]);
    expect(findings[0]?.cause).toMatch(/^40 bytes behind the last pickle are none: /);
    const { bytes } = await fix(two, { for: { python: "3.7" } });
    expect(bytes.subarray(-40)).toEqual(two.subarray(-40));
    expect(equal(loads(bytes), loads(file("five.pkl")))).toBe(true);
  });

  it("tells data of Python 2 from its text, and makes bytes of them in any encoding", async () => {
    const array =
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntU\x01btR(I1\n(I1\ntcnumpy\ndtype\n" +
      "(U\x02f8I0\nI1\ntR(I3\nU\x01<NNNI-1\nI-1\nI0\ntbI00\nU\x08\0\0\0\0\0\0\xf8?tb.";
    const { findings } = await diagnose(latin1(array));
    expect(findings.filter(({ rule }) => rule.startsWith("python2"))).toMatchObject([
      {
        rule: "python2-data",
        message: "UnicodeDecodeError: 'ascii' codec can't decode byte 0xf8 in position 6: ordinal not in range(128)",
      },
    ]);
    for (const encoding of ["latin1", "utf-8", "bytes"] as const) {
      const { bytes, changes } = await fix(latin1(array), { encoding });
      expect(changes.map(({ now }) => now)).toEqual(["BINBYTES"]);
      expect(equal(loads(bytes), loads(latin1(array), { encoding: "latin1" }))).toBe(true);
    }
    expect((await fix(latin1(array), { encoding: "latin1", for: { python: "2.7" } })).changes).toEqual([]);
  });
});

describe("fix", () => {
  it.each([gzip, zlib, bz2, lzma, xz, lz4, zfile])("repacks $name, and shells in shells", async (codec: Codec) => {
    await codec.ready?.();
    const asked = { for: { joblib: "1.0", python: "3.6", numpy: "1.19" } };
    for (const shells of [[codec], [codec, gzip], [gzip, codec]]) {
      const packed = shells.reduceRight((bytes, shell) => shell.encode(bytes), file("padded.joblib"));
      const { bytes } = await fix(packed, asked);
      const inner = shells.reduce((rest, shell) => shell.decode(rest), bytes);
      expect(inner).toEqual((await fix(file("padded.joblib"), asked)).bytes);
      expect((await diagnose(bytes)).compression).toBe(shells.map(({ name }) => name).join(", "));
    }
  });

  it("renames classes of INST, and names the byte that is no utf-8", async () => {
    const { bytes } = await fix(latin1("(i__main__\nShop\n."), { renames: { __main__: "shop.models" } });
    expect(String.fromCharCode(...bytes)).toBe("(ishop.models\nShop\n.");
    await expect(fix(latin1("U\x02a\xe9."), { encoding: "utf-8" })).rejects.toMatchObject({
      code: "UNPICKLING",
      offset: 3,
    });
  });

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
