/**
 * Files of arrays that are too large to be read whole: their arrays stay in the file, and what is looked at is fetched.
 *
 * @module
 */
import { LazyNDArray } from "../../../src/core/ndarray/index.ts";
import { NpzFile } from "../../../src/formats/npz/index.ts";
import { load as loadJoblib } from "../../../src/joblibload.ts";
import { load as loadNumpy } from "../../../src/npyload.ts";
import { inspectValue, shapeText } from "../../../src/tools/inspect/index.ts";
import { type Item, inFile, nodeItem, wholeOf } from "./item.ts";

/** A file of one array, of several by name, or a joblib file. Throws as the loaders of brine. */
export async function largeItem(source: Blob | URL, format: string, name: string): Promise<Item> {
  if (format === "npy") return arrayItem((await loadNumpy(source, { mmapMode: "r" })) as LazyNDArray, name, "", "x");
  if (format === "npz") {
    const npz = await loadNumpy(source);
    if (npz instanceof NpzFile) return npzItem(npz, name);
  }
  const value = await loadJoblib(source, { mmapMode: "r", onWarning: () => {} });
  return value instanceof LazyNDArray ? arrayItem(value, name, "", "x") : nodeItem(inspectValue(value, name));
}

function arrayItem(array: LazyNDArray, name: string, path: string, python: string): Item {
  return {
    name,
    path,
    python,
    type: "numpy.memmap",
    details: `${array.dtype} ${shapeText(array.shape)}`,
    preview: "",
    offset: undefined,
    hasChildren: false,
    look: "array",
    array: inFile(array),
    children: () => [],
    attributes: async () => [],
    value: () => wholeOf(array),
    text: async () => String(await wholeOf(array)),
  };
}

function npzItem(npz: NpzFile, name: string): Item {
  return {
    name,
    path: "",
    python: "x",
    type: "numpy.lib.npyio.NpzFile",
    details: `(${npz.size})`,
    preview: "",
    offset: undefined,
    hasChildren: npz.size > 0,
    look: "value",
    array: null,
    async *children() {
      for (const file of npz.files) {
        const path = `['${file}']`;
        const lazy = await npz.lazy(file);
        if (lazy !== null) yield arrayItem(lazy, path, path, `x${path}`);
        // What is packed, or holds objects, is read now.
        else yield nodeItem(inspectValue(await npz.get(file), path), `x${path}`, path);
      }
    },
    attributes: async () => [],
    value: async () => npz.all(),
    text: async () => npz.files.join("\n"),
  };
}
