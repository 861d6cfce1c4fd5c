/**
 * Prints any value exactly as Python's `repr` does, however deep it is.
 *
 * @module
 */
import { reprByteArray, reprBytes, reprFloat, reprInt, reprString } from "./literal.ts";
import { type Parts, pyRepr, pyShort, pyType } from "./protocol.ts";
import { isFloatAt, isTuple } from "./tuple.ts";

/** A float box for the repr walker, so that `1.0` prints as Python prints it. */
export class ShownFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Options of {@link repr}. */
export interface ReprOptions {
  /** What stands for a container inside itself: Python's `[...]`, or pprint's `<Recursion on list …>`. */
  recursion?: "python" | "named";
  /** Characters after which the text is cut off with `…`. */
  maxChars?: number;
}

/** A container being printed: an array, or parts (`source[0]` text, `source[1]` value…). */
interface Frame {
  readonly value: object;
  readonly source: readonly unknown[];
  readonly close: string | null;
  at: number;
}

const RECURSION: Readonly<Record<string, string>> = {
  list: "[...]",
  tuple: "(...)",
  dict: "{...}",
  set: "set(...)",
  frozenset: "frozenset(...)",
  "collections.deque": "[...]",
  "collections.defaultdict": "defaultdict(...)",
  "types.SimpleNamespace": "namespace(...)",
};

/** Characters after which an instance that was printed before is only named. */
const LONG = 100_000;

/**
 * Python's `repr` of a value. In very long texts instances of unknown classes, which Python would print in a way of
 * their own, are printed once and then named: what refers to each other in many ways would not end.
 *
 * @example
 * ```ts
 * repr([null, true, "it's", tuple(1)]); // "[None, True, \"it's\", (1,)]"
 * ```
 */
export function repr(value: unknown, options: ReprOptions = {}): string {
  const { recursion = "python", maxChars = Number.POSITIVE_INFINITY } = options;
  const stack: Frame[] = [];
  const open = new Set<object>();
  const shown = new Set<unknown>();
  let text = "";
  let next: unknown = value;
  for (;;) {
    const leaf = leafText(next);
    if (leaf !== null) text += leaf;
    else if (open.has(next as object)) {
      const type = typeName(next);
      text += recursion === "named" ? `<Recursion on ${type} …>` : (RECURSION[type] ?? "...");
    } else if (text.length > LONG && shown.has(next) && pyShort in (next as object)) {
      text += (next as { [pyShort]: string })[pyShort];
    } else {
      if (pyShort in (next as object)) shown.add(next);
      const frame = frameOf(next as object);
      if (frame.close !== null) text += frame.close === "]" ? "[" : "(";
      open.add(frame.value);
      stack.push(frame);
    }
    for (;;) {
      if (text.length > maxChars) return `${text.slice(0, maxChars)}…`;
      const frame = stack[stack.length - 1];
      if (frame === undefined) return text;
      const { source, close } = frame;
      if (close === null) {
        text += (source[frame.at++] as string | undefined) ?? "";
        if (frame.at < source.length) {
          next = source[frame.at++];
          break;
        }
      } else if (frame.at < source.length) {
        if (frame.at > 0) text += ", ";
        next = source[frame.at];
        if (typeof next === "number" && isFloatAt(source, frame.at)) next = new ShownFloat(next);
        frame.at++;
        break;
      } else text += close;
      stack.pop();
      open.delete(frame.value);
    }
  }
}

/** Characters of values that are printed without being asked how many. */
export const MOST_CHARS = 1e6;

/** What Node prints: `repr` that names recursion and ends after a million characters. */
export function inspectText(value: unknown): string {
  return repr(value, { recursion: "named", maxChars: MOST_CHARS });
}

/** Python's name of a value's type, as far as JavaScript's values have one. */
export function typeName(value: unknown): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "str";
  if (typeof value === "number") return Number.isSafeInteger(value) && !Object.is(value, -0) ? "int" : "float";
  if (typeof value === "bigint") return "int";
  if (typeof value !== "object") return `js ${typeof value}`;
  const type = (value as { [pyType]?: unknown })[pyType];
  if (typeof type === "string") return type;
  if (Array.isArray(value)) return isTuple(value) ? "tuple" : "list";
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return "bytes";
  if (value instanceof Map || isPlain(value)) return "dict";
  if (value instanceof Set) return "set";
  if (value instanceof Date) return "datetime.datetime";
  return `js ${(value.constructor as { name?: string } | undefined)?.name || "object"}`;
}

/** Is this an object literal, or an object without prototype? */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Text of a value without parts; null for one with parts. */
function leafText(value: unknown): string | null {
  switch (typeof value) {
    case "string":
      return reprString(value);
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : reprFloat(value);
    case "bigint":
      return reprInt(value);
    case "boolean":
      return value ? "True" : "False";
    case "object":
      break;
    default:
      return `<js ${typeof value}>`;
  }
  if (value === null) return "None";
  if (value instanceof ShownFloat) return reprFloat(value.value);
  if (Array.isArray(value) || typeof (value as { [pyRepr]?: unknown })[pyRepr] === "function") return null;
  const type = typeName(value);
  if (value instanceof Uint8Array) return type === "bytearray" ? reprByteArray(value) : reprBytes(value);
  if (value instanceof ArrayBuffer) return reprBytes(new Uint8Array(value));
  if (value instanceof Date && !Number.isNaN(value.getTime())) return dateText(value);
  return type === "dict" || type === "set" ? null : `<${type}>`;
}

function dateText(date: Date): string {
  const [year, month, day, hour, minute, second, ms] = date
    .toISOString()
    .split(/(?!^)\D+/)
    .map(Number);
  const micro = ms ? `, ${second}, ${ms}000` : second ? `, ${second}` : "";
  return `datetime.datetime(${year}, ${month}, ${day}, ${hour}, ${minute}${micro}, tzinfo=datetime.timezone.utc)`;
}

function frameOf(value: object): Frame {
  const method = (value as { [pyRepr]?: () => Parts })[pyRepr];
  if (typeof method === "function") return { value, source: method.call(value), close: null, at: 0 };
  if (Array.isArray(value)) {
    return { value, source: value, close: !isTuple(value) ? "]" : value.length === 1 ? ",)" : ")", at: 0 };
  }
  const source: Parts = [];
  if (value instanceof Set) {
    for (const item of value) source.push(source.length ? ", " : "{", item);
    source.push(source.length ? "}" : "set()");
  } else {
    for (const [key, item] of value instanceof Map ? value : Object.entries(value)) {
      source.push(source.length ? ", " : "{", key, ": ", item);
    }
    source.push(source.length ? "}" : "{}");
  }
  return { value, source, close: null, at: 0 };
}
