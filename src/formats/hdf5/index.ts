/**
 * HDF5, with h5py's habits.
 *
 * @module
 */
export { Attributes } from "./attributes.ts";
export { Dataset } from "./dataset.ts";
export { Empty } from "./empty.ts";
export { File, type FileOptions, type Mode } from "./file.ts";
export { Group, type Item } from "./group.ts";
export type { Link } from "./messages/links.ts";
export { NamedType } from "./namedtype.ts";
export { type Selector, type SliceSpec, slice } from "./selection.ts";
export { Reference } from "./types/reference.ts";
