/**
 * Distances over the columns that two rows both have (sklearn.metrics.pairwise.nan_euclidean_distances), to the last bit:
 * they come from products of tables with zeros where values miss.
 *
 * @module
 */
import { Fused, type Squares } from "../../../math/index.ts";

export class Gaps {
  private readonly fused = new Fused();
  private readonly data: Float64Array;
  private readonly gone: Uint8Array;
  private readonly d: number;
  private readonly way: Squares;
  private readonly norms: Float64Array;
  private readonly row: Float64Array;
  private readonly rowGone: Uint8Array;
  private rowNorm = 0;

  constructor(data: Float64Array, isMissing: (v: unknown) => boolean, n: number, d: number, way: Squares) {
    this.d = d;
    this.way = way;
    this.gone = Uint8Array.from(data, (v) => (isMissing(v) ? 1 : 0));
    this.data = data.map((v, at) => (this.gone[at] === 1 ? 0 : v));
    this.norms = Float64Array.from({ length: n }, (_, j) => this.fused.norm(way, this.data, j * d, d));
    this.row = new Float64Array(d);
    this.rowGone = new Uint8Array(d);
  }

  /** Takes row `i` of a table as the one from which distances go. */
  from(x: Float64Array, i: number, isMissing: (v: unknown) => boolean): void {
    for (let l = 0; l < this.d; l++) {
      const v = x[i * this.d + l] as number;
      this.rowGone[l] = isMissing(v) ? 1 : 0;
      this.row[l] = this.rowGone[l] === 1 ? 0 : v;
    }
    this.rowNorm = this.fused.norm(this.way, this.row, 0, this.d);
  }

  /** The distance to a fitted row, NaN where no column is there in both; without `isExact` but for rounding. */
  to(j: number, isExact: boolean): number {
    const { data, gone, row, rowGone, d } = this;
    let [dot, theirs, ours, present] = [0, 0, 0, 0];
    for (let l = 0, at = j * d; l < d; l++, at++) {
      const [v, w] = [row[l] as number, data[at] as number];
      dot += v * w;
      if (gone[at] === 1) theirs += v * v;
      else if (rowGone[l] === 0) present++;
      if (rowGone[l] === 1) ours += w * w;
    }
    if (present === 0) return Number.NaN;
    if (isExact) dot = this.fused.product(row, 0, data, j * d, d);
    const all = Math.max(0, this.rowNorm - 2 * dot + (this.norms[j] as number));
    return Math.sqrt((Math.max(0, all - theirs - ours) / present) * d);
  }

  /** How far the square of a distance to a row may be off before it is exact. */
  slack(j: number): number {
    return 1e-13 * (this.rowNorm + (this.norms[j] as number)) * this.d;
  }
}
