/**
 * What the endings of names promise.
 *
 * @module
 */

const PICKLES =
  /\.(pkl|pickle|pck|pcl|p|dill|joblib|pt|pth|ckpt|th|model|sav|dat|npy|npz|pkl\.\w+|pickle\.\w+|joblib\.\w+|z)$/i;
/** Endings of files that hold no code, and the formats that they may have. */
const PLAIN: readonly (readonly [ending: RegExp, formats: RegExp])[] = [
  [/\.safetensors$/i, /^pickle$/],
  [/\.(png)$/i, /^PNG$/],
  [/\.(jpe?g)$/i, /^JPEG$/],
  [/\.(gif|webp|bmp|ico|svg|mp[34]|wav|flac|ogg|ttf|woff2?)$/i, /^(pickle|XML|HTML)$/],
  [/\.pdf$/i, /^PDF$/],
  [
    /\.(txt|md|rst|csv|tsv|ya?ml|toml|ini|cfg|log|html?|xml|py|js|ts|c|h|cpp|sh)$/i,
    /^(pickle|XML|HTML|JSON|UTF-16 text)$/,
  ],
  [/\.(json|jsonl|ipynb|ndjson)$/i, /^(JSON|pickle)$/],
  [/\.(gguf|ggml|onnx|tflite|parquet|feather|arrow)$/i, /^(pickle|ONNX|TensorFlow Lite|parquet|Feather)$/],
  [/\.npy$/i, /^npy$/],
  [/\.npz$/i, /^(npz|zip)$/],
  [/\.(h5|hdf5|hdf|he5|nc)$/i, /^(HDF5|pickle)$/],
  [/\.keras$/i, /^(zip|HDF5|npz|torch)$/],
];

/** May a file of this name be loaded as a pickle? */
export function isPickleName(name: string): boolean {
  return PICKLES.test(name);
}

/** Has the file another format than its ending promises? Text that begins nothing else counts as `pickle` in `format`. */
export function isMismatch(name: string, format: string, bytes: Uint8Array): boolean {
  const row = PLAIN.find(([ending]) => ending.test(name));
  if (row === undefined) return false;
  if (!row[1].test(format)) return true;
  // What begins as a pickle of protocol 2 and above is no text and no table.
  return format === "pickle" && bytes[0] === 0x80 && (bytes[1] as number) <= 5 && bytes[bytes.length - 1] === 0x2e;
}
