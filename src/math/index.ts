/**
 * Numeric kernels: products of matrices, sums in NumPy's order, functions of probabilities.
 *
 * @module
 */
export { standardized, stretched } from "./columns.ts";
export { cube, rooted } from "./cube.ts";
export { Fused, type Squares } from "./fused.ts";
export { type Csr, csrTimes, Factor, times, timesTransposed } from "./matmul.ts";
export { KeptRows, type Pairing, pairwise } from "./simd/double.ts";
export { KeptLayers } from "./simd/layers.ts";
export { KeptVectors } from "./simd/machine.ts";
export { matmul32 } from "./simd/matmul.ts";
export { KeptPoints, KeptTree } from "./simd/neighbors.ts";
export { type NodeTable, nodeTable, walkTrees } from "./simd/trees.ts";
export { type After, activate32, ONE_CELL, pool32, type Way, Windows } from "./simd/windows.ts";
export { pseudoInverse } from "./singular.ts";
export { inverted, solveLower, transposed } from "./solve.ts";
export {
  argmax,
  erf,
  expit,
  log2pi,
  logGamma,
  logSoftmaxRows,
  logSumExpRows,
  median,
  normalCdf,
  normalQuantile,
  softmaxRows,
} from "./special.ts";
export { divideRows, pairwiseSum, rowSums } from "./sums.ts";
export { Twister } from "./twister.ts";
