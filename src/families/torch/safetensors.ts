/**
 * The safetensors format: 8 bytes of the header's length, a JSON header, and the tensors' bytes without gaps.
 *
 * @module
 */
import { FormatError, TruncatedError, UnsupportedError } from "../../core/errors.ts";
import { BY_SAFE } from "./dtypes.ts";
import { SparseTensor } from "./sparse.ts";
import { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** The format's own limit of a header. */
const MOST_HEADER = 100_000_000;

/**
 * A safetensors file in pieces. Tensors are written without gaps; views become tensors of their own. `TypeError` for
 * dtypes that the format does not have and sparse tensors.
 */
export function safetensorsPieces(
  tensors: Iterable<readonly [string, unknown]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const rows = [...tensors].map(([name, value]): [string, Tensor] => {
    if (value instanceof SparseTensor)
      throw new TypeError(`${name} is sparse, and safetensors has dense tensors alone`);
    const tensor = value instanceof Tensor ? value : Tensor.from(value);
    if (tensor.parts.dtype.safe === null) throw new TypeError(`safetensors has no dtype ${tensor.dtype} (${name})`);
    return [name, tensor];
  });
  // Largest items first, then by name, as the library orders them: so every tensor begins at a multiple of its items.
  rows.sort(([a, x], [b, y]) => y.parts.dtype.size - x.parts.dtype.size || (a < b ? -1 : a > b ? 1 : 0));
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`);
  const data: Uint8Array[] = [];
  let at = 0;
  for (const [name, tensor] of rows) {
    const bytes = tensor.toBytes();
    const { safe } = tensor.parts.dtype;
    const offsets = `[${at},${at + bytes.length}]`;
    fields.push(
      `${JSON.stringify(name)}:{"dtype":"${safe}","shape":[${named(tensor).join(",")}],"data_offsets":${offsets}}`,
    );
    data.push(bytes);
    at += bytes.length;
  }
  const text = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(text.length / 8) * 8;
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, 8);
  return [head, ...data];
}

/** The dtype of which torch counts pairs, and safetensors items. */
const PAIRS = "F4";

/** The shape as safetensors tells it. */
function named({ shape, parts }: Tensor): readonly number[] {
  if (parts.dtype.safe !== PAIRS) return shape;
  return shape.map((size, axis) => (axis === shape.length - 1 ? size * 2 : size));
}

/** The tensors of a safetensors file by name, over the file's own memory, and its metadata. */
export function fromSafetensors(bytes: Uint8Array): { tensors: Map<string, Tensor>; metadata: Map<string, string> } {
  const fail = (reason: string): never => {
    throw new FormatError(reason, { format: "safetensors" });
  };
  if (bytes.length < 8) throw new TruncatedError("a safetensors file has 8 bytes at least", { format: "safetensors" });
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MOST_HEADER) fail(`a header of ${length} bytes is too long`);
  if (8 + length > bytes.length) {
    throw new TruncatedError(`the header ends behind the file: ${length} bytes`, { format: "safetensors", offset: 8 });
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (cause) {
    throw new FormatError("the header of a safetensors file is JSON", { format: "safetensors", offset: 8, cause });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    return fail("the header is a JSON object");
  const data = bytes.subarray(8 + length);
  const tensors = new Map<string, Tensor>();
  const metadata = new Map<string, string>();
  const spans: [number, number][] = [];
  for (const [name, row] of Object.entries(header as Record<string, unknown>)) {
    if (name === "__metadata__") {
      for (const [key, value] of Object.entries((row ?? {}) as object)) metadata.set(key, String(value));
      continue;
    }
    const { dtype, shape, data_offsets: span } = (row ?? {}) as Record<string, unknown>;
    const found = BY_SAFE.get(String(dtype));
    if (found === undefined) {
      throw new UnsupportedError(String(dtype), `safetensors of dtype ${String(dtype)} are not read (${name})`, {
        format: "safetensors",
      });
    }
    const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
    if (
      !Array.isArray(shape) ||
      !shape.every(isCount) ||
      !Array.isArray(span) ||
      span.length !== 2 ||
      !span.every(isCount)
    ) {
      return fail(`${name} has no shape or no data_offsets`);
    }
    const [start, stop] = span as [number, number];
    if (found.safe === PAIRS) {
      const count: number = shape.pop() ?? 1;
      if (count % 2 === 1) return fail(`${name} has half a byte`);
      shape.push(count / 2);
    }
    const size = shape.reduce((a: number, b: number) => a * b, found.size);
    if (stop - start !== size || stop > data.length)
      return fail(`${name} has ${stop - start} bytes, and needs ${size}`);
    spans.push([start, stop]);
    const storage = new Storage(name, size, found, "cpu", data.subarray(start, stop));
    tensors.set(
      name,
      new Tensor({ ...Tensor.over(new Uint8Array(0), found, [0]).parts, ...dense(shape as number[]), storage }),
    );
  }
  spans.sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < spans.length; i++)
    if ((spans[i] as [number, number])[0] < (spans[i - 1] as [number, number])[1]) fail("tensors overlap");
  return { tensors, metadata };
}

function dense(shape: readonly number[]): { shape: readonly number[]; stride: number[]; offset: number } {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= Math.max(1, shape[axis] as number);
  }
  return { shape, stride, offset: 0 };
}
