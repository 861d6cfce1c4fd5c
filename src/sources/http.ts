/**
 * Addresses: the body of one GET, or ranges by requests of their own.
 *
 * A range must come from the file that was opened: its entity tag and size are compared with those of the first
 * answer (`If-Range` would ask the same of the server, but makes a browser send a preflight first).
 *
 * @module
 */
import type { Source, Span } from "../core/bytes/parse.ts";
import { LimitError, SourceError } from "../core/errors.ts";
import { EMPTY, inMemory } from "./memory.ts";
import { streamed } from "./streams.ts";

/** Requests under way at once. */
const IN_FLIGHT = 6;
/** Bytes between two spans that are fetched rather than left out. */
const GAP = 1 << 16;
/** Bytes of the first request, which also tells the size. */
const FIRST = 1 << 16;
/** What is read of a server that knows no ranges. */
const MAX_BYTES = 2 ** 31;

async function ask(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, signal ? { ...init, signal } : init);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new SourceError("the address could not be fetched", { path: url, cause });
  }
  const { status } = response;
  if (status < 400) return response;
  drop(response);
  throw new SourceError(`the server answered ${status}`, { status, path: url });
}

function drop(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

/** The size that an answer tells of the whole file; undefined where it is packed or hidden. */
function sizeOf({ status, headers }: Response): number | undefined {
  const text =
    status === 206 ? /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1] : headers.get("content-length");
  // A compressed body has another length than the bytes that come out of it.
  return text == null || headers.get("content-encoding") ? undefined : Number(text);
}

/** One GET, whose body is read on; where its size is known, ranges may be asked for as well. */
export async function fetched(url: URL, signal?: AbortSignal): Promise<Source> {
  const response = await ask(url.href, {}, signal);
  const stream = answered(response);
  const { size } = stream;
  if (size === undefined || response.status !== 200 || !/^https?:/.test(url.protocol)) return stream;
  const ranges = rangesOf(url.href, size, response.headers.get("etag"));
  return {
    ...stream,
    streaming: true,
    read(spans, stop) {
      // Who reads by ranges has no use for the rest of the body.
      void stream.close?.();
      return ranges(spans, stop);
    },
  };
}

/** The body of an answer; it may have needed headers that are not known here, so that it is all there is. */
export function answered(response: Response): Source {
  const { status, body, url } = response;
  const name = url || undefined;
  if (status >= 400) throw new SourceError(`the server answered ${status}`, { status, path: name });
  if (body === null) return inMemory(EMPTY, name);
  return { ...streamed(body), name, size: sizeOf(response) };
}

/** Ranges of an address, the first of which tells its size; of a server that knows none, the whole. */
export async function ranged(url: URL, signal?: AbortSignal): Promise<Source> {
  const first = await ask(url.href, { headers: { range: `bytes=0-${FIRST - 1}` } }, signal);
  if (first.status !== 206 || first.headers.get("content-encoding")) {
    if (first.status === 206) {
      drop(first);
      return inMemory(await whole(url.href, signal), url.href);
    }
    return inMemory(await bodyOf(first, sizeOf(first)), url.href);
  }
  let size = sizeOf(first);
  if (size === undefined) {
    const head = await ask(url.href, { method: "HEAD" }, signal);
    size = sizeOf(head);
    if (size === undefined) {
      drop(first);
      return inMemory(await whole(url.href, signal), url.href);
    }
  }
  const head = await bodyOf(first, Math.min(FIRST, size));
  const ranges = rangesOf(url.href, size, first.headers.get("etag"));
  let at = 0;
  const read = async (spans: readonly Span[], stop?: AbortSignal): Promise<Uint8Array[]> => {
    const far = spans.filter((span) => span.at + span.size > head.length);
    const got = far.length === 0 ? [] : await ranges(far, stop);
    let i = 0;
    return spans.map((span) => {
      if (span.at + span.size > head.length) return got[i++] as Uint8Array;
      const part = head.slice(span.at, span.at + span.size);
      span.into?.set(part);
      return span.into?.subarray(0, part.length) ?? part;
    });
  };
  return {
    size,
    name: url.href,
    read,
    async next(want, stop) {
      const span = { at, size: Math.min(want, (size as number) - at) };
      if (span.size === 0) return EMPTY;
      at += span.size;
      return (await read([span], stop))[0] as Uint8Array;
    },
  };
}

