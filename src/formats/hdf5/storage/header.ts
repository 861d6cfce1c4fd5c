/**
 * Object headers (specification, section IV.A): the messages of a group, dataset or named type.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import type { Context } from "./context.ts";
import { Cursor, NOWHERE } from "./cursor.ts";
import { verify } from "./lookup3.ts";
import type { Reading } from "./store.ts";

/** Kinds of messages, by their numbers in the specification. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFill: 0x04,
  fill: 0x05,
  link: 0x06,
  external: 0x07,
  layout: 0x08,
  groupInfo: 0x0a,
  filters: 0x0b,
  attribute: 0x0c,
  comment: 0x0d,
  sharedTable: 0x0f,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message: its kind and its bytes, shared ones already fetched. */
export interface Message {
  readonly kind: number;
  readonly flags: number;
  readonly data: Uint8Array;
  /** Address of the data, for messages. */
  readonly at: number;
  /** Creation order, where the header keeps it. */
  readonly order: number;
  /** What stands in the header itself, of a message that is shared. */
  readonly stored?: { readonly flags: number; readonly data: Uint8Array };
}

/** An object header. */
export interface ObjectHeader {
  readonly at: number;
  readonly version: number;
  readonly messages: readonly Message[];
  /** Does it keep the order in which attributes are made? Also where there are none yet. */
  readonly ordered?: boolean;
}

/** A count of references; only new headers have it. */
const REFERENCE_COUNT = 0x16;
/** The last kind of message that is known, and the flag of those that may not be passed over. */
const LAST_KIND = 0x18;
const FAIL_ALWAYS = 0x80;

/** An object has a handful of continuations; only a hostile file has many. */
const MAX_CHUNKS = 65536;

/** Reads the object header at an address. */
export function* objectHeader(context: Context, at: number): Reading<ObjectHeader> {
  const known = context.headers.get(at);
  if (known !== undefined) return known;
  const { store } = context;
  const least = Math.min(16, store.size - store.base - at);
  const head = store.ready(at, least) ?? (yield* store.get(at, least));
  const isNew = head[0] === 0x4f && head[1] === 0x48 && head[2] === 0x44 && head[3] === 0x52;
  const header = yield* isNew ? newHeader(context, at) : oldHeader(context, at, head);
  context.keep(header);
  return header;
}

interface Raw {
  kind: number;
  flags: number;
  data: Uint8Array;
  at: number;
  order: number;
}

function* oldHeader(context: Context, at: number, head: Uint8Array): Reading<ObjectHeader> {
  const c = new Cursor(head, context.sizes, at);
  c.version("object header", 1);
  c.skip(1);
  // The library does not mind a count of messages that is wrong, nor do we.
  c.skip(6);
  const size = c.u32();
  const raw: Raw[] = [];
  const parts = new Parts(context, at + 16, size);
  for (let i = 0; i < parts.list.length; i++) {
    const chunk = parts.list[i] as Part;
    const bytes = context.store.ready(chunk.at, chunk.size) ?? (yield* context.store.get(chunk.at, chunk.size));
    const m = new Cursor(bytes, context.sizes, chunk.at);
    while (m.left >= 8) {
      const kind = m.u16();
      const length = m.u16();
      const flags = m.u8();
      m.skip(3);
      const place = chunk.at + m.at;
      const data = m.take(length);
      if (kind === MESSAGE.continuation) parts.follow(data, place);
      if (kind === REFERENCE_COUNT) throw m.bad("an old object header has a count of references");
      raw.push({ kind, flags, data, at: place, order: raw.length });
    }
  }
  return { at, version: 1, messages: plainly(raw) ?? (yield* resolved(context, raw)) };
}

