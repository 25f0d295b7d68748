"use strict";
(() => {
  const film = JSON.parse(document.getElementById("film").textContent);
  const [WIDTH, HEIGHT, BASELINE] = film.cell;
  const SVG = "http://www.w3.org/2000/svg";
  const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4, 8];
  const STANDS_ALONE = /^[\p{So}\p{Sm}]$/u; // other fonts give these another width
  const ROUND = /[laq]/; // what is no rectangle

  const the = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const lamps = all(".lamp");
  const lines = all("#transcript a");
  const chapters = all("#chapters a");
  const cues = chapters.map(timeOf);

  // The picture: rows of cells, drawn again only where they have changed.

  const codes = completed(film.rows);
  const frames = unfolded(film.frames);
  const starts = film.frames.map((frame) => frame[0] / 1000);
  const rows = frames[0].map((_, number) => the("cells").appendChild(element("g", { transform: `translate(0 ${number * HEIGHT})` })));
  const shown = [];

  // A row may be told as what stands between the beginning and the end of an earlier one.
  function completed(told) {
    const rows = [];
    for (const [like, ...own] of told) {
      if (!Array.isArray(like)) {
        rows.push([like, ...own]);
        continue;
      }
      const [number, start, end] = like;
      const whole = rows[number];
      rows.push([...whole.slice(0, start), ...own, ...whole.slice(whole.length - end)]);
    }
    return rows;
  }

  // A frame is told as the rows that it changes.
  function unfolded(told) {
    let frame = [];
    return told.map(([, ...changes]) => {
      frame = [...frame];
      for (let at = 0; at < changes.length; at += 2) frame[changes[at]] = changes[at + 1];
      return frame;
    });
  }

  function draw(frame) {
    frames[frame].forEach((row, number) => {
      if (shown[number] === row) return;
      rows[number].replaceChildren(...drawn(codes[row]));
      shown[number] = row;
    });
  }

  function drawn(row) {
    const grounds = new Map(), outlines = new Map(), words = [];
    let column = 0;
    for (const code of row) {
      if (code < 0) {
        column -= code;
        continue;
      }
      const [number, text, times] = film.parts[code];
      const cells = times ? Array(times).fill(text) : [...text];
      const look = film.looks[number];
      if (look[1]) add(grounds, look[1], `M${column * WIDTH} 0h${cells.length * WIDTH}v${HEIGHT}h${-cells.length * WIDTH}z`);
      for (const [start, end] of pieces(cells)) {
        const outline = film.outlines[cells[start]];
        if (!outline) words.push(word(cells.slice(start, end), column + start, look));
        else for (const [path, width, more] of outline) add(outlines, JSON.stringify([look[0], width, more, ROUND.test(path)]), `M${(column + start) * WIDTH} 0${path}`);
      }
      column += cells.length;
    }
    return [
      ...[...grounds].map(([fill, d]) => element("path", { fill, d, "shape-rendering": "crispEdges" })),
      ...[...outlines].map(([pen, d]) => outlined(d, ...JSON.parse(pen))),
      ...words,
    ];
  }

  // What is drawn by itself, and words with one space between them: no viewer decides how wide more spaces are.
  function* pieces(cells) {
    let start = -1;
    for (let at = 0; at <= cells.length; at += 1) {
      const isAlone = at < cells.length && (film.outlines[cells[at]] || STANDS_ALONE.test(cells[at]));
      const isGap = at === cells.length || (cells[at] === " " && (start < 0 || at + 1 === cells.length || cells[at + 1] === " "));
      if (!isAlone && !isGap) {
        if (start < 0) start = at;
        continue;
      }
      if (start >= 0) yield [start, at];
      if (isAlone) yield [at, at + 1];
      start = -1;
    }
  }

  function word(cells, column, [fill, , style = 0]) {
    const text = cells.join("");
    const length = text.length > 1 ? { textLength: cells.length * WIDTH } : {};
    const fits = /^[ -~]*$/.test(text) ? {} : { textLength: cells.length * WIDTH, lengthAdjust: "spacingAndGlyphs" };
    const made = element("text", { x: column * WIDTH, y: BASELINE, fill, ...length, ...fits });
    if (style & 1) made.setAttribute("font-weight", "bold");
    if (style & 2) made.setAttribute("font-style", "italic");
    if (style & 12) made.setAttribute("text-decoration", ["", "underline", "line-through", "underline line-through"][style >> 2]);
    made.textContent = text;
    return made;
  }

  function outlined(d, colour, width, more, isRound) {
    if (!width) {
      const edges = isRound ? {} : { "shape-rendering": "crispEdges" };
      return element("path", { fill: colour, d, ...edges, ...(more ? { "fill-opacity": more } : {}) });
    }
    const ends = more ? { "stroke-dasharray": more } : { "stroke-linecap": "square" };
    return element("path", { fill: "none", stroke: colour, "stroke-width": width, d, ...ends });
  }

  function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function add(map, key, text) {
    map.set(key, (map.get(key) ?? "") + text);
  }

  // The clock: where the show is, and whether it moves.

  let now = 0, isMoving = false, last = 0, line = -1;

  function tick(stamp) {
    if (!isMoving) return;
    now = Math.min(film.seconds, now + ((stamp - last) / 1000) * the("speed").value);
    last = stamp;
    show();
    if (now < film.seconds) requestAnimationFrame(tick);
    else pause();
  }

  function play() {
    the("curtain").hidden = true;
    if (now >= film.seconds) now = 0;
    if (!isMoving) requestAnimationFrame((stamp) => { last = stamp; tick(stamp); });
    isMoving = true;
    tellWhetherItMoves();
  }

  function pause() {
    isMoving = false;
    tellWhetherItMoves();
  }

  function turn() {
    if (isMoving) pause();
    else play();
  }

  function tellWhetherItMoves() {
    the("play").classList.toggle("moving", isMoving);
    the("play").setAttribute("aria-label", isMoving ? "Pause" : "Play");
  }

  function seek(seconds) {
    the("curtain").hidden = true;
    now = Math.min(film.seconds, Math.max(0, seconds));
    show();
  }

  function show() {
    draw(Math.max(0, by(starts, now)));
    const slider = the("time");
    slider.value = now;
    slider.style.setProperty("--passed", `${(100 * now) / film.seconds}%`);
    the("clock").textContent = clockTime(now);
    lamps.forEach((lamp) => lamp.classList.toggle("lit", timeOf(lamp) <= now));
    showCaption();
    showChapter(by(cues, now));
    showLine(by(lineTimes, now));
  }

  function showCaption() {
    const standing = film.captions.find(([at, until]) => at <= now && now < until);
    say(the("caption"), standing ? standing[2] : "");
  }

  function showChapter(at) {
    const name = at < 0 ? "" : chapters[at].dataset.says;
    mark(chapters, at);
    say(the("where"), name);
    the("time").setAttribute("aria-valuetext", `${clockTime(now)} of ${clockTime(film.seconds)}${name ? `, ${name}` : ""}`);
  }

  const lineTimes = lines.map(timeOf);

  function showLine(at) {
    if (at === line) return;
    line = at;
    mark(lines, at);
    const speech = lines.slice(0, at + 1).findLast((each) => !each.matches(".aside"));
    the("now").replaceChildren(...[...(speech?.children ?? [])].slice(1).flatMap((part) => [part.cloneNode(true), " "]));
    const list = the("transcript");
    if (at >= 0 && !list.matches(":hover, :focus-within")) list.scrollTop = lines[at].offsetTop - list.clientHeight / 3;
  }

  function mark(items, current) {
    items.forEach((item, number) => {
      if (number === current) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
  }

  function say(where, text) {
    if (where.textContent !== text) where.textContent = text;
  }

  // The last of ascending times that has come.
  function by(times, moment) {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= moment + 1e-6) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function timeOf(item) {
    return Number(item.dataset.at);
  }

  function clockTime(seconds) {
    const whole = Math.floor(seconds + 1e-6);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  // What people press.

  function toCue(step) {
    const at = by(cues, now);
    const isJustBehind = step < 0 && at >= 0 && now - cues[at] > 1;
    const wanted = isJustBehind ? at : at + step;
    seek(wanted < 0 ? 0 : wanted >= cues.length ? film.seconds : cues[wanted]);
  }

  function toFrame(step) {
    pause();
    const wanted = Math.min(starts.length - 1, Math.max(0, by(starts, now) + step));
    seek(starts[wanted]);
  }

  function faster(step) {
    const at = SPEEDS.indexOf(Number(the("speed").value)) + step;
    the("speed").value = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))];
  }

  function turnCaptions() {
    const button = the("captions");
    const areOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(areOn));
    the("caption").classList.toggle("off", !areOn);
  }

  function turnWhole() {
    if (document.fullscreenElement) document.exitFullscreen();
    else the("theatre").requestFullscreen?.();
  }

  const KEYS = {
    " ": turn, k: turn,
    ArrowLeft: () => seek(now - 5), ArrowRight: () => seek(now + 5),
    j: () => seek(now - 10), l: () => seek(now + 10),
    "[": () => toCue(-1), "]": () => toCue(1), p: () => toCue(-1), n: () => toCue(1),
    ",": () => toFrame(-1), ".": () => toFrame(1),
    "<": () => faster(-1), ">": () => faster(1),
    Home: () => seek(0), End: () => seek(film.seconds),
    c: turnCaptions, f: turnWhole, "?": () => the("keys").showModal(),
  };
  for (let tenth = 0; tenth < 10; tenth += 1) KEYS[tenth] = () => seek((film.seconds * tenth) / 10);

  document.addEventListener("keydown", (event) => {
    const wanted = Object.hasOwn(KEYS, event.key) && KEYS[event.key];
    const isTheirs = (event.key === " " && event.target.closest("button, summary")) || event.target.closest("select, dialog");
    if (!wanted || isTheirs || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    wanted();
  });
  the("stage").addEventListener("click", turn);
  the("play").addEventListener("click", turn);
  the("before").addEventListener("click", () => toCue(-1));
  the("after").addEventListener("click", () => toCue(1));
  the("captions").addEventListener("click", turnCaptions);
  the("whole").addEventListener("click", turnWhole);
  the("help").addEventListener("click", KEYS["?"]);
  the("time").addEventListener("input", (event) => seek(Number(event.target.value)));
  for (const item of [...lamps, ...lines, ...chapters]) item.addEventListener("click", () => seek(timeOf(item)));
  window.addEventListener("hashchange", () => follow(location.hash));

  // A link to a moment: ?t=1:47, #t=1:47, #Q3.

  function follow(hash) {
    const chapter = chapters.find((item) => item.hash.toLowerCase() === hash.toLowerCase());
    const moment = chapter ? timeOf(chapter) : secondsIn(hash.replace(/^#t=/, ""));
    if (moment !== null) seek(moment);
    return moment !== null;
  }

  function secondsIn(text) {
    if (!/^(\d+:){0,2}\d+(\.\d+)?$/.test(text)) return null;
    return text.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  }

  function open() {
    the("cells").toggleAttribute("hidden", false);
    the("transport").hidden = false;
    the("theatre").classList.add("open");
    the("whole").hidden = !document.fullscreenEnabled;
    the("caption").classList.toggle("none", !film.captions.length);
    for (const lamp of lamps) {
      const share = timeOf(lamp) / film.seconds;
      lamp.style.left = `${100 * share}%`;
      lamp.classList.toggle("early", share < 0.25);
      lamp.classList.toggle("late", share > 0.75);
    }
    const isLed = follow(`#t=${new URLSearchParams(location.search).get("t") ?? ""}`) || follow(location.hash);
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!isStill) play();
    else if (!isLed) {
      show();
      draw(Math.max(0, by(starts, film.poster)));
      the("curtain").hidden = false;
    }
  }

  open();
})();
