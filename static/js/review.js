/* Comfort on the case page: the ready sentence at once, ticks that follow the typing, lost photos. */
(() => {
  "use strict";
  const ground = document.querySelector("select#id_ground");
  const sentence = document.getElementById("id_sentence");
  if (ground && sentence) {
    const ready = new Set([...ground.options].map((option) => option.dataset.sentence).filter(Boolean));
    ground.addEventListener("change", () => {
      const words = ground.selectedOptions[0]?.dataset.sentence || "";
      // What the reviewer wrote is never replaced, only one ready sentence by another.
      if (!sentence.value.trim() || ready.has(sentence.value)) sentence.value = words;
    });
  }
  const question = document.getElementById("id_question");
  const needs = [...document.querySelectorAll("input[name=need]")];
  if (question && needs.length) {
    const ready = new Set(needs.map((need) => need.dataset.sentence).filter(Boolean));
    needs.forEach((need) => need.addEventListener("change", () => {
      if (!question.value.trim() || ready.has(question.value)) question.value = need.dataset.sentence || "";
    }));
  }
  document.querySelectorAll("[data-own]").forEach((row) => {
    const tick = row.querySelector("input[type=checkbox]");
    const value = row.querySelector("[name^=value_]");
    if (tick && value) value.addEventListener("input", () => { tick.checked = true; });
  });
  document.querySelectorAll(".photo__image").forEach((image) => {
    const lost = () => {
      const words = document.getElementById("photo-lost");
      if (words) image.closest(".photo__turns").replaceWith(words.content.cloneNode(true));
    };
    if (image.complete && !image.naturalWidth) lost(); else image.addEventListener("error", lost);
  });
})();
