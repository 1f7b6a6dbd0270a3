/* Without a connection: the offline page instead of the browser's, and the page that checks certificates.
   Keeps nothing itself; offline.js and check.js do. */
"use strict";
const CITIZENS = /^\/($|(record|corrections|messages|account|help|follow|sign-in)\/)/;
const CHECK = "/check/";
const PATIENCE = 3000; // Milliseconds: a bad signal must not hold up what is there already.
const kept = async (what) => await (await caches.open("kept")).match(what) || Response.error();
const soonOrKept = async (request, name) => {
  const found = await caches.match(name);
  if (!found) return fetch(request);
  const late = new Promise((done) => { setTimeout(done, PATIENCE, found); });
  return Promise.race([fetch(request).then((answer) => answer.status < 500 ? answer : found), late]).catch(() => found);
};
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  const isPage = event.request.mode === "navigate";
  if (isPage && pathname === CHECK) event.respondWith(soonOrKept(event.request, CHECK));
  else if (isPage && CITIZENS.test(pathname)) event.respondWith(fetch(event.request).catch(() => kept("/offline/")));
  else if (!isPage && pathname.startsWith("/static/")) event.respondWith(soonOrKept(event.request, event.request));
});
