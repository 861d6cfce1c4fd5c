/**
 * Python scalars that JavaScript has no type for.
 *
 * @module
 */

import { reprFloat } from "./literal.ts";
import { inspect, type Parts, pyKey, pyRepr, pyType } from "./protocol.ts";

/**
 * A Python float that must stay one: `new PyFloat(1)` is dumped as `1.0`, where the number `1` is an int.
 *
 * @example
 * ```ts
 * dumps([new PyFloat(1), 1]); // [1.0, 1]
 * ```
 */
export class PyFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  valueOf(): number {
    return this.value;
  }
  toJSON(): number {
    return this.value;
  }
  get [pyType](): string {
    return "float";
  }
  [pyKey](): unknown {
    return this.value;
  }
  [pyRepr](): Parts {
    return [reprFloat(this.value)];
  }
  [inspect](): string {
    return reprFloat(this.value);
  }
}

/** A Python complex number of two float64 parts. */
export class PyComplex {
  readonly re: number;
  readonly im: number;
  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
  get [pyType](): string {
    return "complex";
  }
  [pyKey](): unknown {
    return this.im === 0 ? this.re : `complex:${this.re === 0 ? 0 : this.re},${this.im}`;
  }
  [pyRepr](): Parts {
    return [this.toString()];
  }
  [inspect](): string {
    return this.toString();
  }
  /** As Python prints it: `(4+6j)`, `2j`. */
  toString(): string {
    const im = `${partText(this.im)}j`;
    if (this.re === 0 && !Object.is(this.re, -0)) return im;
    return `(${partText(this.re)}${im.startsWith("-") ? "" : "+"}${im})`;
  }
}

function partText(part: number): string {
  return reprFloat(part).replace(/\.0$/, "");
}

/** Python's `bytearray`: a `Uint8Array` that dumps as a bytearray. */
export class PyByteArray extends Uint8Array {
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }
  get [pyType](): string {
    return "bytearray";
  }
}

const FUNCTIONS =
  /^(?:__build_class__|__import__|abs|aiter|all|anext|any|ascii|bin|breakpoint|callable|chr|compile|delattr|dir|divmod|eval|exec|format|getattr|globals|hasattr|hash|hex|id|input|isinstance|issubclass|iter|len|locals|max|min|next|oct|open|ord|pow|print|repr|round|setattr|sorted|sum|vars)$/;

/** A class or function of Python by name: inert, never called, never looked up. */
export class PyGlobal {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
  get [pyType](): string {
    return "type";
  }
  [pyKey](): unknown {
    return `global:${this.module}\n${this.name}`;
  }
  [pyRepr](): Parts {
    return [this.toString()];
  }
  [inspect](): string {
    return this.toString();
  }
  /** `<class 'module.name'>`; whether it is a class or a function is known only of what is built in. */
  toString(): string {
    if (this.module === "builtins" && FUNCTIONS.test(this.name)) return `<built-in function ${this.name}>`;
    return `<class '${this.module === "builtins" ? "" : `${this.module}.`}${this.name}'>`;
  }
}

/** A buffer outside the stream (PEP 574): `bytes` shares the caller's memory. */
export class PickleBuffer {
  readonly bytes: Uint8Array;
  readonly readonly: boolean;
  constructor(bytes: Uint8Array, readonly = false) {
    this.bytes = bytes;
    this.readonly = readonly;
  }
  get [pyType](): string {
    return "PickleBuffer";
  }
}
