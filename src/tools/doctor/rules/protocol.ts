import type { Rule } from "../rule.ts";
import { older } from "../versions.ts";

/** A pickle of a protocol that older Pythons do not know. */
export const protocol: Rule = {
  name: "protocol",
  error: /unsupported pickle protocol: \d/,
  cause: "the pickle is of a protocol that this Python does not know",
  fix: "doctor --fix --for python=VERSION",
  fixable: true,
  detect({ protocol, versions }) {
    const since = protocol >= 5 ? "3.8" : protocol === 4 ? "3.4" : "3.0";
    if (protocol < 3 || !older(versions, "python", since)) return [];
    return [{ where: `Python < ${since}`, message: `ValueError: unsupported pickle protocol: ${protocol}` }];
  },
};
