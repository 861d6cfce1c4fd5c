/**
 * Single values of pandas: instants, spans, periods, intervals, and what stands for a missing one.
 *
 * @module
 */

import { NumpyScalar } from "../../core/ndarray/index.ts";
import type { Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyJS, pyKey, pyParts, pyReduce, pyRepr, pyType } from "../../core/values/protocol.ts";
import { inspectText, repr } from "../../core/values/repr.ts";
import { PyFloat, PyGlobal } from "../../core/values/scalars.ts";
import { tuple } from "../../core/values/tuple.ts";
import { type Freq, freqText, periodText } from "./periods.ts";
import { instantText, nanos, spanText, wall } from "./times.ts";
import type { Zone } from "./zone.ts";

const named = (name: string): PyGlobal => new PyGlobal("pandas", name);

/** What the scalars share: how they print, and that they stay what they are in plain JavaScript. */
abstract class Scalar {
  abstract [pyRepr](): Parts;
  /** How it is written: by what its class takes in every pandas. */
  abstract [pyReduce](): Reduction | PyGlobal;
  [pyJS](): unknown {
    return this;
  }
  [inspect](): string {
    return inspectText(this);
  }
  toJSON(): unknown {
    return String(this);
  }
}

/** `pandas.NaT` or `pandas.NA`: what stands for a missing value. */
export class Missing extends Scalar {
  readonly name: "NaT" | "NA";
  /** @internal */
  constructor(name: "NaT" | "NA") {
    super();
    this.name = name;
  }
  [pyReduce](): PyGlobal {
    return new PyGlobal("pandas", this.name);
  }
  get [pyType](): string {
    return this.name === "NaT" ? "NaTType" : "NAType";
  }
  [pyKey](): unknown {
    return `pandas:${this.name}`;
  }
  [pyRepr](): Parts {
    return [this.name === "NA" ? "<NA>" : "NaT"];
  }
  override toJSON(): unknown {
    return null;
  }
  override toString(): string {
    return this.name === "NA" ? "<NA>" : "NaT";
  }
}

/** `pandas.NaT`: no instant. */
export const NaT: Missing = /* @__PURE__ */ new Missing("NaT");
/** `pandas.NA`: no value. */
export const NA: Missing = /* @__PURE__ */ new Missing("NA");

/**
 * A `pandas.Timestamp`: ticks since 1970 in UTC, their unit, and the zone whose clocks show it (null for none).
 *
 * @example
 * ```ts
 * new Timestamp(0n, "ns").toString(); // "1970-01-01 00:00:00"
 * ```
 */
export class Timestamp extends Scalar {
  readonly value: bigint;
  /** `"ns"`, `"us"`, `"ms"` or `"s"`. */
  readonly unit: string;
  /** @internal */
  readonly zone: Zone | null;

  constructor(value: bigint, unit = "ns", zone: Zone | null = null) {
    super();
    this.value = value;
    this.unit = unit;
    this.zone = zone;
  }

