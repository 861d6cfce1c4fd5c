/**
 * Files of torch.save before 0.1.10: a tar of storages, of tensors over them, and of a pickle that names both by number
 * (torch/serialization.py, _legacy_load).
 *
 * @module
 */
import { FormatError, TruncatedError } from "../../core/errors.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isTuple } from "../../core/values/tuple.ts";
import { type LoadOptions, loadAll, loads } from "../../formats/pickle/index.ts";
import { BY_STORAGE } from "./dtypes.ts";
import { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

const BLOCK = 512;

/** Does a tar begin so that torch may have written it? */
export function isTar(bytes: Uint8Array): boolean {
  return letters(bytes, 257, 5) === "ustar" && /^(\.\/)?(sys_info|pickle|tensors|storages)$/.test(nameAt(bytes, 0));
}

function letters(bytes: Uint8Array, at: number, count: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + count)).replace(/\0.*$/s, "");
}

function nameAt(bytes: Uint8Array, at: number): string {
  return letters(bytes, at, 100);
}

/** Files of a tar by name: a header of 512 bytes each, with the size in octal digits, and the file in such blocks. */
function membersOf(bytes: Uint8Array): Map<string, Uint8Array> {
  const out = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const digits = letters(bytes, at + 124, 12).trim();
    if (!/^[0-7]{1,11}$/.test(digits)) throw broken(`the size of a member of the tar is ${JSON.stringify(digits)}`, at);
    const size = Number.parseInt(digits, 8);
    const start = at + BLOCK;
    if (start + size > bytes.length)
      throw new TruncatedError("the tar ends within a member", { format: "torch", offset: at });
    out.set(nameAt(bytes, at).replace(/^\.\//, ""), bytes.subarray(start, start + size));
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return out;
}

function broken(message: string, offset: number): FormatError {
  return new FormatError(message, { format: "torch", offset });
}

/** Pickles with numbers between them. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #options: LoadOptions;
  at = 0;

  constructor(bytes: Uint8Array, options: LoadOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
  }

  next(): unknown {
    for (const { value, end } of loadAll(this.#bytes.subarray(this.at), this.#options)) {
      this.at += end;
      return value;
    }
    throw new TruncatedError("a pickle is missing in the tar", { format: "torch", offset: this.at });
  }

  count(): number {
    const value = this.next();
    if (typeof value !== "number" || !(value >= 0)) throw broken("a part of the tar begins with its count", this.at);
    return value;
  }

  take(size: number): Uint8Array {
    if (!(size >= 0 && this.at + size <= this.#bytes.length)) {
      throw new TruncatedError("a part of the tar ends early", { format: "torch", offset: this.at });
    }
    this.at += size;
    return this.#bytes.subarray(this.at - size, this.at);
  }

  /** So many ints of 8 bytes. */
  longs(count: number): number[] {
    const from = this.at;
    this.take(8 * count);
    return Array.from({ length: count }, (_, i) => Number(this.#view.getBigInt64(from + 8 * i, true)));
  }

  int(): number {
    const from = this.at;
    this.take(4);
    return this.#view.getInt32(from, true);
  }
}

function parts(value: unknown, count: number, at: number): readonly unknown[] {
  if (isTuple(value) && value.length === count) return value;
  throw broken(`a record of the tar has ${count} parts`, at);
}

function storagesOf(reader: Reader): Map<string, Storage> {
  const out = new Map<string, Storage>();
  for (let left = reader.count(); left > 0; left--) {
    const [key, location, cls] = parts(reader.next(), 3, reader.at);
    const dtype = cls instanceof PyGlobal ? BY_STORAGE.get(cls.name) : undefined;
    if (dtype === undefined) throw broken(`storages of class ${String(cls)} are not read`, reader.at);
    const [numel = 0] = reader.longs(1);
    const bytes = reader.take(numel * dtype.size);
    out.set(String(key), new Storage(String(key), bytes.length, dtype, String(location), bytes));
  }
  const views = reader.next();
  for (const one of Array.isArray(views) ? views : []) {
    const [target, root, offset, numel] = parts(one, 4, reader.at);
    const base = out.get(String(root));
    if (base?.dtype == null) throw broken(`storage ${String(root)}, of which another is a part, is missing`, reader.at);
    const [from, size] = [Number(offset) * base.dtype.size, Number(numel) * base.dtype.size];
    if (!(from >= 0 && size >= 0 && from + size <= base.nbytes))
      throw broken("a part of a storage reaches beyond it", reader.at);
    const bytes = base.bytes.subarray(from, from + size);
    out.set(String(target), new Storage(String(target), size, base.dtype, base.location, bytes));
  }
  return out;
}

/** The most axes of a tensor that are believed: torch has 64. */
const MOST_AXES = 64;

function tensorsOf(reader: Reader, storages: ReadonlyMap<string, Storage>): Map<string, Tensor> {
  const out = new Map<string, Tensor>();
  for (let left = reader.count(); left > 0; left--) {
    const [key, storage] = parts(reader.next(), 3, reader.at);
    const found = storages.get(String(storage));
    if (found?.dtype == null) throw broken(`no storage ${String(storage)} for tensor ${String(key)}`, reader.at);
    // The number of axes was once written in 8 bytes, and is read as 4.
    const axes = reader.int();
    reader.take(4);
    if (!(axes >= 0 && axes <= MOST_AXES)) throw broken(`a tensor of ${axes} axes`, reader.at);
    const [shape, stride] = [reader.longs(axes), reader.longs(axes)];
    const [offset = 0] = reader.longs(1);
    try {
      out.set(String(key), new Tensor({ storage: found, dtype: found.dtype, shape, stride, offset }));
    } catch (e) {
      if (!(e instanceof RangeError)) throw e;
      throw broken(`tensor ${String(key)}: ${e.message}`, reader.at);
    }
  }
  return out;
}

/** The value and the storages of such a file. Throws `FormatError`, `TruncatedError`, `UnpicklingError`. */
export function readTar(bytes: Uint8Array, options: LoadOptions): { value: unknown; storages: Map<string, Storage> } {
  const members = membersOf(bytes);
  const member = (name: string): Uint8Array => {
    const found = members.get(name);
    if (found === undefined) throw broken(`there is no ${name} in the tar: it is no file of torch.save`, 0);
    return found;
  };
  const storages = storagesOf(new Reader(member("storages"), options));
  const tensors = tensorsOf(new Reader(member("tensors"), options), storages);
  const persistentLoad = (id: unknown): unknown => {
    // A module with its source: the class alone.
    if (isTuple(id)) return id[0];
    const found = tensors.get(String(id)) ?? storages.get(String(id));
    if (found === undefined) throw new TypeError(`there is no tensor ${String(id)} in the file`);
    return found;
  };
  return { value: loads(member("pickle"), { ...options, persistentLoad }), storages };
}
