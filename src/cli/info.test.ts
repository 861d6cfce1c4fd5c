/** `brine info` on files of real Python, old and new libraries among them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { File } from "../formats/hdf5/index.ts";
import { load, type PyDict } from "../index.ts";
import { run } from "./run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "brine-info-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function brine(
  args: string[],
  stdin: Uint8Array = new Uint8Array(),
): Promise<{ code: number; out: string; err: string }> {
  const text = { out: "", err: "" };
  const code = await run(args, {
    stdout: { write: (part: string | Uint8Array) => (text.out += String(part)) },
    stderr: { write: (part: string | Uint8Array) => (text.err += String(part)) },
    stdin: (async function* () {
      yield stdin;
    })(),
    env: {},
  });
  return { code, ...text };
}

interface Told {
  file: string;
  format: string;
  shells: string[];
  protocol: number | null;
  writers: string[];
  pins: string[];
  facts: Record<string, unknown>;
  damage: string | null;
}

async function told(file: string, stdin?: Uint8Array): Promise<Told> {
  const { code, out, err } = await brine(["info", file, "--json"], stdin);
  expect([code, err], file).toEqual([0, ""]);
  return JSON.parse(out) as Told;
}

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test("pickles and joblib's files tell protocol, packing and writers", async () => {
  expect(await told(`${root}examples/data/iris.joblib`)).toMatchObject({
    format: "joblib",
    protocol: 5,
    writers: ["sklearn 1.9.1", "numpy >= 2", "joblib >= 1.2"],
    pins: ["numpy>=2", "scikit-learn==1.9.1", "joblib>=1.2"],
  });
  expect(await told(`${root}fixtures/data/doctor/zlib.joblib`)).toMatchObject({ format: "joblib", shells: ["zlib"] });
  const old = `${root}fixtures/data/joblib/joblib_0.10.0_pickle_py27_np17.pkl`;
  for (const [ending, shell] of [
    ["gzip", "gzip"],
    ["bz2", "bz2"],
    ["xz", "xz"],
    ["lzma", "lzma"],
  ] as const) {
    expect(await told(`${old}.${ending}`), ending).toMatchObject({
      format: "joblib",
      shells: [shell],
      writers: ["Python 2", "numpy < 2", "joblib < 1.2"],
    });
  }
  expect(await told(`${root}examples/data/log.pkl`)).toMatchObject({ format: "pickle", facts: { pickles: 3 } });
  expect((await told(`${root}examples/data/cache.pkl`)).facts["classes of its own"]).toEqual(["shop.Person"]);
  const { out } = await brine(["info", `${root}examples/data/python2.pkl`]);
  expect(out.split("\n").slice(1, 3)).toEqual(["  size                171 bytes", "  written by          Python 2"]);
});

test("zips are npz, torch's or Keras's", async () => {
  expect(await told(`${root}examples/data/digits.npz`)).toMatchObject({
    format: "npz",
    facts: { arrays: ["images", "labels"], packing: ["deflate"] },
  });
  expect(await told(`${root}examples/data/digits.keras`)).toMatchObject({
    format: "Keras zip",
    writers: ["keras 3.15.1"],
  });
  const lines = gunzipSync(readFileSync(`${root}fixtures/data/torch.jsonl.gz`))
    .toString()
    .trim()
    .split("\n");
  const seen = new Set<string>();
  for (const [i, line] of lines.entries()) {
    const { id, by, file } = JSON.parse(line) as { id: string; by: string; file: string };
    const { format, facts, protocol, damage } = await told(written(`${i}.pt`, Buffer.from(file, "base64")));
    seen.add(format);
    expect(damage, `${by} ${id}`).toBe(null);
    if (format === "torch zip")
      expect([typeof facts["version"], typeof facts["storages"]], id).toEqual(["string", "number"]);
    if (/^torch (zip|legacy)$/.test(format)) expect(protocol, id).toBeGreaterThanOrEqual(1);
  }
  expect([...seen].filter((format) => /^torch/.test(format)).sort()).toEqual(
    expect.arrayContaining(["torch legacy", "torch zip"]),
  );
});

test("files of skops tell their version", async () => {
  const packed = new Uint8Array(readFileSync(`${root}fixtures/data/skops.pkl.xz`));
  const rows = await load<PyDict<string, unknown>[]>(packed);
  for (const [i, row] of rows.entries()) {
    const { format, writers, pins } = await told(written(`${i}.skops`, row.get("file") as Uint8Array));
    const [skops, sklearn] = String(row.get("by")).split(" ");
    expect([format, writers, pins], String(row.get("name"))).toEqual([
      "skops",
      [`skops ${skops}`, `sklearn ${sklearn}`],
      ["skops", `scikit-learn==${sklearn}`],
    ]);
  }
});

test("HDF5 tells who wrote it by attributes of its root", async () => {
  const file = File.create();
  file.attrs.set("_NCProperties", "version=2,netcdf=4.9.2,hdf5=1.14.3").set("PYTABLES_FORMAT_VERSION", "2.1");
  file.attrs.set("h5py_version", "3.11.0").set("HDF5_Version", "1.14.2").set("NeXus_version", "4.3");
  file.attrs.set("creator", "x".repeat(999));
  expect((await told(written("writers.h5", file.toUint8Array()))).writers).toEqual([
    "netcdf 4.9.2",
    "PyTables format 2.1",
    "h5py 3.11.0",
    "HDF5 1.14.2",
    "NeXus 4.3",
  ]);
  expect(await told(`${root}examples/data/weather.h5`)).toMatchObject({ writers: [], pins: ["h5py"] });
});

test("HDF5 tells its superblock and counts, packed and from stdin, too", async () => {
  const hdf5 = (name: string): Buffer => gunzipSync(readFileSync(`${root}fixtures/data/hdf5/${name}.h5.gz`));
  for (const [libver, superblock] of [
    ["earliest", 0],
    ["v108", 2],
    ["v110", 3],
    ["latest", 3],
  ] as const) {
    const { format, facts } = await told(written(`${libver}.h5`, hdf5(`groups-${libver}`)));
    expect([format, facts["superblock"]], libver).toEqual(["HDF5", superblock]);
  }
  const weather = `${root}examples/data/weather.h5`;
  const counts = { groups: 2, datasets: 4, attributes: 4 };
  expect((await told(weather)).facts).toMatchObject(counts);
  expect((await told("-", readFileSync(weather))).facts).toMatchObject(counts);
  expect(await told("-", gzipSync(readFileSync(weather)))).toMatchObject({
    file: "stdin",
    shells: ["gzip"],
    facts: counts,
  });
  expect((await told(written("userblock.h5", hdf5("userblock")))).facts["user block"]).toBe(1024);
  expect(await told(`${root}fixtures/data/doctor/k3tf.conv.h5.gz`)).toMatchObject({
    format: "Keras HDF5",
    shells: ["gzip"],
    writers: [expect.stringMatching(/^keras 3\./), "tensorflow"],
  });
});

test("what is damaged is told of, and the other files all the same", async () => {
  const whole = readFileSync(`${root}examples/data/cache.pkl`);
  const [cut, text, npy] = [
    written("cut.pkl", whole.subarray(0, 300)),
    written("text.txt", Buffer.from("This is no data, but prose.\n")),
    written("cut.npy", Buffer.concat([npyHead(), Buffer.alloc(8)])),
  ];
  const { code, out, err } = await brine(["info", cut, text, npy, "missing.pkl", `${root}examples/data/log.pkl`]);
  expect(code).toBe(1);
  expect(out).toMatch(/cut\.pkl: pickle, protocol 4\n {2}size {5}300 bytes\n[\s\S]*?damaged {2}[^\n]*byte/);
  expect(out).toMatch(/cut\.npy: npy\n[\s\S]*damaged {2}the file ends 16 bytes before the array does/);
  expect(out).toMatch(/log\.pkl: pickle, protocol 2\n/);
  expect(err).toMatch(/text\.txt/);
  expect(err).toMatch(/missing\.pkl/);
  expect((await brine(["info"])).code).toBe(2);
  expect((await brine(["info", written("page.html", Buffer.from("<!doctype html>"))])).err).toMatch(/HTML: a web page/);
});

function npyHead(): Buffer {
  const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }".padEnd(117);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"), Buffer.from(`${text}\n`)]);
}
