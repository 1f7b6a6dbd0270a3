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
    if (!/^image\/(jpeg|png|webp|hei[cf])$/.test(file.type) || !self.createImageBitmap) return file;
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

  // Photos travel while the page stays. What a lost connection or a busy server stopped is sent again by itself.
  const PAUSES = [2, 4, 8, 15, 30];
  const STALLED = 45, CHECKED = 120;
  const jobs = new Map();
  const inputs = (form) => all("input[type=file]", form);
  const chosen = (form) => inputs(form).some((input) => input.files.length);

  const show = (text, from) => {
    const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
    if (!main) return false;
    document.querySelector("main").replaceWith(main);
    self.htmx?.process(main);
    (main.querySelector("[data-focus]") || (from && main.querySelector("input[type=file]")))?.focus({ preventScroll: Boolean(from) });
    return true;
  };

  const send = (form, name, value, atOnce) => {
    const box = form.querySelector("[data-upload]");
    const words = box.querySelector("[data-state]");
    const bar = box.querySelector("progress");
    const again = box.querySelector("[data-try]");
    let request, timer, tries = 0, sent = false;
    const say = (state) => {
      const text = words.dataset[state] || "";
      if (words.textContent !== text) words.textContent = text;
      bar.hidden = state !== "sending" && state !== "checking";
      again.hidden = state !== "offline" && state !== "busy";
      box.dataset.upload = state;
      form.querySelector("[data-failed]").hidden = state !== "failed";
    };
    const release = () => { request = null; clearTimeout(timer); inputs(form).forEach((input) => { input.disabled = false; }); form.dispatchEvent(new Event("unsent", { bubbles: true })); };
    const end = (state) => { release(); jobs.delete(form); say(state); };
    const wait = (state) => { release(); say(state); timer = setTimeout(attempt, 1000 * PAUSES[Math.min(tries++, PAUSES.length - 1)]); };
    const fail = () => { end("failed"); form.querySelector("[data-failed]").focus(); };
    const watch = (seconds) => { clearTimeout(timer); timer = setTimeout(() => request?.abort(), seconds * 1000); };
    const arrived = async () => {
      clearTimeout(timer);
      if ([502, 503, 504].includes(request.status)) return wait("busy");
      const next = request.getResponseHeader("X-Next");
      if (!next) return show(request.responseText) ? end("") : fail();
      inputs(form).forEach((input) => { input.disabled = false; input.value = ""; });
      if (atOnce && new URL(next, location.href).pathname === location.pathname) {
        try { if (show(await (await fetch(next)).text(), form)) return end(""); } catch { /* the browser says why */ }
      }
      jobs.delete(form);
      location.assign(next);
    };
    const attempt = () => {
      clearTimeout(timer);
      if (!form.isConnected || !chosen(form)) return end("");
      if (navigator.onLine === false) return wait("offline");
      const body = new FormData(form);
      if (name) body.append(name, value);
      request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("X-Requested-With", "upload");
      // The answer to an earlier try may have been lost: then the photo is there already.
      if (sent) request.setRequestHeader("X-Upload-Again", "1");
      request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = 100 * event.loaded / event.total; watch(STALLED); };
      request.upload.onload = () => { bar.value = 100; say("checking"); watch(CHECKED); };
      request.onload = arrived;
      request.onerror = request.onabort = () => wait("offline");
      bar.value = 0;
      say("sending");
      inputs(form).forEach((input) => { input.disabled = true; });
      watch(STALLED);
      sent = true;
      request.send(body);
    };
    jobs.set(form, () => { if (!request) attempt(); });
    attempt();
  };

  addEventListener("online", () => jobs.forEach((now) => now()));
  document.addEventListener("click", (event) => { if (event.target.closest("[data-try]")) jobs.get(event.target.closest("form"))?.(); });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (jobs.has(form)) { event.preventDefault(); return jobs.get(form)(); }
    if (event.defaultPrevented || !form.querySelector("[data-upload]") || !chosen(form)) return;
    event.preventDefault();
    send(form, event.submitter?.name, event.submitter?.value, false);
  });
  // Where photos are shown as they come, they are sent as soon as they are chosen.
  document.addEventListener("change", (event) => {
    const field = event.target.matches("input[type=file]") && event.target.closest("[data-send-as]");
    if (!field || !chosen(event.target.form)) return;
    if (jobs.has(event.target.form)) jobs.get(event.target.form)();
    else send(event.target.form, field.dataset.sendAs, "1", true);
  });
  // A photo that is not with us yet is lost only after a warning.
  addEventListener("beforeunload", (event) => { if (all("form").some((form) => form.querySelector("[data-upload]") && chosen(form))) event.preventDefault(); });
})();
