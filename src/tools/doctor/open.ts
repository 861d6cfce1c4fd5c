/**
 * A file's bytes without their shells.
 *
 * @module
 */
import { boxOf, type Shell } from "../../boxes.ts";
import { peeledBytes, shellOf } from "../../shells.ts";
import { asBytes, type SourceInput, toRanges } from "../../sources/index.ts";

export interface Opened {
  readonly packed: Uint8Array;
  readonly inner: Uint8Array;
  /** What it is packed into, the outermost first. */
  readonly shells: readonly Shell[];
}

/** Reads a source whole and unpacks it. Throws `SourceError`, `FormatError`, `TruncatedError` and `LimitError`. */
export async function opened(input: SourceInput): Promise<Opened> {
  let packed = asBytes(input);
  if (packed === null) {
    const source = await toRanges(input);
    try {
      [packed] = (await source.read!([{ at: 0, size: source.size! }])) as [Uint8Array];
    } finally {
      await source.close?.();
    }
  }
  const shells: Shell[] = [];
  await shellOf(packed)?.ready?.();
  const inner = peeledBytes(packed, {}, [], shells, boxOf);
  for (const shell of shells) await shell.ready?.();
  return { packed, inner, shells };
}
