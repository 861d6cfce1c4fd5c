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

/** The names that torch gave the files of its tars. */
const TORCH = /^(\.\/)?(sys_info|pickle|tensors|storages)$/;

/** Looks into all files of a tar. */
export async function scanTar(part: Part, scan: Scan): Promise<void> {
  const { bytes } = part;
  let long: string | null = null;
  let count = 0;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    scan.signal?.throwIfAborted();
    if (bytes.subarray(at, at + BLOCK).every((byte) => byte === 0)) {
      at += BLOCK;
      continue;
    }
    const size = sizeOf(bytes, at + 124);
    const start = at + BLOCK;
    if (size < 0 || start + size > bytes.length) {
      scan.add(
        part,
        issue("not-inspected", "suspicious", at, "The tar is damaged here, and what follows cannot be told apart."),
      );
      scan.push({
        ...part,
        path: `${part.path}!rest`,
        name: "",
        bytes: bytes.subarray(start),
        depth: part.depth + 1,
        loaded: false,
      });
      return;
    }
    const kind = String.fromCharCode(bytes[at + 156] as number);
    const content = bytes.subarray(start, start + size);
    if (kind === "L") long = decodeLatin1(content).replace(/\0.*$/s, "");
    else if (kind === "x" || kind === "g")
      long = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(decodeLatin1(content.subarray(0, 65_536)))?.[1] ?? long;
    else {
      const prefix = fieldOf(bytes, at + 345, 155);
      const own = fieldOf(bytes, at, 100);
      const name: string =
        long ?? (prefix !== "" && fieldOf(bytes, at + 257, 5) === "ustar" ? `${prefix}/${own}` : own);
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
