/**
 * What an HDF5 file tells of itself.
 *
 * @module
 */
import { decodeLatin1 } from "../../core/bytes/text.ts";
import { Dataset, type File, Group } from "../../formats/hdf5/index.ts";
import type { Fact, Info } from "./types.ts";

/** The first bytes of an HDF5 file, as latin-1. */
export const MARK = "\x89HDF\r\n\x1a\n";

/** Where the HDF5 part may begin: bytes of another use may stand before it (specification, II.A). */
export const userBlocks: readonly number[] = [0, 512, 1024, 2048, 4096];

/** What a superblock's version says of the libraries that open the file. */
const LIBRARIES: readonly string[] = ["every version", "1.6 and later", "1.8 and later", "1.10 and later"];

/** Who writes such attributes into the root. */
const WRITERS: readonly (readonly [attribute: string, writer: (text: string) => string])[] = [
  ["keras_version", (text) => `keras ${text}`],
  ["backend", (text) => text],
  ["_NCProperties", (text) => /netcdf[a-z\d]*=([\d.]+)/.exec(text)?.[0].replace("=", " ") ?? "netCDF-4"],
  ["PYTABLES_FORMAT_VERSION", (text) => `PyTables format ${text}`],
  ["h5py_version", (text) => `h5py ${text}`],
  ["HDF5_Version", (text) => `HDF5 ${text}`],
  ["NeXus_version", (text) => `NeXus ${text}`],
  ["creator", (text) => text],
];

/** Texts of attributes longer than this are no versions. */
const LONG = 200;

/** What a file is and holds; `size` in bytes, and the `shells` it came in. Every object's header is read, no data. */
export function hdf5Info(file: File, size: number, shells: readonly string[] = [], unpacked = size): Info {
  const { core } = file.shared;
  const text = (name: string): string | null => {
    const value = file.attrs.get(name);
    const shown = value instanceof Uint8Array ? decodeLatin1(value) : value;
    return typeof shown === "string" ? shown : null;
  };
  let [groups, datasets, types, attributes, bytes] = [0, 0, 0, file.attrs.size, 0];
  for (const [, item] of file.walk()) {
    attributes += item.attrs.size;
    if (item instanceof Dataset) {
      datasets++;
      bytes += item.nbytes;
    } else if (item instanceof Group) groups++;
    else types++;
  }
  const counts: [string, Fact][] = [
    ["superblock", core.version],
    ["libraries", LIBRARIES[core.version] ?? "later versions"],
    ["user block", core.userblock],
    ["groups", groups],
    ["datasets", datasets],
    ["named types", types],
    ["attributes", attributes],
    ["data", bytes],
  ];
  const layers = file.has("model_weights") ? file.group("model_weights") : file;
  const keras = text("keras_version") ?? (layers.attrs.get("keras_version") as unknown);
  const isModel = file.attrs.has("model_config") && file.has("model_weights");
  const isWeights = !isModel && (file.attrs.has("layer_names") || file.has("_layer_checkpoint_dependencies"));
  return {
    format: isModel ? "Keras HDF5" : isWeights ? "Keras weights" : "HDF5",
    shells,
    size,
    unpacked,
    protocol: null,
    writers: WRITERS.flatMap(([name, writer]) => {
      const told = text(name);
      return told === null || told.length > LONG ? [] : [writer(told)];
    }),
    pins: isModel && typeof keras === "string" ? [`keras==${keras}`] : ["h5py"],
    facts: new Map(counts.filter(([name, value]) => value !== 0 || /^(super|groups|datasets)/.test(name))),
    damage: null,
  };
}
