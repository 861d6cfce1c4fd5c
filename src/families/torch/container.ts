/**
 * The containers of torch.save: a zip of a pickle and its storages (1.6 on), pickles in a row with the storages
 * behind them (0.1.10 to 1.5, and still by flag), and a tar before.
 *
 * @module
 */
import { swapItems } from "#platform";
import type { Source } from "../../core/bytes/parse.ts";
import { FormatError, PicklingError, TruncatedError } from "../../core/errors.ts";
import type { Pack } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, tuple } from "../../core/values/tuple.ts";
import { openZip, openZipSync, type ZipFile, type ZipItem, zipPieces } from "../../core/zip/index.ts";
import { type DumpOptions, dumps, type LoadOptions, loadAll, loads } from "../../formats/pickle/index.ts";
import { inMemory } from "../../sources/index.ts";
import { BY_STORAGE, torchDType } from "./dtypes.ts";
import { Storage } from "./storage.ts";
import { isTar, readTar } from "./tar.ts";

/** What a file holds, and the storages that it names. */
export interface Opened {
  readonly value: unknown;
  readonly storages: ReadonlyMap<string, Storage>;
  /** Releases the file. */
  close(): Promise<void>;
}

/** Magic number of a legacy file: the pickle of an int of 10 bytes, by protocols 2 and 3, by 4 and 5, and by 1. */
const LEGACY =
  /^(?:\x80[\x02\x03]|\x80[\x04\x05]\x95\x0d\0{7})\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\.|^L119547037146038801333356L\n\./;
const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

/** Are these the first 512 bytes of a file that is no zip: of pickles in a row, or a tar? */
export function isLegacy(bytes: Uint8Array): boolean {
  return isPickled(bytes) || isTar(bytes);
}

function isPickled(bytes: Uint8Array): boolean {
  return LEGACY.test(String.fromCharCode(...bytes.subarray(0, 32)));
}

type MakeStorage = (key: string, nbytes: number, dtype: Storage["dtype"], location: string) => Storage;

/** `("storage", class, key, location, numel[, view])`: the storages of a load, each made once. */
function resolver(storages: Map<string, Storage>, make: MakeStorage): (id: unknown) => unknown {
  return (id) => {
    if (!isTuple(id)) throw new TypeError("a persistent id of torch is a tuple");
    const [kind, cls, key, location, numel] = id;
    // A module with its source, in legacy files: the class alone.
    if (kind === "module") return cls;
    const count = typeof numel === "bigint" ? Number(numel) : numel;
    if (kind !== "storage" || !(cls instanceof PyGlobal) || !Number.isSafeInteger(count) || (count as number) < 0) {
      throw new TypeError("a persistent id of torch is (storage, class, key, location, numel)");
    }
    const name = String(key);
    const known = storages.get(name);
    if (known !== undefined) return known;
    const isUntyped = /UntypedStorage$/.test(cls.name);
    const dtype = isUntyped ? null : (BY_STORAGE.get(cls.name) ?? null);
    if (dtype === null && !isUntyped) throw new TypeError(`storages of class ${cls.name} are not read`);
    const made = make(name, (count as number) * (dtype?.size ?? 1), dtype, String(location));
    storages.set(name, made);
    return made;
  };
}

/** The options under which the pickle of a container is read. */
function inner(options: LoadOptions, packs: readonly Pack[], persistentLoad: (id: unknown) => unknown): LoadOptions {
  return { encoding: "utf-8", ...options, packs: [...(options.packs ?? []), ...packs], persistentLoad };
}

interface Layout {
  readonly prefix: string;
  readonly pickle: string;
}

