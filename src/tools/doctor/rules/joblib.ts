import type { Edit, Rule } from "../rule.ts";
import { counted } from "../symbols.ts";
import { older, saidOlder } from "../versions.ts";
import { isItems } from "../walk.ts";

/** The bytes before arrays that joblib 1.2 brought; rewriting takes them out. */
export const joblibPadding: Rule = {
  name: "joblib-padding",
  error: /^(KeyError: )?\d+$|invalid load key, '\\x0[0-9a-f]'|invalid load key, '\\x10'/,
  cause: "joblib >= 1.2 puts 1 to 16 padding bytes before each array, which older ones take for opcodes or items",
  fix: "doctor --fix --for joblib=1.1",
  fixable: true,
  detect({ parts, versions }) {
    const count = parts.filter((part) => isItems(part) && part.padded).length;
    if (count === 0 || !older(versions, "joblib", "1.2")) return [];
    return [{ where: "joblib < 1.2", message: "KeyError: 0", about: `padding of ${counted(count, "array")}` }];
  },
  edits({ references, states, versions }) {
    const edits: Edit[] = [];
    if (!saidOlder(versions, "joblib", "1.2")) return edits;
    for (const { module, name, uses } of references) {
      if (name !== "NumpyArrayWrapper" || !/(^|\.)joblib\.numpy_pickle$/.test(module ?? "")) continue;
      for (const use of uses) {
        const value = use.kind === "setstate" ? states.given(use)?.get("numpy_array_alignment_bytes") : undefined;
        if (value?.kind !== "atom" || value.type === "None") continue;
        edits.push({ offset: value.at, place: "instead", now: "NONE", write: (out) => out.op(0x4e) });
      }
    }
    return edits;
  },
};
