(() => {
  // Everything works without this script; with it, nothing loads the whole page again.
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const live = $("#live");
  const SHOWN_FOR = 8000;  // milliseconds: long enough to read, and then it covers nothing
  let shown = 0;
  const say = (text) => {
    live.textContent = text;
    clearTimeout(shown);
    shown = setTimeout(() => { live.textContent = ""; }, SHOWN_FOR);
  };
  const PARTS = ["main", ".tabs", "#next"];
  const FOCUSABLE = "a[href], button, summary, input, textarea, select, [tabindex]";
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [sheet];
  // The style of another page has another nonce, which this page's policy refuses.
  const STYLE = /<style[^>]*>([^]*?)<\/style>/;
  const parse = async (answer) => {
    const html = await answer.text();
    sheet.replaceSync(html.match(STYLE)[1]);
    return new DOMParser().parseFromString(html.replace(STYLE, ""), "text/html");
  };

  // Where the focus is: the nearest element with an id, and the how-many-eth thing in it.
  const place = (element) => {
    const home = element?.closest("main [id]");
    return home && { id: home.id, nth: [home, ...all(FOCUSABLE, home)].indexOf(element) };
  };
  const focus = (spot) => {
    const home = spot && document.getElementById(spot.id);
    if (home) [home, ...all(FOCUSABLE, home)][spot.nth]?.focus();
  };
  const load = async (spot = place(document.activeElement)) => {
    const page = await parse(await fetch(location.href, { cache: "no-store" }));
    if (!$("#next", page)) return location.reload();
    const open = new Map(all("main details[id]").map((e) => [e.id, e.open]));
    const scrolled = all("main [id]").map((e) => [e.id, e.scrollLeft, e.scrollTop]);
    for (const part of PARTS) {
      const [old, now] = [$(part), $(part, page)];
      if (old && now) old.replaceWith(document.adoptNode(now));
    }
    document.title = page.title;
    Object.assign(document.body.dataset, page.body.dataset);
    for (const [id, is] of open) if ($(`#${id}`)) $(`#${id}`).open = is;
    for (const [id, x, y] of scrolled) if (x || y) document.getElementById(id)?.scrollTo(x, y);
    ready();
    focus(spot);
  };
  const send = async (action, form, done, spot) => {
    const body = new URLSearchParams(form);
    const answer = await fetch(action, { method: "POST", body, redirect: "manual" });
    const refused = answer.type === "opaqueredirect" ? "" : $("h1", await parse(answer)).textContent;
    await load(spot);
    say(refused || done);
  };
  addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "post") return;
    event.preventDefault();
    const sent = new FormData(form, submitter);
    const card = form.closest("[data-card]");
    const spot = form.spot ?? (card ? { id: card.id, nth: 1 } : place(submitter));
    send(form.action, sent, submitter?.dataset.done || form.dataset.done || "Saved.", spot);
  });

  // ---- cards: dragged, or moved with the arrow keys --------------------------------------
  const move = (card, status, name) => {
    const board = $("#board");
    if (status && status !== card.dataset.status)
      send(board.dataset.move, { card: card.dataset.card, status },
        `Moved “${$(".title", card).textContent}” to ${name}.`, { id: card.id, nth: 1 });
  };
  let dragged = null;
  const target = (event) => {
    const cell = dragged && event.target.closest?.(".cell");
    return cell?.dataset.status && cell.parentNode === dragged.closest(".cells") ? cell : null;
  };
  const mark = (cell) => {
    for (const other of all(".cell.over")) if (other !== cell) other.classList.remove("over");
    cell?.classList.add("over");
  };
  addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[draggable=true]") ?? null;
    if (!dragged) return;
    event.dataTransfer.setData("text/plain", $(".title", dragged).textContent);
    event.dataTransfer.effectAllowed = "move";
    dragged.closest(".cells").classList.add("open");
  });
  addEventListener("dragover", (event) => {
    const cell = target(event);
    if (cell) event.preventDefault();
    mark(cell);
  });
  addEventListener("drop", (event) => {
    const cell = target(event);
    if (!cell) return;
    event.preventDefault();
    const card = dragged;
    cell.append(card);
    move(card, cell.dataset.status, cell.dataset.name);
  });
  addEventListener("dragend", () => {
    mark(null);
    dragged?.closest(".cells")?.classList.remove("open");
    dragged = null;
  });
  const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
  addEventListener("keydown", (event) => {
    const card = event.target.matches?.("[data-card] .title") && event.target.closest("[data-card]");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step && event.shiftKey) {
      const columns = all("#board .head");
      const at = columns.findIndex((column) => column.dataset.status === card.dataset.status);
      const column = columns[at + step];
      if (column?.dataset.status) move(card, column.dataset.status, column.dataset.name);
      else say("There is no column on that side.");
    } else if (event.shiftKey || !event.key.startsWith("Arrow")) return;
    else neighbor(card, event.key)?.focus();
    event.preventDefault();
  });
  const neighbor = (card, key) => {
    const [cell, lane] = [card.closest(".cell"), card.closest(".lane")];
    const shown = all("#board [data-card]").filter((e) => e.offsetParent && (!cell || e.closest(".cell")));
    if (!STEPS[key]) {
      const column = (e) => [...(e.closest(".cell")?.parentNode.children ?? [])].indexOf(e.closest(".cell"));
      const same = cell ? shown.filter((e) => column(e) === column(card)) : shown;
      return $(".title", same[same.indexOf(card) + (key === "ArrowUp" ? -1 : 1)] ?? card);
    }
    let beside = cell;
    const nth = cell ? [...cell.children].indexOf(card) : 0;
    while (beside) {
      beside = STEPS[key] < 0 ? beside.previousElementSibling : beside.nextElementSibling;
      const cards = beside ? all("[data-card]", beside) : [];
      if (cards.length) return $(".title", cards[Math.min(nth, cards.length - 1)]);
    }
    return cell ? null : $(".cell .title", lane);
  };

  // ---- the cells of a table: set in place; without this script they lead to the issue -----
  const edit = (link, byMouse) => {
    const [cell, row] = [link.closest("td"), link.closest("tr")];
    const head = row.closest("table").tHead.rows[0].cells[cell.cellIndex];
    const form = $("template", head).content.firstElementChild.cloneNode(true);
    const control = $("select, input:not([type=hidden])", form);
    form.spot = place(link);
    if (control.name === "login") {
      const people = link.dataset.people.split(" ");
      form.action = `${link.pathname}/assign`;
      for (const option of control.options)
        if (people.includes(option.value)) option.text = `✓ ${option.text}`;
      control.addEventListener("change", () => { form.elements.on.value = people.includes(control.value) ? 0 : 1; });
    } else {
      form.elements.card.value = row.dataset.row;
      control.value = link.dataset.value;
    }
    const start = control.value;
    const leave = () => {
      if (form.over) return;
      form.over = true;  // removing it takes the focus away, which must not send it
      form.remove();
      link.hidden = false;
    };
    form.addEventListener("submit", () => { form.over = true; });
    if (control.matches("select")) control.addEventListener("change", () => form.requestSubmit());
    control.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        leave();
        link.focus();
      } else if (event.key === "Enter" && control.matches("input")) {
        event.preventDefault();  // a date's own Enter would open its calendar
        form.requestSubmit();
      }
    });
    control.addEventListener("blur", () => {
      if (!form.over && control.value !== start && form.checkValidity()) form.requestSubmit();
      else leave();
    });
    link.hidden = true;
    cell.append(form);
    control.focus();
    // A date can be typed: only the mouse opens the calendar.
    if (control.matches(byMouse ? "select, [type=date]" : "select")) control.showPicker?.();
    else control.select();
  };
  addEventListener("click", (event) => {
    const link = event.target.closest?.(".value");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    edit(link, event.detail > 0);
  });
  const WAYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  addEventListener("keydown", (event) => {
    const cell = event.target.matches?.(".cards-table a") && event.target.closest("td");
    const way = WAYS[event.key];
    if (!cell || !way || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const rows = all(".cards-table tr[id]");
    const row = rows[rows.indexOf(cell.parentNode) + way[0]];
    const next = row?.cells[cell.cellIndex + way[1]];
    if (next) $("a", next)?.focus();
    event.preventDefault();
  });

  const close = (menu) => {
    menu.open = false;
    if (menu.contains(document.activeElement)) $("summary", menu).focus();
  };
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") all(".menu[open]").forEach(close);
  });
  addEventListener("click", (event) => {
    all(".menu[open]").filter((menu) => !menu.contains(event.target)).forEach(close);
  });

  // Only for the keyboard: a card that moves below a pressed mouse button loses the click.
  addEventListener("focusin", ({ target }) => {
    if (target.matches(".cell .title:focus-visible"))
      target.closest(".card").scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  addEventListener("toggle", ({ target }) => {
    if (target.matches(".menu[open]")) $("form", target).scrollIntoView({ block: "nearest" });
  }, true);

  // ---- copying, and looking again ---------------------------------------------------------
  addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    say("Copied.");
  });
  const ready = () => {
    for (const element of all("[data-script]")) element.hidden = false;
  };
  const busy = () => dragged || $("main .menu[open], main .cell-form, main button:active")
    || all("main textarea, main input").some((e) => e.value !== e.defaultValue);
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const { watch, version } = document.body.dataset;
      const answer = await fetch("/_sandbox/version", { cache: "no-store" });
      if (String((await answer.json())[watch]) === version) return;
      if (busy()) say("Something changed; load the page again to see it.");
      else {
        await load();
        say("");
      }
    } catch {
      say("The sandbox has stopped.");
    }
  }, 2000);
  if (innerWidth < 1280 && $("#outline")) $("#outline").open = false;
  ready();
})();
