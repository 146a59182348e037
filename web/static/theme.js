/* Light or dark: as chosen on this device, else as the system asks. Runs before the page is painted. */
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function kept() {
    try {
      return window.localStorage.getItem("stars-theme");
    } catch (refused) {
      return null;
    }
  }
  function now() {
    var chosen = kept();
    return chosen === "dark" || chosen === "light" ? chosen : dark.matches ? "dark" : "light";
  }
  function paint() {
    root.setAttribute("data-bs-theme", now());
    var button = document.getElementById("theme");
    if (button) {
      button.textContent = button.getAttribute(now() === "dark" ? "data-light" : "data-dark");
    }
  }
  paint();
  dark.addEventListener("change", paint);
  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("theme");
    button.hidden = false;
    paint();
    button.addEventListener("click", function () {
      try {
        window.localStorage.setItem("stars-theme", now() === "dark" ? "light" : "dark");
      } catch (refused) {
        root.setAttribute("data-bs-theme", root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark");
        return;
      }
      paint();
    });
  });
})();
