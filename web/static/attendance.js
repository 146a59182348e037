/* Everybody ticked at once, and how many are ticked; without this script each is ticked by hand, and nobody counts. */
(function () {
  "use strict";

  function boxes() {
    return Array.from(document.querySelectorAll(".award-members input[type=checkbox]"));
  }
  function tell() {
    const row = document.getElementById("award-all");
    if (!row) {
      return;
    }
    const all = boxes();
    const ticked = all.filter((own) => own.checked).length;
    const button = row.querySelector("button");
    row.hidden = false;
    button.textContent = ticked === all.length ? button.dataset.none : button.dataset.all;
    row.querySelector("[role=status]").textContent = row.dataset.words.replace("{}", ticked).replace("{}", all.length);
  }

  document.addEventListener("change", function (event) {
    if (event.target.matches(".award-members input")) {
      tell();
    }
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("#award-all button")) {
      const all = boxes();
      const tick = !all.every((own) => own.checked);
      all.forEach((own) => {
        own.checked = tick;
      });
      tell();
    }
  });
  document.addEventListener("drawn", tell);
  tell();
})();
