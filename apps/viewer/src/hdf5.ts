/**
 * HDF5 files in the tree: groups are listed and datasets read when they are asked for.
 *
 * @module
 */
import { NDArray } from "../../../src/core/ndarray/index.ts";
import { repr } from "../../../src/core/values/repr.ts";
import { AsyncDataset, type AsyncFile, AsyncGroup, type AsyncItem } from "../../../src/formats/hdf5/index.ts";
import { shapeText } from "../../../src/tools/inspect/index.ts";
import { type Arrayish, type Item, textOf } from "./item.ts";

/** Elements of a dataset that are read for its text. */
const MAX_READ = 2_000_000;

/** An open HDF5 file as the root of a tree. */
export function hdf5Item(file: AsyncFile, name: string): Item {
  return item(file, name, "/");
}

function item(object: AsyncItem, name: string, path: string): Item {
  const isGroup = object instanceof AsyncGroup;
  const dataset = object instanceof AsyncDataset ? object : null;
  const array = dataset !== null && dataset.shape !== null && dataset.shape.length > 0 ? ofDataset(dataset) : null;
  const whole = async (): Promise<unknown> => (dataset === null ? null : dataset.read());
  return {
    name,
    path,
    python: path === "/" ? "f" : `f[${repr(path.slice(1))}]`,
    type: isGroup ? "Group" : dataset !== null ? "Dataset" : "Type",
    details: dataset === null ? ("dtype" in object ? String(object.dtype) : "") : detailsOf(dataset),
    preview: "",
    offset: undefined,
    hasChildren: isGroup,
    look: array === null ? "value" : "array",
    array,
    async *children() {
      if (!isGroup) return;
      for await (const [key, found] of object.entries()) {
        const at = `${path === "/" ? "" : path}/${key}`;
        yield found === undefined ? await linkItem(object, key, at) : item(found, key, at);
      }
    },
    async attributes() {
      if (!("attrs" in object)) return [];
      return [...(await object.attrs.entries())].map(([key, value]): [string, string] => [key, shown(value)]);
    },
    value: whole,
    async text() {
      if (dataset === null) return isGroup ? (await object.keys()).join("\n") : String(object.dtype);
      if (dataset.size <= MAX_READ) return textOf(await whole());
      return `${dataset.size} elements: look at them by the table, or take a part of them`;
    },
  };
}

/** A link that leads nowhere, or to another file. */
async function linkItem(group: AsyncGroup, key: string, path: string): Promise<Item> {
  const link = await group.getLink(key);
  const to = link !== undefined && "path" in link ? String(link.path) : "";
  return {
    name: key,
    path,
    python: `f.get(${repr(path.slice(1))}, getlink=True)`,
    type: link?.kind === "external" ? "External link" : "Link",
    details: "",
    preview: link?.kind === "external" ? `${link.file}//${to}` : to,
    offset: undefined,
    hasChildren: false,
    look: "value",
    array: null,
    children: () => [],
    attributes: async () => [],
    value: async () => null,
    text: async () => (link?.kind === "external" ? "Other files are not opened." : "It leads nowhere."),
  };
}

function ofDataset(dataset: AsyncDataset): Arrayish {
  const { dtype } = dataset;
  return {
    shape: dataset.shape ?? [],
    kind: dtype.fields === null ? dtype.kind : "V",
    dtype: String(dtype),
    async part(indices) {
      const found = await dataset.get(...indices);
      if (found instanceof NDArray) return found;
      throw new RangeError("there is no array at this place");
    },
  };
}

function detailsOf(dataset: AsyncDataset): string {
  const { shape, dtype, chunks, compression } = dataset;
  const text = `${dtype} ${shape === null ? "without elements" : shapeText(shape)}`;
  return `${text}${chunks === null ? "" : `, chunks ${shapeText(chunks)}`}${compression === null ? "" : `, ${compression}`}`;
}

/** The value of an attribute; text that is JSON is laid out. */
function shown(value: unknown): string {
  if (typeof value !== "string") return value instanceof NDArray ? String(value) : repr(value, { maxChars: 20_000 });
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch (e) {
    if (e instanceof SyntaxError) return value;
    throw e;
  }
}
