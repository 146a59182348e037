/* Files sent one by one, each with its progress, by choosing or by dropping. What was handed in before is not sent again,
   so a file whose connection was lost is simply sent once more. Without this script the same forms send all at once. */
(function () {
  "use strict";
  const progress = document.getElementById("progress");
  const token = document.querySelector("meta[name=csrf]");
  if (!progress || !token) {
    return;
  }
  const words = JSON.parse(progress.dataset.words);
  const PAUSES = [2000, 5000, 15000, 30000];
  const queue = [];
  let list = null;
  let running = 0;

  document.querySelectorAll("[data-upload]").forEach(enhance);
  window.addEventListener("online", retryAll);
  window.addEventListener("beforeunload", function (event) {
    if (queue.some((job) => !job.over)) {
      event.preventDefault();
    }
  });

  function enhance(form) {
    const field = form.querySelector("input[type=file]");
    const section = form.closest("section");
    form.querySelector("button").hidden = true;
    field.required = false;
    field.addEventListener("change", function () {
      add(form, Array.from(field.files));
      field.value = "";
    });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
    });
    const hint = document.createElement("span");
    hint.className = "drop-hint";
    hint.textContent = words.drop;
    form.append(hint);
    ["dragenter", "dragover"].forEach((name) => section.addEventListener(name, over));
    section.addEventListener("dragleave", function (event) {
      if (!section.contains(event.relatedTarget)) {
        section.classList.remove("is-over");
      }
    });
    section.addEventListener("drop", function (event) {
      event.preventDefault();
      section.classList.remove("is-over");
      add(form, Array.from(event.dataTransfer.files));
    });
    function over(event) {
      if (Array.from(event.dataTransfer.types).includes("Files")) {
        event.preventDefault();
        section.classList.add("is-over");
      }
    }
  }
  /* A file let fall beside a criterion must not take the place of the page. */
  ["dragover", "drop"].forEach((name) =>
    window.addEventListener(name, function (event) {
      if (Array.from(event.dataTransfer.types).includes("Files")) {
        event.preventDefault();
      }
    }),
  );

  function add(form, files) {
    files.forEach(function (file) {
      const job = { form: form, file: file, criterion: form.dataset.criterion, tries: 0, over: false, timer: 0 };
      show(job);
      if (file.size > Number(form.dataset.most)) {
        refuse(job, [words.large]);
      } else {
        queue.push(job);
      }
    });
    next();
  }

  function next() {
    const job = queue.find((own) => !own.over && !own.running && !own.timer);
    if (running >= 2 || !job) {
      return;
    }
    running += 1;
    job.running = true;
    send(job)
      .catch(function () {
        wait(job);
      })
      .finally(function () {
        running -= 1;
        job.running = false;
        next();
        if (!queue.some((own) => !own.over)) {
          settle();
        }
      });
    next();
  }

  async function send(job) {
    say(job, words.checking);
    const digest = await digestOf(job.file);
    if (digest && (await isHere(digest))) {
      const form = new FormData();
      form.append("criterion", job.criterion);
      form.append("file", digest);
      return finish(job, await answered(await ask(progress.dataset.use, form)), words.here);
    }
    return finish(job, await upload(job), words.kept);
  }

  async function digestOf(file) {
    if (!window.crypto || !window.crypto.subtle) {
      return "";
    }
    const digest = await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return Array.from(new Uint8Array(digest), (octet) => octet.toString(16).padStart(2, "0")).join("");
  }

  async function isHere(digest) {
    const answer = await ask(progress.dataset.here, JSON.stringify({ sha256: [digest] }), "application/json");
    return answer.ok && (await answer.json()).here.includes(digest);
  }

  function ask(address, body, type) {
    const headers = { Accept: "application/json", "X-CSRF-Token": token.content };
    if (type) {
      headers["Content-Type"] = type;
    }
    return fetch(address, { method: "POST", body: body, headers: headers, credentials: "same-origin" });
  }

  async function answered(answer) {
    return { status: answer.status, text: await answer.text() };
  }

  function upload(job) {
    return new Promise(function (resolve, reject) {
      const form = new FormData();
      form.append("criterion", job.criterion);
      form.append("file", job.file, job.file.name);
      const request = new XMLHttpRequest();
      request.open("POST", job.form.action);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRF-Token", token.content);
      request.upload.addEventListener("progress", function (event) {
        if (event.lengthComputable) {
          const share = Math.floor((event.loaded * 100) / event.total);
          job.bar.value = share;
          say(job, words.sending + " " + share + "%");
        }
      });
      request.addEventListener("load", () => resolve({ status: request.status, text: request.responseText }));
      ["error", "timeout", "abort"].forEach((name) => request.addEventListener(name, () => reject(new Error(name))));
      request.send(form);
    });
  }

  function finish(job, answer, kept) {
    if (answer.status === 502 || answer.status === 503 || answer.status === 504) {
      throw new Error(String(answer.status));
    }
    let told = null;
    try {
      told = JSON.parse(answer.text);
    } catch (unread) {
      refuse(job, [words.signed_out]);
      return refresh(job);
    }
    if (!told.kept || told.faults.length) {
      refuse(job, told.faults || [told.error || words.signed_out]);
      return refresh(job);
    }
    const already = told.kept.some((own) => own.already.includes(job.criterion));
    job.over = true;
    job.bar.remove();
    say(job, already ? words.already : kept);
    job.state.className = "upload-done";
    told.kept.forEach((own) => own.remarks.forEach((remark) => tell(job, remark, "quiet")));
    return refresh(job);
  }

  function refuse(job, faults) {
    job.over = true;
    job.bar.remove();
    say(job, words.refused);
    job.state.className = "upload-wrong-state";
    faults.forEach((fault) => tell(job, fault.sentence || fault, "upload-wrong"));
  }

  /* The connection was lost: again after a while, when the machine is back, or at once where that is asked for. */
  function wait(job) {
    const pause = PAUSES[Math.min(job.tries, PAUSES.length - 1)];
    job.tries += 1;
    say(job, words.lost + " ");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "as-link";
    button.textContent = words.again;
    button.addEventListener("click", () => retry(job));
    job.state.append(button);
    job.timer = window.setTimeout(() => retry(job), pause);
  }
  function retry(job) {
    window.clearTimeout(job.timer);
    job.timer = 0;
    next();
  }
  function retryAll() {
    queue.filter((job) => job.timer).forEach(retry);
  }

  function show(job) {
    if (!list) {
      list = document.createElement("ul");
      progress.append(list);
    }
    job.line = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = job.file.name;
    job.state = document.createElement("span");
    job.bar = document.createElement("progress");
    job.bar.max = 100;
    job.bar.value = 0;
    job.bar.setAttribute("aria-label", job.file.name);
    job.line.append(name, job.state, job.bar);
    list.append(job.line);
    job.line.scrollIntoView({ block: "nearest" });
  }
  function say(job, text) {
    job.state.textContent = text;
  }
  function tell(job, text, kind) {
    const line = document.createElement("span");
    line.className = kind;
    line.textContent = text;
    job.line.append(line);
  }

  /* The criterion as it is now, in the place of what the page showed; the last of its files sees to it, also a refused one. */
  async function refresh(job) {
    if (queue.some((own) => !own.over && own.criterion === job.criterion)) {
      return;
    }
    const answer = await fetch(window.location.href, { credentials: "same-origin" });
    if (!answer.ok) {
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = job.form.closest("section");
    const after = fresh.getElementById(before.id);
    const state = fresh.getElementById("state");
    if (state) {
      document.getElementById("state").replaceWith(document.importNode(state, true));
    }
    if (!after) {
      return;
    }
    const focused = before.contains(document.activeElement) ? document.activeElement.id : "";
    const own = document.importNode(after, true);
    before.replaceWith(own);
    own.querySelectorAll("[data-upload]").forEach(enhance);
    if (focused) {
      const target = document.getElementById(focused) || own.querySelector("h3");
      target.tabIndex = target.tabIndex < 0 ? -1 : target.tabIndex;
      target.focus();
    }
    queue.forEach(function (other) {
      if (other.criterion === job.criterion) {
        other.form = own.querySelector("[data-upload]") || other.form;
      }
    });
  }

  function settle() {
    if (queue.length) {
      queue.length = 0;
      const line = document.createElement("li");
      line.textContent = words.done;
      list.append(line);
    }
  }
})();
