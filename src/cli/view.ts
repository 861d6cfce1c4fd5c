/**
 * `brine view`: the viewer page, served to this machine alone, and the file that it opens.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream, type Stats, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { SourceError } from "../core/errors.ts";
import { fileError } from "../platform/files.ts";
import { number, type Parsed } from "./args.ts";
import type { Command } from "./commands.ts";
import { type IO, type Output, UsageError } from "./io.ts";

/** Where the page is, once it was built. */
const PAGE = fileURLToPath(new URL("../../apps/viewer/dist/", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};

export const view: Command = {
  name: "view",
  usage: "[FILE]",
  help: "serve the viewer page to this machine's browser, and open FILE in it",
  examples: ["brine view model.h5", "brine view --open"],
  flags: [
    { name: "port", short: "p", value: "N", help: "port of the server (any that is free)" },
    { name: "open", help: "open the browser, too" },
  ],
  async run(args: Parsed, io: IO, out: Output): Promise<void> {
    const [file, ...rest] = args.words;
    if (rest.length > 0) throw new UsageError("view takes one FILE at most");
    const { server, address } = await servePage({ port: number(args.options, "port", 0), file });
    out.line(address);
    out.flush();
    io.stderr.write("The file is read by this machine's browser alone. Ctrl-C ends it.\n");
    if (args.options.has("open")) openBrowser(address);
    await new Promise<void>((resolve) => {
      server.once("close", resolve);
      io.signal?.addEventListener("abort", () => closeAll(server), { once: true });
    });
  },
};

/** A server of the page and of one file; `address` opens it. Throws `SourceError` where the file or the page is not there. */
export async function servePage({ port, file }: { port: number; file?: string | undefined }): Promise<{
  server: Server;
  address: string;
}> {
  if (found(join(PAGE, "index.html")) === null) {
    throw new SourceError("the viewer page is not built: run npm run viewer in the sources of brine", { path: PAGE });
  }
  if (file !== undefined) readable(file);
  // Other pages of the browser cannot guess it.
  const token = randomBytes(16).toString("hex");
  const place = file === undefined ? null : `/${token}/${encodeURIComponent(basename(file))}`;
  const server = createServer((request, response) => answer(request, response, place, file));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(new SourceError(`no server can be had at port ${port}`, { cause })));
    server.listen(port, "127.0.0.1", resolve);
  });
  const root = `http://localhost:${(server.address() as AddressInfo).port}/`;
  return { server, address: place === null ? root : `${root}?url=${encodeURIComponent(place)}` };
}

function answer(request: IncomingMessage, response: ServerResponse, place: string | null, file?: string): void {
  const refuse = (status: number): void => void response.writeHead(status).end();
  // A name of another machine that leads here is none of ours.
  if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(request.headers.host ?? "")) return refuse(403);
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(405);
  const [path = "/"] = (request.url ?? "/").split("?");
  if (place !== null && path === place) return send(request, response, file as string, "application/octet-stream");
  let name: string;
  try {
    name = normalize(decodeURIComponent(path));
  } catch {
    return refuse(400);
  }
  const asked = join(PAGE, name.endsWith(sep) ? `${name}index.html` : name);
  if (!asked.startsWith(PAGE) || found(asked) === null) return refuse(404);
  send(request, response, asked, TYPES[extname(asked)] ?? "application/octet-stream");
}

/** A file, or the range of it that is asked for. */
function send(request: IncomingMessage, response: ServerResponse, path: string, type: string): void {
  const stat = found(path);
  if (stat === null) {
    response.writeHead(404).end();
    return;
  }
  const { size, mtimeMs } = stat;
  const head = {
    "content-type": type,
    "cache-control": "no-cache",
    "accept-ranges": "bytes",
    etag: `"${size.toString(16)}-${Math.trunc(mtimeMs).toString(16)}"`,
  };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(size - 1, to ? Number(to) : size - 1);
  if (from !== undefined && (start > end || start >= size)) {
    response.writeHead(416, { ...head, "content-range": `bytes */${size}` }).end();
    return;
  }
  const length = { "content-length": Math.max(0, end - start + 1) };
  if (from === undefined) response.writeHead(200, { ...head, ...length });
  else response.writeHead(206, { ...head, ...length, "content-range": `bytes ${start}-${end}/${size}` });
  if (request.method === "HEAD" || size === 0) {
    response.end();
    return;
  }
  const stream = createReadStream(path, { start, end });
  stream.on("error", () => response.destroy());
  response.on("close", () => stream.destroy());
  stream.pipe(response);
}

function found(path: string): Stats | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat : null;
}

function readable(path: string): void {
  try {
    if (!statSync(path).isFile()) throw new SourceError("this is no file", { path });
  } catch (e) {
    throw e instanceof SourceError ? e : fileError(path, e);
  }
}

function closeAll(server: Server): void {
  server.close();
  server.closeAllConnections();
}

/** Opens the system's browser; where there is none, the address has been printed. */
function openBrowser(address: string): void {
  const programs: Readonly<Record<string, readonly [string, ...string[]]>> = {
    darwin: ["open", address],
    win32: ["explorer.exe", address],
  };
  const [program, ...rest] = programs[process.platform] ?? ["xdg-open", address];
  spawn(program, rest, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
