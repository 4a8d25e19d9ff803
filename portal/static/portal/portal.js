/* Accord: what the pages do beyond HTML and htmx. Everything works without this file, only less
   smoothly. Nothing is kept but the drafts of forms marked data-draft, and those only in this tab. */
(() => {
  "use strict";
  const doc = document;
  const $ = (selector, root = doc) => root.querySelector(selector);
  const $$ = (selector, root = doc) => [...root.querySelectorAll(selector)];
  const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

  /* --- toasts -------------------------------------------------------------------------- */
  const STAY_MS = 8000;
  const readyToast = (toast) => {
    if (toast.dataset.ready) return;
    toast.dataset.ready = "1";
    const keeps = toast.matches(".bad, .error, .warn, .warning") || $("form", toast);
    if (keeps) return;
    let timer = 0;
    const start = () => { timer = setTimeout(() => toast.remove(), STAY_MS); };
    const stop = () => clearTimeout(timer);
    for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
    start();
  };
  const say = (text, kind = "info") => {
    const toasts = $("#toasts");
    if (!toasts) return;
    const toast = doc.createElement("div");
    toast.className = `toast ${kind}`;
    toast.dataset.toast = "";
    toast.append(doc.createElement("span"), Object.assign(doc.createElement("div"), { textContent: text }));
    const close = Object.assign(doc.createElement("button"), { type: "button", className: "btn quiet small", textContent: "Close" });
    close.dataset.dismiss = "";
    toast.append(close);
    toasts.append(toast);
    readyToast(toast);
  };

  /* --- dialogs ------------------------------------------------------------------------- */
  let opener = null;
  const openDialog = (dialog) => {
    if (dialog.open) return;
    opener = doc.activeElement;
    dialog.showModal();
  };
  const confirmFirst = (text) => new Promise((resolve) => {
    const dialog = $("#confirm");
    if (!dialog) { resolve(window.confirm(text)); return; }
    $("#confirm-text").textContent = text;
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    openDialog(dialog);
  });
  doc.addEventListener("close", (event) => {
    if (!event.target.matches?.("dialog")) return;
    if (event.target.matches("#drawer, #modal")) $(".dialog-body", event.target).replaceChildren();
    if (opener?.isConnected) opener.focus();
  }, true);
  doc.addEventListener("closeModal", () => $("#modal")?.close());
  doc.addEventListener("closeDrawer", () => $("#drawer")?.close());

  /* --- clicks -------------------------------------------------------------------------- */
  const textOf = (source) => source.value ?? (source.matches("[data-exact]") ? source.textContent.trim() : source.innerText);
  /* Without https there is no clipboard to ask; the older way still works there. */
  const copyThroughField = (text) => {
    const field = Object.assign(doc.createElement("textarea"), { value: text, readOnly: true, className: "sr-only" });
    (doc.querySelector("dialog[open]") ?? doc.body).append(field);
    field.select();
    const done = doc.execCommand("copy");
    field.remove();
    if (!done) throw new Error("copying was refused");
  };
  const copy = async (button) => {
    const source = button.dataset.copyFrom ? $(button.dataset.copyFrom) : null;
    const text = source ? textOf(source) : button.dataset.copy;
    try {
      if (navigator.clipboard) await navigator.clipboard.writeText(text).catch(() => copyThroughField(text));
      else copyThroughField(text);
      say("Copied.", "good");
      return true;
    } catch {
      if (source) getSelection().selectAllChildren(source);
      say("Your browser did not allow copying. The text is selected: press Ctrl+C.", "warn");
      return false;
    }
  };
  /* A button that copies and then sends its form: nothing is sent when nothing was copied. */
  const copyAndSend = async (button) => { if (await copy(button)) button.form.requestSubmit(button); };
  const addRow = (button) => {
    const set = button.closest("[data-formset]");
    const total = $(`[name="${set.dataset.formset}-TOTAL_FORMS"]`);
    const html = $("template", set).innerHTML.replaceAll("__prefix__", total.value);
    total.value = Number(total.value) + 1;
    button.insertAdjacentHTML("beforebegin", html);
    window.htmx?.process(button.previousElementSibling);
    $("input:not([type=hidden]), select, textarea", button.previousElementSibling)?.focus();
  };
  doc.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    let hit;
    if ((hit = at("[data-dismiss]"))) hit.closest("[data-toast]").remove();
    else if ((hit = at("[data-open]"))) openDialog(doc.getElementById(hit.dataset.open));
    else if ((hit = at("[data-close]"))) hit.closest("dialog").close();
    else if ((hit = at("button[name][data-copy-from]"))) { event.preventDefault(); copyAndSend(hit); }
    else if ((hit = at("[data-copy], [data-copy-from]"))) copy(hit);
    else if ((hit = at("[data-formset-add]"))) addRow(hit);
    else if (at("[data-bulk-clear]")) untickAll();
    else if (event.target.matches("dialog")) event.target.close();
    const link = at("a[hx-target='#drawer-body']");
    const full = $("#drawer-full");
    if (link && full) { full.href = link.getAttribute("href"); full.hidden = false; }
  });
  doc.addEventListener("click", (event) => {
    /* A new tab is a new tab, also where htmx would have swapped. */
    if ((event.ctrlKey || event.metaKey || event.shiftKey) && event.target.closest("a[hx-get]")) event.stopPropagation();
  }, true);

  /* --- forms --------------------------------------------------------------------------- */
  const dirty = new Set();
  const draftKey = (form) => `draft:${location.pathname}:${form.id || form.getAttribute("action") || ""}`;
  const isKept = (field) => field.name && !/^(csrfmiddlewaretoken|.*password.*)$/.test(field.name)
    && !["hidden", "file", "password"].includes(field.type);
  const keepDraft = (form) => {
    const kept = [...form.elements].filter(isKept)
      .map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? field.checked : field.value, field.value]);
    sessionStorage.setItem(draftKey(form), JSON.stringify(kept));
  };
  const restoreDraft = (form) => {
    const kept = sessionStorage.getItem(draftKey(form));
    if (!kept || $(".errorlist, .error-summary", form)) return;
    for (const [name, value, own] of JSON.parse(kept)) {
      const fields = [...form.elements].filter((field) => field.name === name);
      for (const field of fields) {
        if (typeof value !== "boolean") field.value = value;
        else if (field.value === own) field.checked = value;
      }
    }
    say("What you had typed here before is back.", "info");
  };
  /* Ticks survive paging: what is ticked on other pages of this list is kept in this tab. */
  const bulkKey = (bar) => `ticked:${bar.dataset.bulkBar}`;
  const ticksKept = (bar) => new Set(JSON.parse(sessionStorage.getItem(bulkKey(bar)) ?? "[]"));
  const tally = () => {
    const bar = $("[data-bulk-bar]");
    if (!bar) return;
    const kept = ticksKept(bar);
    const boxes = $$(".tick input[name=ids]");
    for (const box of boxes) kept[box.checked ? "add" : "delete"](box.value);
    sessionStorage.setItem(bulkKey(bar), JSON.stringify([...kept]));
    const here = new Set(boxes.map((box) => box.value));
    const elsewhere = [...kept].filter((id) => !here.has(id));
    $("[data-bulk-kept]", bar).replaceChildren(...elsewhere.map((id) =>
      Object.assign(doc.createElement("input"), { type: "hidden", name: "ids", value: id })));
    const whole = $(".table thead .tick input");
    const ticked = boxes.filter((box) => box.checked).length;
    if (whole) Object.assign(whole, { checked: ticked > 0 && ticked === boxes.length, indeterminate: ticked > 0 && ticked < boxes.length });
    const all = $("[data-bulk-all]", bar);
    bar.classList.toggle("on", kept.size > 0 || Boolean(all?.checked));
    const other = elsewhere.length ? `, ${elsewhere.length} of them on other pages` : "";
    const says = all?.checked ? "All that match" : `${kept.size} selected${other}`;
    const count = $("[data-bulk-count]", bar);
    if (count.textContent !== says) count.textContent = says;
  };
  const restoreTicks = () => {
    const bar = $("[data-bulk-bar]");
    if (!bar) return;
    const kept = ticksKept(bar);
    for (const box of $$(".tick input[name=ids]")) box.checked = kept.has(box.value);
    tally();
  };
  const untickAll = () => {
    for (const box of $$(".tick input, [data-bulk-all]")) box.checked = false;
    sessionStorage.removeItem(bulkKey($("[data-bulk-bar]")));
    tally();
  };
  const forgetTicks = () => {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("ticked:")) sessionStorage.removeItem(key);
  };
  doc.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-guard]")) dirty.add(form);
    if (form?.matches("[data-draft]")) keepDraft(form);
  });
  doc.addEventListener("input", (event) => {
    /* Rows of a long table narrow to those that hold what is typed; folded parts with a hit open. */
    if (!event.target.matches("[data-filter]")) return;
    const words = event.target.value.trim().toLowerCase();
    for (const row of $$(event.target.dataset.filter)) {
      const heading = $("strong", row)?.textContent ?? row.textContent;
      row.hidden = words !== "" && !heading.toLowerCase().includes(words);
      const fold = row.closest("details");
      if (fold && words && !row.hidden) fold.open = true;
    }
  });
  doc.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-submit]")) field.form.requestSubmit();
    if (field.matches("[data-theme-preview]")) {
      const theme = field.value;
      if (theme === "light" || theme === "dark") doc.documentElement.dataset.theme = theme;
      else delete doc.documentElement.dataset.theme;
    }
    if (field.closest(".table thead .tick")) {
      for (const box of $$("tbody .tick input", field.closest("table"))) box.checked = field.checked;
    }
    if (field.closest(".tick") || field.matches("[data-bulk-all]")) tally();
  });
  doc.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.confirm && !form.dataset.sure) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter;
      if (await confirmFirst(form.dataset.confirm)) {
        form.dataset.sure = "1";
        form.requestSubmit(button);
        delete form.dataset.sure;
      }
      return;
    }
    if (form.matches("[data-once]")) {
      if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
      form.dataset.sent = "1";
      event.submitter?.setAttribute("aria-busy", "true");
    }
    dirty.delete(form);
    if (form.matches("[data-forgets-ticks]")) forgetTicks();
    if (form.matches("[data-draft]")) sessionStorage.removeItem(draftKey(form));
  }, true);
  /* A field that finds while one types: Enter opens the first hit of what stands there, however late
     it comes and whatever else settles before; an arrow goes down to it. */
  const opensFirst = (form) => {
    const found = $(form.dataset.finds);
    if (found.dataset.for !== $("input[type=search]", form).value.trim()) return false;
    $("a", found)?.click();
    return true;
  };
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.finds || !$(form.dataset.finds)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (opensFirst(form)) return;
    const settled = (event) => {
      if (!form.isConnected || opensFirst(form)) doc.removeEventListener("htmx:afterSettle", settled);
      else if (event.target.contains(form)) window.htmx.trigger(form, "find"); // it was deaf until now
    };
    doc.addEventListener("htmx:afterSettle", settled);
    window.htmx?.trigger(form, "find");
  }, true);
  doc.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-finds]");
    if (!form || event.key !== "ArrowDown") return;
    event.preventDefault();
    $(`${form.dataset.finds} a`)?.focus();
  });
  const release = (root = doc) => {
    for (const form of $$("form[data-sent]", root)) delete form.dataset.sent;
    for (const button of $$(".btn[aria-busy]", root)) button.removeAttribute("aria-busy");
  };
  addEventListener("pageshow", () => release());
  addEventListener("beforeunload", (event) => {
    for (const form of dirty) if (!form.isConnected) dirty.delete(form);
    if (dirty.size) event.preventDefault();
  });

  /* --- keys ---------------------------------------------------------------------------- */
  const EXTRA = { k: "/tasks/", n: "/notifications/" };
  let waitsForPlace = 0;
  const go = (key) => {
    const link = $(`[data-go="${CSS.escape(key)}"]`);
    const address = link?.getAttribute("href") ?? EXTRA[key];
    if (address) location.assign(address);
  };
  const rows = () => $$("[data-keys] tbody tr, ul[data-keys] > li, ol[data-keys] > li");
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.matches(".current"));
    const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
    all[now]?.classList.remove("current");
    next.classList.add("current");
    ($(".row-link, a", next) ?? next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const tick = () => {
    const box = $("tr.current .tick input, li.current .tick input");
    if (box) { box.checked = !box.checked; tally(); }
  };
  /* A key for an act on ticked rows takes the row where one is when none is ticked. */
  const press = (button) => {
    if (button?.matches("[data-bulk]") && !button.closest("[data-bulk-bar]").matches(".on")) {
      tick();
      if (!$(".tick input:checked")) { say("Choose a row first: j and k move, x ticks.", "info"); return; }
    }
    button?.click();
  };
  /* The act of this key: that of the row one is on, else of the page. */
  const keyed = (key) => $(`main .current [data-key="${key}"]`) ?? $(`main [data-key="${key}"]`);
  const KEYS = {
    "/": () => { const field = $("#top-search"); field?.offsetParent ? field.focus() : location.assign("/search/"); },
    "?": () => { const list = $("#shortcuts"); if (list) openDialog(list); },
    g: () => { waitsForPlace = Date.now(); },
    j: () => move(1),
    k: () => move(-1),
    x: () => ($(".tick input") ? tick() : press(keyed("x"))),
  };
  doc.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = $("details.menu[open]");
      if (menu) { menu.open = false; $("summary", menu).focus(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || $("dialog[open]")) return;
    if (waitsForPlace && Date.now() - waitsForPlace < 1500) { waitsForPlace = 0; go(event.key); return; }
    waitsForPlace = 0;
    const act = KEYS[event.key] ?? (/^[a-z]$/.test(event.key) && (() => press(keyed(event.key))));
    if (!act) return;
    if ("/?jkx".includes(event.key)) event.preventDefault();
    act();
  });

  /* --- the board: a card that is dropped in a column sends its own form with that stage ---- */
  let dragged = null;
  const columnAt = (event) => dragged && event.target.closest?.("[data-column]:not([data-closed])");
  const calm = () => { for (const column of $$(".board-column.over")) column.classList.remove("over"); };
  doc.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-card]") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.id);
    dragged.classList.add("dragged");
  });
  doc.addEventListener("dragover", (event) => {
    const column = columnAt(event);
    if (!column) return;
    event.preventDefault();
    calm();
    column.classList.add("over");
  });
  doc.addEventListener("dragend", () => { calm(); dragged?.classList.remove("dragged"); dragged = null; });
  doc.addEventListener("drop", (event) => {
    const column = columnAt(event);
    if (!column) return;
    event.preventDefault();
    const form = $("[data-move]", dragged);
    if (!form || form.elements.seen.value === column.dataset.column) return;
    const stage = Object.assign(doc.createElement("input"), { type: "hidden", name: "stage", value: column.dataset.column });
    form.append(stage);
    form.requestSubmit();
    stage.remove();
  });

  /* --- search in the top bar: arrows walk through what was found, Escape goes back ------ */
  const walk = (event) => {
    const field = $("#top-search");
    const stops = [field, ...$$("#top-results a")];
    const at = stops.indexOf(doc.activeElement);
    if (event.key === "Escape") { $("#top-results").replaceChildren(); field.focus(); return; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || at < 0 || stops.length < 2) return;
    event.preventDefault();
    stops[(at + step + stops.length) % stops.length].focus();
  };
  $(".top-search")?.addEventListener("keydown", walk);

  /* --- htmx ---------------------------------------------------------------------------- */
  doc.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute?.("aria-busy", "true"));
  doc.addEventListener("htmx:afterRequest", (event) => {
    event.detail.target?.removeAttribute?.("aria-busy");
    release();
  });
  doc.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    const dialog = target.closest?.("dialog");
    if (dialog && target.children.length) openDialog(dialog);
    const focus = $("[autofocus], [data-focus]", target.isConnected ? target : doc);
    if (focus) focus.focus();
    else if (dialog) {
      const heading = $("h1, h2", target);
      if (heading) { heading.tabIndex = -1; heading.focus(); }
    }
    restoreTicks();
    prepare(target.isConnected ? target : doc);
    const leads = $("a[data-open-now]");
    if (leads) { leads.removeAttribute("data-open-now"); location.assign(leads.href); }
  });
  doc.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const words = {
      401: "You were signed out. Sign in again; what you typed is still here.",
      403: "Your role may not do this. Nothing was changed.",
      404: "This is no longer here, or it is not yours to see. Nothing was changed.",
      413: "This is too large. Nothing was saved.",
      429: "That was too often in a short time. Wait a minute and try again.",
    };
    if (event.detail.target?.matches?.("#badges, .lazy") && status === 404) return;
    say(words[status] ?? "Something went wrong on our side. Nothing was changed; try again in a moment.", "bad");
  });
  doc.addEventListener("htmx:sendError", () => say("The portal cannot be reached. What you typed is still here; try again in a moment.", "bad"));

  /* --- once the page stands --------------------------------------------------------------- */
  const prepare = (root) => {
    for (const toast of $$("[data-toast]")) readyToast(toast);
    for (const form of $$("form[data-draft]", root)) restoreDraft(form);
  };
  const start = () => {
    const toasts = $("#toasts");
    if (toasts) toasts.append(...toasts.children); /* moving them makes screen readers say them */
    prepare(doc);
    restoreTicks();
    $(".error-summary[data-focus], .conflict[data-focus]")?.focus();
  };
  new MutationObserver(() => { for (const toast of $$("[data-toast]")) readyToast(toast); })
    .observe($("#toasts") ?? doc.body, { childList: true });
  start();
})();
