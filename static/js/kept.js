/* Puts back what was typed when the session ended (accounts/sign_in/kept_text.py). */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // What was typed when the session ended goes back into its form; hidden fields keep their new values.
  const kept = document.querySelector("[data-kept]");
  if (kept) {
    const fields = JSON.parse(document.getElementById("kept-fields").textContent);
    const fits = (form) => Object.keys(fields).filter((name) => form.elements[name]).length + (new URL(form.action).pathname === kept.dataset.action ? 100 : 0);
    const form = all("main form").filter((one) => one.method === "post" && Object.keys(fields).some((name) => one.elements[name])).sort((a, b) => fits(b) - fits(a))[0];
    if (form) {
      all("input, textarea, select", form).forEach((field) => {
        const values = fields[field.name];
        if (!values || ["hidden", "file", "password", "submit"].includes(field.type)) { if (["checkbox", "radio"].includes(field.type)) field.checked = false; return; }
        if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
        else if (field.multiple) [...field.options].forEach((option) => { option.selected = values.includes(option.value); });
        else field.value = values.length > 1 ? values.shift() : values[0];
        field.closest("details")?.setAttribute("open", "");
        ["input", "change"].forEach((name) => field.dispatchEvent(new Event(name, { bubbles: true })));
      });
      kept.querySelector("[data-kept-done]").hidden = false;
      kept.querySelector("[data-kept-text]").hidden = true;
    }
  }
})();
