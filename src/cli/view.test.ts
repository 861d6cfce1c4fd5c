/** `brine view`: what its server gives, and to whom; the page itself is used by scripts/viewer.mjs. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "./run.ts";

const example = fileURLToPath(new URL("../../examples/data/rows.pkl", import.meta.url));
const page = fileURLToPath(new URL("../../apps/viewer/dist/", import.meta.url));

let made = false;
let address = "";
let code: Promise<number>;
const over = new AbortController();

beforeAll(async () => {
  // The tests run without a build: any page serves.
  made = !existsSync(`${page}index.html`);
  if (made) {
    mkdirSync(page, { recursive: true });
    writeFileSync(`${page}index.html`, "<!doctype html><title>page</title>");
  }
  await new Promise<void>((resolve) => {
    const stdout = {
      write(text: string | Uint8Array) {
        address += text;
        resolve();
      },
    };
    const stderr = { write: () => {} };
    code = run(["view", example], { stdout, stderr, stdin: (async function* () {})(), env: {}, signal: over.signal });
  });
  address = address.trim();
});
afterAll(async () => {
  over.abort();
  expect(await code).toBe(0);
  if (made) rmSync(`${page}index.html`);
});

it("gives the page and the file, whole and in parts", async () => {
  const url = new URL(address);
  expect(url.hostname).toBe("localhost");
  expect(await (await fetch(url)).text()).toContain("<!doctype html>");
  const file = new URL(url.searchParams.get("url") as string, url);
  const bytes = readFileSync(example);
  expect(Buffer.from(await (await fetch(file)).arrayBuffer()).equals(bytes)).toBe(true);
  const part = await fetch(file, { headers: { range: "bytes=10-19" } });
  expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 10-19/${bytes.length}`]);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
  expect((await fetch(file, { headers: { range: `bytes=${bytes.length}-` } })).status).toBe(416);
  expect((await fetch(file, { method: "POST" })).status).toBe(405);
});

it("gives nothing else, and nothing to other names", async () => {
  const url = new URL(address);
  for (const path of ["/rows.pkl", "/%2e%2e/package.json", "/..%2f..%2fpackage.json", "/%ff", "/none"]) {
    expect([400, 404], path).toContain((await fetch(new URL(path, url))).status);
  }
  const status = await new Promise((resolve) => {
    request({ host: "127.0.0.1", port: url.port, path: "/", headers: { host: "evil.example" } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).end();
  });
  expect(status).toBe(403);
});

it("says what is wrong", async () => {
  const told: string[] = [];
  const sink = { write: (text: string | Uint8Array) => void told.push(String(text)) };
  const io = { stdout: sink, stderr: sink, stdin: (async function* () {})(), env: {} };
  expect(await run(["view", "/none.pkl"], io)).toBe(1);
  expect(told.join("")).toMatch(/no such file/);
  expect(await run(["view", "a", "b"], io)).toBe(2);
});
