/**
 * The faces of the doctor.
 *
 * @module
 */

/** Something that a file will fail in. */
export interface Finding {
  /** Name of the rule. */
  readonly rule: string;
  /** Where it fails: `"joblib < 1.2"`. */
  readonly where: string;
  /** The message as Python prints it. */
  readonly message: string;
  /** What of the file it is about (`"3 arrays"`), or nothing. */
  readonly about: string;
  readonly cause: string;
  /** What to do about it. */
  readonly fix: string;
  /** Python to paste before the file is loaded: classes that are missing, the list of names to allow. */
  readonly code?: string;
  /** Does `fix` of this module repair it? */
  readonly fixable: boolean;
}

/** A class or function that a file names, as far as the file tells of it. */
export interface ClassShape {
  readonly module: string;
  readonly name: string;
  /** Names of the attributes that its objects have in the file. */
  readonly attributes: readonly string[];
  /** The built-in class that its objects are filled or made like: `"list"`, `"dict"`, `"str"`; null for others. */
  readonly base: string | null;
  /** Is it named only, and never made: a function, by its lower-case name? */
  readonly isFunction: boolean;
}

/** What the doctor says of a file. */
export interface Diagnosis {
  readonly format: string;
  /** The shell around it (`"gzip"`), or null. */
  readonly compression: string | null;
  readonly protocol: number | null;
  /** Who wrote it, as far as it shows: `"sklearn 1.2.2"`, `"numpy >= 2"`. */
  readonly writers: readonly string[];
  /** The classes and functions that the file names, sorted. */
  readonly globals: readonly string[];
  /** What to install to read the file as it is, as pip takes it: `"scikit-learn==1.2.2"`, `"numpy>=2"`. */
  readonly pins: readonly string[];
  /** Classes of the program that wrote the file, and of modules that are neither Python's nor a known library's. */
  readonly classes: readonly ClassShape[];
  readonly findings: readonly Finding[];
}

/** Versions of the readers: `{ python: "3.7", numpy: "1.26" }`. */
export type Versions = { readonly [library: string]: string };

/** The system of the reader. */
export type Os = "linux" | "macos" | "windows";

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /** Only what fails in these versions. */
  for?: Versions;
  /** Only what fails on this system. */
  os?: Os;
  /** The last line of a traceback; findings with another message are left out. */
  error?: string;
}

/** Options of `fix`. */
export interface FixOptions {
  /** Versions that shall read the file. */
  for?: Versions;
  /** The system that shall read it: paths of another one become pure paths. */
  os?: Os;
  /** New names of modules or of classes: `{ "__main__": "shop.models" }`. */
  renames?: { readonly [old: string]: string };
  /** What Python 2's str with bytes beyond ASCII become; text where they are UTF-8 and else bytes, when not given. */
  encoding?: "latin1" | "utf-8" | "bytes";
}

/** One change of a fix. */
export interface Change {
  /** Byte offset in the unpacked input. */
  readonly offset: number;
  /** The opcode, or `"padding"`. */
  readonly was: string;
  readonly now: string;
}

/** What `fix` gives. */
export interface Fixed {
  readonly bytes: Uint8Array;
  readonly changes: readonly Change[];
}
