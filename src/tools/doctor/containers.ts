/**
 * Files of torch.save: their pickle diagnosed and rewritten, in the container that it came in.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../core/errors.ts";
import { openZipSync, type ZipFile, zipPieces } from "../../core/zip/index.ts";
import { inMemory } from "../../sources/index.ts";
import { caseOf } from "./case.ts";
import { findingsOf, mended } from "./pickles.ts";
import type { Case } from "./rule.ts";
import type { DiagnoseOptions, Finding, Fixed, FixOptions } from "./types.ts";
import { type Walked, walkSome } from "./walk.ts";

/** A pickle in a container, and the way back. */
interface Inside {
  readonly pickle: Uint8Array;
  readonly walked: Walked;
  pack(pickle: Uint8Array): Uint8Array;
}

/** A legacy file is pickles in a row: magic number, version, system, value, keys; then come the storages. */
const LEGACY_PICKLES = 5;
const ALIGN = 64;

/** The pickle of a file of torch.save. Throws as reading does. */
export function insideOf(bytes: Uint8Array): Inside {
  if (bytes[0] === 0x80) {
    return { pickle: bytes, walked: walkSome(bytes, LEGACY_PICKLES), pack: (pickle) => pickle };
  }
  if (bytes[0] !== 0x50) throw new UnsupportedError("tar", "files of torch before 0.1.10 are not looked into");
  const zip = openZipSync(bytes, inMemory(bytes), { sumless: true });
  const name = [...zip.entries.keys()].find((one) => /^([^/]*\/)?data\.pkl$/.test(one));
  if (name === undefined) throw new FormatError("there is no data.pkl in the zip", { format: "torch" });
  const pickle = zip.readSync(name);
  return { pickle, walked: walkSome(pickle, 1), pack: (changed) => repacked(zip, name, changed) };
}

function repacked(zip: ZipFile, changed: string, pickle: Uint8Array): Uint8Array {
  const names = [...zip.entries.keys()];
  if (names.some((name) => /\/(constants\.pkl|code\/)/.test(name))) {
    throw new UnsupportedError("TorchScript", "archives of TorchScript are not rewritten", { format: "torch" });
  }
  const items = names.map((name) => ({
    name,
    data: [name === changed ? pickle : zip.readSync(name)],
    align: ALIGN,
  }));
  const pieces = zipPieces(items);
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** What is wrong with a file of torch.save, and what it looks like. Throws as reading does. */
export function torchFindings(bytes: Uint8Array, options: DiagnoseOptions): { seen: Case; findings: Finding[] } {
  const { pickle, walked } = insideOf(bytes);
  const seen = caseOf(pickle, walked, options, true);
  return { seen, findings: findingsOf(seen, { ...walked, ends: walked.ends.slice(0, 1) }) };
}

/** A file of torch.save with its pickle rewritten. Throws as `fix` does. */
export function torchMended(bytes: Uint8Array, options: FixOptions): Fixed {
  const { pickle, walked, pack } = insideOf(bytes);
  const done = mended(pickle, walked, options);
  return done.changes.length === 0 ? { bytes, changes: [] } : { bytes: pack(done.bytes), changes: done.changes };
}
