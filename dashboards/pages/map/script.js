// The map in the browser: what it is told goes to the drawing, what a person does on it goes to the page.
(function () {
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const explorer = (clientside.explorer = clientside.explorer || {});
  let map = null; // the drawing that is on the page
  let last = {}; // what it was told last
  let texts = null;

  const set = (id, data) => clientside.set_props(id, { data });
  const key = (row) => texts.words[row] + (texts.tags[texts.codes[row]] ? "/" + texts.tags[texts.codes[row]] : "");

  function letGo() {
    set("map-chosen", null);
    set("map-pick", null);
  }
  function hint() {
    const line = document.getElementById("map-hint");
    line.classList.add("is-seen");
    clearTimeout(hint.fading);
    hint.fading = setTimeout(() => line.classList.remove("is-seen"), 1800);
  }
  function made(host) {
    const drawing = new window.ExplorerPoints(host, {
      press: (row) => (row == null ? letGo() : texts && set("map-chosen", key(row))),
      pick: (polygon) => set("map-pick", polygon),
      look: (view) => set("map-view", view ? view.map((value) => Number(value.toPrecision(5))).join(",") : ""),
      hover: (row) => drawing.point(row, row == null || !texts ? null : [texts.words[row], texts.names[texts.codes[row]]].filter(Boolean)),
      wheel: hint,
    });
    host.drawing = drawing; // for the picture of the card, and for tests
    return drawing;
  }

  // ---- what Dash calls

  explorer.map = function (points, colours, written, marks, pick) {
    const host = document.getElementById("map-host");
    if (!host || !points) return;
    if (!map || map.host !== host) [map, last, texts] = [made(host), {}, null];
    const now = { points, colours, written, marks, pick };
    if (points !== last.points) {
      if (last.points && last.points.id !== points.id && !last.points.interim) letGo();
      if (texts && texts.of !== points.id) texts = map.words = null;
      map.lit = null;
      map.marks = {};
      map.codes = null;
      map.set(points);
      document.getElementById("map-stamp").textContent = points.stamp;
      last = {};
    }
    if (colours && colours.of === points.id && colours !== last.colours) map.colour(colours.codes, colours.palette);
    if (written && written.of === points.id && written !== last.written) {
      const raw = atob(written.tag);
      const codes = written.wide === 2 ? Array.from({ length: raw.length / 2 }, (_, i) => raw.charCodeAt(2 * i) + 256 * raw.charCodeAt(2 * i + 1)) : Array.from(raw, (one) => one.charCodeAt(0));
      texts = { ...written, codes };
      map.write(written.words);
    }
    if (marks !== last.marks || pick !== last.pick) {
      const fit = marks && marks.of === points.id ? marks : {};
      const picked = pick && pick.length && !points.interim && points.dims === 2 ? map.within(pick) : null;
      map.mark({ ...fit, picked });
      const before = (last.marks || {}).chosen;
      if (fit.chosen != null && fit.chosen !== before && !map.isSeen(fit.chosen)) map.showRows([fit.chosen, ...fit.near]);
    }
    last = now;
    if (!map.frames) map.draw(); // the first picture waits for nothing
  };

  // Which parts of the form are for what is chosen; whether the button would draw something else than is shown.
  explorer.mapForm = function (method, source, colour) {
    return `map-form is-${method} from-${source} hue-${colour}`;
  };
  explorer.mapAsk = function () {
    const given = clientside.callback_context.states_list;
    return Object.fromEntries(given.map((one) => [one.id.replace("map-", ""), one.value === undefined ? null : one.value]));
  };

  // A person's labels from a file of theirs; in the encoding of Korean spreadsheets where it is not UTF-8.
  function upload() {
    const input = Object.assign(document.createElement("input"), { type: "file", accept: ".csv,.tsv,.txt" });
    input.onchange = async () => {
      const raw = await input.files[0].arrayBuffer();
      let value;
      try {
        value = new TextDecoder("utf-8", { fatal: true }).decode(raw);
      } catch (error) {
        value = new TextDecoder("euc-kr").decode(raw);
      }
      clientside.set_props("map-labels", { value: value.replace(/^\ufeff/, "") });
    };
    input.click();
  }

  // ---- buttons and keys

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-map]");
    if (!button || !map) return;
    const what = button.dataset.map;
    if (what === "upload") upload();
    else if (what === "in" || what === "out") map.zoom(what === "in" ? 1.6 : 1 / 1.6);
    else if (what === "whole") map.all();
    else if (what === "near") map.showRows([map.marks.chosen, ...map.marks.near]);
    else if (what === "picked") map.showRows(map.marks.picked || []);
    else if (what === "let-go") letGo();
    else {
      map.tool = what;
      map.host.dataset.tool = what;
      document.querySelectorAll("#map-tools [aria-pressed]").forEach((one) => one.setAttribute("aria-pressed", one === button));
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.getElementById("map-host") || document.querySelector("[role=dialog]")) return;
    if (map && !map.lit) map.host.blur(); // with nothing to let go, the wheel moves the page again
    letGo();
  });
})();
