/* The page that checks certificates: camera, pictures and text are checked in the browser at once (hc1.js), and
   without a connection too. Where there is one, the server is asked as well: it knows what ended a minute ago. */
(() => {
  "use strict";
  if (!document.querySelector("[data-check]")) return;
  const KEYS = "/check/keys.json", LIST = "/check/revocations", PAGE = "/check/";
  const DAY = 86400000;
  const OLD = DAY, UNKNOWN = 7 * DAY;
  const SECONDS = 20;
  const find = (selector) => document.querySelector(selector);
  const say = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

  // Times are of Viet Nam, whatever the phone thinks.
  const parts = (at) => Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh", hour12: false, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).formatToParts(new Date(at)).map((one) => [one.type, one.value]));
  const clock = (at) => { const { hour, minute } = parts(at); return `${hour}:${minute}`; };
  const day = (at) => { const { day: date, month, year } = parts(at); return `${date}/${month}/${year}`; };
  const minute = (at) => `${clock(at)} ${day(at)}`;

  // Keys and list, as they were last fetched; the page and its files are kept beside them.
  let keys = null, list = null;
  const use = async (keysText, listText) => {
    const found = JSON.parse(keysText).keys;
    const read = await self.hc1.readList(listText, found);
    // A list that is older than the one we have is a replay, or a cache that lags.
    if (read && list && read.iat < list.iat) return false;
    keys = found;
    if (read) list = read;
    state();
    return Boolean(read);
  };
  const remembered = async () => {
    try {
      const [one, other] = await Promise.all([KEYS, LIST].map(async (name) => (await caches.match(name)).text()));
      await use(one, other);
    } catch { /* Nothing is kept yet. */ }
  };
  const fresh = async () => {
    try {
      const answers = await Promise.all([KEYS, LIST].map((name) => fetch(name, { credentials: "omit", cache: "no-cache" })));
      if (!answers.every((one) => one.ok)) return;
      const [one, other] = await Promise.all(answers.map((answer) => answer.clone().text()));
      if (!await use(one, other)) return;
      const cache = await caches.open("check");
      await cache.put(KEYS, answers[0]);
      await cache.put(LIST, answers[1]);
      if (!isKept) await keepPage(cache);
    } catch { state(); }
  };
  let isKept = false;
  const keepPage = async (cache) => {
    const answer = await fetch(PAGE + location.search, { credentials: "omit" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.clone().text(), "text/html");
    const files = [...page.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((one) => one.getAttribute("href") || one.getAttribute("src"));
    const fonts = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.endsWith(".woff2"));
    await cache.addAll([...files, ...fonts]);
    await cache.put(PAGE, answer);
    const wanted = [...files, ...fonts, PAGE, KEYS, LIST].map((name) => new URL(name, location.href).href);
    for (const one of await cache.keys()) if (!wanted.includes(one.url)) await cache.delete(one);
    await navigator.serviceWorker?.register("/worker.js");
    isKept = true;
    document.documentElement.dataset.checkKept = "1";
  };
  const state = () => {
    const place = find("[data-check-state]");
    if (!place) return;
    const { ready, missing, photos } = place.dataset;
    const words = list ? say(ready, { time: minute(list.iat * 1000) }) : missing;
    place.textContent = !detector && navigator.onLine === false ? `${words} ${photos}` : words;
    place.classList.toggle("check__state--old", !list || Date.now() - list.iat * 1000 > OLD);
    place.hidden = false;
  };

  // The band of an answer, from the same template that the server fills.
  const vaccines = JSON.parse(find("#check-vaccines")?.textContent || "{}");
  const show = (found) => {
    const age = list ? Date.now() - list.iat * 1000 : Infinity;
    const answer = found.answer === "valid" && age > UNKNOWN ? "unsure" : found.answer;
    const band = find(`#check-${answer}`).content.cloneNode(true);
    const facts = { ...found, vaccine: vaccines[found.vaccine] || found.vaccine, given_on: found.given_on && found.given_on.split("-").reverse().join("/"), expires_at: found.expires_at && day(found.expires_at) };
    band.querySelectorAll("[data-fact]").forEach((place) => {
      const value = facts[place.dataset.fact];
      if (value) place.textContent = value; else place.closest(".summary__row").remove();
    });
    const facts_list = band.querySelector(".summary");
    if (facts_list && !facts_list.children.length) facts_list.remove();
    const place = find("[data-check-result]");
    const words = place.dataset;
    band.querySelector("[data-checked]").textContent = say(list ? words.here : words.bare, { time: clock(Date.now()), list: list ? minute(list.iat * 1000) : "" });
    place.replaceChildren(band);
    if (found.answer === "valid" && age > OLD) place.append(find(age > UNKNOWN ? "#check-list-unknown" : "#check-list-old").content.cloneNode(true));
    state();
    place.querySelector("[data-focus]").focus();
    place.scrollIntoView({ block: "nearest" });
  };
  const notice = (name) => {
    find("[data-check-result]").replaceChildren(find(`#check-${name}`).content.cloneNode(true));
    find("[data-check-result]").scrollIntoView({ block: "nearest" });
  };

  // The server: a page with its answer, of which the answer or the whole is taken.
  const ask = async (form, text) => {
    const body = new FormData();
    body.append("text", text);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), SECONDS * 1000);
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "omit", signal: stop.signal });
      if (answer.status >= 500) return null;
      return { ok: answer.ok, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
    } catch { return null; } finally { clearTimeout(timer); }
  };
  let asked = 0;
  const answer = async (text) => {
    const mine = ++asked;
    const form = find("[data-check] form");
    const isText = /^\s*HC1:/.test(text);
    if (!keys && isText) await starting;
    const here = isText && self.hc1.works && keys ? await self.hc1.check(text, keys, list) : null;
    // The next one is not to find the text of the last person in the field.
    if (here) { show(here); form.elements.text.value = ""; }
    if (here && navigator.onLine === false) return;
    const said = await ask(form, text);
    if (mine !== asked) return;
    if (!said) { if (!here) notice("offline"); return; }
    if (here && !said.ok) return;
    const focused = here ? "[data-check-result]" : "main";
    const part = said.page.querySelector(focused);
    if (!part) { if (!here) notice("offline"); return; }
    find(focused).replaceWith(part);
    (find("[data-focus]") || find("[data-check-result]"))?.focus({ preventScroll: Boolean(here) });
  };

  // The camera, where the browser reads QR codes.
  let detector = null, stream = null;
  const stop = () => {
    stream?.getTracks().forEach((one) => one.stop());
    stream = null;
    const panel = find("[data-check-camera]");
    if (panel) panel.hidden = true;
    const button = find("[data-check-scan]");
    if (button) button.hidden = !detector || !navigator.mediaDevices?.getUserMedia;
  };
  const scan = async () => {
    const video = find("[data-check-camera] video");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" } }, audio: false });
    } catch { return notice("no-camera"); }
    const mine = stream;
    video.srcObject = stream;
    find("[data-check-camera]").hidden = false;
    find("[data-check-scan]").hidden = true;
    find("[data-check-result]").replaceChildren();
    find("[data-check-stop]").focus();
    // Not waited for: until there is a first picture, nothing is found.
    video.play().catch(() => {});
    while (stream === mine) {
      const [code] = await detector.detect(video).catch(() => []);
      if (code && stream === mine) { stop(); return answer(code.rawValue); }
      await new Promise((done) => { setTimeout(done, 150); });
    }
  };
  // A picture is read here where that is possible; else photos.js sends it.
  const onPicture = async (event) => {
    const input = event.target;
    if (!input.matches?.("[data-check] input[type=file]") || !detector || !input.files.length) return;
    if (input.dataset.unread) { delete input.dataset.unread; return; }
    event.stopImmediatePropagation();
    let codes = [];
    try { codes = await detector.detect(await createImageBitmap(input.files[0])); } catch { /* The server may read it. */ }
    const code = codes.find((one) => one.rawValue.startsWith("HC1:")) || codes[0];
    if (code) { input.value = ""; return answer(code.rawValue); }
    input.dataset.unread = "1";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("change", onPicture, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-check-scan]")) scan();
    if (event.target.closest("[data-check-stop]")) { stop(); find("[data-check-scan]")?.focus(); }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("[data-check]") || form.elements.photo.files.length) return;
    const text = form.elements.text.value;
    if (!text.trim()) return;
    event.preventDefault();
    answer(text);
  }, true);
  // Pasted: a picture is taken as a photo, the text of a certificate is checked at once.
  document.addEventListener("paste", (event) => {
    const input = find("[data-check] input[type=file]");
    const text = event.clipboardData.getData("text");
    if (!input) return;
    if (event.clipboardData.files.length) {
      event.preventDefault();
      input.files = event.clipboardData.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (text.trim().startsWith("HC1:")) {
      event.preventDefault();
      find("[data-check] [name=text]").value = text.trim();
      answer(text);
    }
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) stop(); });
  addEventListener("pagehide", () => { if (stream) stop(); });
  addEventListener("online", () => fresh());
  addEventListener("offline", () => state());
  setInterval(() => { if (!document.hidden && navigator.onLine !== false) fresh(); }, 15 * 60000);

  // What a script can do is shown where a script runs, also when an answer took the place of the page.
  new MutationObserver(() => { stop(); state(); }).observe(document.body, { childList: true });
  const starting = (async () => {
    try {
      if ((await self.BarcodeDetector?.getSupportedFormats())?.includes("qr_code")) detector = new self.BarcodeDetector({ formats: ["qr_code"] });
    } catch { /* The server reads pictures. */ }
    stop();
    if (!self.hc1.works || !self.caches) return;
    await remembered();
    const soon = fresh();
    if (!keys) await soon;
  })();
})();
