/**
 * The gates: no hostile file is called safe, and no ordinary file anything else.
 *
 * The hostile files are those of `fixtures/make/scan.py`; the ordinary ones are all files that real libraries wrote for the
 * other tests, but those with classes of the fixtures' own, which must be suspicious and not more.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { load } from "../../index.ts";
import { type Report, scan } from "./index.ts";
import { RULES } from "./rules.ts";

const DATA = fileURLToPath(new URL("../../../fixtures/data/", import.meta.url));
const rows = <T>(name: string): T[] =>
  gunzipSync(readFileSync(DATA + name))
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

interface Hostile {
  name: string;
  file: string;
  by: string;
  ran: string[];
  data: string;
}
const HOSTILE = rows<Hostile>("scan.jsonl.gz");

/** What nobody can see into, or what is only unknown: suspicious is the answer. */
const SUSPICIOUS: readonly RegExp[] = [
  /^(bytecode for a class|a class|a function) nobody knows/,
  /^joblib: the array's length is computed$/,
  /^types\.new_class by /,
  /^(7z|rar)\b/,
  /^an extension code/,
  /^(partial of getattr|filter of a method|reduce of getattr over allowed things)$/,
  /^(a vast bytearray|a codec that is imported|a zone file elsewhere|joblib's Memory makes a folder)$/,
  /^a name in full-width letters$/,
  /^keras: (a module of the user's|a function by name|a registered class|a vocabulary beside it|no JSON)$/,
  /^h5: (a registered class|no JSON|an external link beside it)$/,
];

describe("hostile files", () => {
  test("none is safe, none fails, and what ran in Python is dangerous", async () => {
    const wrong: string[] = [];
    const ruled = new Set<string>();
    for (const { name, file, data, ran } of HOSTILE) {
      const { verdict, findings } = await scan(bytesOf(data), { name: file });
      for (const { rule } of findings) ruled.add(rule);
      const isSuspicious = SUSPICIOUS.some((one) => one.test(name));
      if (verdict !== (isSuspicious ? "suspicious" : "dangerous")) wrong.push(`${verdict}: ${name}`);
      const hasRun = ran.some((event) => /^(os\.system|subprocess\.Popen)$/.test(event));
      if (hasRun && verdict !== "dangerous") wrong.push(`ran: ${name}`);
    }
    expect(HOSTILE.length).toBeGreaterThan(500);
    expect(HOSTILE.filter(({ ran }) => ran.length > 0).length).toBeGreaterThan(250);
    expect(wrong).toEqual([]);
    // Rules of which no hostile file tells have a test of their own.
    const elsewhere = [
      "zip-overlap",
      "zip-damaged",
      "program",
      "keras-op",
      "tar-mismatch",
      "torchscript-op",
      "graph-op",
    ];
    expect([...RULES.keys()].filter((rule) => !ruled.has(rule) && !elsewhere.includes(rule))).toEqual([]);
    expect([...ruled].filter((rule) => !RULES.has(rule))).toEqual([]);
  });

  test("TorchScript and SavedModels that reach files or Python are told, others are safe", async () => {
    const told: Record<string, string> = {};
    for (const { name, file, data } of rows<Hostile>("scan-graphs.jsonl.gz")) {
      const { verdict, findings } = await scan(bytesOf(data), { name: file });
      told[name] = [verdict, ...findings.map(({ rule }) => rule)].join(" ");
    }
    expect(told).toEqual({
      torchscript: "safe",
      "torchscript that reads a file": "dangerous torchscript-op",
      "torchscript that writes a file": "dangerous torchscript-op",
      "a SavedModel": "safe",
      "a SavedModel of Keras": "safe",
      "a SavedModel that reads a file": "dangerous graph-op",
      "a SavedModel that lists files": "dangerous graph-op",
      "a SavedModel that reads lines": "suspicious graph-op",
      "a SavedModel that writes a file": "dangerous graph-op",
      "a SavedModel that calls Python": "dangerous graph-op",
      "a SavedModel that prints": "suspicious graph-op",
    });
  });

  test("a finding tells its place by the container's path", async () => {
    const one = HOSTILE.find(({ name }) => name === "zip in zip in tar") as Hostile;
    const { findings } = await scan(bytesOf(one.data), { name: one.file });
    expect(findings[0]).toMatchObject({
      path: "model.tar/a.zip/b.zip/c+0x0",
      global: "os.system",
      arguments: '"true"',
    });
  });
});

/** Classes that the fixtures' own scripts define, and functions of users' modules. */
const OWN = /^(brine_fixture_classes|brine_enums|numpy_classes|__main__)\./m;

/** Files by the fixture that holds them. */
function* ordinary(): Generator<{ from: string; name: string; bytes: Uint8Array }> {
  const texts = function* (value: unknown, key: string): Generator<[string, Uint8Array]> {
    if (
      typeof value === "string" &&
      /^[A-Za-z0-9+/]{4,}=*$/.test(value) &&
      value.length % 4 === 0 &&
      value.length > 15
    ) {
      const bytes = bytesOf(value);
      const [a, b] = bytes as unknown as [number, number];
      const last = bytes[bytes.length - 1];
      const begins = (a === 0x80 && b <= 5) || (a === 0x93 && b === 0x4e) || (a === 0x50 && b === 0x4b);
      const isText = bytes.length >= 12 && last === 0x2e;
      const isFile = begins || isText || (a === 0x89 && b === 0x48) || (a === 0x1f && b === 0x8b);
      if (isFile || /\.(pkl|z|npy|gz)$/.test(key)) yield [/\.\w+$/.test(key) ? key : "", bytes];
    } else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) yield* texts(inner, name);
    }
  };
  const packed = ["joblib", "joblibhash", "keras", "numpy", "numpyvalues", "pandas", "pandas-old", "scipy", "torch"];
  for (const from of [...packed, "torch-crossed", "torch-more", "values"]) {
    for (const row of rows<Record<string, unknown>>(`${from}.jsonl.gz`)) {
      const { id, value, expect: _, ...rest } = row;
      for (const [name, bytes] of texts(rest, ""))
        yield { from: `${from} ${value ?? id ?? row.note ?? row.name}`, name, bytes };
    }
  }
  for (const row of rows<{ id: string; file: string; array?: unknown; npz?: unknown }>("npz.jsonl.gz")) {
    if (row.array ?? row.npz) yield { from: `npz ${row.id}`, name: "", bytes: bytesOf(row.file) };
  }
  for (const folder of ["joblib/", "doctor/", "hdf5/"]) {
    for (const name of readdirSync(DATA + folder, { withFileTypes: true })) {
      if (!name.isFile() || /\.txt$|jsonl/.test(name.name)) continue;
      yield {
        from: folder + name.name,
        name: name.name,
        bytes: new Uint8Array(readFileSync(DATA + folder + name.name)),
      };
    }
  }
  for (const name of readdirSync(DATA)) {
    if (name.endsWith(".pkl.xz")) yield { from: name, name, bytes: new Uint8Array(readFileSync(DATA + name)) };
  }
}

