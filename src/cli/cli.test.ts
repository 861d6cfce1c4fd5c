import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { dumps, PyDict, PyFloat, tuple } from "../pickle.ts";
import { fromTypedJSON } from "../tools/typed/index.ts";
import type { Sink } from "./io.ts";
import { run } from "./run.ts";

const example = (name: string): string => fileURLToPath(new URL(`../../examples/data/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "brine-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of its own for each value. */
let files = 0;
function file(data: Uint8Array | string): string {
  const path = join(folder, `${files++}.pkl`);
  writeFileSync(path, data);
  return path;
}

class Memory implements Sink {
  readonly pieces: Buffer[] = [];
  readonly isTTY: boolean | undefined;
  constructor(isTTY?: boolean) {
    this.isTTY = isTTY;
  }
  write(data: string | Uint8Array): void {
    this.pieces.push(Buffer.from(data as string));
  }
  get text(): string {
    return Buffer.concat(this.pieces).toString();
  }
}

async function brine(args: string[], stdin: Uint8Array = new Uint8Array(), { tty = false, env = {} } = {}) {
  const stdout = new Memory(tty);
  const stderr = new Memory();
  async function* input(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < stdin.length; i += 1000) yield stdin.subarray(i, i + 1000);
  }
  const code = await run(args, { stdout, stderr, stdin: input(), env });
  return { code, out: stdout.text, err: stderr.text };
}

describe("brine FILE", () => {
  it("prints the tree at once", async () => {
    const { code, out, err } = await brine([example("cache.pkl")]);
    expect([code, err]).toEqual([0, ""]);
    expect(out.replace(/^.*cache\.pkl/, "cache.pkl")).toMatchSnapshot();
  });

  it("shows many files, and goes on after bad ones", async () => {
    const [good, bad, other] = [file(dumps([1])), file("no pickle\n"), file(dumps("x"))];
    const { code, out, err } = await brine([good, bad, "missing.pkl", other]);
    expect([code, out]).toEqual([1, `${good}: list (1)\n  [0]: int 1\n${other}: str (1) 'x'\n`]);
    expect(err).toMatch(/^brine: this looks like text.*\nbrine: no such file or directory \(missing.pkl\)\n$/);
    expect((await brine([good, other])).code).toBe(0);
    expect(await brine([good, other, "--json"])).toMatchObject({ code: 2, err: expect.stringMatching(/one FILE/) });
  });

  it("cuts long lists, and takes depth and limit", async () => {
    expect((await brine([example("rows.pkl")])).out).toMatch(/\n {2}… 980 more\n$/);
    const { out } = await brine(["show", example("rows.pkl"), "--depth=1", "-n2"]);
    expect(out.split("\n").slice(1)).toEqual([
      "  [0]: dict (3) {'id': 0, 'name': 'row 0', 'score': 0.0}",
      "  [1]: dict (3) {'id': 1, 'name': 'row 1', 'score': 0.25}",
      "  … 998 more",
      "",
    ]);
  });

  it("reads stdin and several pickles of one file", async () => {
    const { out } = await brine(["-", "-d", "1"], readFileSync(example("log.pkl")));
    expect(out).toBe(
      "stdin: pickles (3)\n  [0]: tuple (2) (0, 'start')\n  [1]: tuple (2) (1, 'work')\n  [2]: tuple (2) (2, 'stop')\n",
    );
  });

  it("shows good pickles and tells of what follows them", async () => {
    const bytes = new Uint8Array([...dumps(1), ...dumps(2), 0, 0]);
    const { code, out, err } = await brine(["-", "-d", "1"], bytes);
    expect([code, out]).toEqual([0, "stdin: pickles (2)\n  [0]: int 1\n  [1]: int 2\n"]);
    expect(err).toMatch(/^brine: the 2 bytes from byte 10 on are no pickle: [^\n]*\(stdin\)\n$/);
  });

  it("colours a terminal only, and not under NO_COLOR", async () => {
    const one = dumps(1);
    expect((await brine(["-"], one, { tty: true })).out).toBe("stdin: \x1b[36mint\x1b[39m 1\n");
    expect((await brine(["-"], one, { tty: true, env: { NO_COLOR: "1" } })).out).toBe("stdin: int 1\n");
    expect((await brine(["-"], one)).out).toBe("stdin: int 1\n");
  });

  it("takes the encoding of a Python 2 file, and tells when one is needed", async () => {
    const bad = await brine([example("python2.pkl")]);
    expect([bad.code, bad.out]).toEqual([1, ""]);
    expect(bad.err).toMatch(/^brine: .*'ascii' codec can't decode.*--encoding latin1\n$/);
    expect((await brine([example("python2.pkl"), "--encoding", "latin1"])).out).toContain("'Jürgen'");
  });
});

describe("brine get", () => {
  it.each([
    ["['users'][0].name", "'Ada Lovelace'"],
    ["users[-1].friends[0].born.year", "1815"],
    ['["prices"]["apple"]', "Decimal('1.20')"],
    ["['by_place'][(52.5, 13.4)]", "'Berlin'"],
    [".version[0:2]", "(1, 4)"],
    ["blob[:3]", "b'\\x00\\x01\\x02'"],
    ["['ratio']", "1.0"],
    [".prices", "{'apple': Decimal('1.20'), 'pear': Decimal('0.95')}"],
  ])("finds %s", async (path, expected) => {
    const { code, out } = await brine(["get", example("cache.pkl"), path]);
    expect([code, out]).toEqual([0, `${expected}\n`]);
  });

  it("writes raw text and bytes, and JSON", async () => {
    expect((await brine(["get", example("cache.pkl"), "users[0].name", "--raw"])).out).toBe("Ada Lovelace");
    expect((await brine(["get", example("rows.pkl"), "[0:2]", "--ndjson"])).out).toBe(
      '{"id":0,"name":"row 0","score":0}\n{"id":1,"name":"row 1","score":0.25}\n',
    );
  });

  it("keeps floats floats", async () => {
    const bytes = dumps(tuple([new PyFloat(1), 1, 2.5], tuple(new PyFloat(3), 4)));
    const get = async (path: string): Promise<string> => (await brine(["get", "-", path], bytes)).out.trim();
    expect(await get("[0][:2]")).toBe("[1.0, 1]");
    expect(await get("[0][0]")).toBe("1.0");
    expect(await get("[1][::-1]")).toBe("(4, 3.0)");
  });

  it("tells a value that is not there (1) from a bad path (2)", async () => {
    const missing = await brine(["get", example("cache.pkl"), "['nope']"]);
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/^brine: no key 'nope' in dict \(14\) \(.*cache\.pkl\)\n$/);
    const wrong = await brine(["get", example("cache.pkl"), "[x]"]);
    expect([wrong.code, wrong.out]).toEqual([2, ""]);
  });
});

describe("brine --json", () => {
  it("is JSON of the whole value", async () => {
    const { out } = await brine([example("rows.pkl"), "--json"]);
    expect(JSON.parse(out)).toHaveLength(1000);
    expect(JSON.parse(out)[999]).toEqual({ id: 999, name: "row 999", score: 249.75 });
    expect(JSON.parse((await brine([example("cache.pkl"), "--json"])).out)).toMatchObject({
      version: [1, 4, 0],
      big: "1267650600228229401496703205376",
      users: [{ $class: "shop.Person", name: "Ada Lovelace" }, {}],
    });
  });

  it("goes 100 000 levels deep", async () => {
    let deep: unknown = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const { code, out } = await brine(["get", "-", "", "--ndjson"], dumps([deep]));
    expect([code, out]).toEqual([0, `${"[".repeat(100_001)}${"]".repeat(100_001)}\n`]);
  });

  it("loses nothing when it is typed", async () => {
    const value = new PyDict<unknown, unknown>([[1, tuple(new PyFloat(1), new Uint8Array([255]))]]);
    const { out } = await brine([file(dumps(value)), "--typed"]);
    expect(dumps(fromTypedJSON(JSON.parse(out)))).toEqual(dumps(value));
    expect((await brine(["get", file(dumps(value)), "[1]", "--typed"])).out).toMatch(/"base64": "\/w=="/);
  });

  it("writes one line for each item, entry or value", async () => {
    expect((await brine(["-", "--ndjson"], dumps([1, [2], "3"]))).out).toBe('1\n[2]\n"3"\n');
    expect((await brine(["-", "--ndjson"], dumps(new PyDict([["a", 1]])))).out).toBe('{"key":"a","value":1}\n');
    expect((await brine(["-", "--ndjson"], dumps("ab"))).out).toBe('"ab"\n');
  });
});

describe("brine dis", () => {
  const fixture = JSON.parse(
    readFileSync(new URL("../../fixtures/data/pickletools.json", import.meta.url), "utf8"),
  ) as { corpus: { d?: string; z?: string; t: string; e?: number }[] };
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

  it("equals Python's listings byte for byte", async () => {
    let same = 0;
    for (const { d, z, t, e } of fixture.corpus.slice(0, 400)) {
      if (e !== undefined) continue;
      const bytes = d === undefined ? inflateSync(Buffer.from(z!, "base64")) : Buffer.from(d, "base64");
      const { code, out } = await brine(["dis", "-"], bytes);
      if (/[\ud800-\udfff]/.test(out)) continue;
      expect([code, t.startsWith("#") ? `#${hash(out)}` : out]).toEqual([0, t]);
      same++;
    }
    expect(same).toBeGreaterThan(200);
  });

  it("takes the options of python -m pickletools", async () => {
    const one = file(dumps([1]));
    const { out } = await brine(["dis", "-am", "-l", "2", "-p", "# {name}", one, one]);
    const [head, first] = out.split("\n");
    expect(head).toBe(`# ${one}`);
    expect(first).toMatch(/^ {4}0: \\x80 PROTO {6}4 {2,}Protocol version indicator\.$/);
    expect(out.split(`# ${one}`)).toHaveLength(3);
  });

  it("prints the lines before what is wrong", async () => {
    const { code, out, err } = await brine(["dis", "-"], Buffer.from("N(."));
    expect([code, out.split("\n").length > 1]).toEqual([1, true]);
    expect(err).toMatch(/^brine: .* \(byte \d+, <stdin>\)\n$/);
  });
});

