/* A form whose files outlive a refusal: it is sent beside the page, and what comes back is drawn around the files that were
   chosen. Without this script the page is loaded anew, and files are chosen once more. */
(function () {
  "use strict";
  let busy = false;

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("[data-keeps-files]") || !filled(form).length) {
      return;
    }
    event.preventDefault();
    if (!busy) {
      busy = true;
      send(form, event.submitter).finally(function () {
        busy = false;
      });
    }
  });

  function filled(form) {
    return Array.from(form.querySelectorAll("input[type=file]")).filter((own) => own.files.length);
  }

  async function send(form, submitter) {
    const button = submitter || form.querySelector("button.primary");
    const words = button.textContent;
    button.textContent = form.dataset.sending;
    let answer, text;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "text/html" },
        credentials: "same-origin",
      });
      text = await answer.text();
    } catch {
      button.textContent = words;
      return tell(form, button, [form.dataset.lost]);
    }
    if (answer.redirected) {
      window.location.assign(answer.url);
      return;
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    if (page.querySelector("[data-keeps-files]")) {
      return draw(page, filled(form));
    }
    button.textContent = words;
    renew(form, page);
    tell(form, button, sentences(page));
  }

  /* A page without the form, as when the session is over, is not drawn: what was typed would go. What it says is said here. */
  function sentences(page) {
    const all = Array.from(page.querySelectorAll("main > p"));
    return all.filter((own) => !own.querySelector("a:not([target])")).map((own) => own.firstElementChild || own.textContent);
  }

  /* Whoever has signed in anew since sends the form under the new session. */
  function renew(form, page) {
    const token = page.querySelector("input[name=csrf]");
    if (token) {
      form.querySelector("input[name=csrf]").value = token.value;
    }
  }

  function tell(form, button, told) {
    form.querySelectorAll(".not-sent").forEach((before) => before.remove());
    const box = document.createElement("div");
    box.className = "refused not-sent";
    box.setAttribute("role", "alert");
    told.forEach(function (own) {
      const words = document.createElement("p");
      words.append(own);
      box.append(words);
    });
    button.closest("p").before(box);
    box.scrollIntoView({ block: "center" });
  }

  function draw(page, chosen) {
    const main = document.getElementById("main");
    main.replaceChildren(...Array.from(page.getElementById("main").childNodes));
    document.title = page.title;
    chosen.forEach(keep);
    document.dispatchEvent(new Event("drawn"));
    const first = main.querySelector("[role=alert], [aria-invalid=true]") || main;
    first.scrollIntoView({ block: "center" });
    (main.querySelector("[aria-invalid=true]") || main).focus({ preventScroll: true });
  }

  /* A file that was refused is not put back: another one is to be chosen. One that was read has done its work. */
  function keep(before) {
    const field = document.getElementById(before.id);
    if (!field || field.matches("[aria-invalid=true], [data-read-once]")) {
      return;
    }
    ["aria-describedby", "accept"].forEach(function (name) {
      if (field.hasAttribute(name)) {
        before.setAttribute(name, field.getAttribute(name));
      }
    });
    before.removeAttribute("aria-invalid");
    field.replaceWith(before);
    before.closest(".field").querySelectorAll("[data-files-lost]").forEach((words) => words.remove());
  }
})();
