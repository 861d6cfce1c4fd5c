/**
 * The model in a pickle or joblib file.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { PyDict } from "../../core/values/dict.ts";
import { loads } from "../../formats/pickle/index.ts";
import { joblib } from "../joblib/index.ts";
import { numpy } from "../numpy/index.ts";
import type { LoadModelOptions } from "./load.ts";
import { Model } from "./model.ts";
import { kerasPack } from "./pack.ts";

/** The one model that a pickle holds, alone or in lists and dicts. Throws `FormatError` for none, and for several. */
export function unpickled(bytes: Uint8Array, options: LoadModelOptions): Model {
  const found = new Set<Model>();
  const seen = new Set<unknown>();
  const todo: unknown[] = [loads(bytes, { packs: [kerasPack(options), joblib, numpy] })];
  while (todo.length > 0) {
    const value = todo.pop();
    if (seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Model) found.add(value);
    else if (Array.isArray(value)) for (const item of value) todo.push(item);
    else if (value instanceof PyDict) for (const item of value.values()) todo.push(item);
  }
  const [model] = found;
  if (model !== undefined && found.size === 1) return model;
  throw new FormatError(
    model === undefined
      ? "this pickle holds no Keras model"
      : `this pickle holds ${found.size} Keras models: load(source, { packs: [keras] }) gives all of them`,
    { format: "keras" },
  );
}
