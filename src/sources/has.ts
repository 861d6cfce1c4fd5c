/**
 * How inputs are told from each other: by their methods, since they may come from other realms and libraries.
 *
 * @module
 */

/** Has an object this method? */
export function has<T>(value: object, key: keyof T): boolean {
  return typeof (value as T)[key] === "function";
}
