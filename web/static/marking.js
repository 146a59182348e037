/* A sheet filled in by keyboard, each mark saved as it is typed. Without this script the same form saves as a whole. */
(function () {
  "use strict";
  const form = document.getElementById("sheet");
  if (!form) {
    return;
  }
  const WAIT = 500;
  const LONGEST_WAIT = 30000;
  const words = JSON.parse(form.dataset.words);
  const told = document.getElementById("saved");
  /* None where the page itself asks already whether to sign. */
  const signOpen = document.getElementById("sign-open");
  const acceptAll = document.getElementById("accept-all");
  const rows = Array.from(form.querySelectorAll("[data-criterion]")).map(rowOf);
  const fields = Array.from(form.querySelectorAll("[data-entry]"));
  let timer = 0;
  let sending = null;
  let pause = 0;

  function rowOf(box) {
    const row = {
      box: box,
      criterion: box.dataset.criterion,
      entries: Array.from(box.querySelectorAll("[data-entry]")),
      waived: box.querySelector("[data-waived]"),
      comment: box.querySelector("[data-comment]"),
      revision: Number(box.dataset.revision),
      fault: box.querySelector("[data-fault]"),
      conflict: box.querySelector("[data-conflict]"),
      stuck: false,
    };
    row.kept = { mark: box.dataset.kept, comment: box.dataset.keptComment.replace(/[\r\n]/g, "").trim() };
    return row;
  }

  function say(words_, values) {
    return words_.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  /* What stands in a row, as it is sent. */
  function plain(text) {
    return text.normalize("NFKC").replace(/[。．]/g, ".").trim();
  }
  function markOf(row) {
    if (row.waived && row.waived.checked) {
      return "n/a";
    }
    if (!row.entries[0].dataset.grade) {
      return plain(row.entries[0].value);
    }
    return row.entries
      .filter((field) => plain(field.value) !== "")
      .map((field) => field.dataset.grade + "=" + plain(field.value))
      .join(";");
  }
  function commentOf(row) {
    return row.comment ? row.comment.value.trim() : "";
  }
  function isDirty(row) {
    return markOf(row) !== row.kept.mark || commentOf(row) !== row.kept.comment;
  }
  function dirty() {
    return rows.filter((row) => isDirty(row) && !row.stuck);
  }
  function unsaved() {
    return rows.some(isDirty);
  }

  /* What is told: where saving stands, and what is wrong with a mark, beside it. */
  function tell(text, kind) {
    told.textContent = text;
    told.className = "saved saved-" + kind;
  }
  function showFault(row, text) {
    row.fault.textContent = text;
    row.box.classList.toggle("has-fault", text !== "");
    row.entries.forEach((field) => {
      if (text) {
        field.setAttribute("aria-invalid", "true");
      } else {
        field.removeAttribute("aria-invalid");
      }
    });
  }
  function put(row, mark) {
    const waived = mark === "n/a";
    if (row.waived) {
      row.waived.checked = waived;
    }
    const counts = {};
    mark.split(";").forEach((piece) => {
      const cut = piece.split("=");
      counts[cut[0].trim()] = (cut[1] || "").trim();
    });
    row.entries.forEach((field) => {
      field.value = waived ? "" : field.dataset.grade ? counts[field.dataset.grade] || "" : mark;
    });
    shade(row);
  }
  function shade(row) {
    const waived = Boolean(row.waived && row.waived.checked);
    row.entries.forEach((field) => field.classList.toggle("waived", waived));
  }

  function standing() {
    const faults = rows.filter((row) => row.fault.textContent !== "").length;
    const conflicts = rows.filter((row) => !row.conflict.hidden).length;
    if (conflicts) {
      tell(say(words.conflicts, { count: conflicts }), "wrong");
    } else if (faults) {
      tell(say(words.faults, { count: faults }), "wrong");
    } else if (dirty().length) {
      tell(words.saving, "busy");
    }
  }
  function figures(answer) {
    const needed = rows.filter((row) => "required" in row.box.dataset);
    needed.forEach((row) => row.box.classList.toggle("is-missing", row.kept.mark === ""));
    const filled = needed.filter((row) => row.kept.mark !== "").length;
    document.getElementById("figure-filled").textContent = filled + " / " + needed.length;
    const left = acceptable().length;
    if (acceptAll) {
      acceptAll.hidden = left === 0;
      acceptAll.textContent = say(acceptAll.dataset.text, { count: left });
    }
    if ("provisional" in answer) {
      document.getElementById("figure-provisional").textContent = answer.provisional;
    }
  }

  /* Saving: one request at a time, with all that has changed since the last. Of several who wait, one goes at a time. */
  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  }
  async function save() {
    clearTimeout(timer);
    while (sending) {
      await sending;
    }
    const wanted = dirty();
    if (!wanted.length) {
      return true;
    }
    sending = send(wanted);
    const well = await sending;
    sending = null;
    return well;
  }
  async function send(wanted) {
    tell(words.saving, "busy");
    const sent = wanted.map((row) => ({ mark: markOf(row), comment: commentOf(row) }));
    const entries = wanted.map((row, place) => ({
      criterion: row.criterion,
      mark: sent[place].mark,
      comment: sent[place].comment === row.kept.comment ? null : sent[place].comment,
      revision: row.revision,
    }));
    let answer;
    try {
      answer = await fetch(form.dataset.save, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": token() },
        body: JSON.stringify({ entries: entries }),
      });
    } catch (offline) {
      return again(words.offline);
    }
    if (answer.status >= 500 || answer.status === 429) {
      return again(words.unavailable);
    }
    let told_;
    try {
      told_ = await answer.json();
    } catch (notOurs) {
      return again(words.unavailable);
    }
    pause = 0;
    if (!told_.revisions) {
      tell(told_.faults.map((own) => own.sentence).join(" "), "wrong");
      return false;
    }
    wanted.forEach((row, place) => settle(row, sent[place], told_));
    figures(told_);
    tell(say(words.saved, { at: told_.at }), "done");
    standing();
    if (dirty().length) {
      later();
    }
    return !rows.some((row) => row.stuck || row.fault.textContent !== "");
  }
  function settle(row, sent, answer) {
    const conflict = answer.conflicts.find((own) => own.criterion === row.criterion);
    if (conflict) {
      showConflict(row, conflict);
      return;
    }
    const fault = answer.faults[row.criterion];
    if (fault !== undefined) {
      if (markOf(row) === sent.mark) {
        showFault(row, fault);
        row.stuck = true;
      }
      return;
    }
    if (row.criterion in answer.revisions) {
      row.revision = answer.revisions[row.criterion];
      row.box.dataset.revision = row.revision;
      row.kept = sent;
      const hidden = form.elements["revision:" + row.criterion];
      const was = form.elements["was:" + row.criterion];
      const wasComment = form.elements["was-comment:" + row.criterion];
      if (hidden) {
        hidden.value = row.revision;
        was.value = sent.mark;
        wasComment.value = sent.comment;
      }
    }
    showFault(row, "");
  }
  function again(reason) {
    pause = Math.min(Math.max(pause * 2, 2000), LONGEST_WAIT);
    tell(say(reason, { count: dirty().length, seconds: Math.round(pause / 1000) }), "wrong");
    clearTimeout(timer);
    timer = setTimeout(save, pause);
    return false;
  }
  function token() {
    const meta = document.querySelector("meta[name=csrf]");
    return meta ? meta.content : "";
  }

  /* Two who edit one mark: both values stand beside each other until one is taken. */
  function showConflict(row, conflict) {
    row.stuck = true;
    const box = row.conflict;
    box.textContent = "";
    const sentence = document.createElement("p");
    sentence.textContent = say(words.conflict, {
      by: conflict.by,
      at: conflict.at,
      theirs: conflict.theirs === "" ? words.blank : conflict.theirs,
      yours: conflict.yours === "" ? words.blank : conflict.yours,
    });
    box.append(sentence, choice(words.theirs, takeTheirs), " ", choice(words.yours, takeMine));
    box.hidden = false;
    function choice(text, take) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = text;
      button.addEventListener("click", () => {
        row.stuck = false;
        row.revision = conflict.revision;
        box.hidden = true;
        box.textContent = "";
        take();
        row.entries[0].focus();
      });
      return button;
    }
    function takeTheirs() {
      put(row, conflict.theirs);
      if (row.comment) {
        row.comment.value = conflict.comment;
      }
      row.kept = { mark: markOf(row), comment: commentOf(row) };
      tell(words.taken, "done");
      standing();
    }
    function takeMine() {
      row.kept = { mark: conflict.theirs, comment: conflict.comment };
      save();
    }
  }

  /* From mark to mark by keyboard. */
  function go(place) {
    const field = fields[Math.min(Math.max(place, 0), fields.length - 1)];
    field.focus();
    field.select();
  }
  function acceptable() {
    return rows.filter((row) => row.box.dataset.earlier !== undefined && markOf(row) === "");
  }
  function accept(row) {
    const earlier = row.box.dataset.earlier;
    if (earlier === undefined) {
      tell(words.nothingToAccept, "wrong");
      return false;
    }
    put(row, earlier);
    edited(row);
    return true;
  }
  function edited(row) {
    if (!row.conflict.hidden) {
      standing();
      return;
    }
    row.stuck = false;
    showFault(row, "");
    shade(row);
    later();
  }
  function rowAt(target) {
    const box = target.closest ? target.closest("[data-criterion]") : null;
    return box ? rows.find((row) => row.box === box) : undefined;
  }
  function move(event, row) {
    const field = event.target;
    const last = row.entries[row.entries.length - 1];
    const place = fields.indexOf(field.hasAttribute("data-entry") ? field : last);
    switch (event.key) {
      case "Enter":
        break;
      case "ArrowDown":
      case "ArrowUp":
        if (!field.hasAttribute("data-entry")) {
          return false;
        }
        break;
      default:
        return false;
    }
    save();
    if (event.key === "Enter" && place === fields.length - 1) {
      signOpen?.focus();
    } else {
      go(place + (event.key === "ArrowUp" ? -1 : 1));
    }
    return true;
  }
  function shortcut(event, row) {
    if (!event.target.hasAttribute("data-entry")) {
      return false;
    }
    switch (event.key) {
      case "=":
      case "a":
      case "A":
        if (accept(row)) {
          go(fields.indexOf(row.entries[row.entries.length - 1]) + 1);
        }
        return true;
      case "n":
      case "N":
        if (row.waived) {
          put(row, row.waived.checked ? "" : "n/a");
          edited(row);
        }
        return true;
      case "c":
      case "C":
        if (row.comment) {
          row.comment.focus();
        }
        return true;
      default:
        return false;
    }
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) {
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      sign();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.key === "PageDown" || event.key === "PageUp") {
      const link = document.getElementById(event.key === "PageDown" ? "next" : "previous");
      if (link) {
        event.preventDefault();
        follow(link);
      }
      return;
    }
    const row = rowAt(event.target);
    if (row && event.target.tagName === "INPUT" && event.target.type !== "checkbox") {
      if (move(event, row) || shortcut(event, row)) {
        event.preventDefault();
      }
    }
  });
  form.addEventListener("input", (event) => {
    const row = rowAt(event.target);
    if (row) {
      if (event.target.hasAttribute("data-entry") && event.target.value !== "" && row.waived) {
        row.waived.checked = false;
      } else if (event.target === row.waived && row.waived.checked) {
        put(row, "n/a");
      }
      edited(row);
    }
  });
  form.addEventListener("change", () => save());
  async function follow(link) {
    await save();
    if (!unsaved()) {
      window.location.assign(link.href);
    } else {
      standing();
    }
  }

  /* Signing asks first, with what follows from it. */
  async function sign() {
    const well = await save();
    if (!well || unsaved()) {
      const wrong = rows.find((row) => row.fault.textContent !== "" || row.stuck);
      if (wrong) {
        go(fields.indexOf(wrong.entries[0]));
      }
      standing();
      return;
    }
    const missing = rows.filter((row) => row.box.classList.contains("is-missing"));
    if (missing.length) {
      tell(say(words.missing, { count: missing.length }), "wrong");
      go(fields.indexOf(missing[0].entries[0]));
      return;
    }
    const dialog = document.getElementById("sign");
    dialog.showModal();
    document.getElementById("sign-yes").focus();
  }
  signOpen?.addEventListener("click", (event) => {
    event.preventDefault();
    sign();
  });
  document.getElementById("sign-no").addEventListener("click", () => document.getElementById("sign").close());

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter === acceptAll) {
      acceptable().forEach((row) => {
        put(row, row.box.dataset.earlier);
        edited(row);
      });
    }
    save().then(standing);
  });
  form.querySelectorAll("[data-level]").forEach((cell) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "level";
    button.tabIndex = -1;
    button.textContent = cell.textContent;
    button.setAttribute("aria-label", say(words.level, { mark: cell.dataset.level }));
    cell.replaceChildren(button);
    button.addEventListener("click", () => {
      const row = rowAt(button);
      put(row, cell.dataset.level);
      edited(row);
      row.entries[0].focus();
    });
  });
  form.querySelectorAll("[data-accept]").forEach((button) => {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const row = rowAt(button);
      if (accept(row)) {
        row.entries[0].focus();
      }
    });
  });
  window.addEventListener("online", () => save());
  window.addEventListener("beforeunload", (event) => {
    if (unsaved()) {
      event.preventDefault();
      event.returnValue = "";
    }
  });
  rows.forEach(shade);
  const first = rows.find((row) => row.box.classList.contains("is-missing")) || rows[0];
  if (first && !window.location.hash && window.matchMedia("(pointer: fine)").matches) {
    first.entries[0].focus({ preventScroll: first === rows[0] });
    first.entries[0].select();
  }
})();
