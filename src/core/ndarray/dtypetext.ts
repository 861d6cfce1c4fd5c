/**
 * How NumPy writes dtypes: `repr`, `str`, `name` and `descr` (numpy/_core/_dtype.py, _internal.py).
 *
 * @module
 */
import { reprString } from "../values/literal.ts";
import { tuple, tupleFrom } from "../values/tuple.ts";
import type { DType } from "./dtype.ts";

const NAMES: Readonly<Record<string, string>> = {
  b: "bool",
  i: "int",
  u: "uint",
  f: "float",
  c: "complex",
  S: "bytes",
  U: "str",
  V: "void",
  O: "object",
  T: "StringDType",
  M: "datetime64",
  m: "timedelta64",
};

function unitText(dtype: DType): string {
  return dtype.unit === "" || dtype.unit === "generic" ? "" : `[${dtype.count === 1 ? "" : dtype.count}${dtype.unit}]`;
}

export function dtypeName(dtype: DType): string {
  const name = NAMES[dtype.kind] as string;
  if (/[Mm]/.test(dtype.kind)) return name + unitText(dtype);
  if (/[bO]/.test(dtype.kind) || (/[SUV]/.test(dtype.kind) && dtype.itemsize === 0)) return name;
  return name + dtype.itemsize * 8;
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** What stands inside `dtype(…)` in the repr; `align` notes alignment too, `short` prefers `'<f8'` to `'float64'`. */
export function constructionText(dtype: DType, align: boolean, short: boolean): string {
  if (dtype.base !== null) return `(${constructionText(dtype.base, false, true)}, ${shapeText(dtype.shape)})`;
  if (dtype.fields !== null) {
    return !(align && dtype.aligned) && isPacked(dtype) ? listText(dtype) : dictText(dtype, align);
  }
  const { kind, itemsize, byteorder } = dtype;
  const order = byteorder === "|" ? "" : byteorder;
  if (dtype.text !== null) return dtype.str;
  if (kind === "b") return short ? "'?'" : "'bool'";
  if (kind === "O") return "'O'";
  if (kind === "S" || kind === "V") return `'${kind}${itemsize || ""}'`;
  if (kind === "U") return `'${order}U${itemsize / 4 || ""}'`;
  if (kind === "M" || kind === "m") return `'${order}${kind}8${unitText(dtype)}'`;
  return short || byteorder === ">" ? `'${order}${kind}${itemsize}'` : `'${NAMES[kind]}${itemsize * 8}'`;
}

/** Do the fields follow each other as they would by themselves? */
function isPacked(dtype: DType): boolean {
  let at = 0;
  let widest = 1;
  for (const { dtype: inner, offset } of dtype.fields!.values()) {
    if (dtype.aligned) {
      at = Math.ceil(at / inner.alignment) * inner.alignment;
      widest = Math.max(widest, inner.alignment);
    }
    if (offset !== at) return false;
    at += inner.itemsize;
  }
  if (dtype.aligned) at = Math.ceil(at / widest) * widest;
  return at === dtype.itemsize;
}

function listText(dtype: DType): string {
  const items = [...dtype.fields!].map(([name, { dtype: inner, title }]) => {
    const shown = title === undefined ? reprString(name) : `(${reprString(title)}, ${reprString(name)})`;
    const what =
      inner.base === null
        ? constructionText(inner, false, true)
        : `${constructionText(inner.base, false, true)}, ${shapeText(inner.shape)}`;
    return `(${shown}, ${what})`;
  });
  return `[${items.join(", ")}]`;
}

function dictText(dtype: DType, align: boolean): string {
  const fields = [...dtype.fields!];
  const row = (what: string, items: unknown[]): string => `'${what}': [${items.join(", ")}]`;
  const titled = fields.some(([, f]) => f.title !== undefined);
  return `{${[
    row(
      "names",
      fields.map(([name]) => reprString(name)),
    ),
    row(
      "formats",
      fields.map(([, f]) => constructionText(f.dtype, false, true)),
    ),
    row(
      "offsets",
      fields.map(([, f]) => f.offset),
    ),
    ...(titled
      ? [
          row(
            "titles",
            fields.map(([, f]) => (f.title === undefined ? "None" : reprString(f.title))),
          ),
        ]
      : []),
    `'itemsize': ${dtype.itemsize}`,
    ...(align && dtype.aligned ? ["'aligned': True"] : []),
  ].join(", ")}}`;
}

/** NumPy's `_array_descr`: text, or a list of tuples with padding as nameless `|V` fields. */
export function dtypeDescr(dtype: DType): unknown {
  if (dtype.base !== null) return tuple(dtypeDescr(dtype.base), tupleFrom([...dtype.shape]));
  if (dtype.fields === null) return dtype.str;
  const list: unknown[] = [];
  let at = 0;
  for (const [name, { dtype: inner, offset, title }] of dtype.fields) {
    if (offset > at) list.push(tuple("", `|V${offset - at}`));
    else if (offset < at) throw new TypeError("dtype.descr is not defined for types with overlapping fields");
    const key = title === undefined ? name : tuple(title, name);
    if (inner.base === null) list.push(tuple(key, dtypeDescr(inner)));
    else list.push(tuple(key, dtypeDescr(inner.base), tupleFrom([...inner.shape])));
    at = offset + inner.itemsize;
  }
  if (dtype.itemsize > at) list.push(tuple("", `|V${dtype.itemsize - at}`));
  return list;
}
