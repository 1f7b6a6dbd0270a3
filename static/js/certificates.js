// A certificate on the screen: the screen stays on, a button fills it; a new link is copied or sent.
"use strict";
if (document.querySelector("[data-awake]") && navigator.wakeLock) {
  let lock = null;
  const hold = () => { if (!document.hidden) navigator.wakeLock.request("screen").then((held) => { lock = held; }, () => { /* low battery: it may go off */ }); };
  document.addEventListener("visibilitychange", hold);
  addEventListener("pagehide", () => { lock?.release(); lock = null; });
  hold();
}
const whole = document.querySelector("[data-fullscreen]");
if (whole && document.fullscreenEnabled) {
  whole.hidden = false;
  whole.addEventListener("click", () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen().catch(() => { whole.hidden = true; }));
  document.addEventListener("fullscreenchange", () => whole.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));
}
const link = document.querySelector("[data-link]");
link?.addEventListener("focus", () => link.select());
const copy = document.querySelector("[data-copy]");
if (copy && navigator.clipboard) {
  const said = document.querySelector("[data-copied]");
  copy.hidden = false;
  copy.addEventListener("click", () => navigator.clipboard.writeText(copy.dataset.copy).then(() => { said.textContent = said.dataset.copied; }, () => link.focus()));
}
const send = document.querySelector("[data-share]");
if (send && navigator.share) {
  send.hidden = false;
  send.addEventListener("click", () => navigator.share({ url: send.dataset.share }).catch(() => { /* they closed it */ }));
}