/** Zips of torch that are no files of torch.save. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [
    /^[^/]*\/\.data\/extern_modules$/,
    "it is a torch.package, pickles with the code of their classes: save the state_dict() of what is in it by torch.save",
  ],
  [
    /^([^/]*\/archive_format|serialized_exported_program\.json)$/,
    "it is a program of torch.export: save its state_dict by torch.save",
  ],
];

function layoutOf(zip: ZipFile): Layout {
  for (const name of zip.entries.keys()) {
    if (name === "data.pkl" || /^[^/]*\/data\.pkl$/.test(name)) return { prefix: name.slice(0, -8), pickle: name };
  }
  const names = [...zip.entries.keys()];
  const [, what] = OTHERS.find(([fits]) => names.some((name) => fits.test(name))) ?? [];
  throw new FormatError(what ?? "there is no data.pkl in the zip: it is no file of torch.save", { format: "torch" });
}

/** Bytes in this machine's order. */
function native(bytes: Uint8Array, swap: boolean, dtype: Storage["dtype"]): Uint8Array {
  const size = dtype === null ? 1 : dtype.name.startsWith("complex") ? dtype.size / 2 : dtype.size;
  if (!swap || size === 1) return bytes;
  const copy = bytes.slice();
  swapItems(copy, size);
  return copy;
}

function zipStorages(zip: ZipFile, { prefix }: Layout, swap: boolean, isSync: boolean): MakeStorage {
  return (key, nbytes, dtype, location) => {
    const name = `${prefix}data/${key}`;
    const entry = zip.entries.get(name);
    if (entry === undefined) throw new RangeError(`there is no ${name} in the zip`);
    if (entry.size < nbytes) throw new RangeError(`${name} has ${entry.size} of ${nbytes} bytes`);
    const async = async (signal?: AbortSignal): Promise<Uint8Array> =>
      native(await zip.read(name, signal), swap, dtype);
    const sync = (): Uint8Array => native(zip.readSync(name), swap, dtype);
    return new Storage(key, nbytes, dtype, location, isSync ? { sync, async } : { async });
  };
}

const isBig = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(0, 8)).startsWith("big");

/** Opens a zip container: reads the directory and the pickle, no storage. Throws `FormatError`, `UnpicklingError`. */
export async function openTorch(
  source: Source,
  packs: readonly Pack[],
  options: LoadOptions = {},
  signal?: AbortSignal,
): Promise<Opened> {
  const zip = await openZip(source, { signal, sumless: true });
  const layout = layoutOf(zip);
  const order = `${layout.prefix}byteorder`;
  const swap = zip.entries.has(order) && isBig(await zip.read(order, signal));
  const storages = new Map<string, Storage>();
  const make = zipStorages(zip, layout, swap, source.readSync !== undefined);
  const value = loads(await zip.read(layout.pickle, signal), inner(options, packs, resolver(storages, make)));
  return { value, storages, close: () => zip.close() };
}

/** Opens a container of either kind in memory; storages are views of the bytes. Throws as {@link openTorch}. */
export function openTorchSync(bytes: Uint8Array, packs: readonly Pack[], options: LoadOptions = {}): Opened {
  if (isPickled(bytes)) return openLegacy(bytes, packs, options);
  if (isTar(bytes)) {
    const none = (): unknown => {
      throw new TypeError("storages and tensors of a tar name no others");
    };
    return { ...readTar(bytes, inner(options, packs, none)), close: async () => {} };
  }
  const source = inMemory(bytes);
  const zip = openZipSync(bytes, source, { sumless: true });
  const layout = layoutOf(zip);
  const order = `${layout.prefix}byteorder`;
  const swap = zip.entries.has(order) && isBig(zip.readSync(order));
  const storages = new Map<string, Storage>();
  const make = zipStorages(zip, layout, swap, true);
  const value = loads(zip.readSync(layout.pickle), inner(options, packs, resolver(storages, make)));
  return { value, storages, close: async () => {} };
}

