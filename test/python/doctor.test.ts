/** Pythons fail on the broken files with the words that the doctor names, and load the mended ones. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diagnose, fix } from "../../src/doctor.ts";

interface Python {
  version: string;
  executable: string;
}
const pythons: Python[] = JSON.parse(process.env["BRINE_PYTHONS"] ?? "[]");
const venv = process.env["BRINE_VENV"] ?? "";
const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/data/doctor/${name}`, import.meta.url));
const broken = fixture("five.pkl");
const JUDGE = `
import pickle, sys
v = pickle.load(open(sys.argv[1], "rb"))
get = lambda k: v[k]
assert get("s") == set([1, 2]) and get("f") == frozenset([(1, 2)]) and get("b") == b"a\\xff"
assert get("ba") == bytearray(b"\\x01\\xfe") and get("big") == set(range(1100)) and get("e") == set() and get("eb") == b""
`;
const LOAD = "import pickle, sys\npickle.load(open(sys.argv[1], 'rb'))";
const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";

const folder = mkdtempSync(join(tmpdir(), "doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(pythons.length === 0)("CPython", () => {
  it.each(pythons)("$version loads the mended pickle", async ({ version, executable }) => {
    const asked = { python: version };
    const { findings } = await diagnose(broken, { for: asked });
    const before = spawnSync(executable, ["-c", JUDGE, broken], { encoding: "utf8" });
    if (findings.length === 0) expect(before.status, before.stderr).toBe(0);
    else expect(lastLine(before.stderr)).toBe(findings[0]!.message);
    const out = join(folder, "out.pkl");
    writeFileSync(out, (await fix(broken, { for: asked })).bytes);
    const after = spawnSync(executable, ["-c", JUDGE, out], { encoding: "utf8" });
    expect(after.status, after.stderr).toBe(0);
  });

  it("loads objects of missing classes with the code that the doctor gives", async () => {
    const { executable } = pythons.at(-1)!;
    const code = `
import collections, enum, pickle, sys, types
source = """
import collections, enum
class Person:
    def __init__(self): self.name = 'x'
class Slots:
    __slots__ = ('a',)
class L(list): pass
class D(dict): pass
class S(str): pass
class I(int): pass
P = collections.namedtuple('P', 'x y')
class Color(enum.Enum):
    RED = 1
class Outer:
    class Inner: pass
class MyError(Exception): pass
def func(): pass
"""
def values(ns):
    s = ns['Slots'](); s.a = 1
    l = ns['L']([1, 2]); l.extra = 5
    i = ns['Outer'].Inner(); i.z = 1
    return [ns['Person'](), s, l, ns['D'](k=1), ns['S']('t'), ns['I'](7), ns['P'](1, 2), ns['Color'].RED, ns['MyError']('no'), ns['func'], i]
module = types.ModuleType('shop.models')
sys.modules['shop'] = types.ModuleType('shop')
sys.modules['shop.models'] = module
exec(source, module.__dict__)
exec(source, globals())
pickle.dump(values(globals()), open(sys.argv[1], 'wb'), 4)
pickle.dump(values(module.__dict__), open(sys.argv[2], 'wb'), 5)`;
    const paths = ["main.pkl", "shop.pkl"].map((name) => join(folder, name));
    const made = spawnSync(executable, ["-c", code, ...paths], { encoding: "utf8" });
    expect(made.status, made.stderr).toBe(0);
    const judge = `
import pickle, sys
p, s, l, d, t, i, n, c, e, f, o = pickle.load(open(sys.argv[1], 'rb'))
assert p.name == 'x' and s.a == 1 and list(l) == [1, 2] and l.extra == 5 and dict(d) == {'k': 1} and t == 't' and i == 7
assert tuple(n) == (1, 2) and c.args == (1,) and e.args == ('no',) and callable(f) and o.z == 1`;
    for (const path of paths) {
      const before = spawnSync(executable, ["-c", judge, path], { encoding: "utf8" });
      const told = lastLine(before.stderr);
      const { findings, classes } = await diagnose(path, { error: told });
      expect(classes).toHaveLength(11);
      expect(classes.find(({ name }) => name === "Outer.Inner")?.attributes).toEqual(["z"]);
      const [finding] = findings;
      expect(told.startsWith(finding?.message ?? "nothing"), `${told} <> ${finding?.message}`).toBe(true);
      const after = spawnSync(executable, ["-c", `${finding?.code}\n${judge}`, path], { encoding: "utf8" });
      expect(after.status, after.stderr).toBe(0);
    }
  });

  it("tells paths of another system, in every Python", async () => {
    const path = join(folder, "path.pkl");
    for (const { version, executable } of pythons) {
      if (version.startsWith("2")) continue;
      writeFileSync(path, Buffer.from("\x80\x02cpathlib\nWindowsPath\n(X\x01\0\0\0atR.", "latin1"));
      const before = spawnSync(executable, ["-c", LOAD, path], { encoding: "utf8" });
      const { findings } = await diagnose(path, { for: { python: version }, os: "linux" });
      expect(findings.map(({ message }) => message)).toEqual([lastLine(before.stderr)]);
      writeFileSync(path, (await fix(path, { for: { python: version }, os: "linux" })).bytes);
      const after = spawnSync(executable, ["-c", LOAD, path], { encoding: "utf8" });
      expect(after.status, after.stderr).toBe(0);
    }
  });

  it("says of other files what the doctor says", async () => {
    const { executable, version } = pythons.at(-1)!;
    // Older ones print other words for a zip and a .npy.
    const old = /^(2|3\.([0-9]|1[0-2])\.)/.test(version);
    const files: [head: string, old: boolean][] = [
      ["\x89HDF\r\n\x1a\n\0\0", true],
      ["\x1f\x8b\x08\0\0", true],
      ["x\x9c\0\0", true],
      ["BZh91AY&SY12345", true],
      ["\xfd7zXZ\0", true],
      ["]\0\0\x80\0", true],
      ["\x28\xb5\x2f\xfdaa", true],
      ["version https://git-lfs\n", true],
      ["<!doctype html>\n", true],
      ['{"a": 1}\n', true],
      ["\xff\xd8\xff\xe0", true],
      ["SQLite format 3\0\n", true],
      ["\x93NUMPY\x01\0v\0{}\n", false],
      ["PK\x03\x04\x14\0\0\0\n", false],
      ["\x89PNG\r\n\x1a\n", false],
    ];
    const path = join(folder, "other");
    const { wrongFile } = await import("../../src/tools/doctor/wrong.ts");
    const { sniff } = await import("../../src/sniff.ts");
    for (const [head, everywhere] of files) {
      if (old && !everywhere) continue;
      const bytes = Buffer.from(head, "latin1");
      writeFileSync(path, bytes);
      const run = spawnSync(executable, ["-c", LOAD, path], { encoding: "utf8" });
      expect(lastLine(run.stderr)).toBe(wrongFile(sniff(bytes).format, bytes[0]!, "").message);
    }
  });
});

/** A joblib from before the padding, in a folder of its own; it is Python alone and runs beside any NumPy. */
const old = fileURLToPath(new URL("../../.cache/joblib-1.1.1", import.meta.url));

