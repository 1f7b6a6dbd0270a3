// Buttons that print the page. Without scripts they stay hidden, and words say how to print.
"use strict";
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
