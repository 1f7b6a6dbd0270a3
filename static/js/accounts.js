// The wait before another code may be asked for: counts down on the button, which then works again.
"use strict";
for (const button of document.querySelectorAll("[data-wait]")) {
  const label = button.querySelector("span") || button;
  const words = label.textContent;
  const until = Date.now() + Number(button.dataset.wait) * 1000;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    label.textContent = left > 0 ? button.dataset.waitWords.replace("{seconds}", String(left)) : words;
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}
