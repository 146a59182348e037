/* Many marks at once, as in a workbook: what changes is sent in one request, and what is wrong is told on its cell. */
(function () {
  "use strict";
  const place = document.getElementById("grid");
  if (!place) {
    return;
  }
  const WAIT = 400;
  const LONGEST_WAIT = 30000;
  const words = JSON.parse(place.dataset.words);
  const told = document.getElementById("saved");
  const faultList = document.getElementById("grid-faults");
  const conflictList = document.getElementById("grid-conflicts");
  const near = document.getElementById("grid-here");
  const faults = new Map();
  const refused = new Map();
  const conflicts = new Map();
  const places = new Map();
  let sheet = null;
  let model = null;
  let kept = [];
  let revisions = [];
  let timer = 0;
  let busy = false;
  let pause = 0;
  let cut = "";

  function say(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }
  function tell(text, kind) {
    told.textContent = text;
    told.className = "saved saved-" + kind;
  }
  function plain(value) {
    return String(value === null || value === undefined ? "" : value)
      .normalize("NFKC")
      .replace(/[。．]/g, ".")
      .trim();
  }

  /* The policy allows no attribute that holds a script or a style; the grid sets both through the element instead. */
  function underPolicy() {
    const set = Element.prototype.setAttribute;
    Element.prototype.setAttribute = function (name, value) {
      if (name === "style") {
        this.style.cssText = value;
      } else if (!String(name).startsWith("on")) {
        set.call(this, name, value);
      }
    };
  }

  /* What stands where: column 0 names the row; a cell is of a unit and a criterion, or only to be seen. */
  function subjectAt(x, y) {
    const column = model.columns[x - 1];
    const row = model.rows[y];
    return x < 1 || !column || !row || column.seen
      ? null
      : { unit: row.unit || column.unit, criterion: row.criterion || column.criterion };
  }
  function isOpen(x, y) {
    const subject = subjectAt(x, y);
    const row = model.rows[y];
    return subject !== null && !row.locked && !(row.closed || []).includes(subject.criterion);
  }
  function keyOf(subject) {
    return subject.unit + "\u0000" + subject.criterion;
  }
  function titleOf(x, y) {
    return model.rows[y].title + " · " + model.columns[x - 1].title;
  }
  function cellAt(x, y) {
    return sheet.getCellFromCoords(x, y);
  }
  function put(x, y, value) {
    sheet.ignoreHistory = true;
    sheet.setValueFromCoords(x, y, value, true);
    sheet.ignoreHistory = false;
  }

  /* A cell of levels: typed like any other, with a list of what may be chosen. */
  function picking(column) {
    const list = document.createElement("datalist");
    list.id = "choices-" + column.criterion;
    column.choices.forEach((choice) => list.append(new Option(choice, choice)));
    place.parentNode.append(list);
    return {
      createCell: (cell, value) => {
        cell.textContent = value;
        cell.classList.add("picking");
      },
      updateCell: (cell, value) => {
        cell.textContent = value;
      },
      openEditor: (cell, value, _x, _y, own, _column, event) => {
        const input = document.createElement("input");
        input.setAttribute("list", list.id);
        input.value = event && event.key && event.key.length === 1 ? "" : value;
        input.addEventListener("blur", () => own.closeEditor(cell, true));
        cell.replaceChildren(input);
        cell.classList.add("editor");
        input.focus();
      },
      closeEditor: (cell, save) => {
        const typed = cell.firstElementChild ? cell.firstElementChild.value : "";
        const value = save ? plain(typed) : sheet.edition[1];
        cell.classList.remove("editor");
        cell.textContent = value;
        return value;
      },
    };
  }

  function build(found) {
    model = found;
    kept = found.rows.map((row) => ["", ...row.marks]);
    revisions = found.rows.map((row) => [0, ...row.revisions]);
    const narrow = window.innerWidth < 600;
    const columns = [{ type: "text", title: found.corner, width: narrow ? "116px" : "190px", readOnly: true, align: "left" }].concat(
      found.columns.map((column) => ({
        type: column.choices ? picking(column) : "text",
        title: column.title,
        width: column.wide ? "170px" : "96px",
        readOnly: Boolean(column.seen),
        align: column.wide ? "left" : "right",
      })),
    );
    underPolicy();
    const made = window.jspreadsheet(place, {
      about: false,
      contextMenu: () => false,
      parseFormulas: false,
      tabs: false,
      toolbar: false,
      worksheets: [
        {
          data: found.rows.map((row) => [row.title, ...row.marks]),
          columns: columns,
          minDimensions: [columns.length, found.rows.length],
          allowComments: false,
          allowDeleteColumn: false,
          allowDeleteRow: false,
          allowInsertColumn: false,
          allowInsertRow: false,
          allowManualInsertColumn: false,
          allowManualInsertRow: false,
          allowRenameColumn: false,
          columnDrag: false,
          columnSorting: false,
          freezeColumns: 1,
          rowDrag: false,
          selectionCopy: true,
          tableHeight: Math.max(260, Math.min(640, window.innerHeight - 160)) + "px",
          tableOverflow: true,
          tableWidth: "100%",
        },
      ],
      onafterchanges: soon,
      onbeforepaste: clipped,
      onredo: soon,
      onselection: here,
      onundo: soon,
    });
    sheet = made[0];
    handOver(sheet.content);
    if (narrow) {
      sheet.hideIndex();
    }
    found.rows.forEach((row, y) => {
      found.columns.forEach((column, place_) => {
        const x = place_ + 1;
        const subject = subjectAt(x, y);
        if (subject) {
          places.set(keyOf(subject), { x: x, y: y });
        }
        if (!isOpen(x, y) && !column.seen) {
          cellAt(x, y).classList.add("readonly");
        }
      });
    });
    tell(words.ready, "done");
  }

  /* The scrolled part is what takes the focus: a keyboard and a screen reader come to it and to nothing around it. */
  function handOver(scrolled) {
    ["role", "aria-label", "tabindex"].forEach((name) => {
      scrolled.setAttribute(name, place.getAttribute(name));
      place.removeAttribute(name);
    });
    place.tabIndex = -1;
    scrolled.addEventListener("keydown", comeIn);
  }

  /* What is pasted is cut to the table, full-width figures become plain ones, and what has no place is told. */
  function clipped(_sheet, data, x, y) {
    let beyond = 0;
    let locked = 0;
    const rows = data.map((row) => row.map((cell) => plain(cell.value)));
    while (rows.length > 1 && rows[rows.length - 1].every((text) => text === "")) {
      rows.pop();
    }
    const fitting = rows.slice(0, model.rows.length - y).map((row) => row.slice(0, model.columns.length + 1 - x));
    rows.forEach((row, down) =>
      row.forEach((text, right) => {
        if (y + down >= model.rows.length || x + right > model.columns.length) {
          beyond += text === "" ? 0 : 1;
        } else if (!isOpen(Number(x) + right, Number(y) + down) && text !== "") {
          locked += 1;
        }
      }),
    );
    cut = [beyond ? say(words.beyond, { count: beyond }) : "", locked ? say(words.locked, { count: locked }) : ""]
      .filter(Boolean)
      .join(" ");
    return fitting;
  }

  /* Saving: all cells that are other than they were kept, in one request. */
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  }
  function changed() {
    const found = [];
    sheet.options.data.forEach((row, y) => {
      for (let x = 1; x <= model.columns.length; x += 1) {
        const raw = row[x];
        const value = plain(raw);
        if (value !== raw && isOpen(x, y)) {
          put(x, y, value);
        }
        if (value === kept[y][x] || !isOpen(x, y)) {
          if (value === kept[y][x] && faults.has(x + "," + y)) {
            clear(x, y);
          }
          continue;
        }
        const name = x + "," + y;
        if (refused.get(name) !== value && !conflicts.has(name)) {
          found.push({ x: x, y: y, value: value });
        }
      }
    });
    return found;
  }
  async function save() {
    if (busy) {
      soon();
      return;
    }
    const cells = changed();
    if (!cells.length) {
      list();
      return;
    }
    busy = true;
    tell(say(words.saving, { count: cells.length }), "busy");
    const answer = await send(cells);
    busy = false;
    if (answer === null) {
      pause = Math.min(Math.max(pause * 2, 2000), LONGEST_WAIT);
      tell(say(words.offline, { count: cells.length, seconds: Math.round(pause / 1000) }), "wrong");
      clearTimeout(timer);
      timer = setTimeout(save, pause);
      return;
    }
    pause = 0;
    if (!answer.revisions) {
      tell(answer.faults.map((own) => own.sentence).join(" "), "wrong");
      return;
    }
    take(cells, answer);
    if (changed().length) {
      soon();
    }
  }
  async function send(cells) {
    const meta = document.querySelector("meta[name=csrf]");
    try {
      const answer = await fetch(place.dataset.save, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": meta ? meta.content : "" },
        body: JSON.stringify({
          cells: cells.map((cell) => {
            const subject = subjectAt(cell.x, cell.y);
            return [subject.unit, subject.criterion, cell.value, revisions[cell.y][cell.x]];
          }),
        }),
      });
      return answer.status >= 500 ? null : await answer.json();
    } catch (offline) {
      return null;
    }
  }
  function take(cells, answer) {
    const sent = new Map(cells.map((cell) => [cell.x + "," + cell.y, cell.value]));
    answer.revisions.forEach((own) => {
      const at = places.get(own[0] + "\u0000" + own[1]);
      const name = at.x + "," + at.y;
      revisions[at.y][at.x] = own[2];
      kept[at.y][at.x] = sent.get(name);
      clear(at.x, at.y);
    });
    answer.faults.forEach((own) => {
      const at = places.get(own[0] + "\u0000" + own[1]);
      const name = at.x + "," + at.y;
      refused.set(name, sent.get(name));
      mark(at.x, at.y, own[2], "cell-fault");
      faults.set(name, { x: at.x, y: at.y, text: own[2] });
    });
    answer.conflicts.forEach((own) => {
      const at = places.get(own.unit + "\u0000" + own.criterion);
      mark(at.x, at.y, say(words.conflict, own), "cell-conflict");
      conflicts.set(at.x + "," + at.y, Object.assign({}, own, at));
    });
    list();
    const saved = answer.revisions.length;
    const pieces = [saved ? say(words.saved, { count: saved, at: answer.at }) : ""];
    pieces.push(faults.size ? say(words.faults, { count: faults.size }) : "");
    pieces.push(conflicts.size ? say(words.conflicts, { count: conflicts.size }) : "");
    pieces.push(cut);
    cut = "";
    tell(pieces.filter(Boolean).join(" "), faults.size || conflicts.size ? "wrong" : "done");
  }
  function mark(x, y, text, kind) {
    const cell = cellAt(x, y);
    cell.classList.add(kind);
    cell.title = text;
    cell.setAttribute("aria-invalid", "true");
  }
  function clear(x, y) {
    const name = x + "," + y;
    if (!faults.delete(name) && !conflicts.delete(name)) {
      return;
    }
    refused.delete(name);
    const cell = cellAt(x, y);
    cell.classList.remove("cell-fault", "cell-conflict");
    cell.removeAttribute("title");
    cell.removeAttribute("aria-invalid");
  }

  /* Faults and conflicts once more below the table, where a keyboard and a screen reader find them. */
  const SHOWN = 200;
  function list() {
    fill(faultList, Array.from(faults.values()), (own) => [
      jump(own),
      sheet.options.data[own.y][own.x],
      own.text,
    ]);
    fill(conflictList, Array.from(conflicts.values()), (own) => [
      jump(own),
      sheet.options.data[own.y][own.x] || words.blank,
      (own.theirs || words.blank) + " · " + own.by + " · " + own.at,
      pair(own),
    ]);
  }
  function fill(section, found, cellsOf) {
    section.hidden = found.length === 0;
    const body = section.querySelector("tbody");
    body.replaceChildren(
      ...found.slice(0, SHOWN).map((own) => {
        const row = document.createElement("tr");
        cellsOf(own).forEach((content, at) => {
          const cell = document.createElement(at === 0 ? "th" : "td");
          if (at === 0) {
            cell.scope = "row";
          }
          cell.append(content);
          row.append(cell);
        });
        return row;
      }),
    );
    const more = section.querySelector("[data-more]");
    more.textContent = found.length > SHOWN ? say(words.more, { count: found.length - SHOWN }) : "";
  }
  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "plain";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }
  function jump(own) {
    const made = button(titleOf(own.x, own.y), () => select(own.x, own.y));
    made.className = "as-link";
    return made;
  }
  function pair(own) {
    const box = document.createElement("span");
    box.append(
      button(words.theirs, () => {
        kept[own.y][own.x] = own.theirs;
        revisions[own.y][own.x] = own.revision;
        clear(own.x, own.y);
        put(own.x, own.y, own.theirs);
        save();
      }),
      " ",
      button(words.yours, () => {
        kept[own.y][own.x] = own.theirs;
        revisions[own.y][own.x] = own.revision;
        clear(own.x, own.y);
        save();
      }),
    );
    return box;
  }

  /* By keyboard into the table, about in it, and out of it again. */
  function isIn() {
    return window.jspreadsheet.current === sheet && Boolean(sheet.selectedCell);
  }
  function select(x, y) {
    window.jspreadsheet.current = sheet;
    sheet.content.focus({ preventScroll: true });
    sheet.updateSelectionFromCoords(x, y, x, y);
    cellAt(x, y).scrollIntoView({ block: "nearest", inline: "nearest" });
    place.scrollIntoView({ block: "nearest" });
  }
  function here(_sheet, x, y) {
    if (x < 1 || !model) {
      return;
    }
    const name = x + "," + y;
    const value = sheet ? sheet.options.data[y][x] : "";
    const fault = faults.get(name);
    const conflict = conflicts.get(name);
    near.textContent = [
      titleOf(x, y) + words.colon + (value === "" ? words.blank : value),
      isOpen(x, y) ? "" : words.readOnly,
      fault ? fault.text : conflict ? say(words.conflict, conflict) : "",
    ]
      .filter(Boolean)
      .join(" ");
  }
  function comeIn(event) {
    if (!isIn() && ["Enter", "ArrowDown", "ArrowRight", " "].includes(event.key)) {
      event.preventDefault();
      event.stopPropagation();
      select(1, 0);
    }
  }
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && sheet && !sheet.edition && isIn()) {
        sheet.resetSelection(true);
        window.jspreadsheet.current = null;
        document.getElementById("after-grid").focus();
      }
    },
    true,
  );
  window.addEventListener("online", soon);
  window.addEventListener("beforeunload", (event) => {
    if (sheet && (busy || changed().length || conflicts.size || faults.size)) {
      event.preventDefault();
      event.returnValue = "";
    }
  });

  fetch(place.dataset.source, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
    .then(build)
    .catch(() => tell(words.unready, "wrong"));
})();
