/** Addresses read by ranges, from servers that know them, do not, lie, or change the file. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isBrineError } from "../core/errors.ts";
import { toRanges, toSource } from "./index.ts";

const data = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) >>> 3);
let server: Server;
let base: string;
let asked: string[] = [];
let busy = 0;
let most = 0;
let etag = '"one"';

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? "";
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  asked.push(`${request.method} ${range?.[0] ?? "all"}`);
  most = Math.max(most, ++busy);
  const end = (status: number, headers: Record<string, string | number>, body: Uint8Array): void => {
    setTimeout(() => {
      busy--;
      response.writeHead(status, headers);
      response.end(request.method === "HEAD" ? undefined : body);
    }, 2);
  };
  if (path === "/missing") return end(404, {}, data.subarray(0, 10));
  if (range === null || path === "/plain") return end(200, { etag, "content-length": data.length }, data);
  const [from, to] = [Number(range[1]), Math.min(Number(range[2]), data.length - 1)];
  const body = data.subarray(from, to + 1);
  const shown = path === "/liar" ? from + 1 : from;
  const hidden = path === "/hidden";
  if (path === "/short") return end(206, { "content-range": `bytes ${from}-${to}/${data.length}` }, body.subarray(1));
  end(206, hidden ? {} : { etag, "content-range": `bytes ${shown}-${to}/${data.length}` }, body);
}

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));
beforeEach(() => {
  asked = [];
  most = 0;
  etag = '"one"';
});

const at = (path: string): URL => new URL(path, base);
const spans = [
  { at: 500_000, size: 10 },
  { at: 100_000, size: 1000 },
  { at: 101_500, size: 1000 },
];

describe("ranges of an address", () => {
  it("are one request for neighbours, in any order, into memory that is given", async () => {
    const source = await toRanges(at("/good"));
    expect(source.size).toBe(data.length);
    const into = new Uint8Array(10);
    const got = await source.read!([{ ...spans[0]!, into }, ...spans.slice(1)]);
    expect(got.map((part) => [...part])).toEqual(spans.map((s) => [...data.subarray(s.at, s.at + s.size)]));
    expect(into).toEqual(data.subarray(500_000, 500_010));
    expect(asked).toEqual(["GET bytes=0-65535", "GET bytes=100000-102499", "GET bytes=500000-500009"]);
    // What the first request brought is not asked for again.
    expect((await source.read!([{ at: 5, size: 3 }]))[0]).toEqual(data.slice(5, 8));
    expect(asked.length).toBe(3);
    expect((await source.read!([{ at: 999_990, size: 50 }]))[0]).toEqual(data.slice(999_990));
  });

  it("are at most six at once", async () => {
    const source = await toRanges(at("/good"));
    await source.read!(Array.from({ length: 12 }, (_, i) => ({ at: 70_000 + i * 75_000, size: 10 })));
    expect(asked.length).toBe(13);
    expect(most).toBeLessThanOrEqual(6);
    expect(most).toBeGreaterThan(1);
  });

  it("fall back to one GET where the server knows no ranges", async () => {
    const source = await toRanges(at("/plain"));
    const got = await source.read!(spans);
    expect(got.map((part) => [...part])).toEqual(spans.map((s) => [...data.subarray(s.at, s.at + s.size)]));
    expect(asked.length).toBe(1);
    // Begun as a stream, ranges asked for later.
    const stream = await toSource(at("/plain"));
    for (let i = 0; i < 2; i++) {
      expect((await stream.read!(spans))[0]).toEqual(data.slice(500_000, 500_010));
    }
    // Two requests were under way before one of them said so; all later ones are served by what it sent.
    expect(asked.length).toBe(4);
  });

  it("ask for the size where the answer hides it", async () => {
    const source = await toRanges(at("/hidden"));
    expect(source.size).toBe(data.length);
    expect((await source.read!(spans))[1]).toEqual(data.slice(100_000, 101_000));
    expect(asked[1]).toBe("HEAD all");
  });

  it("are refused when the file has changed", async () => {
    const source = await toRanges(at("/good"));
    etag = '"two"';
    await expect(source.read!(spans)).rejects.toThrow("changed while it was read");
    const stream = await toSource(at("/plain"));
    etag = '"three"';
    await expect(stream.read!(spans)).rejects.toThrow("changed while it was read");
  });

  it("are checked", async () => {
    for (const path of ["/liar", "/short"]) {
      const source = await toRanges(at(path));
      await expect(source.read!(spans)).rejects.toSatisfy((e) => isBrineError(e, "SOURCE"));
    }
    await expect(toRanges(at("/missing"))).rejects.toMatchObject({ code: "SOURCE", status: 404 });
    await expect(toRanges(new URL("http://127.0.0.1:1/"))).rejects.toMatchObject({ code: "SOURCE" });
  });
});
