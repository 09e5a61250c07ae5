(() => {
  /* Mark the current section in the contents. */
  const contents = document.querySelector("nav details");
  const links = [...contents.querySelectorAll("a")];
  const here = contents.querySelector(".here");
  const mark = () => {
    const passed = (link) =>
      document.getElementById(link.hash.slice(1)).getBoundingClientRect().top < innerHeight / 3;
    const end = scrollY > 0 && scrollY + innerHeight >= document.body.scrollHeight - 2;
    const current = end ? links.at(-1) : links.findLast(passed) || links[0];
    for (const link of links) link.removeAttribute("aria-current");
    current.setAttribute("aria-current", "location");
    here.textContent = current.textContent;
  };
  const wide = matchMedia("(min-width: 80rem)");
  const fit = () => { contents.open = wide.matches; };
  addEventListener("scroll", mark, { passive: true });
  addEventListener("resize", mark, { passive: true });
  wide.addEventListener("change", fit);
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && !wide.matches) contents.open = false;
  });
  fit();
  mark();

  /* On a phone, a row of a table is a title with facts: each needs the name of its column. */
  for (const table of document.querySelectorAll("table")) {
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, place) => {
        cell.dataset.label = names[place];
        cell.classList.toggle("none", ["", "–"].includes(cell.textContent.trim()));
      });
    }
    table.classList.add("rows");
  }

  /* Show the sentence of a part of a chart on hover and focus; arrow keys go from part to part. */
  const tip = document.body.appendChild(document.createElement("div"));
  tip.className = "tooltip";
  tip.hidden = true;
  const hide = () => { tip.hidden = true; };
  const show = (event) => {
    const part = event.target.closest(".tip");
    if (!part) return hide();
    tip.textContent = part.getAttribute("aria-label");
    tip.hidden = false;
    const box = part.getBoundingClientRect();
    const across = event.clientX || box.left + box.width / 2;
    const half = tip.offsetWidth / 2 + 8;
    tip.style.left = `${Math.max(half, Math.min(innerWidth - half, across))}px`;
    const below = Math.max(box.top, 0) < tip.offsetHeight + 16;
    tip.style.top = `${below ? box.bottom + 8 : Math.max(box.top, 0) - tip.offsetHeight - 8}px`;
  };
  for (const chart of document.querySelectorAll("svg.chart")) {
    const parts = [...chart.querySelectorAll(".tip")];
    if (!parts.length) continue;
    for (const part of parts) {
      const title = part.querySelector("title");
      part.setAttribute("aria-label", title.textContent);
      title.remove();
    }
    parts[0].setAttribute("tabindex", "0");
    const view = chart.parentElement;
    const start = parts[0].getBoundingClientRect().left - view.getBoundingClientRect().left;
    view.scrollLeft = start - view.clientWidth / 3;
    chart.addEventListener("pointermove", show);
    chart.addEventListener("focusin", show);
    chart.addEventListener("pointerleave", hide);
    chart.addEventListener("focusout", hide);
    chart.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") hide();
      const next = step && parts[parts.indexOf(event.target.closest(".tip")) + step];
      if (!next) return;
      event.preventDefault();
      event.target.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    });
  }
  addEventListener("scroll", hide, { passive: true });
})();
