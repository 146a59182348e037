/* Claims decided by keyboard, without losing one's place. Without this script the same form decides them as a whole page. */
(function () {
  "use strict";
  const main = document.getElementById("main");
  if (!document.getElementById("claims")) {
    return;
  }
  let busy = false;

  function ticks() {
    return Array.from(document.querySelectorAll("#waiting [data-tick]"));
  }
  function rowOf(element) {
    return element.closest("[data-claim]");
  }
  function go(place) {
    const found = ticks();
    if (found.length) {
      const tick = found[Math.max(0, Math.min(place, found.length - 1))];
      tick.focus({ preventScroll: true });
      rowOf(tick).scrollIntoView({ block: "nearest" });
    }
  }

  /* What is typed elsewhere on the page stays, however often it is drawn anew. */
  function typed(form) {
    const kept = new Map();
    form.querySelectorAll("input[type=text], select").forEach((field) => kept.set(field.name, field.value));
    const ticked = new Set(ticks().filter((own) => own.checked).map((own) => own.value));
    return { kept: kept, ticked: ticked };
  }
  function restore(before) {
    const form = document.getElementById("claims");
    if (!form) {
      return;
    }
    form.querySelectorAll("input[type=text], select").forEach((field) => {
      if (before.kept.has(field.name)) {
        field.value = before.kept.get(field.name);
      }
    });
    ticks().forEach((own) => {
      own.checked = own.checked || before.ticked.has(own.value);
    });
  }

  async function decide(button) {
    const form = document.getElementById("claims");
    if (busy) {
      return;
    }
    busy = true;
    const row = rowOf(button);
    const place = row ? ticks().indexOf(row.querySelector("[data-tick]")) : 0;
    const body = new FormData(form, button);
    const before = typed(form);
    let parsed;
    try {
      const answer = await fetch(form.action, { method: "POST", credentials: "same-origin", body: body });
      parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch (offline) {
      parsed = null;
    }
    busy = false;
    const drawn = parsed && parsed.getElementById("main");
    if (!drawn || !parsed.getElementById("waiting")) {
      form.requestSubmit(button);
      return;
    }
    main.replaceChildren(...drawn.childNodes);
    restore(before);
    const wrong = main.querySelector(".has-fault [data-reason]");
    if (wrong) {
      wrong.focus();
    } else if (ticks().length) {
      go(Math.max(place, 0));
    } else {
      main.focus();
    }
  }

  document.addEventListener("keydown", function (event) {
    const target = event.target;
    const row = target.closest ? target.closest("[data-claim]") : null;
    if (!row || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) {
      return;
    }
    if (target.matches("[data-tick]")) {
      const place = ticks().indexOf(target);
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        go(place + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter") {
        decide(row.querySelector("[data-post]"));
      } else if (event.key === "t" || event.key === "T") {
        row.querySelector("[data-reason]").focus();
      } else {
        return;
      }
      event.preventDefault();
    } else if (target.matches("[data-reason]") && (event.key === "Enter" || event.key === "Escape")) {
      event.preventDefault();
      if (event.key === "Enter") {
        decide(row.querySelector("[data-void]"));
      } else {
        row.querySelector("[data-tick]").focus();
      }
    }
  });
  const first = ticks()[0];
  if (first && !main.querySelector(".has-fault") && window.matchMedia("(hover: hover)").matches) {
    first.focus({ preventScroll: true });
  }
})();
