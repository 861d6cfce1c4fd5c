/**
 * What an operation is called with: by place, by name, or in its settings.
 *
 * @module
 */
import { bad } from "../calls.ts";
import type { Config } from "../layer.ts";
import type { Tensor } from "../tensor.ts";
import { asTensor } from "./nd.ts";

/** Arguments of one call of an operation. */
export class Arguments {
  readonly #args: readonly unknown[];
  readonly #kwargs: ReadonlyMap<string, unknown>;
  readonly #config: Config;

  constructor(args: readonly unknown[], kwargs: ReadonlyMap<string, unknown>, config: Config) {
    this.#args = args;
    this.#kwargs = kwargs;
    this.#config = config;
  }

  /** The argument at a place (-1 for none), or of the first of the names that is there; null where there is none. */
  at(place: number, ...names: readonly string[]): unknown {
    if (place >= 0 && place < this.#args.length) return this.#args[place];
    for (const name of names) {
      if (this.#kwargs.has(name)) return this.#kwargs.get(name);
      if (Object.hasOwn(this.#config, name)) return this.#config[name];
    }
    return null;
  }

  /** The same as a tensor. */
  tensor(place: number, ...names: readonly string[]): Tensor {
    const value = this.at(place, ...names);
    if (value === null || value === undefined) throw bad(`an operation lacks its argument ${names[0] ?? place}`);
    return asTensor(value);
  }

  /** The same as a list of tensors. */
  tensors(place: number, ...names: readonly string[]): Tensor[] {
    const value = this.at(place, ...names);
    return Array.isArray(value) ? value.map(asTensor) : [asTensor(value)];
  }

  /** The same as a number. */
  number(fallback: number, place: number, ...names: readonly string[]): number {
    const value = this.at(place, ...names);
    return typeof value === "number" ? value : fallback;
  }

  /** The same as a list of numbers; a number alone is a list of one. */
  numbers(place: number, ...names: readonly string[]): number[] {
    const value = this.at(place, ...names);
    const list = Array.isArray(value) ? value.flat() : [value];
    if (!list.every((n) => typeof n === "number")) throw bad(`an operation lacks the numbers of ${names[0] ?? place}`);
    return list as number[];
  }

  /** Is it true? */
  is(place: number, ...names: readonly string[]): boolean {
    return this.at(place, ...names) === true;
  }
}

/** What an operation makes. */
export type Op = (given: Arguments) => Tensor | Tensor[];
