/** Functions with a memory: in memory, on disk, under concurrent processes. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { array, LazyNDArray, type NDArray } from "../../core/ndarray/index.ts";
import { tuple } from "../../core/values/tuple.ts";
import { hash } from "../../families/joblib/hash.ts";
import { loads } from "../../load.ts";
import { expiresAfter, Memory, memoryStore, type Store } from "./index.ts";

const base = fs.mkdtempSync(join(tmpdir(), "brine-memory-"));
let count = 0;
let folder = "";
beforeEach(() => {
  folder = join(base, String(count++));
});
afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

const STORES: readonly (readonly [string, () => Store | string])[] = [
  ["a folder", () => folder],
  ["memory", () => memoryStore()],
];

describe.each(STORES)("Memory in %s", (_, store) => {
  it("computes once", async () => {
    const memory = new Memory(store());
    let calls = 0;
    const f = memory.cache(async function add(a: number, b: number) {
      calls++;
      return { sum: a + b, parts: tuple(a, b), data: array([a, b]) };
    });
    const first = await f(1, 2);
    expect(await f.checkCallInCache(1, 2)).toBe(true);
    expect(await f.checkCallInCache(2, 2)).toBe(false);
    const again = (await f(1, 2)) as unknown as Map<string, unknown>;
    expect([first.sum, again.get("sum"), again.get("parts"), calls]).toEqual([3, 3, [1, 2], 1]);
    expect((again.get("data") as NDArray).toArray()).toEqual([1, 2]);
    await f(1, 3);
    expect(calls).toBe(2);
    const { output, metadata } = await f.call(1, 2);
    expect([output.sum, calls]).toEqual([3, 3]);
    expect(metadata.input_args).toEqual({ a: "1", b: "2" });
    expect(metadata.time).toBeCloseTo(Date.now() / 1000, -2);
    expect(await memory.eval(f, 1, 2)).toBeInstanceOf(Object);
    await f.clear();
    expect(await f.checkCallInCache(1, 2)).toBe(false);
    await f(1, 2);
    await memory.clear();
    // The code is gone with all else.
    expect(await new Memory(memory.store).cache(f).checkCallInCache(1, 2)).toBe(false);
  });

  it("answers sync functions at once", () => {
    let calls = 0;
    const f = new Memory(store()).cacheSync(
      (n: number) => {
        calls++;
        return n * 2;
      },
      { name: "app.double" },
    );
    expect([f(2), f(2), f(3), calls, f.checkCallInCache(2), f.path]).toEqual([4, 4, 6, 2, true, ["app", "double"]]);
    const shelved = f.callAndShelve(2);
    expect([shelved.get(), shelved.argsId, shelved.func]).toEqual([4, hash({ n: 2 }), "app/double"]);
    shelved.clear();
    expect(() => shelved.get()).toThrow("does not exist");
    expect(f.checkCallInCache(2)).toBe(false);
    f.clear();
  });

  it("leaves ignored arguments out, and takes defaults, keys and the rest in", async () => {
    const memory = new Memory(store());
    let calls = 0;
    const f = memory.cache(
      function f(a: number, verbose?: boolean, ...rest: number[]) {
        calls++;
        return [a ?? 0, verbose === true, rest.length];
      },
      { ignore: ["verbose"], defaults: { a: 7 } },
    );
    await f(1, true);
    await f(1, false);
    expect(calls).toBe(1);
    await f(1, true, 5);
    expect(calls).toBe(2);
    await f(7);
    await f(undefined as unknown as number);
    expect(calls).toBe(3);
    await expect(memory.cache((x: number) => x, { name: "g", ignore: ["y"] })(1)).rejects.toThrow("'y' is not defined");
    const k = memory.cache((user: { id: number; at: Date }) => ++calls && user.id, { name: "k", key: ({ id }) => id });
    await k({ id: 1, at: new Date(0) });
    await k({ id: 1, at: new Date(1) });
    expect(calls).toBe(4);
  });

  it("clears what other code has left", async () => {
    const where = new Memory(store()).store;
    const calls: string[] = [];
    const one = new Memory(where).cache((n: number) => calls.push("one") && n, { name: "app.f" });
    await one(1);
    await one(1);
    const two = new Memory(where).cache((n: number) => calls.push("two") && n + 1, { name: "app.f" });
    expect([await two(1), await two(1), calls]).toEqual([2, 2, ["one", "two"]]);
    const version = (v: number): ((n: number) => Promise<number>) =>
      new Memory(where).cache((n: number) => calls.push(`v${v}`) && n, { name: "app.g", version: v });
    await version(1)(1);
    await version(1)(1);
    await version(2)(1);
    expect(calls).toEqual(["one", "two", "v1", "v2"]);
  });

  it("tells of two functions under one name, and never gives the one the other's results", async () => {
    const warnings: string[] = [];
    const memory = new Memory(store(), { onWarning: (text) => warnings.push(text) });
    const one = memory.cache((n: number) => n + 1, { name: "app.f" });
    const two = memory.cache((n: number) => n + 2, { name: "app.f" });
    expect([await one(1), await two(1), await one(1), await two(1)]).toEqual([2, 3, 2, 3]);
    const collision = "Possible name collisions between functions 'f' (app/f) and 'f' (app/f)";
    expect(warnings).toEqual([collision, collision, collision]);
    // A function without a module may be another's namesake, or itself after a change.
    warnings.length = 0;
    const where = new Memory(memory.store as Store, { onWarning: (text) => warnings.push(text) });
    function area(n: number): number {
      return n;
    }
    await where.cache(area)(1);
    await memory.cache(area, { source: "changed" })(1);
    expect(warnings).toEqual(["Cannot detect name collisions for function 'area'"]);
    await memory.clear();
    expect(await one(1)).toBe(2);
    expect(warnings.length).toBe(1);
  });

  it("asks whether a result is good still", async () => {
    const memory = new Memory(store());
    const seen: unknown[] = [];
    let good = true;
    const f = memory.cache((n: number) => seen.push(n), {
      name: "app.f",
      cacheValidationCallback: async (metadata) => {
        seen.push(metadata.input_args);
        return good;
      },
    });
    await f(1);
    await f(1);
    good = false;
    await f(1);
    expect(seen).toEqual([1, { n: "1" }, { n: "1" }, 1]);
    const now = Date.now() / 1000;
    expect(expiresAfter({ minutes: 1 })({ time: now - 30 })).toBe(true);
    expect(expiresAfter({ minutes: 1 })({ time: now - 90 })).toBe(false);
    expect(expiresAfter({ weeks: 1, days: 1, hours: 1 })({})).toBe(false);
  });

  it("keeps errors to the caller, and what cannot be kept uncached", async () => {
    const warnings: string[] = [];
    const memory = new Memory(store(), { onWarning: (text) => warnings.push(text) });
    const f = memory.cache(
      (n: number): unknown => {
        if (n === 0) throw new Error("no zero");
        return () => n;
      },
      { name: "app.f" },
    );
    await expect(f(0)).rejects.toThrow("no zero");
    expect(((await f(1)) as () => number)()).toBe(1);
    expect(warnings[0]).toContain("Unable to cache to disk");
    expect(await f.checkCallInCache(1)).toBe(false);
    await expect(memory.cache((x: unknown) => x, { name: "app.h" })(() => 1)).rejects.toThrow("cannot hash");
    // Python has no undefined: it comes back as None.
    const nothing = memory.cache((): unknown => undefined, { name: "app.u" });
    expect([await nothing(), await nothing()]).toEqual([undefined, null]);
  });

  it("is cut down to limits, what was read longest ago first", async () => {
    const memory = new Memory(store());
    const f = memory.cache((n: number) => new Uint8Array(1000).fill(n), { name: "app.f" });
    const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 12));
    for (const n of [1, 2, 3, 4]) {
      await f(n);
      await wait();
    }
    await f(1);
    const left = async (): Promise<boolean[]> => Promise.all([1, 2, 3, 4].map((n) => f.checkCallInCache(n)));
    await memory.reduceSize({});
    expect(await left()).toEqual([true, true, true, true]);
    await memory.reduceSize({ itemsLimit: 3 });
    expect(await left()).toEqual([true, false, true, true]);
    await memory.reduceSize({ bytesLimit: "3K" });
    expect(await left()).toEqual([true, false, false, true]);
    await memory.reduceSize({ ageLimit: { hours: 1 } });
    expect(await left()).toEqual([true, false, false, true]);
    await wait();
    await memory.reduceSize({ ageLimit: 1 });
    expect(await left()).toEqual([false, false, false, false]);
    await expect(memory.reduceSize({ ageLimit: { days: -1 } })).rejects.toThrow();
  });

  it("tells what it does", async () => {
    const lines: string[] = [];
    const memory = new Memory(store(), {
      verbose: 11,
      log: (line) => lines.push(line),
      onWarning: (l) => lines.push(l),
    });
    const f = memory.cache((n: number) => n, { name: "app.f" });
    await f(1);
    await f(1);
    expect(lines[0]).toBe(`${"_".repeat(80)}\n[Memory] Calling app.f...\nf(1)`);
    expect(lines[1]).toMatch(/^Persisting in .*app\/f\/[0-9a-f]{32}$/);
    expect(lines[2]).toMatch(/^_{64}f - 0\.0s, 0\.0min$/);
    expect(lines[3]).toMatch(/^\[Memory\]: Loading f from .*app\/f/);
    expect(lines[4]).toMatch(/^_+f cache loaded - 0\.0s, 0\.0min$/);
    await f.clear();
    expect(lines.at(-1)).toBe("Clearing function cache identified by app/f");
  });
});

describe("a folder", () => {
  it("has joblib's layout", async () => {
    const memory = new Memory(folder, { compress: true });
    const f = memory.cache((a: number, b: string) => [a, b], { name: "pkg.mod.f" });
    await f(1, "x");
    const id = hash({ a: 1, b: "x" });
    const at = join(folder, "joblib", "pkg", "mod", "f");
    expect(fs.readdirSync(at).sort()).toEqual([id, "func_code.py"].sort());
    expect(fs.readdirSync(join(at, id)).sort()).toEqual(["metadata.json", "output.pkl"]);
    expect(fs.readFileSync(join(at, "func_code.py"), "utf8")).toBe(
      `# first line: 1\n${Function.prototype.toString.call(f.func)}`,
    );
    expect(fs.readFileSync(join(folder, ".gitignore"), "utf8")).toBe("# Created by joblib automatically.\n*\n");
    const bytes = fs.readFileSync(join(at, id, "output.pkl"));
    expect(bytes[0]).toBe(0x78);
    expect(loads(bytes)).toEqual([1, "x"]);
    expect(JSON.parse(fs.readFileSync(join(at, id, "metadata.json"), "utf8")).input_args).toEqual({ a: "1", b: "'x'" });
    expect(new Memory(pathToFileURL(folder)).location).toBe(memory.location);
  });

  it("is computed again where a result is damaged", async () => {
    const warnings: string[] = [];
    const f = new Memory(folder, { onWarning: (text) => warnings.push(text) }).cache((n: number) => n, { name: "a.f" });
    await f(5);
    const file = join(folder, "joblib", "a", "f", hash({ n: 5 }), "output.pkl");
    fs.writeFileSync(file, "rubbish");
    expect(await f(5)).toBe(5);
    expect(warnings[0]).toContain("Exception while loading results for f(5)");
    expect(loads(fs.readFileSync(file))).toBe(5);
    fs.writeFileSync(join(folder, "joblib", "a", "f", hash({ n: 5 }), "metadata.json"), "{");
    expect((await f.callAndShelve(5)).metadata).toEqual({});
  });

  it("is shared by processes that write at once", async () => {
    const platform = fileURLToPath(new URL("../../platform/node.ts", import.meta.url));
    const input = fileURLToPath(new URL("../../memory.ts", import.meta.url));
    const bundle = await rolldown({ input, platform: "node", resolve: { alias: { "#platform": platform } } });
    await bundle.write({ dir: join(folder, "bundle"), entryFileNames: "memory.mjs" });
    const program = join(folder, "program.mjs");
    fs.writeFileSync(
      program,
      `import { Memory } from "./bundle/memory.mjs";
       const memory = new Memory(${JSON.stringify(folder)}, { onWarning: (t) => { console.error(t); process.exitCode = 1; } });
       const f = memory.cache((n) => "x".repeat(200000) + n, { name: "app.f" });
       for (let round = 0; round < 15; round++) {
         const n = round % 3;
         const found = round % 5 === 4 ? (await f.call(n)).output : await f(n);
         if (found.length !== 200001 || !found.endsWith(String(n))) throw new Error("a torn result");
       }`,
    );
    const run = (): Promise<string> =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [program]);
        let said = "";
        child.stderr.on("data", (text) => (said += text));
        child.on("close", (code) => resolve(`${code} ${said}`));
      });
    expect(await Promise.all([run(), run(), run(), run()])).toEqual(["0 ", "0 ", "0 ", "0 "]);
    const left = fs.readdirSync(join(folder, "joblib", "app", "f"), { recursive: true }) as string[];
    expect(left.filter((name) => /\.[0-9a-f]{32}-/.test(name))).toEqual([]);
  });
});

describe("mmapMode", () => {
  it("leaves arrays in their files, from the first call on", async () => {
    const memory = new Memory(folder, { mmapMode: "r" });
    let calls = 0;
    const f = memory.cache(
      (n: number) => {
        calls++;
        return [array(Float64Array.from({ length: n }, (_, i) => i))] as unknown[];
      },
      { name: "app.f" },
    );
    for (let round = 0; round < 2; round++) {
      const [lazy] = (await f(1000)) as [LazyNDArray];
      expect(lazy).toBeInstanceOf(LazyNDArray);
      expect((await lazy.slice("10:13")).toArray()).toEqual([10, 11, 12]);
      await lazy.close();
    }
    expect(calls).toBe(1);
    const sync = memory.cacheSync((n: number) => array([n]), { name: "app.g" });
    expect([sync(1).toArray(), sync(1).toArray()]).toEqual([[1], [1]]);
  });
});

describe("Memory", () => {
  it("is transparent without a location", async () => {
    let calls = 0;
    const memory = new Memory(null);
    const f = memory.cache((n: number) => ++calls && n, { name: "a.f" });
    expect([await f(1), await f(1), calls, await f.checkCallInCache(1), memory.location]).toEqual([
      1,
      1,
      2,
      false,
      null,
    ]);
    const shelved = await f.callAndShelve(4);
    expect([await shelved.get(), await f.call(2)]).toEqual([4, { output: 2, metadata: {} }]);
    await shelved.clear();
    await expect(shelved.get()).rejects.toThrow("No value stored.");
    await Promise.all([f.clear(), memory.clear(), memory.reduceSize({ itemsLimit: 0 })]);
  });

  it("refuses names that are no paths, and waits in sync functions", async () => {
    const memory = new Memory(memoryStore());
    expect(() =>
      memory.cache(
        (
          () => () =>
            1
        )(),
      ),
    ).toThrow("without a name");
    for (const name of ["a/b", "..", "a..b", "", "a.\\b", "0".repeat(32)]) {
      expect(() => memory.cache(() => 1, { name }), name).toThrow(TypeError);
    }
    expect(() => memory.cacheSync(async () => 1, { name: "a.f" })()).toThrow("use cache()");
    const later: Store = { ...memoryStore(), read: async () => null };
    expect(() => new Memory(later).cacheSync(() => 1, { name: "a.f" })()).toThrow("use cache()");
  });
});
