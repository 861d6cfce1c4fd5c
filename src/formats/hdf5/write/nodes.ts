/**
 * Objects of a file that is being written: new ones, and old ones that are being changed.
 *
 * @module
 */
import type { DatasetInfo } from "../data.ts";
import type { RawAttribute } from "../messages/attribute.ts";
import type { Link } from "../messages/links.ts";
import type { ObjectHeader } from "../storage/header.ts";
import type { H5Type } from "../types/datatype.ts";
import type { StagedData } from "./data.ts";

interface Common {
  /** Address of an old object; of a new one a number that stands for it until it has one. */
  readonly id: number;
  /** Header of an old object as the file has it; null for a new one. */
  readonly origin: ObjectHeader | null;
  /** Hard links to it: of an old object, how many more or fewer than the file says. */
  links: number;
  attrs: Map<string, RawAttribute>;
  attrsChanged: boolean;
  /** Is the order kept in which attributes (and links) were made? */
  readonly tracked: boolean;
}

/** A group. */
export interface GroupNode extends Common {
  readonly kind: "group";
  readonly children: Map<string, Link>;
  childrenChanged: boolean;
}

/** A dataset. */
export interface DatasetNode extends Common {
  readonly kind: "dataset";
  info: DatasetInfo;
  /** Elements, once they are other than what the file has. */
  data: StagedData | null;
  resized: boolean;
}

/** A named type. */
export interface TypeNode extends Common {
  readonly kind: "type";
  readonly type: H5Type;
}

/** Any object. */
export type Node = GroupNode | DatasetNode | TypeNode;
