/** The command as a process of its own: exit codes, streams, pipes. Each command, one row for each thing. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundledCommand } from "../../test/support/command.ts";
import { array } from "../core/ndarray/index.ts";
import { dumps as npyDumps } from "../numpy.ts";
import { dumps, PyDict } from "../pickle.ts";
import { allCommands, commandOf } from "./commands.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let main = "";
const folder = mkdtempSync(join(tmpdir(), "brine-process-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  main = await bundledCommand("cli-process");
}, 60_000);

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function started(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], { cwd: folder, env: { ...process.env, ...env } });
}

/** Runs the command to its end; `stdin` is what it is given. */
function brine(args: readonly string[], stdin: Uint8Array = new Uint8Array()): Promise<Ended> {
  const child = started(args);
  const ended: Ended = { code: null, out: "", err: "" };
  child.stdout?.on("data", (data) => (ended.out += data));
  child.stderr?.on("data", (data) => (ended.err += data));
  // It may end before it has read all.
  child.stdin?.on("error", () => {});
  child.stdin?.end(stdin);
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}

function written(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(folder, name), bytes);
  return name;
}

const example = (name: string): string => join(root, "examples/data", name);
const [cache, iris, weather, rows] = ["cache.pkl", "iris.joblib", "weather.h5", "rows.pkl"].map(example) as [
  string,
  string,
  string,
  string,
];
const bad = written("bad.pkl", dumps(["x".repeat(99)]).slice(0, 30));
const evil = written("evil.pkl", "cos\nsystem\n(S'true'\ntR.");
const large = written("large.pkl", dumps(Array.from({ length: 200_000 }, (_, i) => new PyDict([["id", i]]))));
const other = written("other.pkl", dumps(Array.from({ length: 200_000 }, (_, i) => new PyDict([["id", -i - 1]]))));
const flowers = written(
  "flowers.npy",
  npyDumps(
    array([
      [5.1, 3.5, 1.4, 0.2],
      [6.7, 3.0, 5.2, 2.3],
    ]),
  ),
);

