"use strict";
(() => {
  // The expression interpreter (ast) stands in for compiled code, which the page's policy forbids.
  const options = { ast: true, renderer: "svg", actions: false, tooltip: { theme: "light" } };

  function fitted(spec, width) {
    const room = spec.usermeta.groundswell;
    if (room.cell) {
      return { ...spec, columns: Math.max(1, Math.floor((width - 70) / room.cell)) };
    }
    // On a phone a chart is drawn narrower than is good for it, and the rest is scaled: both together stay legible.
    const least = width < room.least ? Math.max(width, room.least * 0.72) : room.least;
    const drawn = Math.max(least, Math.min(room.most, width));
    const config = structuredClone(spec.config ?? {});
    // The entries of a legend stand below each other where they would not fit side by side.
    if (width < room.least) config.legend = { ...config.legend, columns: 1 };
    return { ...spec, config, width: drawn, autosize: { type: "fit-x", contains: "padding" } };
  }

  function draw(place) {
    const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
    const width = place.parentElement.clientWidth;
    if (width === Number(place.dataset.width)) return;
    place.dataset.width = width;
    window.vegaEmbed(place, fitted(spec, width), options);
  }

  function drawAll() {
    document.querySelectorAll("[data-spec]").forEach(draw);
  }

  function sortable(table) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent;
        const order = (one, other) => key(one).localeCompare(key(other), "en", { numeric: true });
        const number = (row) => Number(row.cells[column].dataset.key);
        const rows = [...body.rows];
        const byNumber = rows.every((row) => row.cells[column].dataset.key && !Number.isNaN(number(row)));
        rows.sort(byNumber ? (one, other) => number(one) - number(other) : order);
        body.append(...(down ? rows.reverse() : rows));
      });
    });
  }

  function searchable(input) {
    const table = input.closest("section").querySelector("[data-sortable]");
    const told = input.closest("p").querySelector("output");
    const all = table.tBodies[0].rows.length;
    told.textContent = `${all} rows`;
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        shown += row.hidden ? 0 : 1;
      }
      told.textContent = wanted ? `${shown} of ${all} rows` : `${all} rows`;
    });
  }

  document.querySelectorAll("[data-sortable]").forEach(sortable);
  document.querySelectorAll("[data-search]").forEach(searchable);
  if (window.vegaEmbed) {
    drawAll();
    let waiting;
    window.addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(drawAll, 200);
    });
  }
})();
