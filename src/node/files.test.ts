import { spawn } from "node:child_process";
import { chmodSync, createWriteStream, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { dump, dumps, load, loadAll, loads, repr } from "../formats/pickle/index.ts";
import { dump as dumpJoblib } from "../joblib.ts";
import { cached, dumpFile, dumpFileSync, loadFile, loadFileSync } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-"));
const at = (name: string): string => join(folder, name);

test("a file is written and read, by path and by URL", async () => {
  expect(dumpFileSync([1], at("a.pkl"))).toBe(at("a.pkl"));
  expect(loadFileSync(at("a.pkl"))).toEqual([1]);
  expect(await load(at("a.pkl"))).toEqual([1]);
  await dump([2], pathToFileURL(at("a.pkl")));
  expect(await loadFile(pathToFileURL(at("a.pkl")))).toEqual([2]);
  const big = new Uint8Array(5_000_000).fill(3);
  await dump(big, at("big.pkl"));
  expect(Buffer.from(await load<Uint8Array>(at("big.pkl"))).equals(big)).toBe(true);
});

test("packed files and joblib's are opened, at once and waiting", async () => {
  for (const name of ["m.joblib", "m.joblib.xz", "m.joblib.bz2", "m.gz"]) {
    await dumpJoblib([new Float64Array([1, 2]), name], at(name));
    expect(repr(loadFileSync(at(name)))).toBe(`[array([1., 2.]), '${name}']`);
    expect(repr(await loadFile(at(name)))).toBe(`[array([1., 2.]), '${name}']`);
  }
});

test("a missing file is a SourceError that names it", async () => {
  const error = { code: "SOURCE", message: `no such file or directory (${at("none.pkl")})` };
  await expect(load(at("none.pkl"))).rejects.toMatchObject(error);
  expect(() => loadFileSync(at("none.pkl"))).toThrow(error.message);
  await expect(load(folder)).rejects.toMatchObject({ code: "SOURCE" });
  await expect(dump(1, join(at("no"), "a.pkl"))).rejects.toMatchObject({ code: "SOURCE" });
});

test("errors in a file name the file", async () => {
  const file = await open(at("bad.pkl"), "w");
  await dump([1], file);
  await file.write(Uint8Array.of(0x80, 4, 0x68, 7, 0x2e));
  await file.close();
  const second = (async () => {
    for await (const _ of loadAll(at("bad.pkl")));
  })();
  await expect(second).rejects.toMatchObject({ code: "UNPICKLING", path: at("bad.pkl"), opcode: "BINGET" });
  await expect(second).rejects.toThrow(`, ${at("bad.pkl")})`);
});

test("an open file takes and gives several pickles", async () => {
  const out = await open(at("several.pkl"), "w");
  for (const value of [1, "two", [3]]) await dump(value, out);
  await out.close();
  const back = await open(at("several.pkl"));
  expect([await load(back), await load(back), await load(back)]).toEqual([1, "two", [3]]);
  await back.close();
});

test("a Node stream takes a pickle and stays open", async () => {
  const stream = createWriteStream(at("stream.pkl"));
  await dump(new Uint8Array(3_000_000), stream);
  await dump("next", stream);
  await new Promise<void>((done) => stream.end(done));
  expect([...loadAll(readFileSync(at("stream.pkl")))].length).toBe(2);
});

test("links and modes stay as they were", () => {
  dumpFileSync(1, at("real.pkl"));
  chmodSync(at("real.pkl"), 0o640);
  symlinkSync(at("real.pkl"), at("link.pkl"));
  dumpFileSync(2, at("link.pkl"));
  expect(loads(readFileSync(at("real.pkl")))).toBe(2);
  expect(statSync(at("real.pkl")).mode & 0o777).toBe(0o640);
});

test("a failed dump leaves the old file and nothing beside it", async () => {
  dumpFileSync("old", at("keep.pkl"));
  expect(() => dumpFileSync([() => 1], at("keep.pkl"))).toThrow(/value\[0\]/);
  await expect(dump(Symbol("x"), at("keep.pkl"))).rejects.toThrow(/symbol/);
  expect(loadFileSync(at("keep.pkl"))).toBe("old");
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a process killed while it writes leaves a whole file", async () => {
  const path = at("killed.pkl");
  dumpFileSync("old", path);
  const bundle = await rolldown({
    input: fileURLToPath(new URL("../platform/files.ts", import.meta.url)),
    platform: "node",
  });
  await bundle.write({ file: at("files.mjs") });
  const script = `import(${JSON.stringify(pathToFileURL(at("files.mjs")).href)}).then(async ({ writePath }) => {
    const head = Buffer.from(${JSON.stringify([...dumps("new")])});
    const big = Buffer.concat([head, new Uint8Array(40_000_000)]);
    console.log("go");
    for (;;) await writePath(${JSON.stringify(path)}, big);
  })`;
  const child = spawn(process.execPath, ["-e", script]);
  await new Promise((done, failed) => {
    child.stdout.once("data", done);
    child.once("exit", () => failed(new Error("the child ended before it wrote")));
  });
  const begun = (): boolean => readdirSync(folder).some((name) => name.startsWith(".killed.pkl"));
  // Killed at the start of a write, which takes far longer than the look into the folder.
  while (!begun()) await new Promise((done) => setTimeout(done, 1));
  child.kill("SIGKILL");
  await new Promise((done) => child.once("exit", done));
  // The kill fell into a write: its temporary file is still there.
  expect(begun()).toBe(true);
  const bytes = readFileSync(path);
  expect([dumps("old").length, dumps("new").length + 40_000_000]).toContain(bytes.length);
  expect(["old", "new"]).toContain(loads(bytes));
});

test("tagTime puts the time into the name", async () => {
  const path = await dumpFile(1, at("model.pkl"), { tagTime: true });
  expect(path).toMatch(/model@\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.pkl$/);
  expect(await loadFile(path)).toBe(1);
});

test("cached makes a value once, and gives the same kind every time", async () => {
  let made = 0;
  const get = () => cached(at("cached.pkl"), () => ({ made: ++made }), { dicts: "object" });
  expect([await get(), await get(), made]).toEqual([{ made: 1 }, { made: 1 }, 1]);
});
