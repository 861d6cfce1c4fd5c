/**
 * Types of Arrow as pyarrow pickles them, and their names as it writes them.
 *
 * @module
 */
import { PyObject } from "../../core/values/object.ts";
import { PyGlobal } from "../../core/values/scalars.ts";

/** A type of Arrow: its name, and what it is made of. */
export interface ArrowType {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A field of a struct or a map. */
export interface ArrowField {
  readonly name: string;
  readonly type: unknown;
}

/** The most levels of types within types that are read. */
const MOST_DEPTH = 32;

/** The type that a pickle tells. `TypeError` for what is none. */
export function typeOf(value: unknown): ArrowType {
  if (!(value instanceof PyObject) || !(value.cls instanceof PyGlobal)) throw new TypeError("no type of Arrow");
  const { name } = value.cls;
  const { args } = value;
  if (name === "type_for_alias") return { name: String(args[0]), args: [] };
  return { name, args };
}

/** A field, or a type alone under the name that it has then. */
export function fieldOf(value: unknown, fallback = "item"): ArrowField {
  const { name, args } = typeOf(value);
  return name === "field" ? { name: String(args[0]), type: args[1] } : { name: fallback, type: value };
}

/** Fields of a struct, which stand in a list. */
export function fieldsOf({ args }: ArrowType): ArrowField[] {
  const [list] = args;
  if (!Array.isArray(list)) throw new TypeError("a struct of Arrow has a list of fields");
  return list.map((one) => fieldOf(one));
}

/** `decimal128(10, 2)`: bits of an item and places behind the point; null for another type. */
export function decimalOf({ name, args }: ArrowType): { bits: number; scale: number } | null {
  const bits = /^decimal(32|64|128|256)$/.exec(name)?.[1];
  if (bits === undefined) return null;
  const scale = Number(args[1] ?? 0);
  if (!Number.isInteger(scale) || Math.abs(scale) > 10_000) throw new TypeError(`a decimal has no scale of ${scale}`);
  return { bits: Number(bits), scale };
}

/** Bytes of an item of `fixed_size_binary`, items of a `fixed_size_list`; null where they are not fixed. */
export function sizeOf({ name, args }: ArrowType): number | null {
  const given = name === "binary" ? args[0] : name === "list_" ? args[1] : null;
  return typeof given === "number" && given >= 0 ? given : null;
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["utf8", "string"],
  ["large_utf8", "large_string"],
  ["float64", "double"],
  ["float32", "float"],
  ["float16", "halffloat"],
]);

/** The name of a type as pyarrow writes it: `struct<x: int64, y: list<item: string>>`. */
export function typeText(value: unknown, depth = 0): string {
  if (depth > MOST_DEPTH) throw new TypeError(`types of Arrow have at most ${MOST_DEPTH} levels`);
  const type = typeOf(value);
  const { name, args } = type;
  const inner = (one: unknown): string => typeText(one, depth + 1);
  const fieldText = (field: ArrowField): string => `${field.name}: ${inner(field.type)}`;
  const size = sizeOf(type);
  if (name === "struct") return `struct<${fieldsOf(type).map(fieldText).join(", ")}>`;
  if (name === "map_") return `map<${inner(fieldOf(args[0]).type)}, ${inner(fieldOf(args[1]).type)}>`;
  if (name === "list_" && size !== null) return `fixed_size_list<${fieldText(fieldOf(args[0]))}>[${size}]`;
  if (name === "list_" || name === "large_list") return `${name.replace(/_$/, "")}<${fieldText(fieldOf(args[0]))}>`;
  if (name === "binary" && size !== null) return `fixed_size_binary[${size}]`;
  if (decimalOf(type) !== null) return `${name}(${args.map(String).join(", ")})`;
  if (name === "dictionary") {
    return `dictionary<values=${inner(args[1])}, indices=${inner(args[0])}, ordered=${Number(args[2] === true)}>`;
  }
  if (/^(timestamp|duration|time32|time64)$/.test(name)) {
    const zone = typeof args[1] === "string" ? `, tz=${args[1]}` : "";
    return `${name}[${String(args[0])}${zone}]`;
  }
  return ALIASES.get(name) ?? name;
}
