/**
 * HDF5, with h5py's habits.
 *
 * @module
 */
export { AsyncAttributes, AsyncDataset, AsyncGroup, type AsyncItem, AsyncNamedType } from "./asyncgroup.ts";
export { Attributes } from "./attributes.ts";
export { Dataset } from "./dataset.ts";
export { Dimension } from "./dims.ts";
export { Empty } from "./empty.ts";
export { File, type FileOptions, type Mode } from "./file.ts";
export { type Filter, loadFilters, type RareFilter } from "./filters/index.ts";
export { Group, type Item } from "./group.ts";
export type { Link } from "./messages/links.ts";
export { NamedType } from "./namedtype.ts";
export { AsyncFile, type OpenOptions, open } from "./open.ts";
export { type Selector, type SliceSpec, slice } from "./selection.ts";
export {
  compoundDType,
  enumDType,
  FileType,
  opaqueDType,
  refDType,
  regionRefDType,
  stringDType,
  type TypeSpec,
  vlenDType,
} from "./types/filetype.ts";
export { Reference } from "./types/reference.ts";
export type { AttributeOptions } from "./write/attribute.ts";
export type { CreateOptions, GzipLevel } from "./write/create.ts";
export type { Libver } from "./write/draft.ts";
export { externalLink, softLink } from "./write/edit.ts";
export { VirtualLayout, VirtualSource } from "./write/virtuallayout.ts";
