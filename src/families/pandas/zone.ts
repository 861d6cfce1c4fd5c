/**
 * Time zones of frames: their names as pandas prints them, and their offsets at an instant.
 *
 * @module
 */
import { PyObject } from "../../core/values/object.ts";
import { pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import { isTuple } from "../../core/values/tuple.ts";
import { PyTimeDelta, PyTimeZone, PyZoneInfo } from "../stdlib/index.ts";
import { attr } from "./recipe.ts";
import { offsetText } from "./times.ts";

/** A time zone as Python has it (`tzinfo`), under the name pandas prints. */
export class Zone {
  readonly name: string;
  /** The `tzinfo` of Python. */
  readonly tzinfo: unknown;
  readonly #fixed: number | null;
  #iana: PyZoneInfo | null;
  /** The quarter of an hour that was asked for last, and its offset: rows often follow each other. */
  #last = Number.NaN;
  #offset = 0;

  constructor(tzinfo: unknown) {
    const [name, fixed, iana] = described(tzinfo);
    // What Arrow has as a text is written as one of Python's zones.
    this.tzinfo =
      typeof tzinfo !== "string"
        ? tzinfo
        : fixed !== null && iana === null
          ? new PyTimeZone(new PyTimeDelta(0, fixed))
          : new PyZoneInfo(tzinfo);
    this.name = name;
    this.#fixed = fixed;
    this.#iana = iana === null ? null : new PyZoneInfo(iana);
  }

  /** Its name in the IANA database, or its offset where that never changes (`"+05:30"`); null where neither is known. */
  get iana(): string | null {
    if (this.#iana !== null) return this.#iana.key;
    if (this.#fixed === null) return null;
    return this.#fixed === 0 ? "UTC" : offsetText(this.#fixed);
  }

  /** Seconds that clocks of the zone are ahead of UTC at an instant (ms); null where only Python knows. */
  offsetAt(ms: number): number | null {
    if (this.#fixed !== null) return this.#fixed;
    if (this.#iana === null) return null;
    const slot = Math.floor(ms / 900_000);
    if (slot === this.#last) return this.#offset;
    const at = slot * 900_000;
    if (Math.abs(at) > 8.64e15) return null;
    try {
      this.#offset = this.#iana.offsetAt(at) / 1000;
    } catch {
      // A name that this runtime's database does not have: it is not asked again.
      this.#iana = null;
      return null;
    }
    this.#last = slot;
    return this.#offset;
  }
}

function described(tz: unknown): [name: string, fixed: number | null, iana: string | null] {
  if (tz instanceof PyZoneInfo) return [tz.key, tz.key === "UTC" ? 0 : null, tz.key];
  if (tz instanceof PyTimeZone) return [String(tz), tz.micros / 1e6, null];
  if (typeof tz === "string") {
    const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(tz) ?? [];
    if (sign !== undefined) return [tz, (sign === "-" ? -60 : 60) * (60 * Number(hours) + Number(minutes)), null];
    return [tz, tz === "UTC" ? 0 : null, tz];
  }
  if (tz instanceof PyObject) {
    const type = tz[pyType];
    const [first] = tz.args;
    if (type === "pytz._UTC") return ["UTC", 0, null];
    if (type === "pytz._p" && typeof first === "string") return [first, null, first];
    if (/^pytz\._?FixedOffset$/.test(type) && first !== undefined) {
      return [`pytz.FixedOffset(${first})`, Number(first) * 60, null];
    }
    if (/^dateutil\.tz.*\.tzutc$/.test(type)) return ["tzutc()", 0, null];
    if (/^dateutil\.tz.*\.(tzoffset|tzlocal|tzstr)$/.test(type)) return steady(tz, type);
    // From dateutil 3 on with its name, the path of its file and its changes.
    if (type === "dateutil.tz._tzfile._unpickle") return unpickled(tz);
    if (/^dateutil\.tz.*\.(tzfile|gettz|__get_gettz.*)$/.test(type)) {
      const file = String(attr(tz, "_filename") ?? tz.args.find((arg) => typeof arg === "string") ?? "");
      const found = /(?:zoneinfo\/|^)([A-Z][\w+-]*(?:\/[\w+-]+)*)$/.exec(file)?.[1] ?? null;
      return [`tzfile('${file}')`, null, found];
    }
    return [type, null, null];
  }
  return [String(tz), null, null];
}

/** Zones of dateutil that know no changes of their clocks, or keep them in rules. */
function steady(tz: PyObject, type: string): [name: string, fixed: number | null, iana: string | null] {
  const seconds = (value: unknown): number | null => (value instanceof PyTimeDelta ? value.totalSeconds : null);
  const [name, length] = tz.args;
  if (type.endsWith("tzoffset")) {
    const offset = seconds(attr(tz, "_offset") ?? length) ?? (typeof length === "number" ? length : null);
    return [`tzoffset(${repr(attr(tz, "_name") ?? name ?? null)}, ${offset})`, offset, null];
  }
  const own = type.endsWith("tzstr") ? `tzstr(${repr(attr(tz, "_s") ?? name)})` : "tzlocal()";
  return [own, attr(tz, "_hasdst", "hasdst") ? null : seconds(attr(tz, "_std_offset")), null];
}

function unpickled(tz: PyObject): [name: string, fixed: number | null, iana: string | null] {
  const parts = tz.args[0];
  const [, key, path] = isTuple(parts) ? parts : tz.args;
  const iana = typeof key === "string" && key !== "" ? key : null;
  return [`tzfile(${repr(path ?? key ?? null)})`, iana === "UTC" ? 0 : null, iana];
}
