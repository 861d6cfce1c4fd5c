/**
 * Python's `pathlib` paths, of both flavours, as data: nothing here touches a file system.
 *
 * @module
 */
import { type Parts, pyKey, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { type PyTuple, tuple } from "../../core/values/tuple.ts";
import { PyValue, type Table, text } from "./table.ts";

const KINDS = ["PurePosixPath", "PosixPath", "PureWindowsPath", "WindowsPath"] as const;

/** The four concrete classes of `pathlib`. */
export type PathKind = (typeof KINDS)[number];

/**
 * A `pathlib` path.
 *
 * @example
 * ```ts
 * new PyPath("PosixPath", ["/", "tmp", "a.txt"]).toString(); // "/tmp/a.txt"
 * ```
 */
export class PyPath extends PyValue {
  readonly kind: PathKind;
  /** As Python's `parts`: the anchor first, where there is one. */
  readonly parts: readonly string[];
  /** @internal What it was made of, by which Python 3.13 pickles it. */
  readonly segments: readonly string[];
  readonly #text: string;

  constructor(kind: PathKind, segments: readonly string[]) {
    super();
    this.kind = kind;
    this.segments = segments;
    const windows = kind.endsWith("WindowsPath");
    const separator = windows ? "\\" : "/";
    const anchored = windows ? /^([a-z]:|\\\\[^\\]+\\[^\\]+)?(\\*)(.*)$/is : /^()(\/*)(.*)$/s;
    let drive = "";
    let root = "";
    let rest: string[] = [];
    for (const segment of segments) {
      const source = windows ? segment.replaceAll("/", "\\") : segment;
      const [, ownDrive = "", slashes, tail] = anchored.exec(source)!;
      const unc = ownDrive.startsWith("\\");
      if (slashes || unc || (ownDrive && ownDrive.toLowerCase() !== drive.toLowerCase())) {
        if (ownDrive) drive = ownDrive;
        // POSIX keeps exactly two leading slashes.
        root = !windows && slashes === "//" ? "//" : slashes || unc ? separator : "";
        rest = [];
      }
      rest.push(...tail!.split(separator).filter((part) => part !== "" && part !== "."));
    }
    const anchor = drive + root;
    this.parts = Object.freeze(anchor ? [anchor, ...rest] : rest);
    this.#text = anchor + rest.join(separator) || ".";
  }

  get [pyType](): string {
    return `pathlib.${this.kind}`;
  }
  [pyKey](): unknown {
    return this.kind.endsWith("PosixPath") ? `path:posix:${this.#text}` : `path:windows:${this.#text.toLowerCase()}`;
  }
  [pyRepr](): Parts {
    const shown = this.kind.endsWith("WindowsPath") ? this.#text.replaceAll("\\", "/") : this.#text;
    return [`${this.kind}(`, shown, ")"];
  }
  override toString(): string {
    return this.#text;
  }
  toJSON(): string {
    return this.#text;
  }
}

const ROWS = KINDS.map((kind) => {
  const call = (args: PyTuple): PyPath =>
    new PyPath(
      kind,
      args.map((part) => text(part, "path part")),
    );
  return [kind, { call }] as const;
});

export const paths: Table = {
  // Python 3.13 names the module pathlib._local.
  globals: Object.fromEntries(
    ["pathlib", "pathlib._local"].flatMap((module) => ROWS.map(([kind, entry]) => [`${module}.${kind}`, entry])),
  ),
  reducers: [[PyPath, (path: PyPath) => ({ func: new PyGlobal("pathlib", path.kind), args: tuple(...path.parts) })]],
};
