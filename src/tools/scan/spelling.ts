/**
 * Names that no Python program would write.
 *
 * @module
 */
import type { Severity } from "./types.ts";

/** What is wrong with the spelling of a name, or null. */
export function misshapen(module: string, name: string): { severity: Severity; why: string } | null {
  const full = `${module}.${name}`;
  const shown = (why: string): { severity: Severity; why: string } => ({ severity: "dangerous", why });
  if (module === "" || name === "") return shown("is empty in part");
  if (/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.test(full))
    return shown("holds control characters");
  if (/\s/.test(full)) return shown("holds blanks");
  if (/[^\x21-\x7e]/.test(full))
    return { severity: "suspicious", why: "is not in ASCII: letters may look like others" };
  const odd = full.split(".").find((part) => !/^([A-Za-z_]\w*|<(locals|lambda)>)$/.test(part));
  return odd === undefined
    ? null
    : { severity: "suspicious", why: `has the part ${JSON.stringify(odd)}, which is no word` };
}
