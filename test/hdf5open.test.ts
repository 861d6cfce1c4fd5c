/** HDF5 files that are awaited: over Blobs, streams, and a server that counts requests. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { AsyncDataset, File, open } from "../src/formats/hdf5/index.ts";

const folder = fileURLToPath(new URL("../fixtures/data/hdf5/", import.meta.url));
const unpacked = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(gunzipSync(readFileSync(folder + name)));

test.each(["types-earliest", "types-latest", "layouts-earliest", "layouts-latest", "attributes-v110"])(
  "%s: what is awaited is what is read at once",
  async (name) => {
    const bytes = unpacked(`${name}.h5.gz`);
    using now = new File(bytes);
    await using later = await open(new Blob([bytes]));
    let count = 0;
    for await (const [path, item] of later.walk()) {
      const other = now.get(path);
      expect(await item.attrs.keys(), path).toEqual([...(other?.attrs.keys() ?? [])]);
      for (const key of await item.attrs.keys()) {
        expect(String(await item.attrs.get(key)), `${path}@${key}`).toBe(String(other?.attrs.get(key)));
      }
      if (item instanceof AsyncDataset) {
        const ds = now.dataset(path);
        expect(item.shape).toEqual(ds.shape);
        expect(item.dtype.str).toBe(ds.dtype.str);
        expect(String(await item.read()), path).toBe(String(ds.read()));
      }
      count++;
    }
    expect(count).toBe([...now.walk()].length);
  },
);

test("a stream is read whole", async () => {
  const bytes = unpacked("groups-earliest.h5.gz");
  const file = await open(new Blob([bytes]).stream());
  expect(await file.keys()).toEqual(["groups", "ordered", "ordered many"]);
  expect(await (await file.dataset("groups/many/name 007")).read()).toBe(7n);
  await expect(file.dataset("nothing")).rejects.toThrow(/holds groups, ordered/);
});

test("a server is asked for ranges, and for few", async () => {
  const bytes = unpacked("layouts-latest.h5.gz");
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
    if (range === null) {
      response.writeHead(200, { "content-length": bytes.length, "accept-ranges": "bytes" });
      response.end(request.method === "HEAD" ? undefined : bytes);
      return;
    }
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)];
    response.writeHead(206, {
      "content-range": `bytes ${from}-${to}/${bytes.length}`,
      "content-length": to - from + 1,
      etag: '"one"',
    });
    response.end(bytes.subarray(from, to + 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await using file = await open(new URL(`http://127.0.0.1:${port}/x.h5`));
    const ds = await file.dataset("layouts/gzip shuffle");
    expect(((await ds.get(0, 0, ":")) as { toArray(): unknown }).toArray()).toEqual([0, 1, 2]);
    expect(requests).toBeLessThanOrEqual(4);
  } finally {
    server.close();
  }
});
