/**
 * Where Python 2's str are data rather than text: arrays, NumPy's scalars, dates.
 *
 * @module
 */
import type { GlobalReference, Symbolic } from "../../formats/pickle/tools/index.ts";

/** Calls that take bytes in Python 3 whatever an encoding would make of them. */
const TAKES_BYTES = /^(numpy\.(_?core\.multiarray\.(scalar|_reconstruct)|ndarray)|datetime\.(datetime|date|time))$/;

/** Byte offsets of the opcodes that bring such data. */
export function rawData(references: readonly GlobalReference[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const reference of references) {
    if (!TAKES_BYTES.test(`${reference.module}.${reference.name}`)) continue;
    for (const { args } of reference.uses) for (const value of args) collect(value, found);
  }
  return found;
}

/** The strings of a call's arguments, and those of a state that is a tuple. */
function collect(value: Symbolic, into: Set<number>): void {
  if (value.kind === "atom") into.add(value.at);
  else if (value.kind === "tuple") {
    for (const item of value.items) if (item.kind === "atom") into.add(item.at);
  }
}
