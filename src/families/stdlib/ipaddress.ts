/**
 * Python's `ipaddress`: addresses, networks and interfaces of both versions.
 *
 * @module
 */
import { type Parts, pyKey, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, type PyTuple, tuple } from "../../core/values/tuple.ts";
import { isInt, PyValue, pyInt, type Table, text } from "./table.ts";

const KINDS = ["IPv4Address", "IPv4Network", "IPv4Interface", "IPv6Address", "IPv6Network", "IPv6Interface"] as const;

/** The six classes of `ipaddress`. */
export type IPKind = (typeof KINDS)[number];

function parse4(source: string): bigint {
  const parts = source.split(".");
  if (parts.length !== 4 || parts.some((p) => !/^(0|[1-9]\d{0,2})$/.test(p) || +p > 255)) return -1n;
  return BigInt(parts.reduce((sum, p) => sum * 256 + +p, 0));
}

function parse6(source: string): bigint {
  const tail = source.slice(source.lastIndexOf(":") + 1);
  if (tail.includes(".")) {
    const low = parse4(tail);
    if (low < 0n) return low;
    source = `${source.slice(0, -tail.length)}${(low >> 16n).toString(16)}:${(low & 65535n).toString(16)}`;
  }
  const halves = source.split("::").map((half) => (half ? half.split(":") : []));
  const given = halves.flat();
  const missing = 8 - given.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing)) return -1n;
  if (given.some((group) => !/^[\da-f]{1,4}$/i.test(group))) return -1n;
  const groups = halves.length === 2 ? [...halves[0]!, ...Array(missing).fill("0"), ...halves[1]!] : given;
  return BigInt(`0x${groups.map((group) => group.padStart(4, "0")).join("")}`);
}

function format6(value: bigint): string {
  const groups = value
    .toString(16)
    .padStart(32, "0")
    .match(/.{4}/g)!
    .map((group) => group.replace(/^0{1,3}/, ""));
  // The first longest run of two or more zero groups becomes "::".
  let best: string[] = [];
  for (const run of groups.join(":").match(/\b0(:0)+\b/g) ?? [])
    if (run.length > best.join(":").length) best = run.split(":");
  if (best.length < 2) return groups.join(":");
  const at = groups.findIndex((_, i) => best.every((_, j) => groups[i + j] === "0"));
  return `${groups.slice(0, at).join(":")}::${groups.slice(at + best.length).join(":")}`;
}

/**
 * An address, network or interface of Python's `ipaddress`.
 *
 * @example
 * ```ts
 * new PyIP("IPv4Network", "10.0.0.0/8").prefix; // 8
 * ```
 */
export class PyIP extends PyValue {
  readonly kind: IPKind;
  readonly version: 4 | 6;
  /** The address as an int. */
  readonly value: bigint;
  /** Length of the network prefix; null for an address. */
  readonly prefix: number | null;
  /** Scope of an IPv6 address (`%eth0`), or null. */
  readonly scope: string | null;

  constructor(kind: IPKind, source: string | number | bigint, prefix?: number) {
    super();
    this.kind = kind;
    this.version = kind.startsWith("IPv4") ? 4 : 6;
    const bits = this.version === 4 ? 32 : 128;
    const bad = (): never => {
      throw new RangeError(`${JSON.stringify(String(source))} does not appear to be an ${kind}`);
    };
    this.scope = null;
    let length = prefix ?? bits;
    if (typeof source === "string") {
      const [, address, scope, own] = /^([^%/]*)(?:%([^%/]+))?(?:\/(\d{1,3}))?$/.exec(source) ?? bad();
      if (scope !== undefined && this.version === 4) bad();
      this.scope = scope ?? null;
      if (own !== undefined) length = +own;
      this.value = this.version === 4 ? parse4(address!) : parse6(address!);
      if (own !== undefined && kind.endsWith("Address")) bad();
    } else this.value = BigInt(source);
    if (this.value < 0n || this.value >> BigInt(bits) || length > bits || length < 0) bad();
    this.prefix = kind.endsWith("Address") ? null : length;
    const host = (1n << BigInt(bits - length)) - 1n;
    if (kind.endsWith("Network") && this.value & host) throw new RangeError(`${source} has host bits set`);
  }

  get [pyType](): string {
    return `ipaddress.${this.kind}`;
  }
  [pyKey](): unknown {
    return `ip:${this.kind} ${this}`;
  }
  [pyRepr](): Parts {
    return [`${this.kind}('${this}')`];
  }
  override toString(): string {
    const { value } = this;
    const address = this.version === 4 ? [24n, 16n, 8n, 0n].map((n) => (value >> n) & 255n).join(".") : format6(value);
    return address + (this.scope === null ? "" : `%${this.scope}`) + (this.prefix === null ? "" : `/${this.prefix}`);
  }
  toJSON(): string {
    return this.toString();
  }
}

function make(kind: IPKind, args: PyTuple): PyIP {
  const [source, length] = isTuple(args[0]) ? args[0] : [args[0]];
  return new PyIP(kind, isInt(source) ? source : text(source, "address"), isInt(length) ? Number(length) : undefined);
}

export const addresses: Table = {
  globals: Object.fromEntries(
    KINDS.map((kind) => [`ipaddress.${kind}`, { call: (args: PyTuple) => make(kind, args) }]),
  ),
  reducers: [
    [
      PyIP,
      (ip: PyIP, context) => ({
        func: new PyGlobal("ipaddress", ip.kind),
        args: tuple(ip.kind === "IPv4Address" ? pyInt(ip.value, context) : ip.toString()),
      }),
    ],
  ],
};
