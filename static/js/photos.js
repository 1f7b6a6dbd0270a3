/* Photos that are sent: what was chosen, smaller ones, and what happens without a connection. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The big tile around a file input says what was chosen.
  document.addEventListener("change", (event) => {
    const note = event.target.matches("input[type=file]") && event.target.closest(".drop")?.querySelector("[data-chosen]");
    if (note && event.target.files.length) note.textContent = [...event.target.files].map((file) => file.name).join(", ");
  });

  // Photos shrink to 2000 px before they travel; what the browser cannot read goes as it is.
  const smaller = async (file) => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || !self.createImageBitmap) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const ratio = Math.min(1, 2000 / Math.max(picture.width, picture.height));
      if (ratio === 1 && file.size < 1500000) return file;
      const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * ratio), height: Math.round(picture.height * ratio) });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
    } catch { return file; }
  };
  const replaces = (() => { try { return Boolean(new DataTransfer()); } catch { return false; } })();
  if (replaces) document.addEventListener("change", async (event) => {
    const input = event.target;
    if (!input.matches("input[type=file][data-downscale]") || input.dataset.shrunk) { delete input.dataset?.shrunk; return; }
    event.stopImmediatePropagation();
    const box = new DataTransfer();
    for (const file of input.files) box.items.add(await smaller(file));
    input.files = box.files;
    input.dataset.shrunk = "1";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, true);

  // Photos travel while the page stays: without a connection they are kept in it, and that is said.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const failed = form.querySelector("[data-failed]");
    const photos = all("input[type=file]", form).some((input) => input.files.length);
    if (!failed || !photos || event.defaultPrevented || !self.fetch) return;
    event.preventDefault();
    failed.hidden = true;
    const body = new FormData(form);
    if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "upload" } });
      if (answer.headers.has("X-Next")) return location.assign(answer.headers.get("X-Next"));
      const main = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      if (!main) throw new Error("no page");
      document.querySelector("main").replaceWith(main);
      main.querySelector("[data-focus]")?.focus();
    } catch {
      failed.hidden = false;
      failed.focus();
      form.dispatchEvent(new Event("unsent", { bubbles: true }));
    }
  });
})();
