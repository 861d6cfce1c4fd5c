/** Ranges of files, blobs, bytes and streams; payloads read straight into their memory. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Parse, runSync, type Window } from "../core/bytes/parse.ts";
import { Reader, run } from "../core/bytes/reader.ts";
import { openPath } from "../platform/filesource.ts";
import { toRanges, toSource } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-sources-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const data = Uint8Array.from({ length: 20_000_000 }, (_, i) => (i * 7919) >>> 3);
const path = join(folder, "data");
writeFileSync(path, data);

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < data.length; i += 1_234_567) yield data.subarray(i, i + 1_234_567);
}
const kinds = {
  path: () => path,
  blob: () => new Blob([data]),
  bytes: () => data,
  stream: () => pieces(),
};

/** Reads a little, a payload, and a little. */
function* sandwich(size: number, into?: Uint8Array): Parse<[number, Uint8Array, number]> {
  const head = (yield { kind: "more", at: 0, need: 8, line: false }) as Window;
  const span = { at: 8, size, ...(into ? { into } : {}) };
  const [payload] = (yield { kind: "bytes", spans: [span] }) as Uint8Array[];
  const tail = (yield { kind: "more", at: 8 + size, need: 4, line: false }) as Window;
  return [head.bytes[7] as number, payload as Uint8Array, tail.bytes[3] as number];
}

describe.each(Object.entries(kinds))("%s", (kind, make) => {
  it("gives payloads of any size between windows", async () => {
    for (const size of [0, 1, 1000, 3_000_000, 19_999_000]) {
      const into = new Uint8Array(size + 10);
      for (const target of [undefined, into]) {
        const source = await toSource(make());
        const [head, payload, tail] = await run(sandwich(size, target), new Reader(source));
        await source.close?.();
        expect([head, tail]).toEqual([data[7], data[8 + size + 3]]);
        expect(Buffer.compare(payload, data.subarray(8, 8 + size))).toBe(0);
        if (target) expect(payload.buffer).toBe(target.buffer);
      }
    }
    const source = await toSource(make());
    const [, payload] = await run(sandwich(50_000_000), new Reader(source));
    expect(payload.length).toBe(data.length - 8);
    await source.close?.();
  });

  it("gives ranges", async () => {
    const source = await toRanges(make());
    const into = new Uint8Array(5);
    const got = await source.read!([
      { at: 19_000_000, size: 5, into },
      { at: 0, size: 17_000_000 },
      { at: 19_999_999, size: 7 },
    ]);
    expect(into).toEqual(data.slice(19_000_000, 19_000_005));
    expect(Buffer.compare(got[1] as Uint8Array, data.subarray(0, 17_000_000))).toBe(0);
    expect([...(got[2] as Uint8Array)]).toEqual([data[19_999_999]]);
    if (kind === "path" || kind === "bytes") {
      expect(source.readSync!([{ at: 77, size: 3 }])[0]).toEqual(data.slice(77, 80));
    }
    await source.close?.();
  });
});

it("bytes in memory serve a parser at once", () => {
  const into = new Uint8Array(100);
  const [head, payload, tail] = runSync(sandwich(100, into), data);
  expect([head, payload.buffer === into.buffer, tail]).toEqual([data[7], true, data[111]]);
});

it("a file that shrinks gives what it has, one opened for it is written in place", async () => {
  const other = join(folder, "other");
  writeFileSync(other, data.subarray(0, 10_000_000));
  const source = await openPath(other, "r+");
  await source.write!(9_999_990, Uint8Array.of(1, 2, 3));
  expect([...source.readSync!([{ at: 9_999_989, size: 4 }])[0]!]).toEqual([data[9_999_989], 1, 2, 3]);
  truncateSync(other, 9_000_000);
  const [got] = await source.read!([{ at: 0, size: 10_000_000 }]);
  expect(got?.length).toBe(9_000_000);
  expect(source.readSync!([{ at: 0, size: 10_000_000 }])[0]?.length).toBe(9_000_000);
  await source.close?.();
  expect((await openPath(path)).write).toBe(undefined);
});

it("sizes that nothing can hold, and sizes that are only claimed, are typed errors", async () => {
  const head = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const next = async (): Promise<Uint8Array> => head;
  const read = async (): Promise<Uint8Array[]> => [head];
  await expect(run(sandwich(2 ** 50), new Reader({ size: 2 ** 51, next, read }))).rejects.toMatchObject({
    code: "UNSUPPORTED",
    feature: "memory",
  });
  // A server that claims a petabyte and sends twenty bytes.
  let sent = 0;
  const few = async (): Promise<Uint8Array> => (sent++ === 0 ? data.slice(0, 20) : new Uint8Array(0));
  const [, payload] = await run(sandwich(2 ** 50 - 100), new Reader({ size: 2 ** 50, next: few }));
  expect(payload).toEqual(data.slice(8, 20));
  // One that streams, is left, and is asked for ranges.
  const source = await toSource(data);
  const whole = { ...source, streaming: true, size: data.length };
  const reader = new Reader(whole);
  await reader.window(0, 100, false);
  const [far] = await reader.spans([{ at: 5_000_000, size: 15_000_000 }]);
  expect(Buffer.compare(far as Uint8Array, data.subarray(5_000_000))).toBe(0);
  const [near] = await reader.spans([{ at: 100, size: 19_000_000 }]);
  expect(Buffer.compare(near as Uint8Array, data.subarray(100, 19_000_100))).toBe(0);
});

it("a text is a path, never an address", () => {
  expect(() => toSource("https://example.org/a.pkl")).toThrow('passed as a URL: new URL("https://example.org/a.pkl")');
});
