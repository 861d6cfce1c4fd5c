/**
 * HDF5, with h5py's habits.
 *
 * @module
 */
export { AsyncAttributes, AsyncDataset, AsyncGroup, type AsyncItem, AsyncNamedType } from "./asyncgroup.ts";
export { Attributes } from "./attributes.ts";
export { Dataset } from "./dataset.ts";
export { Empty } from "./empty.ts";
export { File, type FileOptions, type Mode } from "./file.ts";
export { Group, type Item } from "./group.ts";
export type { Link } from "./messages/links.ts";
export { NamedType } from "./namedtype.ts";
export { AsyncFile, type OpenOptions, open } from "./open.ts";
export { type Selector, type SliceSpec, slice } from "./selection.ts";
export { Reference } from "./types/reference.ts";
