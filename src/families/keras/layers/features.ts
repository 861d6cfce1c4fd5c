/**
 * Layers of words, categories and bins.
 *
 * @module
 */
import { CategoryEncoding, Discretization } from "./encoding.ts";
import { HashedCrossing, Hashing } from "./hashing.ts";
import { Lookup } from "./lookup.ts";
import { made, type Rows } from "./maker.ts";
import { TextVectorization } from "./text.ts";

export const FEATURES: Rows = [
  ["StringLookup", made(Lookup)],
  ["IntegerLookup", made(Lookup)],
  ["TextVectorization", made(TextVectorization)],
  ["Hashing", made(Hashing)],
  ["HashedCrossing", made(HashedCrossing)],
  ["CategoryEncoding", made(CategoryEncoding)],
  ["Discretization", made(Discretization)],
];
