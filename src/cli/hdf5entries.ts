/**
 * What an HDF5 file holds, one row for each thing, with the words of h5ls.
 *
 * @module
 */
import { SourceError } from "../core/errors.ts";
import { Dataset, type File, Group, type Item } from "../formats/hdf5/index.ts";
import type { Entry } from "./entries.ts";

/** What is told of elements for which NumPy has only `object`. */
const WORDS: ReadonlyMap<string, string> = new Map([["vlenString", "str"]]);

/** The type of a dataset's elements: a dtype, or what stands behind `object`. */
function typeOf({ dtype, info }: Dataset): string {
  const { kind } = info.type;
  return dtype.kind === "O" ? (WORDS.get(kind) ?? kind) : String(dtype);
}

function extentOf({ shape, maxshape }: Dataset): string {
  if (shape === null) return "NULL";
  if (shape.length === 0) return "SCALAR";
  const most = (i: number): string => (maxshape[i] === shape[i] ? "" : `/${maxshape[i] ?? "Inf"}`);
  return shape.map((length, i) => `${length}${most(i)}`).join(", ");
}

/** Filters in the order in which a file applies them. */
function filtersOf(ds: Dataset): string[] {
  const { compression, compressionOpts, scaleoffset } = ds;
  return [
    ...(scaleoffset === null ? [] : ["scaleoffset"]),
    ...(ds.shuffle ? ["shuffle"] : []),
    ...(compression === null ? [] : [compressionOpts === null ? compression : `${compression} ${compressionOpts}`]),
    ...(ds.fletcher32 ? ["fletcher32"] : []),
  ];
}

function* detailsOf(item: Item): Iterable<readonly [string, unknown]> {
  if (item instanceof Dataset) {
    yield ["bytes", item.nbytes];
    if (item.chunks !== null) yield ["chunks", [...item.chunks]];
    const filters = filtersOf(item);
    if (filters.length > 0) yield ["filters", filters];
    if (item.isVirtual) yield ["virtual", true];
    if (item.external !== null) yield ["external", item.external.map(([file]) => file)];
  }
  if (item.attrs.size > 0) yield ["attributes", item.attrs];
}

/** An object as a row; `identity` is its address in the file. */
export function itemEntry(item: Item, name: string, path: string, identity?: number): Entry {
  const isGroup = item instanceof Group;
  const isDataset = item instanceof Dataset;
  return {
    name,
    path,
    kind: isGroup ? "Group" : isDataset ? "Dataset" : "Type",
    extent: isDataset ? extentOf(item) : null,
    plain: isDataset ? { shape: item.shape && [...item.shape], maxshape: [...item.maxshape] } : {},
    type: isDataset ? typeOf(item) : isGroup ? "" : String(item.dtype),
    identity,
    details: () => detailsOf(item),
    *children() {
      if (!isGroup) return;
      for (const key of item.keys()) yield linkEntry(item, key, `${path === "/" ? "" : path}/${key}`);
    },
  };
}

/** What a name of a group leads to; links into other places are told, and not followed. */
function linkEntry(group: Group, name: string, path: string): Entry {
  const link = group.getLink(name);
  if (link?.kind === "hard") {
    const item = group.get(name);
    if (item !== undefined) return itemEntry(item, name, path, link.at);
  }
  const [kind, extent] =
    link?.kind === "soft"
      ? ["Soft Link", link.path]
      : link?.kind === "external"
        ? // The slash of a path from the root is the second of the two, as h5ls prints it.
          ["External Link", `${link.file}/${link.path.startsWith("/") ? "" : "/"}${link.path}`]
        : ["Link", "leads nowhere"];
  const plain = link?.kind === "hard" ? {} : { target: extent };
  return { name, path, kind, extent, plain, type: "", identity: undefined, details: () => [], children: () => [] };
}

/** The row at a path; of the root without one. Throws `SourceError` for what is not there. */
export function hdf5Entry(file: File, path: string): Entry {
  const full = `/${path
    .split("/")
    .filter((part) => part !== "")
    .join("/")}`;
  const item = full === "/" ? file : file.get(full);
  if (item === undefined) throw new SourceError(`there is no ${path}`, { format: "hdf5" });
  return itemEntry(
    item,
    full.slice(full.lastIndexOf("/") + 1) || "/",
    full,
    full === "/" ? file.shared.core.root : undefined,
  );
}
