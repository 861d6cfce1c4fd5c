// Keeps the page's own files, so that it opens without a network; a new build has a name of its own.
const NAME = "brine-BUILD";
const FILES = ["FILES"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)));
});
self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((n) => n !== NAME).map((n) => caches.delete(n))));
  event.waitUntil(old);
});
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "GET" || !url.startsWith(self.registration.scope)) return;
  // What the server has is newer; addresses with a question for the page lead to the page itself.
  const kept = () => caches.match(event.request, { ignoreSearch: true }).then((found) => found ?? Response.error());
  event.respondWith(fetch(event.request).catch(kept));
});