describe.skipIf(venv === "")("with packages", () => {
  beforeAll(() => {
    if (existsSync(join(old, "installed"))) return;
    // joblib 1.1 asks for distutils, which Python 3.12 lost and setuptools brings.
    const wanted = ["joblib==1.1.1", "setuptools==75.8.0"];
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade"];
    const run = spawnSync(venv, [...pip, "--target", old, ...wanted], { encoding: "utf8" });
    if (run.status !== 0) throw new Error(`pip cannot install ${wanted.join(" ")}: ${run.stderr}`);
    writeFileSync(join(old, "installed"), "");
  });

  const inOld = (code: string, ...argv: string[]) =>
    spawnSync(venv, ["-c", `import setuptools, joblib\nassert joblib.__version__ == "1.1.1"\n${code}`, ...argv], {
      encoding: "utf8",
      env: { ...process.env, PYTHONPATH: old },
    });

  it("joblib 1.1.1 loads the mended fixtures", async () => {
    const judge =
      "import joblib, sys, numpy as np\nv = joblib.load(sys.argv[1])\n" +
      "assert (v['a'] == np.arange(5.)).all() and (v['b'][0] == np.ones((2, 3))).all() and list(v['b'][1]) == [1, 'x', None]\n" +
      "assert v['s'] == {1, 2} and v['z'] == b'ab' and v['c'] == 3";
    for (const name of ["padded.joblib", "padded.joblib.gz", "zlib.joblib"]) {
      const path = fixture(name);
      expect(lastLine(inOld(judge, path).stderr), name).toMatch(/^KeyError: \d+$/);
      const out = join(folder, name);
      writeFileSync(out, (await fix(readFileSync(path), { for: { joblib: "1.1", python: "3.6" } })).bytes);
      const after = inOld(judge, out);
      expect(after.status, after.stderr).toBe(0);
    }
  });

  it.each(["0", "('zlib', 3)", "('gzip', 3)", "('bz2', 3)", "('lzma', 3)", "('xz', 3)", "('lz4', 3)"])(
    "joblib 1.1.1 loads what this joblib packed by %s and the doctor mended",
    async (compress) => {
      const path = join(folder, "new.joblib");
      // joblib 1.1 cannot swap bytes beside NumPy 2: native arrays only.
      const value =
        "import joblib, sys, numpy as np\nvalue = [np.arange(n, dtype=t).reshape(s) for n in (0, 1, 6, 60) " +
        "for t in ('u1', '<f8', 'i2', 'c16') for s in ((-1,),)] + [np.ones((3, 5), order='F'), {'k': np.array('2020', 'M8[D]')}]\n";
      const made = spawnSync(venv, ["-c", `${value}joblib.dump(value, sys.argv[1], compress=${compress})`, path], {
        encoding: "utf8",
      });
      expect(made.status, made.stderr).toBe(0);
      const judge =
        `${value}got = joblib.load(sys.argv[1])\nassert len(got) == len(value) == 18\n` +
        "for a, b in zip(got[:-1], value): assert a.dtype == b.dtype and a.shape == b.shape and (a == b).all()\n" +
        "assert got[-1]['k'] == value[-1]['k']";
      expect(inOld(judge, path).status).not.toBe(0);
      const { findings } = await diagnose(path, { for: { joblib: "1.1.1" } });
      expect(findings.map(({ rule }) => rule)).toContain("joblib-padding");
      const out = join(folder, "mended.joblib");
      writeFileSync(out, (await fix(path, { for: { joblib: "1.1.1" } })).bytes);
      const after = inOld(judge, out);
      expect(after.status, after.stderr).toBe(0);
    },
  );

  it("Python 3 loads the mended arrays and dates of Python 2", async () => {
    const array =
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntU\x01btR(I1\n(I1\ntcnumpy\ndtype\n" +
      "(U\x02f8I0\nI1\ntR(I3\nU\x01<NNNI-1\nI-1\nI0\ntbI00\nU\x08\0\0\0\0\0\0\xf8?tb";
    const scalar = "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(U\x02f8I0\nI1\ntRU\x08\0\0\0\0\0\0\xf8?tR";
    const date = "cdatetime\ndatetime\n(U\x0a\x07\xe4\x09\x01\x03\x04\x05\x03\x0d\x40tR";
    const path = join(folder, "two.pkl");
    writeFileSync(path, Buffer.from(`(${array}${scalar}${date}t.`, "latin1"));
    const { findings } = await diagnose(path, { for: { python: "3.11", numpy: "2.0" } });
    const before = spawnSync(venv, ["-c", LOAD, path], { encoding: "utf8" });
    expect(findings.map(({ message }) => message)).toContain(lastLine(before.stderr));
    writeFileSync(path, (await fix(path, { for: { python: "3.11" }, encoding: "latin1" })).bytes);
    const judge =
      "import pickle, sys, datetime\na, s, d = pickle.load(open(sys.argv[1], 'rb'))\n" +
      "assert a.tolist() == [1.5] and s == 1.5 and d == datetime.datetime(2020, 9, 1, 3, 4, 5, 200000)";
    const after = spawnSync(venv, ["-c", judge, path], { encoding: "utf8" });
    expect(after.status, after.stderr).toBe(0);
  });
});