async function whole(url: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const response = await ask(url, {}, signal);
  return bodyOf(response, sizeOf(response));
}

/** A body, into `into` or memory that grows as bytes arrive. */
async function bodyOf(response: Response, size: number | undefined, into?: Uint8Array): Promise<Uint8Array> {
  const { url } = response;
  if (size !== undefined && size > MAX_BYTES && into === undefined) {
    drop(response);
    throw new LimitError("maxBytes", MAX_BYTES, size, { path: url });
  }
  if (response.body === null) return EMPTY;
  const stream = { ...streamed(response.body), name: url };
  let target = into ?? new Uint8Array(Math.min(size ?? FIRST, 1 << 24));
  let filled = 0;
  for (;;) {
    const piece = await stream.next(FIRST);
    if (piece.length === 0) return target.subarray(0, filled);
    if (filled + piece.length > target.length) {
      if (into !== undefined || filled + piece.length > MAX_BYTES) {
        void stream.close?.();
        if (into !== undefined) throw new SourceError("the server sent more than was asked for", { path: url });
        throw new LimitError("maxBytes", MAX_BYTES, filled + piece.length, { path: url });
      }
      const grown = new Uint8Array(Math.max(filled + piece.length, Math.min(target.length * 2, MAX_BYTES)));
      grown.set(target);
      target = grown;
    }
    target.set(piece, filled);
    filled += piece.length;
  }
}

/** Neighbouring spans as one request: where it begins and ends, and which spans it serves. */
interface Request {
  at: number;
  end: number;
  spans: number[];
}

function requestsFor(spans: readonly Span[], size: number): Request[] {
  const order = spans.map((_, i) => i).sort((a, b) => spans[a]!.at - spans[b]!.at);
  const out: Request[] = [];
  for (const i of order) {
    const { at } = spans[i] as Span;
    const end = Math.min(size, at + (spans[i] as Span).size);
    if (end <= at) continue;
    const last = out.at(-1);
    if (last !== undefined && at <= last.end + GAP) {
      last.end = Math.max(last.end, end);
      last.spans.push(i);
    } else out.push({ at, end, spans: [i] });
  }
  return out;
}

/** Reads ranges of one unchanged file. */
function rangesOf(
  url: string,
  size: number,
  etag: string | null,
): (spans: readonly Span[], signal?: AbortSignal) => Promise<Uint8Array[]> {
  let all: Promise<Uint8Array> | null = null;

  async function fetchOne({ at, end }: Request, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (all === null) {
      const response = await ask(url, { headers: { range: `bytes=${at}-${end - 1}` } }, signal);
      const now = response.headers.get("etag");
      const total = sizeOf(response);
      if ((etag !== null && now !== null && now !== etag) || (total !== undefined && total !== size)) {
        drop(response);
        throw new SourceError("the file changed while it was read: read it again", { path: url });
      }
      if (response.status === 206) {
        const from = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
        if (from !== undefined && Number(from) !== at) {
          drop(response);
          throw new SourceError(`the server sent bytes from ${from} on, not from ${at}`, { path: url });
        }
        const got = await bodyOf(response, end - at, into);
        if (got.length < end - at) throw new SourceError("the server sent less than it was asked for", { path: url });
        return;
      }
      // A server that knows no ranges sends the whole, which is then kept.
      if (all === null) {
        all = bodyOf(response, sizeOf(response));
        all.catch(() => {
          all = null;
        });
      } else drop(response);
    }
    const bytes = await all;
    if (bytes.length !== size)
      throw new SourceError("the file changed while it was read: read it again", { path: url });
    into.set(bytes.subarray(at, end));
  }

  return async (spans, signal) => {
    const out = spans.map(({ into }) => into?.subarray(0, 0) ?? EMPTY);
    const requests = requestsFor(spans, size);
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
        const { at, end } = request;
        const alone = request.spans.length === 1 ? spans[request.spans[0] as number]!.into : undefined;
        const bytes = alone?.subarray(0, end - at) ?? new Uint8Array(end - at);
        await fetchOne(request, bytes, signal);
        for (const i of request.spans) {
          const span = spans[i] as Span;
          const part = bytes.subarray(span.at - at, Math.min(span.at + span.size, size) - at);
          if (span.into === undefined || alone !== undefined) out[i] = part;
          else {
            span.into.set(part);
            out[i] = span.into.subarray(0, part.length);
          }
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, requests.length) }, worker));
    return out;
  };
}
