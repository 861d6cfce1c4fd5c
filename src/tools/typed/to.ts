/**
 * From any value that can be dumped to JSON that loses nothing.
 *
 * @module
 */
import { reprFloat } from "../../core/values/literal.ts";
import { type DumpOptions, dumps } from "../../formats/pickle/index.ts";
import { withPacks } from "../../packs.ts";
import { Float, Part, partsOf } from "./parts.ts";

/** JSON as `JSON.parse` gives it. */
export type TypedJSON = null | boolean | number | string | TypedJSON[] | { [key: string]: TypedJSON };

/** How classes of the caller's are reduced, as for `dumps`. */
export type ToTypedOptions = Pick<DumpOptions, "packs" | "classes" | "dispatchTable" | "reducerOverride">;

type Out = Record<string | number, unknown>;

/** A container whose parts are still to come: `rows` says where each goes. */
interface Frame {
  readonly rows: readonly (readonly [into: Out, key: string | number, value: unknown])[];
  at: number;
}

/**
 * Converts a value to JSON from which `fromTypedJSON` makes it again with every type, shared part and cycle; a node
 * `{ $type }` stands for what JSON has no word for. Throws `PicklingError` as `dumps` does.
 *
 * @example
 * ```ts
 * toTypedJSON([1, tuple(2n ** 64n)]); // [1, { $type: "tuple", items: [{ $type: "int", value: "18446744073709551616" }] }]
 * ```
 */
export function toTypedJSON(value: unknown, options: ToTypedOptions = {}): TypedJSON {
  const root = partsOf(dumps(value, { ...withPacks(options), protocol: 5 }));
  count(root);
  const holder: Out = {};
  const stack: Frame[] = [{ rows: [[holder, "root", root]], at: 0 }];
  let ids = 0;
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const row = frame.rows[frame.at++];
    if (row === undefined) {
      stack.pop();
      continue;
    }
    const [into, key, part] = row;
    if (!(part instanceof Part)) into[key] = scalar(part);
    else if (part.id > 0) into[key] = { $ref: part.id };
    else {
      if (part.uses > 1 && part.kind !== "global") part.id = ++ids;
      const rows: [Out, string | number, unknown][] = [];
      into[key] = shell(part, rows);
      if (rows.length > 0) stack.push({ rows, at: 0 });
    }
  }
  return holder["root"] as TypedJSON;
}

/** Counts how often each part is met. */
function count(root: unknown): void {
  const todo = [root];
  while (todo.length > 0) {
    const part = todo.pop();
    if (part instanceof Part && part.uses++ === 0) for (const inner of part.inside()) todo.push(inner);
  }
}

function scalar(value: unknown): unknown {
  if (value instanceof Float) {
    const node = { $type: "float", value: reprFloat(value.value) };
    return value.bits === undefined ? node : { ...node, bits: value.bits };
  }
  return typeof value === "bigint" ? { $type: "int", value: String(value) } : value;
}

/** A part without what is inside it; `rows` takes that. */
function shell(part: Part, rows: [Out, string | number, unknown][]): unknown {
  const { kind, items, id } = part;
  const list = (values: readonly unknown[]): unknown[] => {
    const out: unknown[] = new Array(values.length);
    values.forEach((value, i) => {
      rows.push([out as unknown as Out, i, value]);
    });
    return out;
  };
  const pairs = (values: readonly unknown[]): unknown[] => {
    const out: unknown[] = [];
    for (let i = 0; i < values.length; i += 2) out.push(list([values[i], values[i + 1]]));
    return out;
  };
  const node: Out = { $type: kind };
  if (id > 0) node["$id"] = id;
  switch (kind) {
    case "list":
      if (id === 0) return list(items);
      node["items"] = list(items);
      return node;
    case "dict":
      if (id === 0 && items.every((key, i) => i % 2 === 1 || (typeof key === "string" && isPlainKey(key)))) {
        const out: Out = {};
        for (let i = 0; i < items.length; i += 2) rows.push([out, items[i] as string, items[i + 1]]);
        return out;
      }
      node["items"] = pairs(items);
      return node;
    case "bytes":
    case "bytearray":
      node["base64"] = base64(part.bytes as Uint8Array);
      return node;
    case "global":
      return { $type: kind, module: items[0], name: items[1] };
    case "new":
    case "call":
    case "instance": {
      const { args } = part;
      rows.push([node, kind === "call" ? "func" : "class", part.func]);
      if (args instanceof Part && args.kind === "tuple" && args.uses === 1) node["args"] = list(args.items);
      else rows.push([node, "args", args]);
      if (part.kwargs !== undefined) rows.push([node, "kwargs", part.kwargs]);
      if (items.length > 0) node["items"] = list(items);
      if (part.pairs !== null) node["pairs"] = pairs(part.pairs);
      if (part.setter !== undefined) rows.push([node, "setter", part.setter]);
      if (part.state !== undefined) rows.push([node, "state", part.state]);
      return node;
    }
    default:
      node["items"] = list(items);
      return node;
  }
}

/** Can it stand in a JSON object? JavaScript sorts keys that are numbers, and `$` is ours. */
function isPlainKey(key: string): boolean {
  return !/^(\$|\d+$|__proto__$)/.test(key);
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}
