/**
 * Tars: every file in them, whatever its name.
 *
 * Source: POSIX.1-2001, "ustar Interchange Format", and GNU tar's manual for long names.
 *
 * @module
 */
import { decodeLatin1 } from "../../core/bytes/text.ts";
import { issue } from "./issue.ts";
import type { Part, Scan } from "./scan.ts";

const BLOCK = 512;

function fieldOf(bytes: Uint8Array, at: number, size: number): string {
  const end = bytes.subarray(at, at + size).indexOf(0);
  return decodeLatin1(bytes, at, end < 0 ? at + size : at + end);
}

/** A size: octal digits, or bytes where the first has its highest bit set. */
function sizeOf(bytes: Uint8Array, at: number): number {
  if (((bytes[at] as number) & 0x80) === 0) {
    const digits = fieldOf(bytes, at, 12).trim();
    return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : -1;
  }
  let size = 0;
  for (let i = 1; i < 12; i++) size = size * 256 + (bytes[at + i] as number);
  return Number.isSafeInteger(size) ? size : -1;
}

/** Is the first block the head of a file in a tar? Readers go by its checksum, not by the word `ustar`, which old tars lack. */
export function beginsTar(bytes: Uint8Array): boolean {
  if (bytes.length < BLOCK || bytes[0] === 0) return false;
  const told = /^[ \0]*([0-7]+)[ \0]*$/.exec(decodeLatin1(bytes, 148, 156))?.[1];
  if (told === undefined) return false;
  // The checksum's own field counts as blanks.
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += bytes[i] as number;
  return sum === Number.parseInt(told, 8);
}

/** The records of a pax header that change which file follows. */
function paxOf(content: Uint8Array): { path: string | null; size: number | null; isOdd: boolean } {
  const text = decodeLatin1(content.subarray(0, LONGEST_PAX));
  const field = (key: string): string | null => new RegExp(`(?:^|\\n)\\d+ ${key}=([^\\n]*)\\n`).exec(text)?.[1] ?? null;
  const size = field("size");
  const isSize = size !== null && /^\d{1,15}$/.test(size);
  return {
    path: field("path"),
    size: isSize ? Number(size) : null,
    isOdd: (size !== null && !isSize) || text.includes(" GNU.sparse.") || content.length > LONGEST_PAX,
  };
}

const LONGEST_PAX = 65_536;

/** The names that torch gave the files of its tars. */
const TORCH = /^(\.\/)?(sys_info|pickle|tensors|storages)$/;

/** Looks into all files of a tar. */
export async function scanTar(part: Part, scan: Scan): Promise<void> {
  const { bytes } = part;
  let long: string | null = null;
  let wide: number | null = null;
  let count = 0;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    scan.signal?.throwIfAborted();
    if (bytes.subarray(at, at + BLOCK).every((byte) => byte === 0)) {
      at += BLOCK;
      continue;
    }
    const kind = String.fromCharCode(bytes[at + 156] as number);
    const own = sizeOf(bytes, at + 124);
    // Readers of old know the size in the head alone.
    if (wide !== null && wide !== own && own !== 0 && !/[xgL]/.test(kind)) {
      scan.add(
        part,
        issue("tar-mismatch", "suspicious", at, `The file has ${own} bytes by its head, and ${wide} by pax.`),
      );
    }
    const size = /[xgLK]/.test(kind) ? own : (wide ?? own);
    const start = at + BLOCK;
    if (size < 0 || start + size > bytes.length) {
      scan.add(
        part,
        issue("not-inspected", "suspicious", at, "The tar is damaged here, and what follows cannot be told apart."),
      );
      scan.pushRest(part, start);
      return;
    }
    const content = bytes.subarray(start, start + size);
    if (kind === "L") long = decodeLatin1(content).replace(/\0.*$/s, "");
    else if (kind === "x" || kind === "g") {
      const pax = paxOf(content);
      long = pax.path ?? long;
      wide = pax.size ?? wide;
      if (pax.isOdd) {
        scan.add(
          part,
          issue("tar-mismatch", "suspicious", at, "The tar tells of a file in a way that only some readers know."),
        );
      }
    } else if (kind !== "K") {
      wide = null;
      const prefix = fieldOf(bytes, at + 345, 155);
      const short = fieldOf(bytes, at, 100);
      const name: string =
        long ?? (prefix !== "" && fieldOf(bytes, at + 257, 5) === "ustar" ? `${prefix}/${short}` : short);
      long = null;
      if (/^[12]$/.test(kind)) {
        const target = fieldOf(bytes, at + 157, 100);
        if (/^[/\\]|\.\./.test(target)) {
          scan.add(part, issue("path", "suspicious", at, `The tar holds a link to ${JSON.stringify(target)}.`));
        }
      }
      if (/^[/\\]|(^|[/\\])\.\.([/\\]|$)/.test(name)) {
        scan.add(
          part,
          issue("path", "suspicious", at, `The tar writes outside of its folder: ${JSON.stringify(name)}.`),
        );
      }
      if (count++ >= scan.limits.maxEntries) {
        scan.add(part, issue("not-inspected", "suspicious", at, "The tar holds more than is inspected."));
        return;
      }
      if (size > 0) {
        const file = name.slice(name.lastIndexOf("/") + 1);
        const torch = TORCH.test(name);
        scan.push({
          path: `${part.path}/${name.replace(/[\x00-\x1f\x7f]/g, "?")}`,
          name: file,
          bytes: content,
          depth: part.depth + 1,
          loaded: torch || /\.(pkl|pickle|joblib|npy|npz|pt|pth)$/i.test(file),
          torch,
        });
      }
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}
