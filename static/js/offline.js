/* The last seen record of a citizen, for a phone without a connection. It goes when they sign out, when somebody
   else signs in, when their session would have ended, and on any page of staff. */
(async () => {
  "use strict";
  if (!self.caches || !navigator.serviceWorker) return;
  const RECORD = "/record/kept/";
  const SHELL = "/offline/";
  const wipe = async () => {
    // The page that checks certificates (check.js) knows nobody: it stays, and with it the worker.
    const checks = await caches.has("check");
    if (!checks) for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
    await caches.delete("kept");
  };

  // The offline page shows what was kept.
  const place = document.querySelector("[data-offline-record]");
  if (place) {
    const found = await caches.match(RECORD);
    if (!found) return;
    if (Date.now() > Number(found.headers.get("X-Until"))) return wipe();
    const page = new DOMParser().parseFromString(await found.text(), "text/html");
    place.replaceChildren(...page.body.childNodes);
    return;
  }

  // Every other page says whose session it belongs to.
  const { owner } = document.body.dataset;
  if (owner === undefined) return;
  const before = await caches.has("kept") && await (await caches.match(SHELL + owner))?.text();
  if (!owner || before === undefined) await wipe();
  const address = owner && document.querySelector("link[data-keep]")?.href;
  if (!address) return;
  try {
    const record = await fetch(address + location.search, { headers: { "X-Background": "1" } });
    if (!record.ok || record.redirected) return;
    const shell = await fetch(SHELL);
    const page = new DOMParser().parseFromString(await shell.clone().text(), "text/html");
    const files = [...page.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((one) => one.getAttribute("href") || one.getAttribute("src"));
    const fonts = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.endsWith(".woff2"));
    const until = String(Date.now() + 1000 * Number(record.headers.get("X-Seconds")));
    const cache = await caches.open("kept");
    await cache.put(SHELL + owner, new Response(owner));
    await cache.put(SHELL, shell);
    await cache.put(RECORD, new Response(await record.text(), { headers: { "X-Until": until, "Content-Type": "text/html; charset=utf-8" } }));
    await cache.addAll([...files, ...fonts]);
    await navigator.serviceWorker.register("/worker.js");
  } catch { /* No room, or no connection just now: the pages work without. */ }
})();