/** Files that are not ordinary, each with its reason. */
const ODD: readonly (readonly [RegExp, string])[] = [
  [/^values name\.(str_join|open)$|^values name\.\w*open/, "a reference to open, or a method of str by itself"],
  [/^values file\.rest$/, "bytes of something else behind the pickle"],
  [/^npz zip (behind bytes)$/, "a zip behind other bytes"],
  [/^npz npy descr (r'|''')/, "headers that only some readers take"],
  [/^npz zip (size|sizes|deflate size|bomb's)/, "sizes that do not agree"],
  [/^npz zip other files/, "a file called npy that is none"],
  [/^hdf5\/groups-/, "links into other files"],
  [/^keras_cross\.pkl\.xz$/, "Lambda layers"],
];

/** One of so many is scanned; all with BRINE_SCAN_ALL=1. */
const PART = process.env["BRINE_SCAN_ALL"] ? 1 : 4;

describe("ordinary files", () => {
  test("all are safe, but those with classes of their own, which are suspicious", async () => {
    const wrong: string[] = [];
    const count = { safe: 0, own: 0, odd: 0 };
    const seen = new Set<string>();
    for (const { from, name, bytes } of ordinary()) {
      const same = `${name} ${Buffer.from(bytes).toString("latin1")}`;
      if (seen.has(same)) continue;
      seen.add(same);
      if (seen.size % PART !== 0) continue;
      const { verdict, findings, globals } = await scan(bytes, { name });
      if (verdict === "safe") count.safe++;
      else if (ODD.some(([one]) => one.test(from))) count.odd++;
      else if (OWN.test(globals.map((one) => one.name).join("\n")) && verdict === "suspicious") count.own++;
      else
        wrong.push(`${verdict}: ${from} ${name}: ${findings[0]?.rule} ${findings[0]?.global ?? findings[0]?.message}`);
    }
    expect(wrong).toEqual([]);
    expect(count.safe).toBeGreaterThan(10_000 / PART);
    expect(count.odd).toBeLessThan(120);
  }, 180_000);

  test("the report of a file that loads is the same each time", async () => {
    const bytes = new Uint8Array(readFileSync(`${DATA}joblib/joblib_0.11.0_pickle_py36_np111.pkl.gzip`));
    await load(bytes);
    const said = async (): Promise<Report> => scan(bytes, { name: "a.pkl.gzip" });
    expect(await said()).toEqual(await said());
  });
});
