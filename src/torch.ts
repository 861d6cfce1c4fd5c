/**
 * The face of `brine/torch`: tensors, state dicts and checkpoints out of torch's files and into them; safetensors.
 *
 * ```ts
 * import { load, stateDict } from "brine/torch";
 * for (const [name, tensor] of stateDict(await load("model.pt"))) console.log(name, tensor.shape, tensor.dtype);
 * ```
 *
 * @module
 */
import { writePath } from "#platform";
import { joined } from "./core/codecs/index.ts";
import { UnsupportedError, withPath } from "./core/errors.ts";
import { NDArray } from "./core/ndarray/index.ts";
import { PyDict } from "./core/values/dict.ts";
import {
  arrays,
  isLegacy,
  weightsOnly as listed,
  nested,
  openTorch,
  openTorchSync,
  type SparseTensor,
  safetensorsPieces,
  stateDict,
  Tensor,
  fromSafetensors as tensorsOf,
  torch,
  torchPieces,
} from "./families/torch/index.ts";
import { writeTo } from "./formats/pickle/dump.ts";
import type { DumpOptions, LoadOptions, Target } from "./formats/pickle/index.ts";
import { sniff } from "./sniff.ts";
import { asBytes, type BytesLike, type SourceInput, toRanges } from "./sources/index.ts";

export {
  type NestedLayout,
  NestedTensor,
  type Quantizer,
  type SparseLayout,
  SparseTensor,
  Storage,
  stateDict,
  Tensor,
  torch,
} from "./families/torch/index.ts";

/** Options of reading torch's files. */
export interface TorchLoadOptions extends LoadOptions {
  /** Refuse every name that torch's own `weights_only` refuses, by an `UnsafeError`; else such instances come inert. */
  weightsOnly?: boolean;
}

function reading({ weightsOnly = false, ...rest }: TorchLoadOptions): [LoadOptions, typeof packs] {
  if (!weightsOnly) return [rest, packs];
  const { globals = "error" } = rest;
  // A list of names that are allowed besides, as torch's `add_safe_globals`.
  const more = Array.isArray(globals) ? (globals as readonly string[]) : [];
  return [{ ...rest, globals }, globals === "inert" ? [torch] : [listed(more), torch]];
}
const packs = [nested, torch, arrays];

/** Throws an `UnsupportedError` that says what to do when the bytes begin something that no version of torch wrote. */
function demandTorch(head: Uint8Array, path?: string): void {
  if (isLegacy(head) || (head[0] === 0x50 && head[1] === 0x4b) || head.length === 0) return;
  const { format, help } = sniff(head);
  const what = format === "pickle" ? "load of brine reads pickles" : help;
  throw new UnsupportedError(format, `this is no file of torch, but looks like ${format}: ${what}`, { path, format });
}

/**
 * Reads a file of torch.save from bytes: zip or legacy. Tensors are views of the bytes. Throws `FormatError` for damaged
 * files, `UnsafeError` with `weightsOnly`, and as `loads` of `brine/pickle` (torch.load).
 *
 * @example
 * ```ts
 * const state = loads<PyDict<string, Tensor>>(bytes);
 * state.get("fc.weight")?.toArray();
 * ```
 */
export function loads<T = unknown>(data: BytesLike, options: TorchLoadOptions = {}): T {
  const bytes = asBytes(data);
  if (bytes === null) throw new TypeError("a file of torch is bytes: give a Uint8Array or an ArrayBuffer");
  const [inner, own] = reading(options);
  demandTorch(bytes);
  return openTorchSync(bytes, own, inner).value as T;
}

/**
 * Reads a file of torch.save from a path, URL, `Blob`, `Response`, stream or bytes, with all its tensors. Throws as
 * {@link loads}, and `SourceError` when the source fails (torch.load).
 *
 * @example
 * ```ts
 * const checkpoint = await load<PyDict>("checkpoint.pt");
 * ```
 */
export async function load<T = unknown>(
  input: SourceInput,
  options: TorchLoadOptions & { signal?: AbortSignal } = {},
): Promise<T> {
  const file = await open<T>(input, options);
  try {
    for (const storage of file.storages.values()) await storage.load(options.signal);
    return file.value;
  } finally {
    await file.close();
  }
}

