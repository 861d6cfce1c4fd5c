/**
 * Tuples are frozen arrays; a private mark on them keeps what Python knows and JavaScript does not.
 *
 * @module
 */

/** A Python tuple: a frozen array. Only {@link isTuple} tells it from a list. */
export type PyTuple<T extends readonly unknown[] = readonly unknown[]> = Readonly<T> & { readonly [tupleBrand]?: true };
declare const tupleBrand: unique symbol;

/**
 * Where integral floats (`1.0`) stand in a list or long tuple: at positions `at` (all from 0 on when null), and what
 * stood there, so that a changed item counts as what it is now.
 */
export interface FloatPlaces {
  readonly at: ArrayLike<number> | null;
  readonly values: ArrayLike<number>;
  /** The array is a long tuple. */
  readonly tuple?: boolean;
}

/** @internal Returns the object it is given, so that a subclass can stamp private fields on an array. */
export class Stamp {
  constructor(target: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the array is what is to be stamped
    return target;
  }
}

/**
 * Private fields on arrays the library made: `memo` (slot in the dumper's memo), `floats` (bit mask for tuples up to
 * 30 items, else places). Never put on an array the caller made.
 */
export class Mark extends Stamp {
  #memo = -1;
  // A number for tuples alone: a third field would cost time with every tuple of a file.
  #floats: number | FloatPlaces;

  constructor(target: readonly unknown[], floats: number | FloatPlaces) {
    super(target);
    this.#floats = floats;
  }

  /** Was the array marked as a tuple? False says nothing: a frozen array of the caller's is a tuple too. */
  static isTuple(target: readonly unknown[]): boolean {
    if (!(#memo in target)) return false;
    const floats = (target as unknown as Mark).#floats;
    return typeof floats === "number" || floats.tuple === true;
  }

  static has(target: readonly unknown[]): boolean {
    return #memo in target;
  }

  static memo(target: readonly unknown[]): number {
    return (target as unknown as Mark).#memo;
  }

  static setMemo(target: readonly unknown[], slot: number): void {
    (target as unknown as Mark).#memo = slot;
  }

  /** The float memory of an array: a bit mask, places, or 0 when there is none. */
  static floats(target: readonly unknown[]): number | FloatPlaces {
    return #memo in target ? (target as unknown as Mark).#floats : 0;
  }

  /** Gives a list its float memory. */
  static setFloats(target: readonly unknown[], floats: FloatPlaces): void {
    if (#memo in target) (target as unknown as Mark).#floats = floats;
    else new Mark(target, floats);
  }
}

/** The one empty tuple. */
export const EMPTY_TUPLE: PyTuple<[]> = Object.freeze([]) as PyTuple<[]>;

/**
 * Makes a Python tuple of its arguments.
 *
 * @example
 * ```ts
 * isTuple(tuple(1, "a")); // true
 * ```
 */
export function tuple<T extends readonly unknown[]>(...items: T): PyTuple<T> {
  return tupleFrom(items) as PyTuple<T>;
}

/** Turns an array the library owns into a tuple, in place; `floats` is the mask or places of its integral floats. */
export function tupleFrom(items: readonly unknown[], floats: number | FloatPlaces = 0): PyTuple {
  if (items.length === 0) return EMPTY_TUPLE;
  new Mark(items, typeof floats === "number" ? floats : { ...floats, tuple: true });
  return Object.freeze(items) as PyTuple;
}

/** Tells a tuple from a list: a tuple is a frozen array. */
export function isTuple(value: unknown): value is PyTuple {
  return Array.isArray(value) && Object.isFrozen(value);
}

/** Is the number at `index` of this tuple or list still the float that Python wrote? */
export function isFloatAt(array: readonly unknown[], index: number): boolean {
  const floats = Mark.floats(array);
  if (typeof floats === "number") return index < 31 && (floats & (1 << index)) !== 0;
  const { at, values } = floats;
  if (at === null) return index < values.length && array[index] === values[index];
  let low = 0;
  let high = at.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const place = at[middle] as number;
    if (place === index) return array[index] === values[middle];
    if (place < index) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** @internal Is an array of a class of its own? An array of another realm is none. */
export function isSubclass(array: object): boolean {
  let depth = 0;
  for (let at = Object.getPrototypeOf(array); at !== null; at = Object.getPrototypeOf(at)) depth++;
  return depth > 2;
}
