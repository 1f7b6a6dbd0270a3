/* Without a connection: the offline page instead of the browser's. Keeps nothing itself; offline.js does. */
"use strict";
const CITIZENS = /^\/($|(record|corrections|messages|account|help|follow|sign-in)\/)/;
const kept = async (what) => await (await caches.open("kept")).match(what) || Response.error();
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (event.request.mode === "navigate" ? CITIZENS.test(pathname) : pathname.startsWith("/static/")) {
    event.respondWith(fetch(event.request).catch(() => kept(event.request.mode === "navigate" ? "/offline/" : event.request)));
  }
});
