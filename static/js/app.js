/* Comfort for browsers with scripts; every page works without. No framework, no inline code. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const store = { get: (key) => { try { return localStorage.getItem(key); } catch { return null; } }, set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } } };

  // Clocks: re-word what the server wrote, by the server's time, not the device's.
  const words = JSON.parse(document.body.dataset.clockWords || "{}");
  const ahead = Date.parse(document.body.dataset.now) - Date.now() || 0;
  const fill = (text, values) => text.replace(/%\((\w+)\)(02d|d|s)/g, (_, name, kind) => kind === "02d" ? String(values[name]).padStart(2, "0") : values[name]);
  const lasting = (ms) => {
    const total = Math.floor(Math.abs(ms) / 60000);
    const hours = Math.floor(total / 60);
    if (total < 1) return words.less;
    if (total < 60) return fill(words.minutes, { minutes: total });
    if (hours < 72) return fill(words.hours, { hours, minutes: total % 60 });
    return fill(hours % 24 ? words.daysHours : words.days, { days: Math.floor(hours / 24), hours: hours % 24 });
  };
  const tick = () => { all("[data-since]").forEach(total); all("[data-clock]").forEach(left); };
  const total = (place) => {
    const text = fill(words[place.dataset.words], { duration: lasting(Date.now() + ahead - Date.parse(place.dataset.since)) });
    if (place.textContent !== text) place.textContent = text;
  };
  const left = (clock) => {
    const rest = Date.parse(clock.dataset.clock) - Date.now() - ahead;
    const state = rest < 0 ? "over" : rest <= 12 * 3600000 ? "soon" : "ok";
    const text = fill(rest < 0 ? words.over : words.left, { duration: lasting(rest) });
    const place = clock.querySelector(".sla__words");
    if (place.textContent !== text) place.textContent = text;
    if (clock.classList.contains(`sla--${state}`)) return;
    clock.classList.remove("sla--ok", "sla--soon", "sla--over");
    clock.classList.add(`sla--${state}`);
    const stripe = clock.querySelector("progress");
    if (state === "over" && stripe) stripe.value = stripe.max;
    const icon = document.getElementById("icon-over");
    if (state === "over" && icon) clock.querySelector(".icon").replaceWith(icon.content.cloneNode(true));
  };
  setInterval(tick, 30000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });

  // Errors take the focus; a link of the summary goes to its field, and the label stays in sight.
  const focusErrors = (root) => root.querySelector("[data-focus]")?.focus();
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest(".field") || field).scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });

  // A second tap sends nothing. The button keeps its name and value for the first one.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-twice") || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    if (form.method === "post" && !form.matches("[hx-post]")) {
      form.dataset.sent = "1";
      setTimeout(() => all("button:not([type=button])", form).forEach((button) => button.setAttribute("aria-disabled", "true")));
      setTimeout(() => release(form), 15000);
    }
  });
  const release = (form) => { delete form.dataset.sent; all("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled")); };
  document.addEventListener("unsent", (event) => release(event.target));
  addEventListener("pageshow", () => all("form[data-sent]").forEach(release));

  // Menus close on Escape and on a click elsewhere.
  document.addEventListener("click", (event) => all("[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") all("[data-menu][open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); }); });

  // Queue: J K move, Enter opens, N takes the next case, / searches, ? explains. Switchable (WCAG 2.1.4).
  const queue = document.querySelector("[data-queue]");
  const help = document.querySelector("[data-keys-help]");
  const toggle = document.querySelector("[data-keys-switch]");
  if (help) help.hidden = false;
  if (toggle) {
    toggle.checked = store.get("keys") !== "off";
    toggle.addEventListener("change", () => store.set("keys", toggle.checked ? "on" : "off"));
  }
  if (queue) document.addEventListener("keydown", (event) => {
    if (store.get("keys") === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    const rows = all("[data-row]", queue);
    if (key === "j" || key === "k") {
      const here = rows.findIndex((row) => row.classList.contains("is-current"));
      const next = rows[Math.max(0, Math.min(rows.length - 1, here + (key === "j" ? 1 : -1)))];
      rows.forEach((row) => row.classList.toggle("is-current", row === next));
      next?.querySelector("a")?.focus();
    } else if (key === "n") document.querySelector("[data-next]")?.click();
    else if (key === "/") document.querySelector("[data-search]")?.focus();
    else if (key === "?" && help) { help.open = !help.open; if (help.open) help.querySelector("summary").focus(); }
    else return;
    event.preventDefault();
  });

  // Photos: wheel and pinch zoom, double tap, arrows between photos.
  const photos = all("[data-photo]");
  photos.forEach((photo, index) => {
    const frame = photo.querySelector("[data-frame]");
    const zoom = photo.querySelector(".photo__zoom");
    if (!frame || !zoom) return;
    const centre = () => frame.scrollTo((frame.scrollWidth - frame.clientWidth) / 2, (frame.scrollHeight - frame.clientHeight) / 2);
    const set = (on) => { if (zoom.checked !== on) { zoom.checked = on; centre(); } };
    zoom.addEventListener("change", centre);
    frame.addEventListener("wheel", (event) => { if (event.ctrlKey || !zoom.checked) { if (event.ctrlKey || event.deltaY < 0) { event.preventDefault(); set(event.deltaY < 0); } } }, { passive: false });
    let spread = 0;
    const gap = (touches) => Math.hypot(touches[0].clientX - touches[1].clientX, touches[0].clientY - touches[1].clientY);
    frame.addEventListener("touchstart", (event) => { spread = event.touches.length === 2 ? gap(event.touches) : 0; }, { passive: true });
    frame.addEventListener("touchmove", (event) => {
      if (!spread || event.touches.length !== 2) return;
      const ratio = gap(event.touches) / spread;
      if (ratio > 1.2) set(true); else if (ratio < 0.8) set(false);
    }, { passive: true });
    frame.querySelector("img").addEventListener("click", () => set(!zoom.checked));
    frame.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Enter") set(!zoom.checked);
      else if (step && !zoom.checked) {
        const other = photos[index + step];
        other?.scrollIntoView({ block: "nearest", inline: "start" });
        other?.querySelector("[data-frame]")?.focus();
      } else return;
      event.preventDefault();
    });
  });

  // A form saves itself a second after the last change; nothing is shown but what the page asks for.
  all("form[data-autosave]").forEach((form) => {
    let timer;
    const note = form.querySelector("[data-saved]");
    const save = async () => {
      const data = new FormData(form);
      [...data.keys()].forEach((name) => { if (data.get(name) instanceof File) data.delete(name); });
      try {
        const answer = await fetch(form.dataset.autosave, { method: "POST", body: data, headers: { "X-CSRFToken": document.body.dataset.csrf, "X-Requested-With": "autosave" } });
        if (note) note.hidden = answer.status !== 204;
      } catch { if (note) note.hidden = true; }
    };
    form.addEventListener("input", () => { clearTimeout(timer); if (note) note.hidden = true; timer = setTimeout(save, 1000); });
    form.addEventListener("submit", () => clearTimeout(timer));
  });

  document.documentElement.classList.add("js");

  // htmx: the CSRF token goes with each request; what was swapped in gets the same care.
  document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = document.body.dataset.csrf; });
  document.addEventListener("htmx:afterSwap", (event) => { tick(); focusErrors(event.target); });
  focusErrors(document);
})();
