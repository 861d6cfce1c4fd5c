/**
 * Python's `datetime` module, to the microsecond, with fold and time zones.
 *
 * The bytes in a pickle are those of `datetime.__reduce_ex__` (Lib/_pydatetime.py): year (2 bytes, big endian), month,
 * day, hour, minute, second, microsecond (3 bytes); from protocol 4 on, bit 7 of the month (of a time's hour) is fold.
 *
 * @module
 */
import type { PackContext } from "../../core/pack.ts";
import { type Parts, pyKey, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import type { PyTuple } from "../../core/values/tuple.ts";
import { bytes, int, isInt, PyValue, pyInt, reduces, refuse, type Table } from "./table.ts";
import { PyTimeDelta, PyTimeZone, PyZoneInfo, utcOffset, zoneKey, zoneOffset } from "./timezone.ts";

const two = (n: number): string => String(n).padStart(2, "0");

function checkDate(year: number, month: number, day: number): void {
  int(year, "year", 1, 9999);
  int(month, "month", 1, 12);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  int(day, "day", 1, month === 2 ? (leap ? 29 : 28) : 30 + ((month + (month >> 3)) & 1));
}

/** Milliseconds from 1970 to the start of a day; `Date.UTC` mistakes years below 100. */
function dayStart(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

/** A Python `datetime.date`. */
export class PyDate extends PyValue {
  readonly year: number;
  readonly month: number;
  readonly day: number;

  constructor(year: number, month: number, day: number) {
    super();
    checkDate(year, month, day);
    this.year = year;
    this.month = month;
    this.day = day;
  }

  get [pyType](): string {
    return "datetime.date";
  }
  [pyKey](): unknown {
    return `date:${this}`;
  }
  [pyRepr](): Parts {
    return [`datetime.date(${this.year}, ${this.month}, ${this.day})`];
  }
  /** `2020-01-02`. */
  override toString(): string {
    return `${String(this.year).padStart(4, "0")}-${two(this.month)}-${two(this.day)}`;
  }
  toJSON(): string {
    return this.toString();
  }
  /** Midnight of that day in UTC. */
  toDate(): Date {
    return new Date(dayStart(this.year, this.month, this.day));
  }
}

/** Text of a clock as Python's `isoformat` writes it. */
function clockText(t: PyTime | PyDateTime): string {
  const micro = t.microsecond ? `.${String(t.microsecond).padStart(6, "0")}` : "";
  const offset = zoneOffset(t.tzinfo);
  return `${two(t.hour)}:${two(t.minute)}:${two(t.second)}${micro}${offset === null ? "" : utcOffset(offset).slice(3) || "+00:00"}`;
}

/** The end of a clock's repr, from the seconds on. */
function clockParts(t: PyTime | PyDateTime, start: string): Parts {
  const { second, microsecond, fold, tzinfo } = t;
  const clock = microsecond ? `, ${second}, ${microsecond}` : second ? `, ${second}` : "";
  const head = `${start}${t.hour}, ${t.minute}${clock}${fold ? ", fold=1" : ""}`;
  return tzinfo === null ? [`${head})`] : [`${head}, tzinfo=`, tzinfo, ")"];
}

function checkClock(t: PyTime | PyDateTime): void {
  int(t.hour, "hour", 0, 23);
  int(t.minute, "minute", 0, 59);
  int(t.second, "second", 0, 59);
  int(t.microsecond, "microsecond", 0, 999_999);
  int(t.fold, "fold", 0, 1);
  if (t.tzinfo !== null && typeof t.tzinfo !== "object") refuse("tzinfo", "a tzinfo", t.tzinfo);
}

/** A Python `datetime.time`; `tzinfo` is null for a naive one. */
export class PyTime extends PyValue {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  readonly tzinfo: unknown;
  readonly fold: number;

  constructor(hour = 0, minute = 0, second = 0, microsecond = 0, tzinfo: unknown = null, fold = 0) {
    super();
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
    this.tzinfo = tzinfo;
    this.fold = fold;
    checkClock(this);
  }

  get [pyType](): string {
    return "datetime.time";
  }
  /** @internal The fixed offset of its time zone in microseconds; null where there is none. */
  get micros(): number | null {
    return zoneOffset(this.tzinfo);
  }
  [pyKey](): unknown {
    const zone = zoneKey(this.tzinfo);
    if (zone === null) return undefined;
    const seconds = (this.hour * 60 + this.minute) * 60 + this.second;
    const offset = zoneOffset(this.tzinfo) ?? 0;
    return `time:${zone}:${seconds * 1e6 + this.microsecond - offset}`;
  }
  [pyParts](): unknown[] {
    return [this.hour, this.minute, this.second, this.microsecond, this.tzinfo];
  }
  [pyRepr](): Parts {
    return clockParts(this, "datetime.time(");
  }
  /** `03:04:05.000006+00:00`. */
  override toString(): string {
    return clockText(this);
  }
  toJSON(): string {
    return this.toString();
  }
}

/**
 * A Python `datetime.datetime`, to the microsecond; `tzinfo` is null for a naive one.
 *
 * @example
 * ```ts
 * new PyDateTime(2020, 1, 2, 3, 4, 5, 6, PyTimeZone.utc).toDate(); // 2020-01-02T03:04:05.000Z
 * ```
 */
export class PyDateTime extends PyValue {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  readonly tzinfo: unknown;
  readonly fold: number;

  constructor(
    year: number,
    month: number,
    day: number,
    hour = 0,
    minute = 0,
    second = 0,
    microsecond = 0,
    tzinfo: unknown = null,
    fold = 0,
  ) {
    super();
    checkDate(year, month, day);
    this.year = year;
    this.month = month;
    this.day = day;
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
    this.tzinfo = tzinfo;
    this.fold = fold;
    checkClock(this);
  }

  /** The aware UTC datetime of a `Date`. */
  static fromDate(date: Date): PyDateTime {
    if (Number.isNaN(date.getTime())) throw new TypeError("an invalid Date is no moment: use null, or drop the field");
    return new PyDateTime(
      date.getUTCFullYear(),
      date.getUTCMonth() + 1,
      date.getUTCDate(),
      date.getUTCHours(),
      date.getUTCMinutes(),
      date.getUTCSeconds(),
      date.getUTCMilliseconds() * 1000,
      PyTimeZone.utc,
    );
  }

  get [pyType](): string {
    return "datetime.datetime";
  }
  /** @internal The fixed offset of its time zone in microseconds; null where there is none. */
  get micros(): number | null {
    return zoneOffset(this.tzinfo);
  }
  [pyKey](): unknown {
    const zone = zoneKey(this.tzinfo);
    if (zone === null) return undefined;
    const offset = zoneOffset(this.tzinfo) ?? 0;
    return `datetime:${zone}:${BigInt(this.#wall()) * 1000n + BigInt((this.microsecond % 1000) - offset)}`;
  }
  [pyParts](): unknown[] {
    return [this.#wall(), this.microsecond, this.tzinfo];
  }
  [pyRepr](): Parts {
    return clockParts(this, `datetime.datetime(${this.year}, ${this.month}, ${this.day}, `);
  }
  /** `2020-01-02 03:04:05.000006+00:00`. */
  override toString(): string {
    return `${new PyDate(this.year, this.month, this.day)} ${clockText(this)}`;
  }
  toJSON(): string {
    return this.toString().replace(" ", "T");
  }

  /**
   * The instant as a `Date`, cut to the millisecond; a naive datetime is taken as UTC, or as `"local"` time.
   *
   * @throws RangeError when the offset of its time zone is not known here.
   */
  toDate(naive: "utc" | "local" = "utc"): Date {
    const wall = this.#wall();
    const { tzinfo } = this;
    if (tzinfo === null) {
      if (naive === "utc") return new Date(wall);
      const date = new Date(0);
      date.setFullYear(this.year, this.month - 1, this.day);
      date.setHours(this.hour, this.minute, this.second, Math.floor(this.microsecond / 1000));
      return date;
    }
    if (tzinfo instanceof PyZoneInfo) return new Date(tzinfo.toInstant(wall, this.fold));
    const offset = zoneOffset(tzinfo);
    if (offset === null) throw new RangeError(`the UTC offset of ${this} is known to Python only`);
    return new Date(Math.floor(wall - offset / 1000));
  }

  /** Milliseconds from 1970 on the wall clock. */
  #wall(): number {
    const minutes = this.hour * 60 + this.minute;
    return (
      dayStart(this.year, this.month, this.day) +
      (minutes * 60 + this.second) * 1000 +
      Math.floor(this.microsecond / 1000)
    );
  }
}

/** The pickled form of `length` bytes; undefined when the fields are given one by one. */
function payload([first]: PyTuple, length: number): Uint8Array | undefined {
  if (isInt(first) || first === undefined) return undefined;
  const data = bytes(first, "the pickled form");
  if (data.length !== length) throw new TypeError(`the pickled form must have ${length} bytes, not ${data.length}`);
  return data;
}

/** The fields from the hour on: hour, minute, second, microsecond, tzinfo. */
function clock(data: Uint8Array, at: number, tzinfo: unknown): [number, number, number, number, unknown] {
  const micro = (data[at + 3]! << 16) | (data[at + 4]! << 8) | data[at + 5]!;
  return [data[at]!, data[at + 1]!, data[at + 2]!, micro, tzinfo ?? null];
}

/** Fields given one by one, of which the first `least` must be there; the one after all of them is the time zone. */
function fields(args: PyTuple, names: readonly string[], least: number): [number, number, number] {
  if (args.length < least || args.length > names.length + 1)
    throw new TypeError(`expected ${least} to ${names.length + 1} arguments, not ${args.length}`);
  return args.map((n, i) => (i < names.length ? int(n, names[i] as string) : n)) as [number, number, number];
}

const DATE = ["year", "month", "day"] as const;
const CLOCK = ["hour", "minute", "second", "microsecond"] as const;

function makeDate(args: PyTuple): PyDate {
  const data = payload(args, 4);
  if (data) return new PyDate(data[0]! * 256 + data[1]!, data[2]!, data[3]!);
  if (args.length > 3) throw new TypeError(`date takes 3 arguments, not ${args.length}`);
  return new PyDate(...fields(args, DATE, 3));
}

function makeTime(args: PyTuple): PyTime {
  const data = payload(args, 6);
  if (data === undefined) return new PyTime(...fields(args, CLOCK, 0));
  const [hour, ...rest] = clock(data, 0, args[1]);
  return new PyTime(hour & 127, ...rest, hour >> 7);
}

function makeDateTime(args: PyTuple): PyDateTime {
  const data = payload(args, 10);
  if (data === undefined) return new PyDateTime(...fields(args, [...DATE, ...CLOCK], 3));
  const month = data[2]!;
  return new PyDateTime(data[0]! * 256 + data[1]!, month & 127, data[3]!, ...clock(data, 4, args[1]), month >> 7);
}

/** The pickled bytes; fold is bit 7 of the first byte of `rest` before the clock, from protocol 4 on. */
function clockArgs(t: PyTime | PyDateTime, context: PackContext): unknown[] {
  const fold = context.protocol > 3 ? t.fold << 7 : 0;
  const date = t instanceof PyTime ? [] : [t.year >> 8, t.year & 255, t.month | fold, t.day];
  const micro = t.microsecond;
  const hour = t instanceof PyTime ? t.hour | fold : t.hour;
  const data = Uint8Array.of(...date, hour, t.minute, t.second, micro >> 16, (micro >> 8) & 255, micro & 255);
  return t.tzinfo === null ? [data] : [data, t.tzinfo];
}

export const datetimes: Table = {
  globals: {
    "datetime.date": { call: makeDate },
    "datetime.time": { call: makeTime },
    "datetime.datetime": { call: makeDateTime },
    "datetime.timedelta": {
      call(args) {
        // Fractions, milliseconds and weeks, which no pickler writes, are left to Python.
        if (args.length > 3 || !args.every(isInt)) return undefined;
        return new PyTimeDelta(...(args.map((n, i) => int(n, ["days", "seconds", "microseconds"][i]!)) as []));
      },
    },
    "datetime.timezone": {
      call([offset, name]) {
        if (!(offset instanceof PyTimeDelta)) return refuse("offset", "a timedelta", offset);
        if (name === undefined) return offset.isZero ? PyTimeZone.utc : new PyTimeZone(offset);
        return new PyTimeZone(offset, typeof name === "string" ? name : refuse("name", "a str", name));
      },
    },
    "datetime.timezone.utc": { value: PyTimeZone.utc },
    "zoneinfo.ZoneInfo": { call: ([key]) => PyZoneInfo.from(key, true) },
    "zoneinfo.ZoneInfo._unpickle": { call: ([key, cached]) => PyZoneInfo.from(key, cached === undefined || !!cached) },
  },
  reducers: [
    reduces(PyDate, "datetime", "date", (d: PyDate) => [Uint8Array.of(d.year >> 8, d.year & 255, d.month, d.day)]),
    reduces(PyTime, "datetime", "time", clockArgs),
    reduces(PyDateTime, "datetime", "datetime", clockArgs),
    reduces(Date, "datetime", "datetime", (date: Date, context) => clockArgs(PyDateTime.fromDate(date), context)),
    reduces(PyTimeDelta, "datetime", "timedelta", (d: PyTimeDelta, context) =>
      [d.days, d.seconds, d.microseconds].map((n) => pyInt(n, context)),
    ),
    reduces(PyTimeZone, "datetime", "timezone", (z: PyTimeZone) => (z.name === null ? [z.offset] : [z.offset, z.name])),
    reduces(PyZoneInfo, "zoneinfo", "ZoneInfo._unpickle", (z: PyZoneInfo, context) => [
      z.key,
      pyInt(+z.cached, context),
    ]),
  ],
};
