/**
 * The faces of the scanner.
 *
 * @module
 */

/** `safe`: nothing was found. `suspicious`: a name or a part that nobody vouches for. `dangerous`: it runs code or may. */
export type Verdict = "safe" | "suspicious" | "dangerous";

/** How bad a finding is; a `note` leaves the verdict as it is. */
export type Severity = "note" | "suspicious" | "dangerous";

/** Something that was found. */
export interface Finding {
  /** Name of the rule: `"dangerous-name"`. */
  readonly rule: string;
  readonly severity: Severity;
  /** Byte offset in the part that `path` names, unpacked. */
  readonly offset: number;
  /** Where it stands: the file, the parts inside and the offset, `"model.pt/archive/data.pkl+0x2d"`. */
  readonly path: string;
  /** The name it is about: `"os.system"`. */
  readonly global?: string;
  /** The arguments of the call, as Python would write them, shortened. */
  readonly arguments?: string;
  /** What was found, in one sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** The opcodes around it, the one at `offset` marked by `>`. */
  readonly lines?: readonly string[];
}

/** A name that a file refers to. */
export interface GlobalFound {
  /** `"collections.OrderedDict"`, or `"?"` where the bytes do not tell. */
  readonly name: string;
  readonly verdict: Verdict;
  /** How often it is referred to. */
  readonly count: number;
  /** What is done with it: `construct`, `reduce`, `setstate`; only a reference where empty. */
  readonly uses: readonly string[];
}

/** A file, or a part of one, that was looked into. */
export interface FileScanned {
  readonly path: string;
  /** `"pickle"`, `"zip"`, `"npy"`…; `"data"` for what is none of Python's. */
  readonly format: string;
  readonly size: number;
}

/** What the scanner says. */
export interface Report {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Names, sorted. */
  readonly globals: readonly GlobalFound[];
  readonly files: readonly FileScanned[];
}

/** How far {@link scan} goes; beyond any of these the rest counts as not inspected. */
export interface ScanLimits {
  /** Bytes of the input, and bytes that are unpacked in all; 2 GiB each. */
  readonly maxBytes?: number;
  /** Bytes out per byte in, above 64 MiB; 1000. */
  readonly maxRatio?: number;
  /** Opcodes of one pickle; 20 million. All pickles of a file may have ten times as many. */
  readonly maxOpcodes?: number;
  /** Files of an archive; 65 535. */
  readonly maxEntries?: number;
  /** Containers within containers; 8. */
  readonly maxNesting?: number;
  /** Findings that are kept; 1000. The verdict counts all. */
  readonly maxFindings?: number;
}

/** Options of {@link scan}. */
export interface ScanOptions {
  /** Name of the file: its ending is compared with what it holds. Taken from the source where that has one. */
  name?: string;
  /** Full names that count as safe: `["shop.models.Order"]`. They cannot make a dangerous name safe. */
  allow?: Iterable<string>;
  limits?: ScanLimits;
  signal?: AbortSignal;
}
