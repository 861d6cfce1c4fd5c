/** Memory in Keyv stores: in memory, and in a real Redis where one is installed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import KeyvRedis from "@keyv/redis";
import { Keyv } from "keyv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { array, NDArray } from "../../core/ndarray/index.ts";
import { type KeyvLike, keyvStore, Memory } from "./index.ts";

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** What every Keyv store must do; `make` opens the same place again. */
async function isShared(make: () => KeyvLike): Promise<void> {
  const calls: number[] = [];
  const open = (): Memory => new Memory(keyvStore(make()));
  const cached = (memory: Memory) =>
    memory.cache(
      async (n: number) => {
        calls.push(n);
        return array(Float64Array.of(n, n / 2));
      },
      { name: "app.f" },
    );
  const [one, other] = [open(), open()];
  const f = cached(one);
  const g = cached(other);
  expect((await f(1)).toArray()).toEqual([1, 0.5]);
  const found = await g(1);
  expect(found).toBeInstanceOf(NDArray);
  expect([found.toArray(), calls]).toEqual([[1, 0.5], [1]]);
  const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  for (const n of [2, 3]) {
    await wait();
    await f(n);
  }
  await wait();
  await g(1);
  await one.reduceSize({ itemsLimit: 2 });
  expect(await Promise.all([1, 2, 3].map((n) => f.checkCallInCache(n)))).toEqual([true, false, true]);
  const [item] = await (other.store as NonNullable<Memory["store"]>).items();
  expect(item?.size).toBeGreaterThan(100);
  const h = one.cache((n: number) => n, { name: "app.h" });
  await h(1);
  await f.clear();
  expect([await f.checkCallInCache(1), await h.checkCallInCache(1)]).toEqual([false, true]);
  await one.clear();
  expect(await h.checkCallInCache(1)).toBe(false);
  expect(() => one.cacheSync((n: number) => n, { name: "app.s" })(1)).toThrow("use cache()");
}

describe("Memory in Keyv", () => {
  it("shares results", async () => {
    const map = new Map<string, unknown>();
    await isShared(() => new Keyv({ store: map }));
  });

  it("says so where keys cannot be listed", async () => {
    const keyv = new Keyv();
    const bare: KeyvLike = {
      get: (key) => keyv.get(key),
      set: (key, value) => keyv.set(key, value),
      delete: (key) => keyv.delete(key),
    };
    const memory = new Memory(keyvStore(bare));
    const f = memory.cache((n: number) => n, { name: "app.f" });
    expect([await f(1), await f.checkCallInCache(1)]).toEqual([1, true]);
    await expect(f.clear()).rejects.toThrow("cannot list its keys");
  });
});

describe.skipIf(!hasRedis)("Memory in Redis", () => {
  const folder = mkdtempSync(join(tmpdir(), "brine-redis-"));
  let server: ChildProcess;
  let url = "";
  const clients: Keyv[] = [];

  beforeAll(async () => {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, "127.0.0.1", () => {
        const { port } = probe.address() as { port: number };
        probe.close(() => resolve(port));
      });
    });
    url = `redis://127.0.0.1:${port}`;
    const options = [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
      "--dir",
      folder,
    ];
    server = spawn("redis-server", options, { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve, reject) => {
      let said = "";
      server.stdout?.on("data", (text) => {
        said += text;
        if (/ready to accept connections/i.test(said)) resolve();
      });
      server.once("exit", () => reject(new Error(said)));
    });
  });

  afterAll(async () => {
    for (const client of clients) await client.disconnect();
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shares results between clients", async () => {
    await isShared(() => {
      const client = new Keyv(new KeyvRedis(url), { namespace: "brine" });
      clients.push(client);
      return client;
    });
  });
});