/** Five pickles (magic number, version, system, object, keys), then of each key its count of items and their bytes. */
function openLegacy(bytes: Uint8Array, packs: readonly Pack[], options: LoadOptions): Opened {
  const storages = new Map<string, Storage>();
  const make: MakeStorage = (key, nbytes, dtype, location) => {
    if (nbytes > bytes.length) throw new RangeError(`a storage of ${nbytes} bytes in a file of ${bytes.length}`);
    return new Storage(key, nbytes, dtype, location, null);
  };
  const parts: unknown[] = [];
  let at = 0;
  for (const { value, end } of loadAll(bytes, inner(options, packs, resolver(storages, make)))) {
    parts.push(value);
    at = end;
    if (parts.length === 1 && value !== MAGIC) break;
    if (parts.length === 5) break;
  }
  const [magic, version, system, value, keys] = parts;
  if (magic !== MAGIC || version !== VERSION || !Array.isArray(keys)) {
    throw new FormatError("a legacy file of torch has five pickles: magic number, version 1001, system, value, keys", {
      format: "torch",
      offset: at,
    });
  }
  const swap = system instanceof PyDict && system.get("little_endian") === false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of keys) {
    if (at + 8 > bytes.length)
      throw new TruncatedError("the file ends before its storages", { format: "torch", offset: at });
    const count = Number(view.getBigInt64(at, !swap));
    at += 8;
    const storage = storages.get(String(key));
    if (storage === undefined)
      throw new FormatError(`no tensor has the storage ${String(key)}`, { format: "torch", offset: at });
    const size = count * (storage.dtype?.size ?? 1);
    if (count < 0 || at + size > bytes.length) {
      throw new TruncatedError(`the file ends in storage ${String(key)}`, { format: "torch", offset: at });
    }
    if (size < storage.nbytes)
      throw new FormatError(`storage ${String(key)} is too short`, { format: "torch", offset: at });
    storage.fill(native(bytes.subarray(at, at + size), swap, storage.dtype));
    at += size;
  }
  return { value, storages, close: async () => {} };
}

const UNTYPED = /* @__PURE__ */ new PyGlobal("torch.storage", "UntypedStorage");
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A zip container as torch.save writes it, in pieces; storages are not copied. Throws `PicklingError`. */
export function torchPieces(value: unknown, packs: readonly Pack[], options: DumpOptions = {}): Uint8Array[] {
  // Views of one memory are one storage, also those that come from arrays.
  const byMemory = new Map<ArrayBufferLike, Map<string, [string, Storage]>>();
  const written: Uint8Array[] = [];
  if (value instanceof PyObject && value.cls instanceof PyGlobal && /^__torch__\b/.test(value.cls.module)) {
    throw new PicklingError("a module of TorchScript is not written: save its stateDict(value)");
  }
  const persistentId = (item: unknown): unknown => {
    if (!(item instanceof Storage)) return undefined;
    const bytes = item.bytes;
    const whole = `${bytes.byteOffset}:${item.nbytes}:${item.dtype?.name}`;
    let known = byMemory.get(bytes.buffer);
    if (known === undefined) byMemory.set(bytes.buffer, (known = new Map()));
    let entry = known.get(whole);
    if (entry === undefined) {
      entry = [String(written.length), item];
      known.set(whole, entry);
      written.push(bytes.subarray(0, item.nbytes));
    }
    const { dtype } = item;
    const isTyped = dtype !== null && dtype.storage !== null;
    const cls = isTyped ? new PyGlobal("torch", dtype.storage as string) : UNTYPED;
    const numel = isTyped ? Math.floor(item.nbytes / torchDType(dtype.name).size) : item.nbytes;
    return tuple("storage", cls, entry[0], "cpu", numel);
  };
  const pickle = dumps(value, { ...options, protocol: 2, packs: [...(options.packs ?? []), ...packs], persistentId });
  const align = 64;
  const items: ZipItem[] = [
    { name: "archive/data.pkl", data: [pickle], align },
    { name: "archive/.format_version", data: [ascii("1")], align },
    { name: "archive/.storage_alignment", data: [ascii("64")], align },
    { name: "archive/byteorder", data: [ascii("little")], align },
    ...written.map((bytes, i) => ({ name: `archive/data/${i}`, data: [bytes], align })),
    { name: "archive/version", data: [ascii("3\n")], align },
  ];
  return zipPieces(items);
}
