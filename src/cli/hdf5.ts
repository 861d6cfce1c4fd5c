/**
 * HDF5 files in commands: the tree as h5ls has it, one dataset or attribute, all datasets by their paths.
 *
 * @module
 */
import { SourceError, UnsupportedError } from "../core/errors.ts";
import { NDArray } from "../core/ndarray/index.ts";
import { PyDict } from "../core/values/dict.ts";
import { repr } from "../core/values/repr.ts";
import { Dataset, File, Group, type Item, type Selector } from "../formats/hdf5/index.ts";
import { harmless } from "../tools/inspect/index.ts";
import { type Output, UsageError } from "./io.ts";

/** Values of attributes longer than this are cut, but for JSON, which is laid out. */
const LONG = 400;

/** How the tree is drawn. */
export interface Look {
  depth: number;
  limit: number;
  paint?: (type: string) => string;
}

/** Prints groups, datasets with their shapes and types, and attributes. */
export function showHdf5(file: File, name: string, look: Look, out: Output): void {
  const { depth, limit, paint = (text: string): string => text } = look;
  const attributes = (item: Item, indent: string): void => {
    for (const [key, value] of item.attrs) {
      const [first = "", ...more] = shown(value).split("\n");
      out.line(`${indent}@${harmless(key)} = ${first}`);
      for (const line of more) out.line(`${indent}  ${line}`);
    }
  };
  const group = (inside: Group, level: number): void => {
    const indent = "  ".repeat(level);
    let count = 0;
    for (const key of inside.keys()) {
      if (count++ === limit) {
        out.line(`${indent}… ${inside.size - limit} more`);
        return;
      }
      // Other files are not opened for a look.
      const item = /^(hard|soft)$/.test(inside.getLink(key)?.kind ?? "") ? inside.get(key) : undefined;
      out.line(
        `${indent}${harmless(key)}: ${paint(kindOf(inside, key, item))}${item instanceof Dataset ? ` ${detailsOf(item)}` : ""}`,
      );
      if (item !== undefined) attributes(item, `${indent}  `);
      if (item instanceof Group && level < depth) group(item, level + 1);
    }
  };
  out.line(`${harmless(name)}: ${paint("HDF5 file")}`);
  attributes(file, "  ");
  group(file, 1);
}

function kindOf(inside: Group, key: string, item: Item | undefined): string {
  const link = inside.getLink(key);
  if (link?.kind === "soft") return `Soft link {${harmless(link.path)}}`;
  if (link?.kind === "external")
    return `External link {${harmless(link.file)}/${harmless(link.path.replace(/^\/?/, "/"))}}`;
  if (item === undefined) return "Link that leads nowhere";
  return item instanceof Dataset ? "Dataset" : item instanceof Group ? `Group (${item.size})` : "Type";
}

function detailsOf(ds: Dataset): string {
  const shape = ds.shape === null ? "{NULL}" : ds.shape.length === 0 ? "{SCALAR}" : `{${ds.shape.join(", ")}}`;
  const storage = [
    ds.chunks === null ? "" : `chunks {${ds.chunks.join(", ")}}`,
    ds.compression === null ? "" : ds.compression + (ds.compressionOpts === null ? "" : ` ${ds.compressionOpts}`),
  ].filter((part) => part !== "");
  return `${shape} ${harmless(String(ds.dtype))}${storage.length > 0 ? ` (${storage.join(", ")})` : ""}`;
}

/** A value of an attribute; text that is JSON is laid out. */
function shown(value: unknown): string {
  if (typeof value === "string" && /^\s*[[{]/.test(value)) {
    try {
      return JSON.stringify(JSON.parse(value), null, 2).split("\n").map(harmless).join("\n");
    } catch (e) {
      if (!(e instanceof SyntaxError)) throw e;
    }
  }
  const text = value instanceof NDArray ? String(value) : repr(value);
  return harmless(text.length > LONG ? `${text.slice(0, LONG)}…` : text.replaceAll("\n", " "));
}

/** The object at a path without an index or attribute; null where it has one, or leads nowhere. */
export function itemAt(file: File, path: string): Item | null {
  const { name, index, attribute } = parts(path);
  if (index !== undefined || attribute !== undefined) return null;
  return /^\/?$/.test(name) ? file : (file.get(name) ?? null);
}

/** `/group/dataset[0:10, 1]` or `/group@attribute` in its parts. */
function parts(path: string): { name: string; index: string | undefined; attribute: string | undefined } {
  const [, before = path, attribute] = /^(.*)@([^/]*)$/.exec(path) ?? [];
  const match = /^([^[]*)(?:\[([^\]]*)\])?$/.exec(before);
  if (match === null) throw new UsageError(`${path} is no path: write it as /group/dataset[0:10] or /group@attribute`);
  return { name: match[1] as string, index: match[2], attribute };
}

/** The value at `/group/dataset[0:10, 1]` or `/group@attribute`. */
export function valueAt(file: File, path: string): unknown {
  const { name, index, attribute } = parts(path);
  const item = /^\/?$/.test(name) ? file : file.get(name);
  if (item === undefined) throw new SourceError(`there is no ${name}`, { format: "hdf5" });
  if (attribute !== undefined) {
    if (!item.attrs.has(attribute)) {
      throw new SourceError(`${name || "/"} has no attribute ${attribute}`, { format: "hdf5" });
    }
    return item.attrs.get(attribute);
  }
  if (!(item instanceof Dataset)) return new PyDict(item instanceof Group ? everything(item) : []);
  try {
    return item.get(...(index === undefined ? [] : selectors(index)));
  } catch (e) {
    throw e instanceof RangeError || e instanceof TypeError ? new SourceError(e.message, { cause: e }) : e;
  }
}

function selectors(text: string): Selector[] {
  const parts = text.match(/"[^"]*"|'[^']*'|[^,]+/g) ?? [];
  return parts.flatMap((part) => {
    const [, quoted] = /^\s*(?:"([^"]*)"|'([^']*)')\s*$/.exec(part)?.filter((found) => found !== undefined) ?? [];
    const told = quoted ?? part.trim();
    return told === "" ? [] : /^-?\d+$/.test(told) && quoted === undefined ? Number(told) : told;
  });
}

/** A file of arrays by their paths. Throws `UnsupportedError` for what HDF5 has no type for, and names that clash. */
export function hdf5Bytes(arrays: ReadonlyMap<string, NDArray>, packed: boolean): Uint8Array {
  const file = File.create();
  for (const [name, data] of arrays) {
    const isPacked = packed && data.ndim > 0 && data.size > 0;
    try {
      file.createDataset(name, isPacked ? { data, compression: "gzip", shuffle: true } : { data });
    } catch (e) {
      if (!(e instanceof TypeError || e instanceof RangeError)) throw e;
      throw new UnsupportedError("hdf5", `${JSON.stringify(name)} cannot be written: ${e.message}`, {
        format: "hdf5",
        cause: e,
      });
    }
  }
  return file.toUint8Array();
}

/** All datasets below a group, by their paths; `typed` keeps numbers in arrays without axes, lest they lose their types. */
export function everything(group: Group, typed = false): [string, unknown][] {
  const out: [string, unknown][] = [];
  for (const [path, item] of group.walk()) {
    if (!(item instanceof Dataset)) continue;
    const isNumber = item.ndim === 0 && item.shape !== null && !item.dtype.hasObject;
    out.push([path, typed && isNumber ? item.get("...") : item.read()]);
  }
  return out;
}
