/** The command on arrays: `brine x.npy`, `brine x.npz`, `brine convert`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { array, dumps, loads, PyDict, repr } from "../index.ts";
import { dumpsNpz, dumps as npyDumps } from "../numpy.ts";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-cli-arrays-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const put = (name: string, data: Uint8Array): string => {
  writeFileSync(at(name), data);
  return at(name);
};

async function brine(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const stdout = { write: (data: string | Uint8Array) => void (out += data) };
  const stderr = { write: (data: string | Uint8Array) => void (err += data) };
  async function* stdin(): AsyncGenerator<Uint8Array> {}
  const code = await run(args, { stdout, stderr, stdin: stdin(), env: {} });
  return { code, out: out.replaceAll(`${folder}/`, ""), err: err.replaceAll(`${folder}/`, "") };
}

const records = array([Object.freeze([1, "a,b", 5n]), Object.freeze([2, 'say "x"', -1n])], {
  dtype: [
    ["x", "<f4"],
    ["name", "<U7"],
    ["day", "<M8[D]"],
  ],
});

describe("brine FILE", () => {
  it("shows an array, and the arrays of an npz", async () => {
    put(
      "x.npy",
      npyDumps(
        array(
          Float32Array.from({ length: 6 }, (_, i) => i / 2),
          { shape: [2, 3] },
        ),
      ),
    );
    expect(await brine(at("x.npy"))).toEqual({
      code: 0,
      out: "x.npy: numpy.ndarray float32 (2, 3) C, min 0.0, max 2.5, mean 1.25\n[[0.  0.5 1. ]\n [1.5 2.  2.5]]\n",
      err: "",
    });
    put("x.npz", dumpsNpz({ n: array([1n, -7n]), f: new Float64Array(5000), t: array(["a\x1b"]) }));
    expect((await brine(at("x.npz"))).out).toBe(
      [
        "x.npz: dict (3)",
        "  ['n']: numpy.ndarray int64 (2,), min -7, max 1, mean -3.0 [ 1 -7]",
        "  ['f']: numpy.ndarray float64 (5000,), min 0.0, max 0.0, mean 0.0 [0. 0. 0. ... 0. 0. 0.]",
        "  ['t']: numpy.ndarray <U2 (1,) ['a\\x1b']",
        "",
      ].join("\n"),
    );
    expect((await brine("get", at("x.npz"), "['n']")).out).toBe("array([ 1, -7])\n");
    expect(JSON.parse((await brine(at("x.npz"), "--json")).out).n).toEqual([1, -7]);
    put("cut.npz", dumpsNpz([[1]]).slice(0, 50));
    expect(await brine(at("cut.npz"))).toMatchObject({ code: 1, err: expect.stringContaining("cut.npz") });
  });
});

describe("brine convert", () => {
  const value = new PyDict<unknown, unknown>([
    ["a", array([1, 2.5])],
    ["b", array([1n, 2n])],
  ]);

  it("goes from npz to npy, npz, pickle, JSON and CSV, and back", async () => {
    const from = put("v.npz", dumpsNpz(value));
    for (const [to, flags] of [
      ["v2.npz", []],
      ["v3.npz", ["--compress"]],
      ["v.pkl", []],
      ["v.pickle", []],
    ] as const) {
      expect(await brine("convert", from, at(to), ...flags)).toEqual({ code: 0, out: "", err: "" });
      expect(repr(loads(readFileSync(at(to))))).toBe(repr(value));
    }
    expect(Buffer.compare(readFileSync(at("v2.npz")), readFileSync(from))).toBe(0);
    await brine("convert", at("v.pkl"), at("v4.npz"));
    expect(Buffer.compare(readFileSync(at("v4.npz")), readFileSync(from))).toBe(0);
    expect((await brine("convert", from, at("b.npy"), "-k", "b")).code).toBe(0);
    expect(repr(loads(readFileSync(at("b.npy"))))).toBe("array([1, 2])");
    await brine("convert", from, at("v.json"));
    expect(JSON.parse(readFileSync(at("v.json"), "utf8"))).toEqual({ a: [1, 2.5], b: [1, 2] });
    await brine("convert", from, at("v.csv"));
    expect(readFileSync(at("v.csv"), "utf8")).toBe("a,b\n1.0,1\n2.5,2\n");
    await brine("convert", at("b.npy"), at("b.ndjson"));
    expect(readFileSync(at("b.ndjson"), "utf8")).toBe("1\n2\n");
  });

  it("makes tables of what is one", async () => {
    const tables: [unknown, string][] = [
      [records, 'x,name,day\n1.0,"a,b",1970-01-06\n2.0,"say ""x""",1969-12-31\n'],
      [
        array([
          [1n, 2n],
          [3n, 4n],
        ]),
        "1,2\n3,4\n",
      ],
      [array([true, false]), "True\nFalse\n"],
      [array(7.5), "7.5\n"],
      [
        [
          [1, null],
          ["x", 2.5],
        ],
        "1,\nx,2.5\n",
      ],
      [[new PyDict([["p", 1]]), new PyDict([["q", " s "]])], 'p,q\n1,\n," s "\n'],
      [["é", "a\nb"], 'é\n"a\nb"\n'],
    ];
    for (const [table, text] of tables) {
      await brine("convert", put("t.pkl", dumps(table)), at("t.csv"));
      expect(readFileSync(at("t.csv"), "utf8")).toBe(text);
    }
  });

  it("says what cannot be", async () => {
    const from = put("w.npz", dumpsNpz({ a: [[1]], b: array([[[1]]]), c: [1, 2] }));
    expect(await brine("convert", from, at("w.npy"))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/choose one of a, b, c/),
    });
    expect(await brine("convert", from, at("w.csv"), "-k", "b")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/3 axes/),
    });
    expect(await brine("convert", from, at("w.csv"))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no column/),
    });
    expect(await brine("convert", from, at("w.csv"), "-k", "zz")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/zz/),
    });
    expect(await brine("convert", from, at("w.doc"))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/known format/),
    });
    expect(await brine("convert", from, at("constructor"))).toMatchObject({ code: 2 });
    expect(await brine("convert", from)).toMatchObject({ code: 2, err: expect.stringMatching(/FROM and TO/) });
    expect(await brine("convert", put("p.pkl", dumps(new PyDict([["a", null]]))), at("p.npz"))).toMatchObject({
      code: 1,
    });
    expect(await brine("convert", put("p.pkl", dumps(new PyDict([["a", new PyDict()]]))), at("p.npz"))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no array can be made of a dict/),
    });
  });
});