/** A file of torch that is open: its tensors are read when they are asked for. */
export interface TorchFile<T = unknown> {
  /** What was saved; its tensors know shape and dtype, and `load()` their items. */
  readonly value: T;
  /** Tensors by name, as {@link stateDict} gives them. */
  readonly tensors: ReadonlyMap<string, Tensor | SparseTensor>;
  /** @internal */
  readonly storages: ReadonlyMap<string, { load(signal?: AbortSignal): Promise<Uint8Array> }>;
  /** Closes the file; tensors that were read stay. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a file of torch.save: reads names, shapes and dtypes, and each tensor by ranges when its `load()` is called.
 * Legacy files are read whole. Throws as {@link load}.
 *
 * @example
 * ```ts
 * const file = await open("big.pt");
 * const weight = await file.tensors.get("fc.weight")?.load();
 * await file.close();
 * ```
 */
export async function open<T = unknown>(
  input: SourceInput,
  options: TorchLoadOptions & { signal?: AbortSignal } = {},
): Promise<TorchFile<T>> {
  const { signal, ...rest } = options;
  const [inner, own] = reading(rest);
  const source = await toRanges(input, signal);
  try {
    const size = source.size ?? 0;
    const [head] = await source.read!([{ at: 0, size: Math.min(512, size) }], signal);
    demandTorch(head as Uint8Array, source.name);
    let opened: Awaited<ReturnType<typeof openTorch>>;
    if (isLegacy(head as Uint8Array)) {
      const [bytes] = await source.read!([{ at: 0, size }], signal);
      await source.close?.();
      opened = openTorchSync(bytes as Uint8Array, own, inner);
    } else opened = await openTorch(source, own, inner, signal);
    const { value, storages } = opened;
    const close = (): Promise<void> => opened.close();
    return {
      value: value as T,
      storages,
      get tensors() {
        return stateDict(value);
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (e) {
    await source.close?.();
    throw withPath(e, source.name);
  }
}

/**
 * The bytes of a file as torch.save writes it, which `torch.load(…, weights_only=True)` reads: tensors keep their views
 * of one storage; arrays and typed arrays become tensors, but for NumPy's that were read from a file of torch. Throws `PicklingError` for what cannot be saved.
 *
 * @example
 * ```ts
 * dumps({ weight: Tensor.from(Float32Array.of(1, 2)) });
 * ```
 */
export function dumps(value: unknown, options: DumpOptions = {}): Uint8Array {
  return joined(torchPieces(value, packs, options));
}

/**
 * Writes a file as torch.save does, to a path (which is replaced as a whole or not at all), a `WritableStream` or
 * anything with `write`. Throws as {@link dumps}, and `SourceError` when the target fails (torch.save).
 *
 * @example
 * ```ts
 * await save({ weight: Tensor.from(Float32Array.of(1, 2)) }, "weight.pt");
 * ```
 */
export async function save(value: unknown, target: Target, options: DumpOptions = {}): Promise<void> {
  const pieces = torchPieces(value, packs, options);
  if (typeof target === "string" || target instanceof URL) return writePath(target, ...pieces);
  for (const piece of pieces) await writeTo(target, piece);
  if ("getWriter" in target) await (target as WritableStream).close();
}

/**
 * A safetensors file of all tensors in a value, by the names of {@link stateDict}; an object or Map may hold arrays
 * besides. `TypeError` for sparse and quantized tensors, where there is no tensor, and for metadata that are no text.
 *
 * @example
 * ```ts
 * toSafetensors(await load("model.pt"), { format: "pt" });
 * ```
 */
export function toSafetensors(value: unknown, metadata?: Readonly<Record<string, string>>): Uint8Array {
  for (const [key, told] of Object.entries(metadata ?? {})) {
    if (typeof told !== "string") throw new TypeError(`metadata of safetensors are text: ${key} is ${typeof told}`);
  }
  const tensors = stateDict(withTensors(value));
  if (tensors.size === 0) throw new TypeError("there is no tensor to write");
  return joined(safetensorsPieces(tensors, metadata));
}

/** Arrays at the top of a value as tensors. */
function withTensors(value: unknown): unknown {
  const isMap = value instanceof Map || value instanceof PyDict;
  const proto: unknown = typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (!isMap && proto !== null && proto !== Object.prototype) return value;
  const entries = isMap ? value.entries() : Object.entries(value as object);
  return new Map([...entries].map(([key, item]) => [key, item instanceof NDArray ? Tensor.from(item) : item]));
}

/**
 * The tensors of a safetensors file by name, over the file's own memory. Throws `FormatError` for a damaged one,
 * `UnsupportedError` for dtypes that torch does not have.
 *
 * @example
 * ```ts
 * fromSafetensors(bytes).get("weight")?.shape;
 * ```
 */
export function fromSafetensors(data: BytesLike): Map<string, Tensor> {
  const bytes = asBytes(data);
  if (bytes === null) throw new TypeError("a safetensors file is bytes: give a Uint8Array or an ArrayBuffer");
  return tensorsOf(bytes).tensors;
}
