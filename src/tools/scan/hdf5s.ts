/**
 * HDF5 files: configurations of Keras, pickles in attributes and object arrays, and what leads out of the file.
 *
 * @module
 */

import { BrineError, isBrineError } from "../../core/errors.ts";
import { NDArray } from "../../core/ndarray/index.ts";
import { Dataset, File, Group, loadFilters } from "../../formats/hdf5/index.ts";
import { issue } from "./issue.ts";
import { judgeConfig } from "./keras.ts";
import type { Part, Scan } from "./scan.ts";

/** Objects that are looked into. */
const MOST_OBJECTS = 1_000_000;
/** Elements of one dataset of bytes that are looked into as pickles. */
const MOST_ROWS = 100_000;

/** Looks into all groups, datasets and attributes. */
export async function scanHdf5(part: Part, scan: Scan): Promise<void> {
  const tell = (rule: string, severity: "suspicious" | "dangerous", message: string): void =>
    scan.add(part, issue(rule, severity, 0, message));
  const filters = await loadFilters("blosc", "szip", "zstd").catch((e) => {
    // A page that forbids them: what they packed is told as not inspected.
    if (isBrineError(e)) return [];
    throw e;
  });
  const guarded = (where: string, work: () => void): void => {
    try {
      work();
    } catch (e) {
      if (!isBrineError(e)) throw e;
      tell("not-inspected", "suspicious", `${where} of the HDF5 file cannot be read: ${e.reason}.`);
    }
  };
  guarded("The head", () => {
    const file = new File(part.bytes, "r", { filters });
    const isKeras = part.keras === true || file.attrs.has("model_config") || file.attrs.has("keras_version");
    const seen = new Set<number>();
    const open: (Group | Dataset)[] = [file];
    for (let item = open.pop(); item !== undefined; item = open.pop()) {
      if (seen.has(item.ref.address)) continue;
      seen.add(item.ref.address);
      if (seen.size > MOST_OBJECTS) throw new BrineError("LIMIT", `it has more than ${MOST_OBJECTS} objects`);
      scan.signal?.throwIfAborted();
      const here = item;
      guarded(`The attributes of ${here.name}`, () => {
        for (const name of here.attrs.keys()) {
          guarded(`The attribute ${name} of ${here.name}`, () =>
            attribute(part, scan, here.name, name, here.attrs.get(name)),
          );
        }
      });
      if (here instanceof Group) guarded(`The group ${here.name}`, () => members(here, open, isKeras, tell));
      else guarded(`The dataset ${here.name}`, () => dataset(here, part, scan, isKeras, tell));
    }
  });
}

type Tell = (rule: string, severity: "suspicious" | "dangerous", message: string) => void;

function isFar(path: string): boolean {
  return /^[/\\~]|(^|[/\\])\.\.([/\\]|$)|^\w+:/.test(path);
}

function members(group: Group, open: (Group | Dataset)[], isKeras: boolean, tell: Tell): void {
  for (const name of group.keys()) {
    const link = group.getLink(name);
    if (link === undefined || link.kind === "soft") continue;
    const place = `${group.name === "/" ? "" : group.name}/${name}`;
    if (link.kind === "external") {
      const message = `The link ${place} leads into the file ${JSON.stringify(link.file)}: reading it reads that file.`;
      tell("external-link", isKeras || isFar(link.file) ? "dangerous" : "suspicious", message);
    } else if (link.kind === "user") {
      tell("external-link", "suspicious", `The link ${place} is of a kind that only a program of its own reads.`);
    } else {
      const item = group.get(name);
      if (item instanceof Group || item instanceof Dataset) open.push(item);
    }
  }
}

