/**
 * Layers of attention, and the products that they are made of.
 *
 * @module
 */
import { DotAttention, MultiHeadAttention } from "./attention.ts";
import { EinsumDense } from "./einsum.ts";
import { made, type Rows } from "./maker.ts";

export const ATTENTIONS: Rows = [
  ["EinsumDense", made(EinsumDense)],
  ["MultiHeadAttention", made(MultiHeadAttention)],
  ["GroupedQueryAttention", made(MultiHeadAttention)],
  ["GroupQueryAttention", made(MultiHeadAttention)],
  ["Attention", made(DotAttention)],
  ["AdditiveAttention", made(DotAttention)],
];