  /** The zone's name; null without one. */
  get tz(): string | null {
    return this.zone?.name ?? null;
  }
  /** Nanoseconds since 1970 in UTC. */
  get nanoseconds(): bigint {
    return nanos(this.value, this.unit);
  }
  /** The instant, cut to the millisecond; one without a zone is taken as UTC. */
  toDate(): Date {
    const ns = this.nanoseconds;
    return new Date(Number((ns - (((ns % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n));
  }
  /** `2020-01-01T12:00:00+01:00`. */
  isoformat(): string {
    return instantText(this.nanoseconds, this.zone, -1, "T");
  }
  /** `Timestamp.__new__(value, unit=…, tz=…)`. */
  [pyReduce](): Reduction {
    const kwargs = new PyDict<string, unknown>([["unit", this.unit]]);
    if (this.zone !== null) kwargs.set("tz", this.zone.tzinfo);
    return { func: named("Timestamp"), args: tuple(this.value), isNew: true, kwargs };
  }
  get [pyType](): string {
    return "pandas.Timestamp";
  }
  [pyParts](): unknown[] {
    return [this.nanoseconds, this.tz];
  }
  [pyKey](): unknown {
    return `timestamp:${this.tz === null ? "" : "z"}:${this.nanoseconds}`;
  }
  [pyRepr](): Parts {
    // Python's %z has no colon.
    const text = String(this).replace(/([+-]\d\d):(\d\d)(:\d\d)?$/, (all, hours, minutes) =>
      this.zone === null ? all : `${hours}${minutes}`,
    );
    return [`Timestamp('${text}'${this.zone === null ? "" : `, tz='${this.zone.name}'`})`];
  }
  override toString(): string {
    return instantText(this.nanoseconds, this.zone);
  }
  override toJSON(): unknown {
    return this.isoformat();
  }
  /** Hour, minute and second on the zone's clocks begin from these nanoseconds. @internal */
  get wall(): bigint {
    return wall(this.nanoseconds, this.zone)[0];
  }
}

/** A `pandas.Timedelta`: ticks of a unit. */
export class Timedelta extends Scalar {
  readonly value: bigint;
  readonly unit: string;

  constructor(value: bigint, unit = "ns") {
    super();
    this.value = value;
    this.unit = unit;
  }

  get nanoseconds(): bigint {
    return nanos(this.value, this.unit);
  }
  /** The whole length in seconds, as near as a float64 gets. */
  get totalSeconds(): number {
    return Number(this.nanoseconds) / 1e9;
  }
  [pyReduce](): Reduction {
    return { func: named("Timedelta"), args: tuple(this.value, this.unit) };
  }
  get [pyType](): string {
    return "pandas.Timedelta";
  }
  [pyParts](): unknown[] {
    return [this.nanoseconds];
  }
  [pyKey](): unknown {
    return `pandas timedelta:${this.nanoseconds}`;
  }
  [pyRepr](): Parts {
    return [`Timedelta('${this}')`];
  }
  override toString(): string {
    return spanText(this.nanoseconds);
  }
}

/** A `pandas.Period`: its ordinal, counted from 1970 in its frequency. */
export class Period extends Scalar {
  readonly ordinal: bigint;
  /** @internal */
  readonly freq: Freq | null;
  /** @internal The frequency as Python has it. */
  readonly offset: unknown;

  /** @internal */
  constructor(ordinal: bigint, freq: Freq | null, offset: unknown) {
    super();
    this.ordinal = ordinal;
    this.freq = freq;
    this.offset = offset;
  }

  /** Its frequency's name: `M`, `Q-DEC`, `D`. */
  get freqstr(): string {
    return freqText(this.freq);
  }
  [pyReduce](): Reduction {
    return { func: named("Period"), args: tuple(null, this.offset, this.ordinal) };
  }
  get [pyType](): string {
    return "pandas.Period";
  }
  [pyParts](): unknown[] {
    return [this.ordinal, this.freqstr];
  }
  [pyKey](): unknown {
    return `period:${this.freqstr}:${this.ordinal}`;
  }
  [pyRepr](): Parts {
    return [`Period('${this}', '${this.freqstr}')`];
  }
  override toString(): string {
    return periodText(this.ordinal, this.freq);
  }
}

/** Which ends belong to an interval. */
export type Closed = "left" | "right" | "both" | "neither";

/** A `pandas.Interval`: two ends, and which of them belong to it. */
export class Interval extends Scalar {
  readonly left: unknown;
  readonly right: unknown;
  readonly closed: Closed;

  /** The ends are floats, and print as such. */
  readonly #floats: boolean;
  /** @internal The ends as Python is to see them. */
  get ends(): readonly [unknown, unknown] {
    return [this.#end(this.left), this.#end(this.right)];
  }

  constructor(left: unknown, right: unknown, closed: Closed = "right", floats = false) {
    super();
    this.#floats = floats;
    this.left = left;
    this.right = right;
    this.closed = closed;
  }

  [pyReduce](): Reduction {
    return { func: named("Interval"), args: tuple(...this.ends, this.closed) };
  }
  get [pyType](): string {
    return "pandas.Interval";
  }
  [pyParts](): unknown[] {
    return [this.left, this.right, this.closed];
  }
  [pyRepr](): Parts {
    return ["Interval(", this.#end(this.left), ", ", this.#end(this.right), `, closed='${this.closed}')`];
  }
  override toString(): string {
    const open = this.closed === "left" || this.closed === "both" ? "[" : "(";
    const close = this.closed === "right" || this.closed === "both" ? "]" : ")";
    const text = (value: unknown): string =>
      value instanceof Scalar || value instanceof NumpyScalar ? String(value) : repr(this.#end(value));
    return `${open}${text(this.left)}, ${text(this.right)}${close}`;
  }
  #end(value: unknown): unknown {
    return this.#floats && typeof value === "number" ? new PyFloat(value) : value;
  }
}