describe("the command line", () => {
  it.each([
    [[], 2],
    [["--nope", "x"], 2],
    [["dis"], 2],
    [["get", "x"], 2],
    [["a", "b"], 1],
    [["x", "--depth", "y"], 2],
    [["/no/such/file.pkl"], 1],
    [["--help"], 0],
    [["dis", "--help"], 0],
    [["--version"], 0],
  ])("%j ends with %i", async (args, code) => {
    const { code: got, out, err } = await brine(args);
    expect(got).toBe(code);
    expect([out === "", err === ""]).toEqual(code === 0 ? [false, true] : [true, false]);
  });

  it("says in one line what is wrong and where", async () => {
    const cut = file(dumps(["x".repeat(99)]).slice(0, 30));
    const { code, err } = await brine([cut]);
    expect(code).toBe(1);
    expect(err).toMatch(/^brine: [^\n]+ \(byte \d+, [^\n]*\.pkl\)\n$/);
    expect((await brine([file('{"a": 1}')])).err).toMatch(/this is a JSON file/);
    const text = "this looks like text, not like one of Python's data files: ";
    expect((await brine([file("hello\n")])).err).toContain(`${text}BINGET: memo 101 is empty (byte 0, `);
    expect((await brine([file("The quick brown fox jumps over the lazy dog. ".repeat(9))])).err).toContain(text);
    expect((await brine([file("(lp0\nI1\naq\x05")])).err).not.toContain(text);
    expect((await brine([tmpdir()])).err).toContain("this is a directory, not a file");
  });
});
