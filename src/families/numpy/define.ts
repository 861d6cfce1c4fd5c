/**
 * A program's own subclasses of `numpy.ndarray`.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { definePack, type Pack } from "../../core/pack.ts";
import { reduceOwn } from "./ndarray.ts";

/** What {@link defineArrayClass} is told. */
export interface ArrayClassSpec {
  /** `"module.Name"` of the subclass of `numpy.ndarray`. */
  python: string;
  /**
   * A class that extends `NDArray`; its constructor is not run. What the Python class adds to an array's state goes to
   * its method `setArrayState(extra)`, and comes from `getArrayState()`.
   */
  js: abstract new (
    ...args: never[]
  ) => NDArray;
  /** Further names under which old pickles know the class. */
  aliases?: readonly string[];
}

/**
 * Teaches `loads` and `dumps` a subclass of `numpy.ndarray`. `TypeError` when the class does not extend `NDArray`, or for
 * a name without a module.
 *
 * @example
 * ```ts
 * class Image extends NDArray {
 *   get width(): number { return this.shape[1] ?? 0; }
 * }
 * const image = defineArrayClass({ python: "app.Image", js: Image });
 * loads(bytes, { classes: [image] }) instanceof Image; // true
 * ```
 */
export function defineArrayClass({ python, js, aliases = [] }: ArrayClassSpec): Pack {
  if (!(js.prototype instanceof NDArray)) throw new TypeError(`${js.name} does not extend NDArray`);
  const wanted = [python, ...aliases];
  for (const name of wanted)
    if (name.lastIndexOf(".") < 1) throw new TypeError(`expected "module.Name", got "${name}"`);
  const globals = new Map(wanted.map((name) => [name, { value: js }]));
  return definePack({ name: python, globals, reducers: [[js, reduceOwn]] });
}
