/** Views and external storage that brine writes, judged by h5py, and by h5dump where it is installed. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { NDArray } from "../../src/core/ndarray/index.ts";
import { Dataset, File, slice, VirtualLayout, VirtualSource } from "../../src/hdf5.ts";

const python = process.env["BRINE_VENV"] ?? "";
const judge = fileURLToPath(new URL("support/hdf5_views.py", import.meta.url));
const hasH5py = python !== "" && spawnSync(python, ["-c", "import h5py"]).status === 0;
const hasTools = spawnSync("h5dump", ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "brine-views-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (task: string, libver: string): string => {
  const { stderr, stdout } = spawnSync(python, [judge, task, folder, libver], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout;
};

function write(file: File): void {
  const source = (i: number): VirtualSource => new VirtualSource(`source${i}.h5`, "data", { shape: 100 });
  const all = new VirtualLayout({ shape: [5, 100], dtype: "i4" });
  for (let i = 0; i < 4; i++) all.set(i, source(i));
  file.createVirtualDataset("all", all, { fillvalue: -5 });
  const parts = new VirtualLayout({ shape: [4, 20], dtype: "i8", maxshape: [4, 40] });
  for (let i = 0; i < 4; i++) {
    parts.set(i, "::2", source(i).get("10:30:2"));
    parts.set(i, "1::2", source(i).get("50:60"));
  }
  file.createVirtualDataset("parts", parts);
  const own = file.createDataset("own", { data: Float64Array.from({ length: 12 }, (_, i) => i), shape: [3, 4] });
  const turned = new VirtualLayout({ shape: [4, 3], dtype: "f8" });
  for (let i = 0; i < 4; i++) turned.set(3 - i, ":", new VirtualSource(".", own).get(":", i));
  file.createVirtualDataset("turned", turned);
  const lists = new VirtualLayout({ shape: 10, dtype: "i4" }).set([1, 2, 7], source(1).get([5, 6, 90]));
  file.createVirtualDataset("lists", lists, { fillvalue: 9 });
  const endless = new VirtualLayout({ shape: [10, 2], dtype: "i4", maxshape: [null, 2] });
  const end = slice(0, Number.POSITIVE_INFINITY);
  for (let i = 0; i < 2; i++) {
    endless.set(end, i, new VirtualSource(`source${i}.h5`, "grow", { shape: 10 }).get(end));
  }
  file.createVirtualDataset("endless", endless, { fillvalue: -1 });
  file.createVirtualDataset("nothing", new VirtualLayout({ shape: 3, dtype: "f4" }), { fillvalue: 2.5 });
  const external = [
    ["raw.bin", 80, 720],
    ["more.bin", 0, null],
  ] as const;
  file.createDataset("outside", { shape: [10, 11], dtype: "<f8", external });
  file.createDataset("one", { shape: 5, dtype: "<f8", external: "raw.bin" });
}

describe.skipIf(!hasH5py).each(["earliest", "latest"] as const)("libver %s", (libver) => {
  const ours = join(folder, `brine-${libver}.h5`);
  const external = (name: string): Uint8Array => readFileSync(join(folder, name));

  it("views and external datasets are those that h5py makes", () => {
    run("twin", libver);
    {
      using file = new File(ours, "w", { libver });
      write(file);
    }
    const [twin, brine] = JSON.parse(run("ask", libver)) as Record<string, { values: unknown }>[];
    expect(brine).toEqual(twin);
    // And brine reads both alike.
    using file = new File(ours, "r", { external });
    using theirs = new File(join(folder, `twin-${libver}.h5`), "r", { external });
    for (const [name, { values }] of Object.entries(twin ?? {})) {
      const found = (one: File): unknown => {
        const rows = (one.dataset(name).read() as NDArray).toArray();
        return JSON.parse(JSON.stringify(rows, (_, n) => (typeof n === "bigint" ? Number(n) : n)));
      };
      expect(found(file), name).toEqual(values);
      expect(found(theirs), name).toEqual(values);
      expect(file.dataset(name).isVirtual).toBe(theirs.dataset(name).isVirtual);
      expect(file.dataset(name).external).toEqual(theirs.dataset(name).external);
    }
  });

  it("they are copied, changed and packed anew as descriptions", () => {
    {
      using file = new File(ours, "w", { libver });
      using theirs = new File(join(folder, `twin-${libver}.h5`));
      for (const [name, item] of theirs) if (item !== undefined) file.copy(item, name);
    }
    {
      using file = new File(ours, "r+");
      for (const name of file.keys()) file.dataset(name).attrs.set("seen", 1);
      expect(() => file.dataset("all").set(0, 1)).toThrow(/stand in other files/);
    }
    File.repack(ours);
    const [twin, brine] = JSON.parse(run("ask", libver)) as unknown[];
    expect(brine).toEqual(twin);
  });

  it.skipIf(!hasTools)("h5dump of another release shows them", () => {
    // Not what was copied: h5py's newest blocks are newer than the tool.
    {
      using file = new File(ours, "w", { libver });
      write(file);
    }
    const dump = spawnSync("h5dump", ["-p", ours], { encoding: "utf8", cwd: folder });
    expect([dump.status, dump.stderr]).toEqual([0, ""]);
    expect(dump.stdout).toMatch(/MAPPING 3 {/);
    expect(dump.stdout).toMatch(/FILENAME raw.bin SIZE 720 OFFSET 80/);
  });
});

const EXTERNAL_MAKE = `
import h5py, numpy as np
with h5py.File("outside.h5", "w", libver="LIBVER") as f:
    f.create_dataset("x", data=np.arange(40, dtype=">i2").reshape(8, 5), external=[("x0.raw", 6, 30), ("x1.raw", 2, None)])
    f.create_dataset("y", data=np.linspace(0, 1, 6), external="y.raw")
`;
const EXTERNAL_ASK = `
import h5py, json, numpy as np
with h5py.File("outside.h5") as f:
    named = lambda v: [s.decode() for s in v] if v.dtype.kind == "O" else v.tolist()
    print(json.dumps({n: [str(d.dtype), d.external, named(d[()])] for n, d in f.items()}))
`;
it.skipIf(!hasH5py).each(["earliest", "latest"])("elements are written into external storage (%s)", (libver) => {
  const at = mkdtempSync(join(folder, "outside-"));
  const py = (script: string): string => {
    const { stderr, stdout } = spawnSync(python, ["-c", script], { cwd: at, encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout;
  };
  const external = (name: string): string => join(at, name);
  const path = join(at, "outside.h5");
  py(EXTERNAL_MAKE.replace("LIBVER", libver).replace('("x1.raw", 2, None)', '("x1.raw", 2, h5py.h5f.UNLIMITED)'));
  {
    using file = new File(path, "r+", { external });
    file.dataset("x").set("2:6", 3, [100, 101, 102, 103]);
    file.dataset("y").set(0, -2.5);
    const fresh = [["z0.raw", 3, 4] as const, ["z1.raw", 0, 100] as const];
    file.createDataset("z", { data: Uint16Array.of(7, 8, 9), external: fresh });
    file.createDataset("words", { data: ["a", "bc"], external: "words.raw" });
  }
  const x = Array.from({ length: 8 }, (_, i) => Array.from({ length: 5 }, (_, k) => 5 * i + k));
  for (let i = 0; i < 4; i++) (x[2 + i] as number[])[3] = 100 + i;
  const parts = {
    x: [
      ["x0.raw", 6, 30],
      ["x1.raw", 2, null],
    ],
  };
  const told = JSON.parse(py(EXTERNAL_ASK).replaceAll("18446744073709551615", "null")) as Record<string, unknown[]>;
  expect(told["x"]).toEqual([">i2", parts.x, x]);
  expect(told["y"]?.[2]).toEqual([-2.5, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
  expect(told["z"]).toEqual([
    "uint16",
    [
      ["z0.raw", 3, 4],
      ["z1.raw", 0, 100],
    ],
    [7, 8, 9],
  ]);
  expect(told["words"]?.[2]).toEqual(["a", "bc"]);
});

it.skipIf(!hasH5py)("numbers of few bits are packed to the byte as h5py packs them", () => {
  run("bits", "");
  copyFileSync(join(folder, "bits-h5py.h5"), join(folder, "bits-brine.h5"));
  {
    using plain = new File(join(folder, "plain.h5"));
    using file = new File(join(folder, "bits-brine.h5"), "r+");
    for (const [name, item] of file) {
      if (!(item instanceof Dataset)) continue;
      const values = item.read();
      if (item.scaleoffset === null) {
        // What has no name in dtypes is packed again where it stands.
        item.set("...", values);
        continue;
      }
      const { fillvalue, scaleoffset } = item;
      const data = plain.dataset(name.split(" ").slice(0, -2).join(" ")).read();
      file.delete(name);
      const fill = name.endsWith("None") ? {} : { fillvalue };
      file.createDataset(name, { data, chunks: [20], scaleoffset, ...fill });
      expect(file.dataset(name).scaleoffset).toBe(scaleoffset);
    }
  }
  const [count, wrong] = JSON.parse(run("judge", "")) as [number, string[]];
  expect(wrong).toEqual([]);
  expect(count).toBe(612);
});
