/**
 * Files as commands take them: a path, or `-` for stdin.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Source } from "../core/bytes/parse.ts";
import { decodeLatin1 } from "../core/bytes/text.ts";
import { isBrineError, UnpicklingError, withPath } from "../core/errors.ts";
import { loadModel } from "../families/keras/index.ts";
import { fileError } from "../platform/files.ts";
import { openPath } from "../platform/filesource.ts";
import { inMemory } from "../sources/index.ts";
import type { Node } from "../tools/inspect/index.ts";
import { inspect, inspectValue } from "../tools/inspect/index.ts";
import type { Flag, Parsed } from "./args.ts";
import type { IO } from "./io.ts";
import { isKeras, kerasWeights } from "./keras.ts";
import { progressOn } from "./progress.ts";

/** Options of every command that loads. */
export const LOAD_FLAGS: readonly Flag[] = [
  { name: "encoding", value: "CODEC", help: "codec of Python 2 str: ASCII (default), latin1, utf-8, bytes…" },
];

/** All bytes of a file or of stdin. */
export async function readBytes(file: string, io: IO): Promise<Uint8Array> {
  if (file !== "-") {
    try {
      return readFileSync(file);
    } catch (e) {
      throw fileError(file, e);
    }
  }
  const pieces: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for await (const piece of io.stdin) pieces.push(typeof piece === "string" ? encoder.encode(piece) : piece);
  const all = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Bytes of a file that knows what lies beside it: joblib's old files have companions. */
function besides(bytes: Uint8Array, file: string): Source {
  const again = (): Source => besides(bytes, file);
  return { ...inMemory(bytes, file), again, beside: (name) => openPath(join(dirname(file), name)) };
}

/** Do the bytes begin with words? A pickle of protocol 0 is text as well, but has none. */
export function isProse(bytes: Uint8Array): boolean {
  const head = decodeLatin1(bytes.subarray(0, 400));
  return (
    !/[\x00-\x08\x0e-\x1f\x7f]/.test(head) &&
    (/^[^(c}\])NILFSTUVXBCGJKMP.]/.test(head) || /\p{L}{2} \p{L}{2}/u.test(head))
  );
}

/** An error at the very beginning says that the file is another one. */
function noPickle(e: unknown): unknown {
  if (!isBrineError(e, "UNPICKLING") || (e.offset ?? 0) > 64) return e;
  const { opcode, offset, reason } = e;
  return new UnpicklingError(`this looks like text, not like one of Python's data files: ${reason}`, {
    opcode,
    offset,
    cause: e,
  });
}

/** Loads a file as a tree. */
export async function openTree(file: string, { options }: Parsed, io: IO): Promise<Node> {
  const name = file === "-" ? "stdin" : file;
  if (isKeras(file)) return inspectValue(kerasWeights(await loadModel(file)), name);
  const encoding = options.get("encoding");
  const bytes = await readBytes(file, io);
  const progress = progressOn(io);
  try {
    return await inspect(file === "-" ? bytes : besides(bytes, file), {
      name,
      ...(typeof encoding === "string" ? { encoding } : {}),
      ...(options.has("offsets") ? { offsets: true } : {}),
      onProgress: progress.report,
      onRest: (offset, { reason }) =>
        io.stderr.write(
          `brine: the ${bytes.length - offset} bytes from byte ${offset} on are no pickle: ${reason} (${name})\n`,
        ),
    });
  } catch (e) {
    throw withPath(isProse(bytes) ? noPickle(e) : e, name);
  } finally {
    progress.end();
  }
}
