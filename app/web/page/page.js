// Our part of the page: the terminal's looks, a stage of a fixed size in any window, and what is said when it is over.
"use strict";

const FONTS = '"Roboto Mono", "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Symbols2", monospace';
const page = document.body.dataset;
const types = page.types === "yes";
const fixed = page.fixed === "yes";
const room = location.pathname;
const element = (id) => document.getElementById(id);

let cells = null; // of a stage of a fixed size
let opened = false;

class Line extends WebSocket {
  constructor(url) {
    super(url);
    this.addEventListener("open", () => { opened = true; });
    this.addEventListener("message", (event) => { if (typeof event.data === "string") heard(...JSON.parse(event.data)); });
    this.addEventListener("close", closed);
  }

  send(text) {
    if (this.readyState === WebSocket.OPEN && (types || text.startsWith('["resize"'))) super.send(text);
  }
}

function heard(kind, what) {
  if (kind === "size") {
    cells = what;
    terminal.resize(cells.width, cells.height);
    fitFont();
  } else if (kind === "left") {
    lower("The stage is closed.");
  } else if (kind === "said") {
    element("told").hidden = false;
    element("told").textContent += what;
  }
}

// The largest font with which all cells are in the window.
function fitFont() {
  if (!cells) return;
  const screen = document.querySelector(".xterm-screen");
  const space = { width: innerWidth, height: innerHeight };
  const fits = () => screen.offsetWidth <= space.width && screen.offsetHeight <= space.height;
  const ratio = Math.min(space.width / screen.offsetWidth, space.height / screen.offsetHeight);
  let size = Math.min(72, Math.ceil(terminal.options.fontSize * ratio) + 1);
  do {
    terminal.options.fontSize = size;
    size -= 0.5;
  } while (!fits() && size >= 2);
}

function lower(says) {
  document.body.classList.add("-down");
  element("says").textContent = says;
}

function offer(button, next = "") {
  element("again").textContent = button;
  element("again").hidden = false;
  element("next").textContent = next;
  element("next").hidden = !next;
}

function thank() {
  element("next").textContent = "Thank you for coming.";
  element("next").hidden = false;
}

async function closed(event) {
  const isOver = event.reason === "the show is over"; // said by who may still be heard for a moment
  const answer = isOver ? null : await fetch(`${room}/line`).catch(() => null);
  if (answer === null) {
    lower("The show is over.");
    if (fixed) {
      thank();
      return;
    }
    const command = document.createElement("code");
    command.textContent = element("command").content.textContent;
    element("next").replaceChildren("Start it again with ", command);
    element("next").hidden = false;
  } else if (answer.status === 503) {
    lower("Every seat is taken.");
    offer("Try again", "One becomes free when somebody closes their page.");
  } else if (answer.status === 403) {
    lower("The show was started anew.");
    offer("Try again", "Ask whoever runs it for a new link.");
  } else if (opened && fixed && event.code !== 1000) {
    lower("The line was lost; it is taken up again…");
    setTimeout(() => location.reload(), 1500);
  } else if (event.code === 1000) {
    lower("The stage is closed.");
    offer("Open it again");
  } else {
    lower("The line was lost.");
    offer("Open it again", types ? "What was performed here has stopped; it can be resumed." : "");
  }
}

const begin = onload; // the terminal's own
onload = async (event) => {
  window.WebSocket = Line;
  const size = element("terminal").dataset.fontSize;
  await document.fonts.load(`${size}px "Roboto Mono"`).catch(() => null);
  begin(event);
  terminal.options.fontFamily = FONTS;
  terminal.options.fontSize = Number(size);
  terminal.options.theme = { background: "#121212", foreground: "#d8d4cc" };
  terminal.options.disableStdin = !types;
  const fit = onresize;
  onresize = () => (fixed ? fitFont() : fit());
  if (types) terminal.focus();
  if (!fixed) fit();
};
element("again").addEventListener("click", () => location.reload());
