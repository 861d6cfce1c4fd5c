/**
 * Python's built-in types where a pickle calls them, and its constants.
 *
 * @module
 */

import { encodeUtf8, hasLone } from "../../core/bytes/text.ts";
import type { PackContext } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { Keys } from "../../core/values/keys.ts";
import { type Parts, pyKey, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyByteArray, PyGlobal } from "../../core/values/scalars.ts";
import { PyFrozenSet, PySet } from "../../core/values/set.ts";
import { isFloatAt, type PyTuple, tuple } from "../../core/values/tuple.ts";
import { fillFrom } from "./collections.ts";
import { PyRange } from "./numbers.ts";
import {
  append,
  int,
  isInt,
  latin1,
  PyValue,
  pyInt,
  reduces,
  refuse,
  type Table,
  text,
  tupleOfItems,
} from "./table.ts";

/** One of Python's constants without a JavaScript twin. */
export class PyConstant extends PyValue {
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
  get [pyType](): string {
    return TYPE_NAMES[this.name]!;
  }
  [pyKey](): unknown {
    return `constant:${this.name}`;
  }
  [pyRepr](): Parts {
    return [this.name];
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = { Ellipsis: "ellipsis", NotImplemented: "NotImplementedType" };

/** Python's `...`. */
export const Ellipsis: PyConstant = new PyConstant("Ellipsis");
/** Python's `NotImplemented`. */
export const NotImplemented: PyConstant = new PyConstant("NotImplemented");

/** The class of a constant: pickled as `type(None)`, since older Pythons have no name for it. */
export class PyConstantType extends PyValue {
  readonly of: unknown;
  constructor(of: unknown) {
    super();
    this.of = of;
  }
  get [pyType](): string {
    return "type";
  }
  [pyKey](): unknown {
    return `type:${this}`;
  }
  [pyRepr](): Parts {
    return [`<class '${this.of === null ? "NoneType" : (this.of as PyConstant)[pyType]}'>`];
  }
}

/** Items of an iterable argument; a list stays itself, with its float memory. */
function items(args: PyTuple): readonly unknown[] {
  const [value] = args;
  if (args.length > 1) throw new TypeError(`expected at most 1 argument, got ${args.length}`);
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  if (value instanceof PyDict) return [...value.keys()];
  if (typeof value === "string") return [...value];
  // Some ten bytes may claim a range of any length.
  if (value instanceof PyRange && value.length > 1 << 20) throw new RangeError(`${value} is too long to be listed`);
  if (typeof value === "object" && value !== null && Symbol.iterator in value) return [...(value as Iterable<unknown>)];
  return refuse("the argument", "iterable", value);
}

function elements(args: PyTuple, { maxKeyNodes }: PackContext): Keys {
  const source = items(args);
  const keys = new Keys([], true, true, true);
  if (maxKeyNodes !== undefined) keys.limit(maxKeyNodes);
  for (let i = 0; i < source.length; i++) {
    if (keys.find(source[i]) >= 0) continue;
    if (isFloatAt(source, i)) (keys.floats ??= new Set()).add(keys.keys.length);
    keys.push(source[i]);
  }
  return keys;
}

/** `str.encode` for the codecs that pickles use. */
/** `str.encode`; undefined for a codec that Python has and brine does not write. Throws `RangeError` as Python would. */
function encode(value: unknown, codec: unknown, errors: unknown = "strict"): Uint8Array | undefined {
  const source = text(value, "the text");
  const given = text(codec, "the encoding");
  const handler = text(errors, "the error handler");
  // As Python's `encodings.normalize_encoding`.
  const name = given
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "_")
    .replace(/^_|_$/g, "");
  if (given.includes("\0") || !CODECS.test(name)) throw new RangeError(`unknown encoding: ${given}`);
  if (UTF8.test(name)) {
    if (handler === "surrogatepass" || !hasLone(source)) return encodeUtf8(source);
    if (handler === "strict") throw new RangeError("utf-8 cannot encode lone surrogates");
    return undefined;
  }
  const limit = LATIN1.test(name) ? 256 : ASCII.test(name) ? 128 : 0;
  return limit > 0 && handler === "strict" ? latin1(source, limit) : undefined;
}

const UTF8 = /^(utf_?8|u8|utf|utf8_ucs[24]|cp65001)$/;
const LATIN1 = /^(latin(_?1)?|l1|iso_?8859(_1)?(_1_?1987|_1987)?|8859|cp819|ibm819|csisolatin1|iso_ir_100)$/;
const ASCII =
  /^(us_?ascii|ascii|646|iso646_us|cp367|ibm367|csascii|us|iso_646\.irv_1991|iso_ir_6|ansi_x3[._4]*(_1968|_1986)?)$/;
/** Names of Python's codecs, those of one kind taken together. */
const CODECS =
  /^((us_?)?ascii|646|us|u\d+|l\d+|8859|latin(_?\d\d?)?|(cs|ibm|iso|cp|windows|utf|koi8|mac|big5|gb|euc|ksc?|shift|s_?jis|hz|johab|tis|ptcp|kz|rk|dbcs|mbcs|oem|ansi|idna|puny|raw|unicode|charmap|undefined|rot|hex|base|bz|zip|zlib|quo|uu|hebrew|arabic|greek|cyrillic|thai|maltese|hkscs|uhc|ecma|elot|asmo|johab|korean|chinese|jisx|unified).*)$/;

function toBytes(args: PyTuple): Uint8Array | undefined {
  const [source, codec] = args;
  // Python 2 bytes read with encoding "bytes" leave the codec's name as bytes, which Python refuses too.
  if (args.length > 1) {
    if (typeof source !== "string" || typeof codec !== "string")
      return refuse("the arguments", "text and a codec", codec);
    return encode(source, codec);
  }
  if (source instanceof Uint8Array) return source;
  if (isInt(source)) return new Uint8Array(int(source, "a size", 0, 1024));
  return Uint8Array.from(items(args), (item) => int(item, "a byte", 0, 255));
}

function toByteArray(args: PyTuple): PyByteArray | undefined {
  const bytes = toBytes(args);
  return bytes && new PyByteArray(bytes);
}

function toInt([value = 0]: PyTuple): number | bigint | undefined {
  if (isInt(value)) return value;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}

function toFloat([value = 0]: PyTuple): number | undefined {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (value === "nan") return Number.NaN;
  const number = typeof value === "string" && value ? Number(value.replace(/^(-?)inf$/, "$1Infinity")) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

export const builtins: Table = {
  globals: {
    "builtins.Ellipsis": { value: Ellipsis },
    "builtins.NotImplemented": { value: NotImplemented },
    "builtins.set": { call: (args, context) => PySet.of(elements(args, context)) },
    "builtins.frozenset": { call: (args, context) => PyFrozenSet.of(elements(args, context)) },
    "builtins.list": {
      call(args) {
        const list: unknown[] = [];
        append(list, items(args));
        return list;
      },
    },
    "builtins.tuple": { call: (args) => tupleOfItems(items(args)) },
    "builtins.dict": { call: ([entries]) => fillFrom(new PyDict(), entries) },
    "builtins.bytes": { call: toBytes },
    "builtins.bytearray": { call: toByteArray },
    "builtins.str": { call: ([value = ""]) => (typeof value === "string" ? value : undefined) },
    "builtins.int": {
      call(args, context) {
        const value = toInt(args);
        return value === undefined ? undefined : pyInt(value, context);
      },
    },
    "builtins.float": { call: toFloat },
    "builtins.bool": {
      call: ([value = false]) => (typeof value === "boolean" || isInt(value) ? Boolean(value) : undefined),
    },
    "builtins.type": {
      call(args) {
        const [of] = args;
        // Undefined leaves the call inert.
        return args.length === 1 && (of === null || of instanceof PyConstant) ? new PyConstantType(of) : undefined;
      },
    },
    "builtins.getattr": {
      call(args) {
        const [owner, name] = args;
        if (args.length < 2 || args.length > 3)
          throw new TypeError(`getattr takes 2 or 3 arguments, not ${args.length}`);
        text(name, "the attribute's name");
        if (args.length === 2 && owner instanceof PyGlobal && typeof name === "string") {
          return new PyGlobal(owner.module, `${owner.name}.${name}`);
        }
        return undefined;
      },
    },
    "_codecs.encode": {
      call(args) {
        if (args.length > 3) throw new TypeError(`encode takes at most 3 arguments, not ${args.length}`);
        return encode(args[0], args[1] ?? "utf-8", args[2]);
      },
    },
  },
  reducers: [
    [PyConstant, (constant: PyConstant) => new PyGlobal("builtins", constant.name)],
    reduces(PyConstantType, "builtins", "type", (type: PyConstantType) => tuple(type.of)),
  ],
};
