/**
 * What a file is, by its first bytes.
 *
 * To add a format: one row in `SIGNATURES` (or, when it can be read, one in `load.ts`).
 *
 * @module
 */
import { UnsupportedError } from "./core/errors.ts";

/** What {@link sniff} can tell. */
export interface Sniffed {
  /** `"pickle"`, or the name of what it is instead. */
  readonly format: string;
  /** What to do about it; empty for a pickle. */
  readonly help: string;
}

interface Signature {
  readonly format: string;
  readonly starts: RegExp;
  readonly help: string | ((head: string) => string);
}

/** Bytes that {@link sniff} looks at. */
export const HEAD = 512;

/** In order; the text is latin-1, so that `\x93` is the byte 0x93. None of these can begin a pickle that loads. */
const SIGNATURES: readonly Signature[] = [
  {
    format: "Git LFS pointer",
    starts: /^version https:\/\/git-lfs/,
    help: (head) => {
      const size = /\nsize (\d+)/.exec(head)?.[1];
      return `it only stands for a file${size ? ` of ${size} bytes` : ""}: run "git lfs pull"`;
    },
  },
  { format: "npy", starts: /^\x93NUMPY/, help: "a numpy array, which load reads" },
  { format: "HDF5", starts: /^\x89HDF\r\n\x1a\n/, help: "load opens it, and new File of brine/hdf5 at once" },
  {
    format: "torch",
    starts: /^PK\x03\x04.{26}[^/\0]*\/(data\.pkl|\.format_version|byteorder|data\/0)/s,
    help: "load reads it, and loads of brine/torch at once",
  },
  {
    format: "torch.package",
    starts: /^PK\x03\x04.{26}[^/\0]*\/\.data\/(\d+\.storage|extern_modules)/s,
    help: "save the state_dict() of what is in it by torch.save",
  },
  {
    format: "torch.export",
    starts: /^PK\x03\x04.{26}(serialized_exported_program\.json|[^/\0]*\/(archive_format|models\/|data\/weights\/))/s,
    help: "a program: save its state_dict by torch.save",
  },
  {
    format: "safetensors",
    // The size of its header, below 4 GiB, and the header.
    starts: /^.{4}\0{4}\{\s*("|\})/s,
    help: "fromSafetensors of brine/torch reads it",
  },
  {
    format: "torch",
    // Pickles in a row, the first that of a magic number: by protocols 2 and 3, by 4 and 5, and by 1.
    starts:
      /^(\x80[\x02\x03]|\x80[\x04\x05]\x95\x0d\0{7})\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19\.|^L119547037146038801333356L\n\./,
    help: "load reads it, and loads of brine/torch at once",
  },
  {
    format: "torch",
    // A tar, as before 0.1.10.
    starts: /^(\.\/)?(sys_info|pickle|tensors|storages)\0.{240,256}ustar/s,
    help: "load reads it, and loads of brine/torch at once",
  },
  { format: "npz", starts: /^PK\x03\x04.{26}[^\0]*?\.npy/s, help: "a zip of numpy arrays, which load reads" },
  {
    format: "zip",
    starts: /^PK(\x03\x04|\x05\x06|\x07\x08)/,
    help: "unpack it first (unzip), then load what is inside",
  },
  { format: "gzip", starts: /^\x1f\x8b\x08/, help: "load unpacks it" },
  { format: "zlib", starts: /^x[\x01\x5e\x9c\xda]/, help: "load unpacks it" },
  { format: "bz2", starts: /^BZh[1-9](1AY&SY|\x17rE8P\x90)/, help: "load unpacks it" },
  { format: "xz", starts: /^\xfd7zXZ\0/, help: "load unpacks it" },
  { format: "lzma", starts: /^\x5d\0\0[\x01-\x80\0]/, help: "load unpacks it" },
  { format: "zstd", starts: /^\x28\xb5\x2f\xfd/, help: "load unpacks it" },
  { format: "lz4", starts: /^(\x04"M\x18|\x02!L\x18|[\x50-\x5f]\*M\x18)/, help: "load unpacks it" },
  { format: "ZFile", starts: /^ZF0x[0-9a-f]+L? *x/, help: "load unpacks it" },
  { format: "parquet", starts: /^PAR1/, help: "a table that pandas or pyarrow wrote; brine does not read it" },
  { format: "Feather", starts: /^(ARROW1|FEA1)/, help: "a table that pandas or pyarrow wrote; brine does not read it" },
  { format: "ONNX", starts: /^\x08[\x01-\x20]\x12/, help: "a model for onnxruntime; brine does not read it" },
  { format: "TensorFlow Lite", starts: /^[\x10-\x24]\0\0\0TFL3/, help: "a model for LiteRT; brine does not read it" },
  { format: "MATLAB", starts: /^MATLAB 5\.0 MAT-file/, help: "read it in Python with scipy.io.loadmat" },
  {
    format: "tar",
    starts: /^[^\0].{99}[0-7 ]{6}[0-7 \0]{2}.{149}ustar/s,
    help: "unpack it first (tar xf), then load what is inside",
  },
  { format: "7z", starts: /^7z\xbc\xaf\x27\x1c/, help: "unpack it first, then load what is inside" },
  { format: "RAR", starts: /^Rar!\x1a\x07/, help: "unpack it first, then load what is inside" },
  { format: "PDF", starts: /^%PDF-/, help: "a document, not a pickle" },
  { format: "ELF", starts: /^\x7fELF/, help: "a program or library, not a pickle" },
  { format: "UTF-16 text", starts: /^(\xff\xfe|\xfe\xff)/, help: "text, not a pickle" },
  { format: "JPEG", starts: /^\xff\xd8\xff/, help: "a picture, not a pickle" },
  { format: "SQLite", starts: /^SQLite format 3\0/, help: "a database, not a pickle" },
  { format: "PNG", starts: /^\x89PNG/, help: "a picture, not a pickle" },
  {
    format: "HTML",
    starts: /^(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|head|body|!--)/i,
    help: "a web page: the download went wrong (a login page, or a 404)",
  },
  { format: "XML", starts: /^(\xef\xbb\xbf)?\s*</, help: "text, not a pickle" },
  { format: "JSON", starts: /^(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*[[{"\d\]-])/, help: "use JSON.parse" },
];

/**
 * Tells the format of a file by its first bytes ({@link HEAD} of them are enough); what is nothing else is a pickle.
 *
 * @example
 * ```ts
 * sniff(bytes).format; // "pickle"
 * ```
 */
export function sniff(head: Uint8Array): Sniffed {
  const begin = behindSkipped(head);
  const text = String.fromCharCode(...head.subarray(begin, begin + HEAD));
  for (const { format, starts, help } of SIGNATURES) {
    if (starts.test(text)) return { format, help: typeof help === "string" ? help : help(text) };
  }
  return { format: "pickle", help: "" };
}

/** Where zstd's first frame stands behind others that are skipped, which lz4 has as well; 0 where it does not. */
function behindSkipped(head: Uint8Array): number {
  const isMark = (at: number): boolean => head[at + 1] === 0x2a && head[at + 2] === 0x4d && head[at + 3] === 0x18;
  let at = 0;
  while (isMark(at) && at + 8 <= head.length && ((head[at] as number) & 0xf0) === 0x50) {
    at += 8 + new DataView(head.buffer, head.byteOffset + at).getUint32(4, true);
  }
  return head[at] === 0x28 && head[at + 1] === 0xb5 && head[at + 2] === 0x2f && head[at + 3] === 0xfd ? at : 0;
}

/** Does a file of torch.save begin so? */
export function isTorch(head: Uint8Array): boolean {
  return /^[\x50\x80./Lpst]$/.test(String.fromCharCode(head[0] ?? 0)) && sniff(head).format === "torch";
}

/** Does an HDF5 file begin so? */
export function isHdf5(head: Uint8Array): boolean {
  return head[0] === 0x89 && head[1] === 0x48 && head[2] === 0x44 && head[3] === 0x46;
}

/** Throws an `UnsupportedError` that says what to do when the bytes begin something that is no pickle. */
export function demandPickle(head: Uint8Array, path?: string): void {
  const { format, help } = sniff(head);
  if (format === "pickle") return;
  throw new UnsupportedError(format, `this is ${article(format)} ${format} file, no pickle: ${help}`, { path, format });
}

function article(format: string): string {
  return /^(npy|npz|HDF5|HTML|XML|xz|lzma|lz4|SQLite|ONNX|RAR|ELF)$/.test(format) ? "an" : "a";
}
