/**
 * bzip2.
 *
 * @module
 */
import { bz2 } from "../../../core/codecs/index.ts";
import { type Filter, RARE, room } from "./filter.ts";

/** bzip2, as HDF5's plugin has it: a stream as it is. */
export const bzip2: Filter = {
  id: RARE.bzip2,
  name: "bzip2",
  decode: (bytes, _, size) => bz2.decode(bytes, { maxOutput: room(size), size }),
};
