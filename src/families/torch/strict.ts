/**
 * The list of `weights_only`: which names beside torch's own it takes (torch/_weights_only_unpickler.py).
 *
 * @module
 */
import { UnsafeError } from "../../core/errors.ts";
import type { GlobalEntry, Pack } from "../../core/pack.ts";

const LISTED: ReadonlySet<string> = new Set([
  "collections.OrderedDict",
  "collections.Counter",
  "_codecs.encode",
  "builtins.bytearray",
  "builtins.set",
  "builtins.complex",
]);

/** Knows no name, and refuses those that are known elsewhere. */
class Refusing extends Map<string, GlobalEntry> {
  readonly #more: readonly string[];
  constructor(more: readonly string[]) {
    super();
    this.#more = more;
  }

  override get(full: string): undefined {
    if (full.startsWith("torch.") || LISTED.has(full) || this.#more.includes(full)) return undefined;
    throw new UnsafeError(full, `${full} is not allowed here: it is not on the list of weights_only`, {
      format: "pickle",
    });
  }
}

/** A pack that stands before all others, and lets through what `weights_only` takes, and `more`. */
export function weightsOnly(more: readonly string[] = []): Pack {
  return { name: "weights_only", globals: new Refusing(more), reducers: new Map() };
}
