/**
 * What the page and its worker tell each other.
 *
 * The worker holds the file and all that was read from it; the page knows values by numbers and asks for what it draws.
 *
 * @module
 */

/** A value of the tree. */
export interface Entry {
  readonly id: number;
  /** Where it stands in its parent: `['key']`, `[0]`, `.attr`, the name of a dataset. */
  readonly name: string;
  /** Where it stands in the file, as `brine get` takes it. */
  readonly path: string;
  /** The expression that gives it in Python. */
  readonly python: string;
  readonly type: string;
  /** Length, or dtype and shape. */
  readonly details: string;
  readonly preview: string;
  /** Byte of the file at which it begins. */
  readonly offset: number | undefined;
  readonly hasChildren: boolean;
}

/** A file that was opened. */
export interface Opened {
  readonly root: Entry;
  readonly format: string;
  readonly size: number | undefined;
  /** Are there opcodes to be shown? */
  readonly hasOpcodes: boolean;
  /** Bytes behind good pickles that are none. */
  readonly rest: string | undefined;
}

/** What a file is opened from: one that was dropped or chosen, bytes that were pasted, or an address. */
export interface Input {
  readonly name: string;
  readonly file?: Blob;
  readonly url?: string;
  /** How text of Python 2 is decoded. */
  readonly encoding?: string;
}

/** How a value is best looked at. */
export type Look = "array" | "table" | "text" | "bytes" | "value";

/** What is shown of one value at once. */
export interface Shown {
  readonly look: Look;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Can it be drawn? */
  readonly isNumeric: boolean;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  /** Names of formats it can be saved as. */
  readonly saves: readonly string[];
}

/** Which part of an array is looked at: two of its axes, or one, and a place on each of the others. */
export interface Slice {
  /** Axis that goes down; null where the array has but one. */
  readonly down: number | null;
  readonly across: number;
  /** A place on every axis; that of the two axes counts for nothing. */
  readonly at: readonly number[];
}

/** Cells of a table, as text. */
export interface Cells {
  readonly columns: readonly string[];
  readonly index: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows and columns that there are in all. */
  readonly total: readonly [rows: number, columns: number];
}

/** Numbers of a slice, in C order; where there are too many, every so many of them. */
export interface Plane {
  readonly rows: number;
  readonly columns: number;
  /** How many rows, and columns, one of these stands for. */
  readonly step: readonly [number, number];
  readonly values: Float64Array;
  readonly stats: Stats;
}

/** A line: places along the axis, and one list of numbers for each row. */
export interface Lines {
  readonly x: Float64Array;
  readonly lines: readonly Float64Array[];
  readonly stats: Stats;
}

export interface Stats {
  readonly count: number;
  readonly nan: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** How many numbers lie between one edge and the next. */
export interface Histogram {
  readonly edges: Float64Array;
  readonly counts: Float64Array;
  readonly stats: Stats;
}

/** A picture of red, green, blue and opacity. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray;
}

/** A value that was found, and the places of it and its parents among their siblings. */
export interface Found {
  readonly entry: Entry;
  readonly trail: readonly number[];
}

export interface Opcodes {
  readonly lines: readonly (readonly [offset: number, name: string, arg: string])[];
  readonly total: number;
  /** Why the listing ends where it does, when that is no STOP. */
  readonly problem: string | undefined;
}

/** A file to be saved. */
export interface Saved {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a look at the file for danger found. */
export interface Safety {
  readonly verdict: "safe" | "suspicious" | "dangerous";
  readonly findings: readonly {
    readonly severity: string;
    readonly message: string;
    readonly advice: string;
    readonly place: string;
    readonly offset: number | undefined;
  }[];
}

/** What the page asks of the worker. */
export interface Calls {
  open(input: Input): Promise<Opened>;
  children(id: number, from: number, count: number): Promise<{ entries: Entry[]; more: boolean }>;
  show(id: number): Promise<Shown>;
  text(id: number): Promise<string>;
  cells(id: number, slice: Slice, rows: readonly [number, number], columns: readonly [number, number]): Promise<Cells>;
  plane(id: number, slice: Slice): Promise<Plane>;
  lines(id: number, slice: Slice, count: number): Promise<Lines>;
  histogram(id: number, slice: Slice, bins: number): Promise<Histogram>;
  picture(id: number, slice: Slice): Promise<Picture>;
  find(text: string): Promise<{ found: Found[]; isWhole: boolean }>;
  locate(path: string): Promise<Found | null>;
  opcodes(from: number, count: number): Promise<Opcodes>;
  /** The line of the opcode at a byte. */
  opcodeAt(offset: number): Promise<number>;
  /** The innermost value that begins at a byte, or before it. */
  valueAt(offset: number): Promise<Found | null>;
  safety(): Promise<Safety>;
  save(id: number, format: string): Promise<Saved>;
}

export type CallName = keyof Calls;

export interface Request {
  readonly call: number;
  readonly name: CallName;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly problem: Problem }
  | { readonly progress: readonly [read: number, total: number | undefined] };

/** Why a call failed, in the words of the error. */
export interface Problem {
  readonly message: string;
  readonly code: string | undefined;
  readonly offset: number | undefined;
}
