/**
 * What rules look at, gathered from a file.
 *
 * @module
 */
import { rawData } from "./rawdata.ts";
import type { Case } from "./rule.ts";
import { fullName, stateOf, textOf } from "./symbols.ts";
import type { Os, Versions } from "./types.ts";
import { isItems, isStep, type Walked } from "./walk.ts";

const NONE: ReadonlySet<number> = new Set();

/** Who shall read the file. */
export interface Asked {
  readonly for?: Versions;
  readonly os?: Os;
}

/** The case of a walked file. */
export function caseOf(bytes: Uint8Array, walked: Walked, asked: Asked, torch = false): Case {
  const { for: versions = {}, os } = asked;
  const { parts, references, slots, filled, persistent } = walked;
  const globals = new Set<string>();
  let protocol = 0;
  let python2 = false;
  for (const part of parts) {
    if (!isStep(part)) continue;
    const { name, proto } = part.op.opcode;
    if (part.ref !== null) globals.add(part.ref.join("."));
    protocol = Math.max(protocol, name === "PROTO" ? Number(part.op.arg) : proto);
    if (/STRING$/.test(name)) python2 = true;
  }
  let sklearn: string | null = null;
  for (const { module, uses } of references) {
    if (sklearn !== null || !/^sklearn\./.test(module ?? "")) continue;
    for (const use of uses) sklearn ??= textOf(stateOf(use)?.get("_sklearn_version"));
  }
  const raw = python2 ? rawData(references) : NONE;
  return {
    bytes,
    protocol,
    parts,
    references,
    slots,
    filled,
    persistent,
    globals,
    versions,
    os,
    sklearn,
    python2,
    raw,
    torch,
  };
}

/** Is it joblib's? */
export const isJoblib = ({ references }: Case): boolean =>
  references.some((reference) => /joblib\.numpy_pickle\./.test(fullName(reference) ?? ""));

/** Who wrote it, as far as it shows. */
export function writersOf({ globals, parts, sklearn, python2 }: Case): string[] {
  const names = [...globals].join("\n");
  const arrays = parts.filter(isItems);
  return [
    ...(python2 ? ["Python 2"] : []),
    ...(sklearn === null ? [] : [`sklearn ${sklearn}`]),
    ...(/^numpy\._core/m.test(names) ? ["numpy >= 2"] : /^numpy\.core/m.test(names) ? ["numpy < 2"] : []),
    ...(arrays.some(({ padded }) => padded) ? ["joblib >= 1.2"] : arrays.length > 0 ? ["joblib < 1.2"] : []),
  ];
}
