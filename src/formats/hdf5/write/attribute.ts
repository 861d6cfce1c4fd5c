/**
 * Attributes that are made.
 *
 * @module
 */
import { Empty } from "../empty.ts";
import type { RawAttribute } from "../messages/attribute.ts";
import { type TypeSpec, typeOf } from "../types/filetype.ts";
import { product } from "./data.ts";
import type { Draft } from "./draft.ts";
import { inferred } from "./infer.ts";
import { fitted } from "./pointers.ts";
import { broadcast, type Encoded, encodeValues, ownBytes } from "./values.ts";

/** Options of an attribute. */
export interface AttributeOptions {
  /** Type of the elements; else that of the value. */
  dtype?: TypeSpec;
  /** Lengths of the axes; else those of the value. */
  shape?: readonly number[] | number;
}

/** Makes an attribute of an object, in place of one of its name. */
export function setAttribute(draft: Draft, id: number, name: string, value: unknown, options: AttributeOptions): void {
  if (typeof name !== "string") throw new TypeError(`the name of an attribute is text, not ${String(name)}`);
  if (typeof options !== "object" || options === null) {
    throw new TypeError('the options of an attribute are an object: attrs.set("x", 1, { dtype: "i4" })');
  }
  const { dtype, shape, ...others } = options;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    const hint = other === "type" ? "it is called dtype" : "there are dtype and shape";
    throw new TypeError(`an attribute has no option ${JSON.stringify(other)}: ${hint}`);
  }
  if (value === undefined || value === null) throw new TypeError("HDF5 has no None: use new Empty(dtype)");
  const { sizes } = draft.context;
  if (value instanceof Empty) {
    const type = fitted(dtype === undefined ? typeOf(value.dtype) : typeOf(dtype), sizes);
    put(draft, id, name, { type, space: { shape: null, maxshape: [] }, data: new Uint8Array(0) });
    return;
  }
  const wanted = shape === undefined ? null : typeof shape === "number" ? [shape] : [...shape];
  const type = fitted(dtype === undefined ? inferred(value) : typeOf(dtype), sizes);
  let made: Encoded = encodeValues(type, value, draft.pointers, type.kind === "vlen" ? (wanted?.length ?? null) : null);
  if (wanted !== null) {
    if (product(wanted) !== product(made.shape)) {
      if (product(made.shape) !== 1) throw new RangeError("Shape of new attribute conflicts with shape of data");
      made = { bytes: broadcast(made, wanted, type.size), shape: wanted };
    }
    made = { ...made, shape: wanted };
  }
  put(draft, id, name, { type, space: { shape: made.shape, maxshape: made.shape }, data: ownBytes(made) });
}

/** Gives an attribute another value of the same type and shape, at its place among the others. */
export function modifyAttribute(draft: Draft, id: number, raw: RawAttribute, value: unknown): void {
  const { type, space } = raw;
  if (space.shape === null)
    throw new TypeError("an attribute without elements has no value to change: set makes it anew");
  const made = encodeValues(type, value, draft.pointers, type.kind === "vlen" ? space.shape.length : null);
  const isOne = product(made.shape) === 1 && product(space.shape) === 1;
  if (!isOne && String(made.shape) !== String(space.shape)) {
    throw new TypeError(
      `Shape of data is incompatible with existing attribute: it has shape (${space.shape}), the value (${made.shape})`,
    );
  }
  const node = draft.edit(id);
  node.attrsChanged = true;
  node.attrs.set(raw.name, { ...raw, data: ownBytes(made) });
}

function put(draft: Draft, id: number, name: string, made: Pick<RawAttribute, "type" | "space" | "data">): void {
  if (name.includes("\0")) throw new TypeError("a name cannot hold a NUL");
  const node = draft.edit(id);
  node.attrsChanged = true;
  // As h5py does it, an attribute that is made anew comes last.
  node.attrs.delete(name);
  node.attrs.set(name, { name, ...made, order: node.attrs.size });
}
