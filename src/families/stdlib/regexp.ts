/**
 * Python's compiled regular expressions, as data.
 *
 * @module
 */
import { type Parts, pyKey, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import { int, PyValue, pyInt, reduces, type Table, text } from "./table.ts";

const FLAGS = ["TEMPLATE", "IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG", "ASCII"];
const UNICODE = 32;

/** A compiled `re.Pattern`. */
export class PyPattern extends PyValue {
  readonly pattern: string | Uint8Array;
  readonly flags: number;

  constructor(pattern: string | Uint8Array, flags: number = 0) {
    super();
    this.pattern = pattern;
    this.flags = flags;
  }
  get [pyType](): string {
    return "re.Pattern";
  }
  [pyKey](): unknown {
    return `re:${this.flags}:${repr(this.pattern)}`;
  }
  [pyRepr](): Parts {
    const isText = typeof this.pattern === "string";
    const shown = isText && !(this.flags & 256) ? this.flags & ~UNICODE : this.flags;
    const names = FLAGS.filter((_, i) => shown & (1 << i)).map((name) => `re.${name}`);
    const rest = shown >> FLAGS.length;
    if (rest) names.push(`0x${(rest << FLAGS.length).toString(16)}`);
    return [`re.compile(${repr(this.pattern).slice(0, 200)}${names.length ? `, ${names.join("|")}` : ""})`];
  }

  /**
   * The same search in JavaScript, for what both dialects share.
   *
   * @throws SyntaxError for syntax that JavaScript does not have, `re.VERBOSE` among it.
   */
  toRegExp(): RegExp {
    if (this.flags & 64) throw new SyntaxError("re.VERBOSE patterns have no JavaScript form");
    const multiline = (this.flags & 8) !== 0;
    const source = text(this.pattern, "pattern").replace(
      /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P<|\(\?P=(\w+)\)|\$/g,
      (match, name?: string) => {
        if (match === "\\A") return "(?<![\\s\\S])";
        if (match === "\\Z") return "(?![\\s\\S])";
        if (match === "$") return multiline ? "$" : "(?=\\n?(?![\\s\\S]))";
        if (match === "(?P<") return "(?<";
        return name === undefined ? match : `\\k<${name}>`;
      },
    );
    const flags = `${this.flags & 2 ? "i" : ""}${multiline ? "m" : ""}${this.flags & 16 ? "s" : ""}`;
    try {
      return new RegExp(source, `${flags}u`);
    } catch {
      return new RegExp(source, flags);
    }
  }

  /** Python's pattern of a JavaScript one. */
  static fromRegExp({ source, flags }: RegExp): PyPattern {
    const python = source.replace(/\\k<(\w+)>|\\.|\(\?<(?![=!])/g, (match, name?: string) =>
      name !== undefined ? `(?P=${name})` : match === "(?<" ? "(?P<" : match === "\\/" ? "/" : match,
    );
    const bits = { i: 2, m: 8, s: 16 };
    const extra = Object.entries(bits).reduce((sum, [flag, bit]) => (flags.includes(flag) ? sum | bit : sum), UNICODE);
    return new PyPattern(python, extra);
  }
}

export const patterns: Table = {
  globals: {
    "re._compile": {
      call([pattern, flags = 0]) {
        const source = pattern instanceof Uint8Array ? pattern : text(pattern, "pattern");
        return new PyPattern(source, int(flags, "flags", 0, 0xffff));
      },
    },
  },
  reducers: [
    reduces(PyPattern, "re", "_compile", (p: PyPattern, context) => [p.pattern, pyInt(p.flags, context)]),
    reduces(RegExp, "re", "_compile", (source: RegExp, context) => {
      const { pattern, flags } = PyPattern.fromRegExp(source);
      return [pattern, pyInt(flags, context)];
    }),
  ],
};
