/** Files that brine and real h5py change in turn: what the one leaves is what the other goes on from. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { File } from "../../src/hdf5.ts";

const python = process.env["BRINE_VENV"] ?? "";
const hasH5py = python !== "" && spawnSync(python, ["-c", "import h5py"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "brine-turns-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs statements on `f`, a file open in h5py; gives what they put into `out`. */
function h5py(path: string, ...lines: string[]): unknown {
  const program = ["import h5py, json, sys", "out = []", "with h5py.File(sys.argv[1], 'a') as f:"];
  for (const line of lines) program.push(`  ${line}`);
  program.push("print(json.dumps(out))");
  const run = spawnSync(python, ["-c", program.join("\n"), path], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  return JSON.parse(run.stdout);
}

describe.skipIf(!hasH5py).each(["earliest", "latest"] as const)("libver %s", (libver) => {
  it("a shape that h5py shrinks keeps its bounds", () => {
    const path = join(folder, `shrunk-${libver}.h5`);
    {
      using file = new File(path, "w", { libver });
      file.createDataset("a", { shape: [17, 1, 5], chunks: [1, 1, 5], dtype: "i4" });
      file.createDataset("b", { data: [1, 2, 3, 4, 5], chunks: [2] });
      file.createDataset("c", { data: [1, 2, 3], chunks: [2], maxshape: [null] });
    }
    const shrink = ["f['a'].resize((1, 1, 2))", "f['b'].resize((1,))", "f['c'].resize((0,))"];
    const bounds = "out += [f[n].maxshape for n in 'abc']";
    expect(h5py(path, ...shrink, bounds)).toEqual([[17, 1, 5], [5], [null]]);
    {
      using file = new File(path, "r+");
      expect(file.dataset("a").maxshape).toEqual([17, 1, 5]);
      file.dataset("b").resize(5);
    }
    expect(h5py(path, bounds, "out.append(f['b'][:].tolist())")).toEqual([[17, 1, 5], [5], [null], [1, 0, 0, 0, 0]]);
  });

  it("attributes of a copy keep their order, of what had none before, too", () => {
    const path = join(folder, `copied-${libver}.h5`);
    h5py(path, "f.create_dataset('d', data=[1, 2], track_order=True)", "f.create_group('g', track_order=True)");
    {
      using file = new File(path, "r+");
      for (const name of ["d", "g"]) file.copy(name, `${name}2`);
      for (const name of ["z", "y", "x"]) for (const one of ["d", "d2", "g2"]) file.get(one)?.attrs.set(name, 1);
    }
    const listed = "out += [list(f[n].attrs) for n in ('d', 'd2', 'g2')]";
    expect(h5py(path, listed)).toEqual(new Array(3).fill(["z", "y", "x"]));
  });

  it.each([false, true])(
    "attributes keep their order when something else of an object changes, in place %s",
    (inPlace) => {
      const path = join(folder, `order-${libver}-${inPlace}.h5`);
      {
        using file = new File(path, "w", { libver, trackOrder: true });
        for (const name of ["m", "z", "a"]) file.attrs.set(name, 1);
        const data = file.createDataset("data", { shape: [4], chunks: [2], dtype: "u1" });
        for (const name of ["y", "x"]) data.attrs.set(name, 1);
      }
      {
        using file = new File(path, "r+", { inPlace });
        file.createGroup("new");
        file.dataset("data").resize([1]);
      }
      const orders = "out += [h5py.h5a.get_info(o.id, k.encode()).corder for o in (f, f['data']) for k in o.attrs]";
      expect(h5py(path, orders)).toEqual([0, 1, 2, 0, 1]);
      const listed = "out += [list(f.attrs), list(f['data'].attrs)]";
      expect(h5py(path, "f.attrs['k'] = 1", "f['data'].attrs['a'] = 1", "f.attrs['z'] = 2", listed)).toEqual([
        ["m", "a", "k", "z"],
        ["y", "x", "a"],
      ]);
      using file = new File(path);
      expect([...file.attrs.keys()]).toEqual(["m", "a", "k", "z"]);
      expect([...file.dataset("data").attrs.keys()]).toEqual(["y", "x", "a"]);
    },
  );
});
