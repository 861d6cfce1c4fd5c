/**
 * Typed JSON: a value as JSON that loses nothing, and back.
 *
 * @module
 */
export { type FromTypedOptions, fromTypedJSON } from "./from.ts";
export { type ToTypedOptions, type TypedJSON, toTypedJSON } from "./to.ts";