/** Done: the exit code, what begins on stdout; nothing stands on stderr. */
const GOOD: readonly (readonly [args: readonly string[], out: RegExp, code?: 0 | 1])[] = [
  [[cache], /cache\.pkl: dict \(14\)\n/],
  [["tree", weather], /weather\.h5: HDF5 file\n/],
  [["info", iris, weather], /iris\.joblib: joblib, protocol 5\n[\s\S]*weather\.h5: HDF5\n/],
  [["ls", "-r", weather], /^\/ +Group\n\/oslo +Group\n/],
  [["get", cache, "users[0].name"], /^'Ada Lovelace'\n$/],
  [["cat", cache, "users[0].name"], /^Ada Lovelace$/],
  [["diff", cache, cache], /^$/],
  [["diff", large, other, "-n", "1"], /^\[0\]\['id'\]: 0 → -1\n… and more\n$/, 1],
  [["convert", cache, "made.json"], /^$/],
  [["predict", iris, "--input", flowers], /^\[.*\]\n$/],
  [["dis", cache], /^ {4}0: \\x80 PROTO {6}4\n/],
  [["doctor", cache, "--for", "python=3.12"], /^\S*cache\.pkl +pickle, protocol 4\n/],
  [["doctor", iris], /^\S*iris\.joblib +joblib, protocol 5/, 1],
  [["scan", rows], /^\S*rows\.pkl: safe\n/],
  [["scan", evil], /^evil\.pkl: dangerous\n/, 1],
  [["--help"], /^brine shows what is in Python's data files/],
  [["--version"], /^\d+\.\d+\.\d+\n$/],
];

/** Trouble: the exit code, what stands on stderr in one line; nothing on stdout. */
const TROUBLE: readonly (readonly [args: readonly string[], code: number, err: RegExp])[] = [
  [[], 2, /^brine shows what is in/],
  [[bad], 1, /^brine: .*\(byte \d+, bad\.pkl\)\n$/],
  [["missing.pkl"], 1, /^brine: .*\(missing\.pkl\)\n$/],
  [["tree"], 2, /^brine: tree takes at least one FILE; see brine --help\n$/],
  [["tree", "--nope", cache], 2, /^brine: unknown option --nope; /],
  [["info"], 2, /^brine: info takes at least one FILE; /],
  [["info", "missing.pkl"], 1, /missing\.pkl/],
  [["ls"], 2, /^brine: ls takes FILE/],
  [["ls", bad], 1, /bad\.pkl/],
  [["get", cache], 2, /^brine: get takes FILE and PATH; /],
  [["get", cache, "nope"], 1, /cache\.pkl/],
  [["get", weather, "nope"], 1, /there is no nope/],
  [["cat"], 2, /^brine: cat takes FILE/],
  [["cat", bad], 1, /bad\.pkl/],
  [["diff", cache], 2, /^brine: diff takes A, B/],
  [["diff", cache, bad], 2, /bad\.pkl/],
  [["convert", cache], 2, /^brine: convert takes FROM and TO; /],
  [["convert", bad, "made.json"], 1, /bad\.pkl/],
  [["convert", cache, "made.xyz"], 2, /ends in no known format/],
  [["predict", iris], 2, /^brine: predict takes one MODEL/],
  [["predict", cache, "--input", flowers], 1, /holds nothing that predicts/],
  [["dis"], 2, /^brine: dis takes at least one FILE; /],
  [["dis", "missing.pkl"], 1, /missing\.pkl/],
  [["doctor"], 2, /^brine: doctor takes one FILE/],
  [["doctor", "missing.pkl"], 2, /missing\.pkl/],
  [["scan"], 2, /^brine: scan takes at least one FILE/],
  [["scan", "missing.pkl"], 2, /missing\.pkl/],
  [["view", "a", "b"], 2, /^brine: view takes one FILE at most/],
];

describe("data stand on stdout, talk on stderr, and the exit code says how it went", () => {
  it.concurrent.each(GOOD.map(([args, out, code = 0]) => ({ args, out, code })))(
    "$args",
    async ({ args, out, code }) => {
      const ended = await brine(args);
      expect([ended.code, ended.err]).toEqual([code, ""]);
      expect(ended.out).toMatch(out);
      // Nothing is painted on what is no terminal.
      expect(ended.out).not.toContain("\x1b");
    },
  );
  it.concurrent.each(TROUBLE)("%j", async (args, code, err) => {
    const ended = await brine(args);
    expect([ended.code, ended.out]).toEqual([code, ""]);
    expect(ended.err).toMatch(err);
    if (args.length > 0) expect(ended.err.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("- is stdin", () => {
  const bytes = (file: string): Uint8Array => readFileSync(file);
  it.concurrent.each<readonly [args: readonly string[], stdin: string, out: RegExp]>([
    [["-"], cache, /^stdin: dict \(14\)\n/],
    [["tree", "-"], weather, /^stdin: HDF5 file\n/],
    [["info", "-"], iris, /^stdin: joblib, protocol 5\n/],
    [["ls", "-", "oslo"], weather, /^hour +Dataset \{168\} +int32\n/],
    [["get", "-", "users[0].name"], cache, /^'Ada Lovelace'\n$/],
    [["get", "-", "/oslo/hour[:3]"], weather, /^array\(\[0, 1, 2\], dtype=int32\)\n$/],
    [["cat", "-", "users[0].name"], cache, /^Ada Lovelace$/],
    [["diff", "-", cache], cache, /^$/],
    [["diff", "-", weather], weather, /^$/],
    [["convert", "-", "stdin.json"], cache, /^$/],
    [["predict", "-", "-i", flowers], iris, /^\[.*\]\n$/],
    [["dis", "-"], cache, /PROTO {6}4\n/],
    [["doctor", "-", "--for", "python=3.12"], cache, /^- +pickle, protocol 4\n/],
    [["scan", "-"], rows, /^-: safe\n/],
  ])("%j", async (args, stdin, out) => {
    const ended = await brine(args, bytes(stdin));
    expect([ended.code, ended.err]).toEqual([0, ""]);
    expect(ended.out).toMatch(out);
  });
});

describe("a reader that goes away is no error", () => {
  it.concurrent.each<readonly [name: string, args: readonly string[]]>([
    ["tree", [large, "-n", "200000"]],
    ["tree --json", [large, "--json"]],
    ["ls", ["ls", "-r", large]],
    ["get", ["get", large, "[:]", "--ndjson"]],
    ["cat", ["cat", large, "--json"]],
    ["dis", ["dis", large]],
    ["diff", ["diff", large, other]],
    [
      "scan",
      [
        "scan",
        "-g",
        ...Array<string>(900)
          .fill(evil)
          .map((_, i) => `${"./".repeat(i)}${evil}`),
      ],
    ],
    ["info", ["info", ...Array<string>(300).fill(cache)]],
  ])("of %s", async (name, args) => {
    const child = started(args);
    let err = "";
    child.stderr?.on("data", (data) => (err += data));
    child.stdout?.once("data", () => child.stdout?.destroy());
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(err).toBe("");
    // The two whose exit code tells what they found may have found it by then.
    if (name !== "diff" && name !== "scan") expect(code).toBe(0);
    else expect([0, 1]).toContain(code);
  });
});

const COMMANDS = await allCommands();

describe("--help", () => {
  it.concurrent.each(COMMANDS.map((command) => [command.name, command] as const))(
    "of %s has options and examples",
    async (name, { flags, examples }) => {
      const { code, out, err } = await brine(name.length % 2 === 0 ? [name, "--help"] : ["--help", name]);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toMatch(new RegExp(`^Usage: brine ${name} `));
      for (const { name: flag } of flags) expect(out).toContain(`--${flag}`);
      expect(examples.length).toBeGreaterThan(0);
      for (const line of examples) expect(out).toContain(`\n  ${line}\n`);
    },
  );
  it("of all names each command", async () => {
    const { out } = await brine(["-h"]);
    for (const { name } of COMMANDS) expect(out).toContain(`\n  brine ${name} `);
  });
});

it("examples are command lines that are understood", async () => {
  const { parseArgs } = await import("./args.ts");
  for (const { name, flags, examples } of COMMANDS) {
    for (const line of examples) {
      const words = line.split(/ [|>] /).find((part) => part.startsWith("brine ")) ?? "";
      const args = [...words.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
        ([, quoted, bare]) => quoted ?? (bare as string),
      );
      const at = args.indexOf("brine");
      expect(at, line).toBeGreaterThanOrEqual(0);
      const [word, ...rest] = args.slice(at + 1);
      const known = (await commandOf(word))?.name === name;
      expect(() => parseArgs(known ? rest : [word as string, ...rest], flags), line).not.toThrow();
      if (!known) expect(name, line).toBe("tree");
    }
  }
});
