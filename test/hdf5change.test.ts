/** HDF5 files that h5py wrote, changed by brine: every object, dtype, shape and byte is still as h5py says. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, describe as group, test } from "vitest";
import { lookup3 } from "../src/formats/hdf5/storage/lookup3.ts";
import { Dataset, File, isBrineError, open as openLater, SourceError } from "../src/hdf5.ts";
import { describe, differences } from "./support/describe-hdf5.ts";

const folder = fileURLToPath(new URL("../fixtures/data/hdf5/", import.meta.url));
const unpacked = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(folder + name)));
const expected = new Map(
  Buffer.from(unpacked("cases.jsonl.gz"))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { file: string; objects: unknown[] })
    .map(({ file, objects }) => [file, objects]),
);

/** What brine says that it only reads. */
const READ_ONLY =
  /references to regions|numbers of this layout|can be read, not written|stand in (other files|the file)/;

group("files of h5py, every object of which is written anew", () => {
  // What went through filters that are not read (unread.h5) cannot be written anew.
  for (const packed of readdirSync(folder).filter((name) => name.endsWith(".h5.gz") && !name.startsWith("unread"))) {
    const name = packed.slice(0, -3);
    test(name, () => {
      const file = new File(unpacked(packed), "r+");
      let changed = 0;
      for (const [, item] of file.walk()) {
        item.attrs.set("one more", 1).delete("one more");
        changed++;
        if (!(item instanceof Dataset) || item.size === 0) continue;
        try {
          item.set("...", item.read());
        } catch (e) {
          if (!isBrineError(e) || !READ_ONLY.test(e.message)) throw e;
        }
      }
      file.createDataset("one/more", { data: [1, 2, 3] });
      file.delete("one");
      expect(changed).toBeGreaterThan(0);
      expect(differences(describe(file.toUint8Array()), expected.get(name) ?? [])).toEqual([]);
    });
  }
});

test("a file that another program writes is left alone, unless one asks to read it", async () => {
  const bytes = File.create({ libver: "latest" }).toUint8Array();
  const open = bytes.slice();
  open[11] = 1;
  new DataView(open.buffer).setUint32(44, lookup3(open, 44), true);
  expect(() => new File(open, "r+")).toThrow(/open for writing/);
  expect(() => new File(open, "r+", { swmr: true })).toThrow(/open for writing/);
  expect(() => new File(open)).toThrow(SourceError);
  expect([...new File(open, "r", { swmr: true }).keys()]).toEqual([]);
  await expect(openLater(open)).rejects.toThrow(/open for writing/);
  expect(await (await openLater(open, { swmr: true })).keys()).toEqual([]);
});
