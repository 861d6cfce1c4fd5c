import type { Case, Found, Rule } from "../rule.ts";
import { newer } from "../versions.ts";
import { isStep } from "../walk.ts";

/** Text of Python 2 beyond ASCII. */
export const python2Str: Rule = {
  name: "python2-str",
  error: /'ascii' codec can't decode byte/,
  cause: "a str of Python 2 holds bytes beyond ASCII, and Python 3 is not told what they mean",
  fix: "doctor --fix --encoding latin1, utf-8 or bytes",
  fixable: true,
  detect: (file) => notAscii(file, false),
};

/** Data of Python 2: arrays, NumPy's scalars, dates. */
export const python2Data: Rule = {
  name: "python2-data",
  error: /'ascii' codec can't decode byte/,
  cause: "arrays and dates of Python 2 keep their bytes in a str, which Python 3 takes for text",
  fix: "pickle.load(file, encoding='latin1'), or doctor --fix --for python=3.8",
  fixable: true,
  detect: (file) => notAscii(file, true),
};

/** The first str that an ASCII decode refuses, of data or of text. */
function notAscii({ versions, parts, raw }: Case, data: boolean): Found[] {
  if (!newer(versions, "python", "3.0")) return [];
  for (const part of parts) {
    if (!isStep(part) || !/STRING$/.test(part.op.opcode.name) || raw.has(part.op.pos) !== data) continue;
    const text = part.op.arg as string;
    const at = text.search(/[\x80-\xff]/);
    if (at < 0) continue;
    const byte = text.charCodeAt(at).toString(16);
    const what = `byte 0x${byte} in position ${at}: ordinal not in range(128)`;
    return [{ where: "Python 3", message: `UnicodeDecodeError: 'ascii' codec can't decode ${what}` }];
  }
  return [];
}
