// The map in the browser: what it is told goes to the drawing, what a person does on it goes to the page.
(function () {
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const explorer = (clientside.explorer = clientside.explorer || {});
  let map = null; // the drawing that is on the page
  let other = null; // the same words by another model, beside it
  let last = {}; // what it was told last
  let texts = null;
  let arrived = false; // whether the address said where to look, which the first word that is chosen there leaves as it is

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
  const both = () => [map, other].filter(Boolean);
  function made(host, side) {
    const drawing = new window.ExplorerPoints(host, {
      press: (row) => (row == null ? letGo() : texts && set("map-chosen", key(row))),
      pick: (polygon) => drawing.given.interim || (set("map-side", drawing.given.morphed ? "b" : side), set("map-pick", polygon)),
      // Where one looks while only PCA is there, or at the places of the other model, is no place on the map of the address.
      look: (view) =>
        side === "a" && !drawing.given.interim && !drawing.given.morphed &&
        set("map-view", view ? view.map((value) => Number(value.toPrecision(5))).join(",") : ""), // prettier-ignore
      hover: (row) => {
        const lines = row == null || !texts ? null : [texts.words[row], texts.names[texts.codes[row]]].filter(Boolean);
        both().forEach((one) => one.point(row, lines));
      },
      wheel: hint,
      gone: () => {
        if (drawing === map) map = null;
        if (drawing === other) other = null;
      },
      picture: () => ({ beside: side === "a" ? other : null, legend: legend() }),
    });
    host.drawing = drawing; // for the picture of the card, and for tests
    host.dataset.tool = drawing.tool = document.querySelector("#map-tools [aria-pressed=true]:not([data-map=morph])").dataset.map;
    return drawing;
  }
  // What the colours mean, as it is written under the map.
  function legend() {
    return [...document.querySelectorAll("#map-legend .map-key")].map((key) => {
      const [dot, scale] = [key.querySelector(".map-dot"), key.querySelector(".map-scale")];
      if (dot) return { text: key.textContent, colour: getComputedStyle(dot).backgroundColor };
      return { ends: [key.firstChild.textContent, key.lastChild.textContent], colours: getComputedStyle(scale).backgroundImage.match(/rgba?\([^)]*\)/g) };
    });
  }
  function codesOf(written) {
    const raw = Uint8Array.from(atob(written.tag), (one) => one.charCodeAt(0));
    return written.wide === 2 ? new Uint16Array(raw.buffer) : raw;
  }

  // ---- what Dash calls

  explorer.map = function (points, colours, written, marks, pick, side) {
    const host = document.getElementById("map-host");
    if (!host || !points) return;
    if (!map || map.host !== host) {
      both().forEach((one) => one.end());
      [map, other, last, texts] = [made(host, "a"), null, {}, null];
    }
    const now = { points, colours, written, marks, pick };
    if (points !== last.points) {
      if (last.points && last.points.id !== points.id && !last.points.interim) letGo();
      if (texts && texts.of !== points.id) texts = map.words = null;
      document.getElementById("map-stage").classList.toggle("is-two", !!points.beside);
      if (!points.beside) other && other.end();
      else if (!other) other = made(document.getElementById("map-host-b"), "b");
      const told = [points, points.beside && { ...points, ...points.beside, layers: [], view: null }];
      both().forEach((one, number) => {
        Object.assign(one, { lit: null, marks: {}, codes: null, words: texts && texts.words });
        one.resize();
        one.set(told[number]);
      });
      arrived = !!points.view;
      document.getElementById("map-stamp").textContent = points.stamp;
      document.getElementById("map-stamp-b").textContent = points.beside ? points.beside.stamp : "";
      morphed(false);
      last = {};
    }
    if (colours && colours.of === points.id && colours !== last.colours) both().forEach((one) => one.colour(colours.codes, colours.palette, one === map ? colours.spots : []));
    if (written && written.of === points.id && written !== last.written) {
      texts = { ...written, codes: codesOf(written) };
      both().forEach((one) => one.write(written.words));
    }
    if (marks !== last.marks || pick !== last.pick) {
      const fit = marks && marks.of === points.id ? marks : {};
      const from = side === "b" && other ? other : map;
      const picked = pick && pick.length && !points.interim ? from.within(pick) : null;
      const before = (last.marks || {}).chosen;
      both().forEach((one) => {
        const near = one === other ? fit.beside || [] : fit.near || [];
        one.mark({ ...fit, near, picked });
        if (fit.chosen != null && fit.chosen !== before && !arrived && !one.isSeen(fit.chosen)) one.showRows([fit.chosen, ...near]);
      });
      if (fit.of) arrived = false;
    }
    last = now;
    both().forEach((one) => one.frames || one.draw()); // the first picture waits for nothing
  };

  // The first map's words at the places of the other model, or back at their own.
  function morphed(there) {
    const button = document.querySelector("[data-map=morph]");
    button.setAttribute("aria-pressed", there);
    if (!there && (!map.given || !map.given.morphed)) return;
    const points = last.points;
    map.set(there ? { ...points, ...points.beside, layers: [], view: null, id: points.id + "b", morphed: true } : { ...points, view: null });
  }

  // Which parts of the form are for what is chosen.
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
      const [first, second] = new Uint8Array(raw);
      try {
        value = new TextDecoder(first === 0xff && second === 0xfe ? "utf-16le" : "utf-8", { fatal: true }).decode(raw);
      } catch (error) {
        value = new TextDecoder("euc-kr").decode(raw); // which browsers read as CP949
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
    else if (what === "let-go") letGo();
    else if (what === "morph") morphed(button.getAttribute("aria-pressed") !== "true");
    else
      both().forEach((one) => {
        if (what === "in" || what === "out") one.zoom(what === "in" ? 1.6 : 1 / 1.6);
        else if (what === "whole") one.all();
        else if (what === "near") one.showRows([one.marks.chosen, ...one.marks.near]);
        else if (what === "picked") one.showRows(one.marks.picked || []);
        else one.host.dataset.tool = one.tool = what;
      });
    if (["pan", "lasso", "box"].includes(what))
      document.querySelectorAll("#map-tools [aria-pressed]:not([data-map=morph])").forEach((one) => one.setAttribute("aria-pressed", one === button));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.getElementById("map-host") || explorer.taken(event)) return;
    if (map && !map.lit) document.activeElement.closest(".map-host")?.blur(); // with nothing to let go, the wheel moves the page again
    letGo();
  });
})();
