// Draws the grid and the table of the tokens page from numbers and strings that Python laid out (figures.py).
// Every piece of text goes in through textContent; nothing here can become markup.
(function () {
  const SHARED = 1, EMPTY = 2, BYTES = 4, UNKNOWN = 8, FROM_LEFT = 16, TO_RIGHT = 32, REMOVED = 128, CHANGED = 256;
  const COLOURS = 6;
  const AT_ONCE = 4000; // characters and tokens that are drawn together; the rest follows as the reader comes near
  let observer = null;
  let nearing = null;

  function make(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // ---- grid

  function drawGrid(box, data) {
    const flow = make("div", "tk-flow");
    const points = Array.from(data.text);
    const more = make("button", "example tk-more", data.say.more);
    more.type = "button";
    let number = 0;
    function go() {
      for (let left = AT_ONCE; left > 0 && number < data.chunks.length; number += 1) {
        const [gap, heads, rows] = data.chunks[number];
        if (gap === 2 && number) flow.append(make("div", "tk-break"));
        flow.append(drawChunk(data, points, heads, rows, gap === 0 && number > 0));
        left -= rows.reduce((count, pieces) => count + pieces.length, heads.length);
      }
      more.hidden = number === data.chunks.length;
      label(flow, data);
    }
    box.append(flow, more, makeTip());
    go();
    const first = flow.querySelector("[data-token]");
    if (first) first.tabIndex = 0;
    listen(box, flow, data, points);
    more.addEventListener("click", go);
    nearing = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting) || more.hidden) return;
      go();
      nearing.unobserve(more); // it is told again where the end is still near
      nearing.observe(more);
    }, { rootMargin: "400px" });
    nearing.observe(more);
    let width = flow.clientWidth;
    observer = new ResizeObserver(() => {
      if (flow.clientWidth === width) return;
      width = flow.clientWidth;
      label(flow, data);
    });
    observer.observe(flow);
  }

  function drawChunk(data, points, heads, rows, joined) {
    const chunk = make("div", joined ? "tk-chunk tk-joined" : "tk-chunk");
    chunk.style.gridTemplateRows = "repeat(" + (rows.length + 1) + ", var(--tk-row))"; // also rows with nothing here
    let slot = 1;
    const places = heads.map(([slots, text, start, end]) => {
      const head = make("span", text.startsWith("U+") ? "tk-head tk-code" : "tk-head", text);
      head.style.gridColumn = slot + " / span " + slots;
      head.dataset.start = start;
      head.dataset.end = end;
      chunk.append(head);
      const place = [slot - 1, slot - 1 + slots, start, end];
      slot += slots;
      return place;
    });
    rows.forEach((pieces, row) => {
      pieces.forEach(([token, start, end, flags]) => {
        const cell = token < 0 ? drawLost(data, flags) : drawToken(data, points, places, row, token, start, end, flags);
        cell.style.gridRow = row + 2;
        cell.style.gridColumn = start + 1 + " / " + (end + 1);
        chunk.append(cell);
      });
    });
    return chunk;
  }

  function drawLost(data, flags) {
    const cell = make("span", "tk-token tk-dropped", flags & REMOVED ? "" : "✕");
    cell.title = flags & REMOVED ? data.say.removed : data.say.dropped;
    return cell;
  }

  // Morphemes that are words lead to their own pages; the shell takes the link. Where nothing hovers, a touch says what a token is.
  const TOUCHED = window.matchMedia("(hover: none)").matches;
  function linked(data, row, token, look, text) {
    const [, , form, , tag] = data.tokens[row][token];
    if (!data.content.includes(tag) || (look.includes("tk-token") && TOUCHED)) return make("span", look, text);
    const link = make("a", look + " word-plain", text);
    link.href = data.page.replace("_", encodeURIComponent(form + "/" + tag));
    return link;
  }

  function drawToken(data, points, places, row, token, start, end, flags) {
    const [from, to, form, shortened] = data.tokens[row][token];
    const short = shortened || form;
    const looks = ["tk-token", flags & UNKNOWN ? "tk-unknown" : "tk-c" + (token % COLOURS)];
    if (flags & SHARED) looks.push("tk-shared");
    if (flags & EMPTY) looks.push("tk-empty");
    if (flags & BYTES) looks.push("tk-byte");
    if (flags & FROM_LEFT) looks.push("tk-from");
    if (flags & TO_RIGHT) looks.push("tk-to");
    let text = short;
    if (flags & (FROM_LEFT | TO_RIGHT)) {
      // A token that goes on in the next chunk: its own characters if that is all it says, else its form once.
      looks.push("tk-part");
      const under = places.filter((place) => place[0] < end && place[1] > start);
      const surface = points.slice(from, to).join("");
      if (form.normalize("NFC") === surface.normalize("NFC") && under.length)
        text = points.slice(under[0][2], under[under.length - 1][3]).join("").normalize("NFC");
      else if (flags & FROM_LEFT) text = "⋯";
    }
    const cell = linked(data, row, token, looks.join(" "), text);
    cell.dataset.row = row;
    cell.dataset.token = token;
    cell.dataset.flags = flags;
    cell.tabIndex = -1;
    return cell;
  }

  // The tokenizers' names at the start of every line, wherever the lines happen to break.
  function label(flow, data) {
    flow.querySelectorAll(".tk-names").forEach((old) => old.remove());
    let top = -1;
    const starts = [];
    for (const chunk of flow.querySelectorAll(".tk-chunk")) {
      if (chunk.offsetTop > top) {
        top = chunk.offsetTop;
        starts.push(chunk.offsetTop);
      }
    }
    starts.forEach((at) => {
      const names = make("div", "tk-names");
      names.style.top = at + "px";
      names.setAttribute("aria-hidden", "true");
      data.names.forEach((name, number) => {
        const line = make("span", "tk-name");
        line.append(make("b", "tk-number", String(number + 1)), make("span", "tk-wide", name));
        names.append(line);
      });
      flow.append(names);
    });
  }

  // ---- what a token is, on hover and focus

  function makeTip() {
    const tip = make("div", "tk-tip");
    tip.id = "tokens-tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    return tip;
  }

  function bytesOf(form, surface) {
    const named = form.match(/<0x([0-9A-Fa-f]{2})>/g);
    const bytes = named
      ? named.map((byte) => byte.slice(3, 5).toUpperCase())
      : Array.from(new TextEncoder().encode(surface), (byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
    return bytes.length > 24 ? bytes.slice(0, 24).join(" ") + " … (" + bytes.length + ")" : bytes.join(" ");
  }

  function listen(box, flow, data, points) {
    const tip = box.querySelector(".tk-tip");
    let shown = null;

    function hide() {
      if (!shown) return;
      flow.querySelectorAll(".tk-on").forEach((one) => one.classList.remove("tk-on"));
      shown.removeAttribute("aria-describedby");
      shown = null;
      tip.hidden = true;
    }

    function show(cell) {
      if (cell === shown) return;
      hide();
      shown = cell;
      const row = Number(cell.dataset.row);
      const [start, end, form, , tag, id] = data.tokens[row][Number(cell.dataset.token)];
      const surface = points.slice(start, end).join("");
      const say = data.say;
      const facts = [
        [say.form, form.replace(/\n/g, "↵")],
        tag ? [say.tag, tag] : null,
        [say.surface, surface ? surface.replace(/\n/g, "↵") : say.none],
        [say.span, start + "–" + end],
        [say.id, id === null ? say.none : String(id)],
        [say.bytes, surface ? bytesOf(form, surface) : say.none],
      ].filter(Boolean);
      const list = make("dl");
      facts.forEach(([name, value]) => list.append(make("dt", "", name), make("dd", "", value)));
      const notes = [];
      const flags = Number(cell.dataset.flags);
      if (flags & UNKNOWN) notes.push(say.unknown);
      if (flags & EMPTY) notes.push(say.empty);
      else if (flags & SHARED) notes.push(say.shared);
      if (flags & CHANGED) notes.push(say.changed);
      tip.replaceChildren(make("strong", "", row + 1 + " " + data.names[row]), list, ...notes.map((note) => make("p", "", note)));
      cell.setAttribute("aria-describedby", "tokens-tip");
      flow
        .querySelectorAll('[data-row="' + row + '"][data-token="' + cell.dataset.token + '"]')
        .forEach((part) => part.classList.add("tk-on"));
      for (const head of flow.querySelectorAll(".tk-head"))
        if (Number(head.dataset.start) < end && Number(head.dataset.end) > start) head.classList.add("tk-on");
      tip.hidden = false;
      const at = cell.getBoundingClientRect(), frame = box.getBoundingClientRect();
      const left = Math.min(Math.max(0, at.left - frame.left), Math.max(0, frame.width - tip.offsetWidth));
      const below = at.bottom + tip.offsetHeight + 8 < window.innerHeight || at.top < tip.offsetHeight + 8;
      tip.style.left = left + "px";
      tip.style.top = (below ? at.bottom - frame.top + 6 : at.top - frame.top - tip.offsetHeight - 6) + "px";
    }

    const cellOf = (event) => event.target.closest && event.target.closest("[data-token]");
    flow.addEventListener("pointerover", (event) => {
      const cell = cellOf(event);
      if (cell) show(cell);
    });
    flow.addEventListener("pointerleave", hide);
    flow.addEventListener("focusin", (event) => {
      const cell = cellOf(event);
      if (!cell) return;
      flow.querySelectorAll('[data-token][tabindex="0"]').forEach((one) => (one.tabIndex = -1));
      cell.tabIndex = 0;
      show(cell);
    });
    flow.addEventListener("focusout", hide);
    flow.addEventListener("keydown", (event) => {
      const cell = cellOf(event);
      if (!cell) return;
      if (event.key === "Escape") return hide();
      const next = neighbour(flow, cell, event.key);
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
  }

  function neighbour(flow, cell, key) {
    const row = Number(cell.dataset.row);
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const mine = Array.from(flow.querySelectorAll('[data-row="' + row + '"]'));
      return mine[mine.indexOf(cell) + (key === "ArrowRight" ? 1 : -1)];
    }
    if (key !== "ArrowUp" && key !== "ArrowDown") return null;
    const others = cell.parentNode.querySelectorAll('[data-row="' + (row + (key === "ArrowDown" ? 1 : -1)) + '"]');
    const at = cell.getBoundingClientRect().left;
    return Array.from(others).sort(
      (one, other) => Math.abs(one.getBoundingClientRect().left - at) - Math.abs(other.getBoundingClientRect().left - at)
    )[0];
  }

  // ---- table: one line an eojeol, one column a tokenizer

  function drawTable(box, data) {
    const points = Array.from(data.text);
    const table = make("table", "tk-table");
    const head = make("tr");
    [data.say.eojeol, ...data.names].forEach((name) => {
      const cell = make("th", "", name);
      cell.scope = "col";
      head.append(cell);
    });
    const top = make("thead");
    top.append(head);
    const body = make("tbody");
    data.words.forEach(([start, end], word) => {
      const line = make("tr");
      const name = make("th", "", points.slice(start, end).join(""));
      name.scope = "row";
      line.append(name);
      data.members.forEach((members, row) => {
        const cell = make("td");
        members[word].forEach((token, place) => {
          const [, , form, shortened, tag] = data.tokens[row][token];
          const short = shortened || form;
          if (place) cell.append(make("span", "tk-dot", " · "));
          const part = linked(data, row, token, data.unknown[row].has(token) ? "tk-word tk-unknown" : "tk-word", short || "∅");
          if (tag) part.append(make("span", "tk-tag", "/" + tag));
          cell.append(part);
        });
        line.append(cell);
      });
      body.append(line);
    });
    table.append(top, body);
    const scroll = make("div", "table-scroll");
    scroll.tabIndex = 0;
    scroll.append(table);
    box.append(scroll);
  }

  function unknowns(data) {
    const found = data.tokens.map(() => new Set());
    data.chunks.forEach(([, , rows]) =>
      rows.forEach((pieces, row) => pieces.forEach(([token, , , flags]) => flags & UNKNOWN && found[row].add(token)))
    );
    return found;
  }

  // The drawing comes as one string of JSON: the server would look into every number of it otherwise.
  function draw(drawing, show) {
    const data = drawing ? JSON.parse(drawing) : null;
    const box = document.getElementById("tokens-grid");
    if (!box) return;
    if (observer) observer.disconnect();
    if (nearing) nearing.disconnect();
    observer = nearing = null;
    box.replaceChildren();
    if (!data || data.empty || !data.names.length) {
      if (data && data.empty) box.append(make("p", "tk-nothing", data.empty));
      return;
    }
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", show === "table" ? data.say.table : data.say.grid);
    data.unknown = unknowns(data);
    if (show === "table") drawTable(box, data);
    else drawGrid(box, data);
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.tokens = { draw: draw };
})();
