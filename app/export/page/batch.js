// The table of all runs shows those that hold what is looked for, and of very many the first.
const ROOM = 200;
for (const filter of document.querySelectorAll(".filter")) {
  const [wanted, verdict, told, all] = ["input", "select", "output", "button"].map((name) => filter.querySelector(name));
  const table = filter.parentElement.querySelector("table.runs");
  const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
  const [run, column] = [heads.indexOf("Run"), heads.lastIndexOf("Verdict")];
  const total = told.textContent;
  const texts = new Map();
  let room = ROOM;
  const textOf = (row) => {
    if (!texts.has(row)) {
      const cells = [...row.cells].map((cell) => cell.textContent.toLowerCase());
      texts.set(row, [cells.splice(run, 1)[0], cells.join(" ")]);
    }
    return texts.get(row);
  };
  // An id holds any few letters by chance, so that short words are not looked for in it.
  const holds = ([id, text], word) =>
    text.includes(word) || (word.length > 4 && (id.includes(word) || word.endsWith(id)));
  const fits = (row, words) =>
    (!verdict.value || row.cells[column].textContent.endsWith(` ${verdict.value}`)) &&
    words.every((word) => holds(textOf(row), word));
  const show = () => {
    const words = wanted.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = table.tBodies[0].rows;
    let found = 0;
    for (const row of rows) {
      const is = fits(row, words);
      row.hidden = !is || found >= room;
      found += is;
    }
    const first = found > room ? `, the first ${room} are shown` : "";
    told.textContent = `${found < rows.length ? `${found.toLocaleString("en")} of ` : ""}${total}${first}`;
    all.hidden = found <= room;
  };
  wanted.addEventListener("input", show);
  verdict.addEventListener("change", show);
  table.addEventListener("sorted", show);
  all.addEventListener("click", () => { room = Infinity; show(); });
  filter.hidden = false;
  show();
}