function* newHeader(context: Context, at: number): Reading<ObjectHeader> {
  const { store, sizes } = context;
  const least = Math.min(34, store.size - store.base - at);
  const head = store.ready(at, least) ?? (yield* store.get(at, least));
  const c = new Cursor(head, sizes, at).signature("OHDR");
  c.version("object header", 2);
  const flags = c.u8();
  if (flags & 0x20) c.skip(16);
  if (flags & 0x10) c.skip(4);
  const size = c.uint(1 << (flags & 3));
  const all = c.at + size + 4;
  verify("object header", store.ready(at, all) ?? (yield* store.get(at, all)), at);
  const raw: Raw[] = [];
  const ordered = (flags & 4) !== 0;
  const parts = new Parts(context, at + c.at, size);
  for (let i = 0; i < parts.list.length; i++) {
    let chunk = parts.list[i] as Part;
    if (i > 0) {
      const mark = yield* store.get(chunk.at, chunk.size);
      new Cursor(mark, sizes, chunk.at).signature("OCHK");
      if (chunk.size < 8) throw new FormatError("a part of an object header is too short", { offset: chunk.at });
      verify("object header", mark, chunk.at);
      chunk = { at: chunk.at + 4, size: chunk.size - 8 };
    }
    const bytes = store.ready(chunk.at, chunk.size) ?? (yield* store.get(chunk.at, chunk.size));
    const m = new Cursor(bytes, sizes, chunk.at);
    const least = ordered ? 6 : 4;
    while (m.left >= least) {
      const kind = m.u8();
      const length = m.u16();
      const mflags = m.u8();
      const order = ordered ? m.u16() : raw.length;
      const place = chunk.at + m.at;
      const data = m.take(length);
      if (kind === MESSAGE.continuation) parts.follow(data, place);
      raw.push({ kind, flags: mflags, data, at: place, order });
    }
  }
  return { at, version: 2, messages: plainly(raw) ?? (yield* resolved(context, raw)), ordered };
}

interface Part {
  readonly at: number;
  readonly size: number;
}

/** The parts of a header, of which continuations tell. */
class Parts {
  readonly list: Part[];
  readonly #context: Context;
  #seen: Set<number> | null = null;
  #bytes: number;

  constructor(context: Context, at: number, size: number) {
    this.#context = context;
    this.list = [{ at, size }];
    this.#bytes = size;
  }

  /** Puts what a continuation at a place tells of behind the others. Throws `FormatError` for parts that overlap. */
  follow(data: Uint8Array, place: number): void {
    const { sizes, store } = this.#context;
    const c = new Cursor(data, sizes, place);
    const next = { at: c.offset(), size: c.length() };
    this.#seen ??= new Set([(this.list[0] as Part).at]);
    this.#bytes += next.size;
    // Parts that do not overlap are no longer than the file.
    const fits = this.#bytes <= store.size && this.list.length < MAX_CHUNKS;
    if (next.at === NOWHERE || !fits || this.#seen.has(next.at)) {
      throw new FormatError("the parts of an object header lead in a circle or nowhere", {
        offset: place,
        format: "hdf5",
      });
    }
    this.#seen.add(next.at);
    this.list.push(next);
  }
}

/** The messages, when all are here and known, as they mostly are. */
function plainly(raw: readonly Raw[]): Message[] | null {
  for (const { kind, flags } of raw) if (flags & 2 || kind > LAST_KIND) return null;
  return raw.filter(({ kind }) => kind !== 0 && kind !== MESSAGE.continuation);
}

/** A header's message of a kind. */
export function messageOf({ messages }: ObjectHeader, kind: number): Message | undefined {
  for (const message of messages) if (message.kind === kind) return message;
  return undefined;
}

/** Fetches the messages that stand elsewhere (specification, section IV.A.1.c). */
function* resolved(context: Context, raw: readonly Raw[]): Reading<Message[]> {
  const out: Message[] = [];
  for (const message of raw) {
    if (message.kind === 0 || message.kind === MESSAGE.continuation) continue;
    if (message.kind > LAST_KIND && message.flags & FAIL_ALWAYS) {
      throw new UnsupportedError(
        "unknown messages",
        `a message of kind ${message.kind} must be understood, and is not known`,
        {
          offset: message.at,
          format: "hdf5",
        },
      );
    }
    if (message.flags & 2) out.push({ ...(yield* shared(context, message)), stored: message });
    else out.push(message);
  }
  return out;
}

/** A message of which only a reference stands in the header. */
export function* shared(context: Context, message: Message): Reading<Message> {
  const c = new Cursor(message.data, context.sizes, message.at);
  const version = c.version("shared message", 1, 2, 3);
  const type = c.u8();
  if (version === 3 && type === 1) {
    const data = yield* context.sharedMessage(message.kind, c.take(8));
    return { ...message, flags: message.flags & ~2, data };
  }
  // Version 1 kept a whole entry of a symbol table, of which only the address counts.
  if (version === 1) c.skip(6 + context.sizes.lengths);
  const at = c.offset();
  if (context.nesting > 32) throw c.bad("shared messages lead in a circle");
  context.nesting++;
  try {
    const header = yield* objectHeader(context, at);
    const found = header.messages.find(({ kind }) => kind === message.kind);
    if (found === undefined) throw c.bad("a shared message refers to an object that has none of its kind");
    return { ...found, order: message.order };
  } finally {
    context.nesting--;
  }
}