function dataset(item: Dataset, part: Part, scan: Scan, isKeras: boolean, tell: Tell): void {
  const { external } = item;
  if (external !== null) {
    const [file] = external[0] as [string, number, number | null];
    const message = `The elements of ${item.name} are the bytes of the file ${JSON.stringify(file)}.`;
    tell("external-storage", isKeras || external.some(([name]) => isFar(name)) ? "dangerous" : "suspicious", message);
    return;
  }
  // PyTables keeps objects as pickles in rows of bytes; h5py as arrays of opaque bytes or texts.
  const { kind, itemsize } = item.dtype;
  const count = (item.shape ?? []).reduce((product, n) => product * n, 1);
  if (kind === "u" && itemsize === 1 && item.shape?.length === 1 && count >= 4) {
    // A pickle as an array of bytes, as np.frombuffer makes it.
    const [head] = texts(item.get(":4"));
    if (head === undefined || !mayBePickle(head)) return;
    const [bytes] = texts(item.read());
    if (bytes) scan.push({ path: part.path + item.name, name: "", bytes, depth: part.depth + 1, loaded: false });
    return;
  }
  if (!"OSV".includes(kind)) return;
  if (count === 0) return;
  const rows = Math.min(count, MOST_ROWS);
  if (count > rows) {
    tell("not-inspected", "suspicious", `Of ${item.name} only the first ${rows} elements were looked into.`);
  }
  const first = item.shape?.[0] ?? 1;
  const most = Math.max(1, Math.floor((rows * first) / count));
  const value = item.shape === null || item.shape.length === 0 ? item.read() : item.get(`:${Math.min(first, most)}`);
  let index = 0;
  for (const bytes of texts(value)) {
    if (mayBePickle(bytes)) {
      scan.push({
        path: `${part.path}${item.name}[${index}]`,
        name: "",
        bytes,
        depth: part.depth + 1,
        loaded: false,
      });
    }
    index++;
  }
}

/** An attribute: a configuration, or a pickle as PyTables writes it. */
function attribute(part: Part, scan: Scan, owner: string, name: string, value: unknown): void {
  for (const bytes of texts(value)) {
    const path = `${part.path}${owner === "/" ? "" : owner}@${name}`;
    if (/^(model_config|training_config|config|layer_config)$/.test(name)) {
      const inner: Part = { path, name: "", bytes, depth: part.depth + 1, loaded: false };
      scan.files.push({ path, format: "keras config", size: bytes.length });
      const issues = judgeConfig(new TextDecoder().decode(bytes));
      if (issues === null) {
        scan.add(inner, issue("not-inspected", "suspicious", 0, "The configuration of a Keras model is no JSON."));
      } else for (const found of issues) scan.add(inner, found);
    } else if (mayBePickle(bytes)) {
      scan.push({ path, name: "", bytes, depth: part.depth + 1, loaded: false });
    }
  }
}

/** Texts and bytes in a value. */
function* texts(value: unknown): Generator<Uint8Array> {
  const open: unknown[] = [value];
  for (let one = open.pop(); one !== undefined || open.length > 0; one = open.pop()) {
    if (typeof one === "string") yield asBytes(one);
    else if (one instanceof Uint8Array) yield one;
    else if (one instanceof NDArray) {
      const { dtype } = one;
      if (dtype.kind === "u" && dtype.itemsize === 1) yield new Uint8Array(one.toBytes());
      else if ("OSVU".includes(dtype.kind)) {
        for (const item of one.flat().reverse()) open.push(item);
      }
    } else if (Array.isArray(one)) for (const item of one) open.push(item);
  }
}

/** Text as the bytes that it was: PyTables writes pickles as fixed strings. */
function asBytes(text: string): Uint8Array {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return new TextEncoder().encode(text);
  return Uint8Array.from(text, (ch) => ch.charCodeAt(0));
}

function mayBePickle(bytes: Uint8Array): boolean {
  const first = bytes[0] as number;
  if (bytes.length < 3) return false;
  return (first === 0x80 && (bytes[1] as number) <= 5) || /[(c[\]}{ildPVXISFGJKMN]/.test(String.fromCharCode(first));
}
