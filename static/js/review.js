/* Comfort on the pages of a case: keys, ready sentences, ticks that follow the typing, lost photos. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const keysAreOn = () => { try { return localStorage.getItem("keys") !== "off"; } catch { return true; } };

  // One ready sentence is replaced by another; what the reviewer wrote is never replaced.
  const offer = (choices, field) => {
    if (!field || !choices.length) return;
    const ready = new Set(choices.map((one) => one.dataset.sentence).filter(Boolean));
    choices.forEach((one) => one.addEventListener("change", () => {
      if (!field.value.trim() || ready.has(field.value)) field.value = one.dataset.sentence || "";
    }));
  };
  offer(all("input[name=ground]"), document.getElementById("id_sentence"));
  offer(all("input[name=need]"), document.getElementById("id_question"));

  all("[data-own]").forEach((row) => {
    const tick = row.querySelector("input[type=checkbox]");
    const value = row.querySelector("[name^=value_]");
    if (tick && value) value.addEventListener("input", () => { tick.checked = true; });
  });
  all(".photo__image").forEach((image) => {
    const lost = () => {
      const words = document.getElementById("photo-lost");
      if (words) image.closest(".photo__turns").replaceWith(words.content.cloneNode(true));
    };
    if (image.complete && !image.naturalWidth) lost(); else image.addEventListener("error", lost);
  });

  // After its half minute a decision can no longer be taken back: the line says no untruth.
  all("[data-undo]").forEach((line) => setTimeout(() => line.remove(), Number(line.dataset.undo) * 1000));

  // Each key presses what carries it in data-key, as far as it is in sight. Switchable (WCAG 2.1.4).
  const seen = (place) => place.getClientRects().length > 0;
  const photo = () => {
    const strip = document.querySelector("[data-strip]");
    const photos = all("[data-photo]");
    return strip && photos[Math.round(strip.scrollLeft / strip.clientWidth)] || photos[0];
  };
  const acts = {
    "+": () => { const zoom = photo()?.querySelector(".photo__zoom"); if (zoom && !zoom.checked) zoom.click(); },
    "-": () => { const zoom = photo()?.querySelector(".photo__zoom"); if (zoom?.checked) zoom.click(); },
    "]": () => all(".photo__to", photo() || document).find(seen)?.click(),
  };
  acts["="] = acts["+"];
  const press = (place) => {
    // Not the label: the focus that comes with it would scroll the page.
    const box = document.getElementById(place.htmlFor);
    (box || place).click();
    // Enter then sends the form of what was chosen.
    if (box?.type === "radio") box.focus({ preventScroll: true });
    const panel = place.htmlFor && document.querySelector(`.decide__part--${place.previousElementSibling?.value}`);
    if (panel) (panel.querySelector("input, textarea, select") || place).focus({ preventScroll: true });
    if (place.tagName === "SUMMARY") place.parentElement.querySelector("textarea, input")?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && event.target.form) return event.target.form.requestSubmit();
    if (event.repeat || !keysAreOn() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
    if (typing && event.key !== "Escape") return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key.startsWith("Arrow") && event.target.closest("[data-frame], input")) return;
    const place = all("[data-key]").find((one) => one.dataset.key === key && seen(one));
    if (place) press(place); else if (acts[key]) acts[key](); else return;
    event.preventDefault();
  });
})();
