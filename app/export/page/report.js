
"use strict";
// A table is sorted by the column whose head is pressed; figures by their number, what nobody knows last.
const inOrder = new Intl.Collator(undefined, { numeric: true });
const numberIn = (cell) => Number(cell.dataset.is ?? (cell.textContent.replaceAll(",", "") || NaN));
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    const isFigure = head.classList.contains("figures");
    const rows = [...body.rows].map((row) => {
      const cell = row.cells[column];
      return { row, key: isFigure ? numberIn(cell) : cell.textContent.trim() };
    });
    const isUnknown = ({ key }) => key === "" || Number.isNaN(key);
    rows.sort((a, b) => {
      if (isUnknown(a) || isUnknown(b)) return isUnknown(a) - isUnknown(b);
      const order = isFigure ? a.key - b.key : inOrder.compare(a.key, b.key);
      return down ? -order : order;
    });
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...rows.map(({ row }) => row));
    table.dispatchEvent(new Event("sorted"));
  }));
}
// On paper everything is open, but for lists that would fill a book.
addEventListener("beforeprint", () => {
  document.querySelectorAll("details:not(.long)").forEach((each) => { each.open = true; });
});
