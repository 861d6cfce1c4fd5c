/** The face `brine/numpy`, and NumPy in the face `brine`. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { describeArray, expected, readNumpyCases, unbase64 } from "../test/support/numpy-cases.ts";
import * as brine from "./index.ts";
import { array, dtype, dumps, load, loads, NDArray, save } from "./numpy.ts";
import * as pickle from "./pickle.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-npy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const objects = readNumpyCases().filter(({ str, id }) => str.includes("O") || id.includes("object"));

describe("brine/numpy", () => {
  it("writes and reads files", async () => {
    const made = array(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: ">f4" },
    ).T;
    const path = join(folder, "a.npy");
    await save(path, made);
    expect([...readFileSync(path)]).toEqual([...dumps(made)]);
    const again = await load(path);
    expect([again.dtype, again.isF, again.toArray()]).toEqual([
      dtype(">f4"),
      true,
      [
        [1, 3],
        [2, 4],
      ],
    ]);
    await expect(load(join(folder, "none.npy"))).rejects.toMatchObject({ code: "SOURCE" });
    const chunks: Uint8Array[] = [];
    await save({ write: (chunk: Uint8Array) => void chunks.push(chunk) }, made);
    expect(chunks.flatMap((chunk) => [...chunk])).toEqual([...dumps(made)]);
  });

  it("reads from streams, byte by byte", async () => {
    const bytes = dumps(array(Float64Array.from({ length: 50 }, (_, i) => i / 3)));
    let at = 0;
    const stream = new ReadableStream({
      pull(to) {
        if (at === bytes.length) to.close();
        else to.enqueue(bytes.slice(at, ++at));
      },
    });
    expect((await load(stream)).equal(loads(bytes))).toBe(true);
    await expect(load(new Blob([bytes.slice(0, 300)]))).rejects.toMatchObject({ code: "TRUNCATED" });
  });

  it("reads objects only when asked to, and writes them as NumPy does", () => {
    expect(objects.length).toBeGreaterThan(5);
    for (const one of objects) {
      const bytes = unbase64(one.npy);
      expect(() => loads(bytes), one.id).toThrow("allowPickle");
      const made = loads(bytes, { allowPickle: true });
      expect([one.id, describeArray(made)]).toEqual([one.id, { ...(expected(one) as object) }]);
      expect([one.id, describeArray(loads(dumps(made), { allowPickle: true }))]).toEqual([one.id, expected(one)]);
      expect(() => dumps(made, { allowPickle: false })).toThrow("allowPickle");
    }
  });

  it("views the bytes, or owns its memory, and refuses what is no npy file", () => {
    const bytes = dumps(new Float32Array(4));
    expect((loads(bytes).data as Float32Array).buffer).toBe(bytes.buffer);
    expect((loads(bytes, { copy: true }).data as Float32Array).buffer).not.toBe(bytes.buffer);
    // Items that do not begin at a multiple of their size.
    const odd = new Uint8Array(bytes.length + 1).subarray(1);
    odd.set(bytes);
    expect((loads(odd).data as Float32Array).buffer).not.toBe(odd.buffer);
    expect(() => loads(Uint8Array.of(0x50, 0x4b, 3, 4))).toThrow("no zip");
    expect(() => loads(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9))).toThrow("magic");
    expect(() => loads(new Uint8Array(0))).toThrow("empty");
  });
});

describe("the faces", () => {
  it("know arrays in brine, and not in brine/pickle", async () => {
    const bytes = brine.dumps({ w: Float64Array.of(1, 2.5) });
    const [made] = [...brine.loads<pickle.PyDict>(bytes).values()];
    expect(made).toBeInstanceOf(NDArray);
    expect((await brine.load<pickle.PyDict>(bytes)).get("w")).toBeInstanceOf(NDArray);
    for await (const { value } of brine.loadAll<pickle.PyDict>(bytes)) expect(value.get("w")).toBeInstanceOf(NDArray);
    expect(pickle.loads<pickle.PyDict>(bytes).get("w")).toBeInstanceOf(pickle.PyObject);
    expect(pickle.loads<pickle.PyDict>(bytes, { packs: [brine.numpy] }).get("w")).toBeInstanceOf(NDArray);
    // What stayed inert is written as it came.
    expect(brine.loads<pickle.PyDict>(pickle.dumps(pickle.loads(bytes))).get("w")).toBeInstanceOf(NDArray);
    const path = join(folder, "w.pkl");
    await brine.dump(new Int16Array(3), path);
    expect(((await brine.load(path)) as NDArray).dtype.name).toBe("int16");
  });
});
