/**
 * Zips: every file that any reader would find, and what does not agree.
 *
 * @module
 */
import { bz2, type Codec, crc32, deflateRaw, zstd } from "../../core/codecs/index.ts";
import { isBrineError } from "../../core/errors.ts";
import { ALL_METHODS } from "../../core/zip/index.ts";
import { issue } from "./issue.ts";
import type { Part, Scan } from "./scan.ts";
import type { Severity } from "./types.ts";
import { type Unpacked, unpack } from "./unpack.ts";
import { type Central, directories, type Head, type Local, localAt, strays } from "./zipread.ts";

const CODECS: ReadonlyMap<number, Codec> = new Map([
  [8, deflateRaw],
  [12, bz2],
  [93, zstd],
]);

/** Where the directory of a zip begins, whatever the bytes begin with; null where there is none. */
export function endsAsZip(bytes: Uint8Array): number | null {
  return directories(bytes, 1).find(({ entries }) => entries.length > 0)?.begin ?? null;
}

/** Looks into all files of a zip. */
export async function scanZip(part: Part, scan: Scan): Promise<void> {
  const { bytes } = part;
  const tell = (rule: string, severity: Severity, at: number, message: string): void =>
    scan.add(part, issue(rule, severity, at, message));
  const all = directories(bytes, scan.limits.maxEntries);
  const entries = all.flatMap((one) => one.entries);
  const { maxEntries } = scan.limits;
  if (entries.length > maxEntries) {
    tell("not-inspected", "suspicious", all[0]?.begin ?? 0, `The zip has more than ${maxEntries} files.`);
    return;
  }
  const distinct = [...new Map(entries.map((entry) => [entry.at, entry])).values()];
  if (all.length > 1 && distinct.length > Math.max(...all.map((one) => one.entries.length))) {
    tell(
      "zip-mismatch",
      "dangerous",
      all[0]?.end ?? 0,
      "The zip has several directories, and readers differ in which they take.",
    );
  }
  const names = new Map<string, number>();
  for (const { name } of all[0]?.entries ?? []) names.set(name, (names.get(name) ?? 0) + 1);
  for (const [name, count] of names) {
    if (count > 1) {
      const at = distinct.find((entry) => entry.name === name)?.at ?? 0;
      tell("zip-duplicate", "suspicious", at, `${count} files of the zip are called ${JSON.stringify(name)}.`);
    }
  }
  const isTorch = [...names.keys()].some((name) => /(^|\/)data\.pkl$/.test(name));
  // Keras makes the model before it looks for anything else.
  const isKeras = names.has("config.json");
  const about = { torch: isTorch, keras: isKeras };
  const ranges: [number, number][] = [];
  const todo: { head: Head; local: Local; variant: string }[] = [];
  for (const entry of distinct) {
    const locals = entry.places.map((at) => localAt(bytes, at)).filter((one) => one !== null);
    const [local] = locals;
    if (local === undefined) {
      tell(
        "zip-mismatch",
        "suspicious",
        entry.at,
        `The file ${JSON.stringify(entry.name)} of the directory stands nowhere in the zip.`,
      );
      continue;
    }
    compare(entry, local, tell);
    ranges.push([local.at, local.start + entry.packed]);
    for (const one of locals) todo.push({ head: entry, local: one, variant: "" });
    const other =
      (local.packed !== entry.packed && local.packed !== 0 && local.packed !== 0xffffffff) ||
      local.method !== entry.method;
    if (other) todo.push({ head: local, local, variant: "(by its head)" });
  }
  ranges.sort((a, b) => a[0] - b[0]);
  const overlap = ranges.find(([begin], i) => i > 0 && begin < (ranges[i - 1] as [number, number])[1]);
  if (overlap !== undefined) tell("zip-overlap", "suspicious", overlap[0], "Files of the zip share bytes.");
  for (const one of all) ranges.push([one.begin, one.end + 22]);
  ranges.sort((a, b) => a[0] - b[0]);
  const stray = strays(bytes, ranges, maxEntries);
  for (const local of stray) todo.push({ head: local, local, variant: "(not in the directory)" });
  if (all.length === 0) {
    tell(
      "not-inspected",
      "suspicious",
      bytes.length,
      "The zip has no directory: it was cut, or is meant to be read by its heads.",
    );
  } else {
    for (const { at, name } of stray) {
      tell(
        "zip-mismatch",
        "suspicious",
        at,
        `The file ${JSON.stringify(name)} stands in the zip, but not in its directory.`,
      );
    }
  }
  let first = stray[0]?.at ?? bytes.length;
  if (ranges[0] !== undefined) first = Math.min(first, ranges[0][0]);
  if (first > 0) {
    // A zip behind something else: both are read, each by its own reader.
    scan.push({
      ...part,
      path: `${part.path}!head`,
      bytes: bytes.subarray(0, first),
      depth: part.depth + 1,
      loaded: false,
    });
  }
  // torch leaves out the sums of all files on demand.
  const summed = !(about.torch && todo.every(({ head }) => head.crc === 0));
  for (const { head, local, variant } of todo) {
    scan.signal?.throwIfAborted();
    await entry(part, scan, head, local, variant, { ...about, summed });
  }
}

