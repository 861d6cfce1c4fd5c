/**
 * What differs between two values or files.
 *
 * @module
 */

/** How values are compared. */
export interface DiffOptions {
  /** Numbers are the same within `atol + rtol * |b|`, as `numpy.isclose` has it (0 and 0). */
  readonly rtol?: number;
  readonly atol?: number;
  /** A NaN is the same as another one. */
  readonly equalNaN?: boolean;
  /** Tell of equal values of different types, too: `1`, `1.0`, `True`; a dict and an OrderedDict. */
  readonly types?: boolean;
}

/** What two values without parts are to each other, for those that only their file can tell. */
export interface Judged {
  readonly same: boolean;
  readonly a: string;
  readonly b: string;
}

/** {@link DiffOptions}, and a judge of values that this module does not know; null for all that it does not know either. */
export interface JudgedOptions extends DiffOptions {
  readonly judge?: (a: unknown, b: unknown) => Judged | null;
}

/** Two elements of arrays, by their place. */
export interface ElementPair {
  readonly at: readonly number[];
  readonly a: string;
  readonly b: string;
}

/** By how much two elements differ, and where. */
export interface Distance {
  readonly at: readonly number[];
  readonly by: number;
}

/** One difference; texts are Python's `repr`, cut to a line. Paths are those of `brine get`. */
export type Difference =
  | { readonly kind: "added"; readonly path: string; readonly b: string }
  | { readonly kind: "removed"; readonly path: string; readonly a: string }
  /** Values, classes, dtypes, shapes, and (with `types`) types of equal values. */
  | {
      readonly kind: "changed" | "dtype" | "shape" | "type" | "order" | "link";
      readonly path: string;
      readonly a: string;
      readonly b: string;
    }
  /** Elements of arrays of one shape: how many of how many, and the greatest distances of numbers. */
  | {
      readonly kind: "elements";
      readonly path: string;
      readonly count: number;
      readonly size: number;
      readonly first: ElementPair;
      readonly absolute: Distance | null;
      readonly relative: Distance | null;
    };
