/**
 * `dumps` and the class behind it.
 *
 * @module
 */
import type { Pack } from "../../../core/pack.ts";
import type { DumpOptions } from "../options.ts";
import { stdlib } from "../stdlib.ts";
import { Pickling } from "./pickler.ts";
import { finishPieces, finishWhole } from "./raw.ts";
import { Reducers } from "./reducers.ts";
import type { Writer } from "./writer.ts";

/** The highest protocol that is written (PEP 574). */
export const HIGHEST_PROTOCOL = 5;
/** The protocol written when none is asked for: all Pythons from 3.4 on read it. */
export const DEFAULT_PROTOCOL = 4;

const PACKS: readonly Pack[] = [stdlib];
const DEFAULTS: DumpOptions = {};
const KEPT = 1 << 20;

/** One idle machine; a call takes it and puts it back, so calls may nest. */
let idle: Pickling | null = null;

/** The protocol that options ask for; throws `RangeError` above 5. */
export function protocolOf(options: DumpOptions): number {
  const asked = options.protocol ?? DEFAULT_PROTOCOL;
  if (!Number.isInteger(asked) || asked > HIGHEST_PROTOCOL) {
    throw new RangeError(`pickle protocol must be <= ${HIGHEST_PROTOCOL}, got ${asked}`);
  }
  if (options.bufferCallback && asked >= 0 && asked < 5) throw new RangeError("bufferCallback needs protocol >= 5");
  return asked < 0 ? HIGHEST_PROTOCOL : asked;
}

/** Readies a machine for a run under `options`. */
export function prepare(p: Pickling, options: DumpOptions, protocol: number): void {
  if (options === DEFAULTS && p.reducers?.options === DEFAULTS && !p.reducers.used) return;
  p.reducers = new Reducers(options, protocol, PACKS);
  p.floatsOnly = options.ints === "bigint";
  p.fast = options.fast === true;
  p.frozenLists = options.frozen === "list";
}

/** Writes one value and gives its bytes. */
export function dumpWith(p: Pickling, value: unknown, protocol: number, canonical: boolean): Uint8Array {
  p.w.begin(protocol, canonical);
  p.dump(value);
  return finishWhole(p.w);
}

/** Starts a new memo. */
export function forget(p: Pickling): void {
  p.memo.clear();
  p.w.memoCount = 0;
  p.w.forgetStrings();
  p.token = {};
}

/**
 * Writes a value as a pickle, protocol 4 unless told otherwise, and gives its bytes (Python: `pickle.dumps`).
 *
 * Throws `PicklingError` with the path to a value that cannot be saved, `RangeError` for a wrong protocol.
 *
 * @example
 * ```ts
 * dumps({ name: "Ada", scores: [1, 2.5] }, { protocol: 2 });
 * ```
 */
export function dumps(value: unknown, options: DumpOptions = DEFAULTS): Uint8Array {
  return dumped(value, options, finishWhole);
}

/** The same in pieces: large bytes that stand between frames are not copied. */
export function dumpsPieces(value: unknown, options: DumpOptions): Uint8Array[] {
  return dumped(value, options, finishPieces);
}

function dumped<T>(value: unknown, options: DumpOptions, finish: (w: Writer) => T): T {
  const protocol = protocolOf(options);
  const p = idle ?? new Pickling();
  idle = null;
  try {
    prepare(p, options, protocol);
    p.w.begin(protocol, options.canonical === true);
    p.dump(value);
    return finish(p.w);
  } finally {
    p.reset();
    forget(p);
    if (p.w.out.length <= KEPT) idle = p;
  }
}
