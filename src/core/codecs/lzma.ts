/**
 * bz2, xz and lzma by the libraries themselves, as WebAssembly; read in plain TypeScript where that is forbidden.
 *
 * @module
 */
import { UnsupportedError } from "../errors.ts";
import { Bunzip } from "./bunzip.ts";
import { type Codec, type Decoder, drained, drawn, joined } from "./codec.ts";
import { Unlzma, Unxz } from "./unxz.ts";
import {
  ALONE_ENCODE,
  BZ2_DECODE,
  BZ2_ENCODE,
  LZMA_DECODE,
  moduleNow,
  readyModule,
  WasmDecoder,
  WasmEncoder,
  XZ_ENCODE,
} from "./wasm.ts";

interface Spec {
  readonly name: string;
  readonly prefix: readonly number[];
  readonly extension: string;
  readonly level: number;
  readonly decode: number;
  readonly encode: number;
  /** Reads in plain TypeScript. */
  readonly plain: () => Decoder;
  /** Does another member begin with these bytes? null: too few to say. */
  readonly begins: (head: Uint8Array) => boolean | null;
}

const XZ = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];

function startsWith(head: Uint8Array, mark: readonly number[]): boolean | null {
  for (let i = 0; i < mark.length; i++) {
    if (i === head.length) return null;
    if (head[i] !== mark[i]) return false;
  }
  return true;
}

function wasmCodec(spec: Spec): Codec {
  const { name, prefix, extension, level } = spec;
  const decoder = (): Decoder => {
    const module = moduleNow();
    if (module === null) return spec.plain();
    return new WasmDecoder(module, { name, kind: spec.decode, level: 0 }, spec.begins);
  };
  const encoder = (level: number): WasmEncoder => {
    const module = moduleNow();
    if (module === null) throw forbidden(name);
    return new WasmEncoder(module, { name, kind: spec.encode, level });
  };
  return {
    name,
    prefix: Uint8Array.from(prefix),
    extension,
    level,
    decode: (bytes, options) => drained(decoder(), bytes, options),
    encode: (bytes, level = spec.level) => joined([...encoder(level).push(bytes, true)]),
    decoder,
    pulls: () => true,
    async *decodePieces(pieces) {
      await readyModule();
      yield* drawn(decoder, pieces);
    },
    async *encodePieces(pieces, level = spec.level) {
      await readyModule();
      const packing = encoder(level);
      for await (const piece of pieces) yield* packing.push(piece);
      yield* packing.push(new Uint8Array(0), true);
    },
    ready: readyModule,
  };
}

function forbidden(name: string): UnsupportedError {
  return new UnsupportedError(
    name,
    `${name} cannot be written here: its WebAssembly is forbidden by the page, or not fetched yet (dump waits for it)`,
    { format: name },
  );
}

/** bzip2 (Python: `bz2`). */
export const bz2: Codec = /* @__PURE__ */ wasmCodec({
  name: "bz2",
  prefix: [0x42, 0x5a],
  extension: ".bz2",
  level: 9,
  decode: BZ2_DECODE,
  encode: BZ2_ENCODE,
  plain: () => new Bunzip(),
  begins: (head) => startsWith(head, [0x42, 0x5a, 0x68]),
});

/** The xz format with CRC-64 (Python: `lzma`, `FORMAT_XZ`). */
export const xz: Codec = /* @__PURE__ */ wasmCodec({
  name: "xz",
  prefix: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  extension: ".xz",
  level: 6,
  decode: LZMA_DECODE,
  encode: XZ_ENCODE,
  plain: () => new Unxz(),
  begins: (head) => startsWith(head, XZ),
});

/** The old format of LZMA, of unknown length (Python: `lzma`, `FORMAT_ALONE`). */
export const lzma: Codec = /* @__PURE__ */ wasmCodec({
  name: "lzma",
  prefix: [0x5d, 0],
  extension: ".lzma",
  level: 6,
  decode: LZMA_DECODE,
  encode: ALONE_ENCODE,
  plain: () => new Unlzma(),
  begins: (head) => startsWith(head, [0x5d, 0, 0]),
});
