
"use strict";
// A table is sorted by the column whose head is pressed; figures by their number, what nobody knows last.
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  heads.forEach((head, column) => head.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    const isFigure = head.classList.contains("figures");
    const key = (row) => isFigure ? row.cells[column].dataset.is : row.cells[column].textContent.trim();
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [key(one), key(other)];
      if (!a || !b) return Number(!a) - Number(!b);
      const order = isFigure ? a - b : a.localeCompare(b);
      return down ? -order : order;
    });
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...rows);
  }));
}
// On paper everything is open.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => { each.open = true; }));