type Tell = (rule: string, severity: Severity, at: number, message: string) => void;

/** What the directory and the head before the file say of the same file. */
function compare(entry: Central, local: Local, tell: Tell): void {
  const name = JSON.stringify(entry.name);
  if (entry.name !== local.name) {
    tell(
      "zip-mismatch",
      "dangerous",
      local.at,
      `The file ${name} of the directory is called ${JSON.stringify(local.name)} where it stands.`,
    );
  }
  if (entry.method !== local.method) {
    tell(
      "zip-mismatch",
      "dangerous",
      local.at,
      `The file ${name} is packed by one method by the directory, by another where it stands.`,
    );
  }
  const later = (local.flags & 8) !== 0;
  const differ = local.packed !== entry.packed || local.size !== entry.size;
  if (differ && !later && local.packed !== 0xffffffff) {
    tell(
      "zip-mismatch",
      "suspicious",
      local.at,
      `The size of the file ${name} is another in the directory than where it stands.`,
    );
  }
  if (((entry.flags ^ local.flags) & 0x61) !== 0) {
    tell(
      "zip-mismatch",
      "suspicious",
      local.at,
      `The flags of the file ${name} are others in the directory than where they stand.`,
    );
  }
}

async function entry(
  part: Part,
  scan: Scan,
  head: Head,
  local: Local,
  variant: string,
  { summed, ...about }: { torch: boolean; keras: boolean; summed: boolean },
): Promise<void> {
  const { bytes } = part;
  if (head.name.endsWith("/") && head.packed === 0) return;
  const tell = (rule: string, message: string): void => scan.add(part, issue(rule, "suspicious", local.at, message));
  const name = JSON.stringify(head.name);
  const known = head.packed > 0 || head.size === 0;
  const packed = bytes.subarray(local.start, known ? local.start + head.packed : bytes.length);
  if (known && packed.length < head.packed) tell("zip-damaged", `The file ${name} is cut.`);
  if ((head.flags & 0x61) !== 0) {
    tell(
      "zip-encrypted",
      `The file ${name} is marked as encrypted or patched: it is looked at as it stands, as torch does.`,
    );
  }
  const { content, whole } = await unpacked(part, scan, head, packed, tell);
  if (content === null) return;
  if (
    whole &&
    summed &&
    (head.crc !== 0 || content.length > 0) &&
    crc32(content) !== head.crc &&
    (head.flags & 1) === 0 &&
    known
  ) {
    tell("zip-crc", `The checksum of the file ${name} is wrong: some readers stop at it, and torch does not.`);
  }
  const file = head.name.slice(head.name.lastIndexOf("/") + 1);
  scan.push({
    path: `${part.path}/${head.name.replace(/[\x00-\x1f\x7f]/g, "?")}${variant}`,
    name: file,
    bytes: content,
    depth: part.depth + 1,
    loaded: /\.(pkl|pickle|joblib|npy)$/i.test(file),
    ...about,
  });
}

async function unpacked(
  part: Part,
  scan: Scan,
  head: Head,
  packed: Uint8Array,
  tell: (rule: string, message: string) => void,
): Promise<{ content: Uint8Array | null; whole: boolean }> {
  const name = JSON.stringify(head.name);
  if (head.method === 0) {
    scan.took(packed.length);
    return { content: packed, whole: true };
  }
  const codec = CODECS.get(head.method);
  const most = scan.room(packed.length);
  let out: Unpacked;
  if (codec !== undefined) out = await unpack(codec, packed, most);
  else {
    const method = ALL_METHODS.get(head.method);
    if (method === undefined) {
      tell("not-inspected", `The file ${name} is packed by the method ${head.method}, which is not known here.`);
      return { content: null, whole: false };
    }
    await method.ready?.();
    try {
      const zip = { ...head, rawName: new Uint8Array(0), offset: head.at, packedSize: head.packed, isFolder: false };
      out = { bytes: method.decode(packed, { ...zip, size: Math.min(head.size, most) }), error: null };
    } catch (e) {
      if (!isBrineError(e)) throw e;
      out = { bytes: new Uint8Array(0), error: e };
    }
  }
  scan.took(out.bytes.length);
  if (out.error !== null) {
    const what = out.error.code === "LIMIT" ? "not-inspected" : "zip-damaged";
    // As it stands, too: readers that do not look at the method see that.
    if (out.bytes.length === 0) {
      scan.push({
        ...part,
        path: `${part.path}/${head.name}(as it stands)`,
        name: "",
        bytes: packed,
        depth: part.depth + 1,
        loaded: false,
      });
    }
    tell(what, `The file ${name} cannot be unpacked to its end: ${out.error.reason}.`);
  }
  return { content: out.bytes, whole: out.error === null };
}
