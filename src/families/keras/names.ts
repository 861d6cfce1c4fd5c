/**
 * Names of classes as files write them.
 *
 * @module
 */

/** A class's name as `.weights.h5` writes it (keras/src/utils/naming.py). */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Names of classes, numbered where one comes again: `dense`, `dense_1`. */
export function numbered(classNames: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return classNames.map((className) => {
    const base = snakeCase(className);
    const n = counts.get(base) ?? 0;
    counts.set(base, n + 1);
    return n === 0 ? base : `${base}_${n}`;
  });
}
