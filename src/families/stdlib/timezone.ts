/**
 * Time deltas and time zones of Python's `datetime` and `zoneinfo`.
 *
 * @module
 */
import { PyObject } from "../../core/values/object.ts";
import { type Parts, pyKey, pyRepr, pyType } from "../../core/values/protocol.ts";
import { int, PyValue, text } from "./table.ts";

/** A Python `datetime.timedelta`, normalized: `0 <= seconds < 86400`, `0 <= microseconds < 10**6`. */
export class PyTimeDelta extends PyValue {
  readonly days: number;
  readonly seconds: number;
  readonly microseconds: number;

  constructor(days = 0, seconds = 0, microseconds = 0) {
    super();
    const carried = seconds + Math.floor(microseconds / 1e6);
    this.microseconds = microseconds - Math.floor(microseconds / 1e6) * 1e6;
    this.seconds = carried - Math.floor(carried / 86400) * 86400;
    this.days = int(days + Math.floor(carried / 86400), "days", -999_999_999, 999_999_999);
  }

  get isZero(): boolean {
    return !this.days && !this.seconds && !this.microseconds;
  }
  /** The whole length in seconds, as near as a float64 gets. */
  get totalSeconds(): number {
    return this.days * 86400 + this.seconds + this.microseconds / 1e6;
  }
  /** The whole length in milliseconds, as JavaScript's times are counted. */
  override valueOf(): number {
    return (this.days * 86400 + this.seconds) * 1000 + this.microseconds / 1000;
  }
  get [pyType](): string {
    return "datetime.timedelta";
  }
  [pyKey](): unknown {
    return `timedelta:${this.days},${this.seconds},${this.microseconds}`;
  }
  [pyRepr](): Parts {
    const parts = (["days", "seconds", "microseconds"] as const).filter((name) => this[name] !== 0);
    return [`datetime.timedelta(${parts.map((name) => `${name}=${this[name]}`).join(", ") || 0})`];
  }
  /** `1 day, 0:00:02.000003`. */
  override toString(): string {
    const { days, seconds, microseconds } = this;
    const date = days ? `${days} day${Math.abs(days) === 1 ? "" : "s"}, ` : "";
    return date + clockOf(seconds, microseconds, 1);
  }
}

function clockOf(seconds: number, micro: number, width: number): string {
  const pad = (n: number, to = 2): string => String(n).padStart(to, "0");
  const clock = `${pad(Math.floor(seconds / 3600), width)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return micro ? `${clock}.${pad(micro, 6)}` : clock;
}

/** Python's name of an offset in microseconds: `UTC+02:00`. */
export function utcOffset(micros: number): string {
  if (micros === 0) return "UTC";
  const size = Math.abs(micros);
  const clock = clockOf(Math.floor(size / 1e6), size % 1e6, 2);
  return `UTC${micros < 0 ? "-" : "+"}${clock.endsWith(":00") ? clock.slice(0, -3) : clock}`;
}

/** A Python `datetime.timezone`: a fixed offset from UTC; {@link PyTimeZone.utc} is the one of offset zero. */
export class PyTimeZone extends PyValue {
  static readonly utc: PyTimeZone = new PyTimeZone(new PyTimeDelta());
  readonly offset: PyTimeDelta;
  readonly name: string | null;

  constructor(offset: PyTimeDelta, name: string | null = null) {
    super();
    this.offset = offset;
    this.name = name;
    if (Math.abs(this.micros) >= 86400e6) throw new RangeError(`offset must be less than a day, not ${offset}`);
  }

  /** @internal the offset in microseconds */
  get micros(): number {
    return (this.offset.days * 86400 + this.offset.seconds) * 1e6 + this.offset.microseconds;
  }
  get [pyType](): string {
    return "datetime.timezone";
  }
  [pyKey](): unknown {
    return `timezone:${this.micros}`;
  }
  [pyRepr](): Parts {
    if (this.name === null && this.offset.isZero) return ["datetime.timezone.utc"];
    return ["datetime.timezone(", this.offset, ...(this.name === null ? [")"] : [", ", this.name, ")"])];
  }
  /** `UTC+02:00`, or the name. */
  override toString(): string {
    return this.name ?? utcOffset(this.micros);
  }
}

/** A Python `zoneinfo.ZoneInfo`: a zone by its name in the IANA database. */
export class PyZoneInfo extends PyValue {
  readonly key: string;
  /** False for one made by `ZoneInfo.no_cache`. */
  readonly cached: boolean;
  #format: Intl.DateTimeFormat | null = null;

  constructor(key: string, cached = true) {
    super();
    this.key = key;
    this.cached = cached;
  }

  static from(key: unknown, cached: boolean): PyZoneInfo {
    return new PyZoneInfo(text(key, "key"), cached);
  }
  get [pyType](): string {
    return "zoneinfo.ZoneInfo";
  }
  [pyKey](): unknown {
    return `zoneinfo:${this.key}`;
  }
  [pyRepr](): Parts {
    return ["zoneinfo.ZoneInfo(key=", this.key, ")"];
  }
  override toString(): string {
    return this.key;
  }

  /**
   * How far clocks of this zone are ahead of UTC at an instant, both in milliseconds, by the runtime's own database.
   * Throws `RangeError` for a zone that the runtime does not know.
   */
  offsetAt(instant: number): number {
    this.#format ??= new Intl.DateTimeFormat("en-US", {
      timeZone: this.key,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    const part: Record<string, string> = {};
    for (const { type, value } of this.#format.formatToParts(instant)) part[type] = value;
    const year = part["era"]?.startsWith("B") ? 1 - Number(part["year"]) : Number(part["year"]);
    const day = new Date(0).setUTCFullYear(year, Number(part["month"]) - 1, Number(part["day"]));
    const seconds = (Number(part["hour"]) * 60 + Number(part["minute"])) * 60 + Number(part["second"]);
    return day + seconds * 1000 - Math.floor(instant / 1000) * 1000;
  }

  /** The instant at which clocks of this zone show `wall` (both in ms; `fold` 1 is the second time they do). */
  toInstant(wall: number, fold: number): number {
    // As PEP 495: the offset before a change is meant for fold 0, the one after it for fold 1.
    const before = this.offsetAt(wall - 86400e3);
    const after = this.offsetAt(wall + 86400e3);
    if (before === after) return wall - this.offsetAt(wall - before);
    const fits = [before, after].filter((offset) => this.offsetAt(wall - offset) === offset);
    return wall - (fits.length === 1 ? fits[0]! : fold ? after : before);
  }
}

/** A tag that is the same for zones whose clocks may be compared; null when nothing is known of the zone. */
export function zoneKey(zone: unknown): string | null {
  if (zone === null) return "naive";
  if (zone instanceof PyZoneInfo) return zone.key;
  return zoneOffset(zone) === null ? null : "utc";
}

/** The fixed UTC offset of a tzinfo in microseconds, also of pytz and dateutil; null when there is none. */
export function zoneOffset(zone: unknown): number | null {
  if (zone instanceof PyTimeZone) return zone.micros;
  if (!(zone instanceof PyObject)) return null;
  const name = zone[pyType];
  if (name === "pytz._UTC" || name === "dateutil.tz.tz.tzutc") return 0;
  return name === "pytz._p" && typeof zone.args[1] === "number" ? zone.args[1] * 1e6 : null;
}
