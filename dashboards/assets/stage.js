// A page with a map of points: what the page is told goes to the drawing, what a person does on it goes to the page's stores.
(function () {
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const set = (id, data) => clientside.set_props(id, { data });
  const stage = () => document.querySelector(".map-stage"); // a page has one
  const drawings = () => [...document.querySelectorAll(".map-host")].map((host) => host.drawing).filter((one) => one && one.given);
  const rounded = (values) => values.map((value) => Number(value.toPrecision(5)));

  function hint(host) {
    const line = host.parentElement.querySelector(".map-hint");
    line.classList.add("is-seen");
    clearTimeout(hint.fading);
    hint.fading = setTimeout(() => line.classList.remove("is-seen"), 1800);
  }
  // What the colours mean, as it is written under the map.
  function legend() {
    return [...stage().querySelectorAll(".map-key")].map((key) => {
      const [dot, scale] = [key.querySelector(".map-dot"), key.querySelector(".map-scale")];
      if (dot) return { text: key.textContent, colour: getComputedStyle(dot).backgroundColor };
      return { ends: [key.firstChild.textContent, key.lastChild.textContent], colours: getComputedStyle(scale).backgroundImage.match(/rgba?\([^)]*\)/g) };
    });
  }
  function rowsOf(bits) {
    const rows = [];
    const raw = atob(bits || "");
    for (let i = 0; i < raw.length; i++) for (let bit = 0; bit < 8; bit++) if ((raw.charCodeAt(i) >> bit) & 1) rows.push(8 * i + bit);
    return rows;
  }

  // The map of a page VIEW, whose places and stores are called VIEW-host, VIEW-view, VIEW-pick …, alone or beside a second one.
  // page: { press(row), hover(row), letGo() }, and of a page with two maps { began() } when other places are drawn, and `ours(drawing)`,
  // whether a drawing is at the places of the address.
  class Stage {
    constructor(view, page) {
      Object.assign(this, { view, page: { began() {}, ours: (drawing) => !drawing.given.interim, ...page }, map: null, other: null, last: {} });
    }
    both() {
      return [this.map, this.other].filter(Boolean);
    }
    host(end = "") {
      return document.getElementById(`${this.view}-host${end}`);
    }
    made(host, side) {
      const { view, page } = this;
      const drawing = new window.ExplorerPoints(host, {
        press: (row) => (row == null ? page.letGo() : page.press(row)),
        pick: (polygon) => {
          if (drawing.given.interim) return;
          if (this.host("-b")) set(`${view}-side`, drawing.given.morphed ? "b" : side);
          set(`${view}-pick`, polygon);
        },
        look: (at) => side === "a" && page.ours(drawing) && set(`${view}-view`, at ? rounded(at).join(",") : ""),
        hover: (row) => page.hover(row),
        wheel: () => hint(host),
        gone: () => {
          if (drawing === this.map) this.map = null;
          if (drawing === this.other) this.other = null;
        },
        picture: () => ({ beside: side === "a" ? this.other : null, legend: legend() }),
      });
      host.drawing = drawing; // for the picture of the card, and for tests
      host.dataset.tool = drawing.tool = document.querySelector(`#${view}-tools [data-points][aria-pressed=true]`).dataset.points;
      return drawing;
    }
    // Everything that Dash tells; words: one a point, to be written on the map, or none.
    tell({ points, colours, marks, pick, side, words = null }) {
      const host = this.host();
      if (!host || !points) return false;
      if (!this.map || this.map.host !== host) {
        this.both().forEach((one) => one.end());
        Object.assign(this, { map: this.made(host, "a"), other: null, last: {} });
      }
      const { last } = this;
      const now = { points, colours, words, marks, pick };
      const fresh = points !== last.points;
      if (fresh) this.place(points, words);
      const again = fresh ? {} : last;
      if (colours && colours.of === points.id && colours !== again.colours)
        this.both().forEach((one) => one.colour(colours.codes, colours.palette, one === this.map ? colours.spots : []));
      if (words && words !== again.words) this.both().forEach((one) => one.write(words));
      if (marks !== again.marks || pick !== again.pick) this.mark(marks, pick, side, again.marks || {}, points);
      this.last = now;
      this.both().forEach((one) => one.frames || one.draw()); // the first picture waits for nothing
      return true;
    }
    place(points, words) {
      const before = this.last.points;
      if (before && before.id !== points.id && !before.interim) this.page.letGo();
      stage().classList.toggle("is-two", !!points.beside);
      if (!points.beside) this.other && this.other.end();
      else if (!this.other) this.other = this.made(this.host("-b"), "b");
      const told = [points, points.beside && { ...points, ...points.beside, layers: [], view: null }];
      this.both().forEach((one, number) => {
        Object.assign(one, { lit: null, marks: {}, codes: null, words });
        one.resize();
        one.set(told[number]);
        document.getElementById(`${this.view}-stamp${number ? "-b" : ""}`).textContent = told[number].stamp;
      });
      this.arrived = !!points.view; // the address said where to look, which the first point that is chosen there leaves as it is
      this.page.began();
    }
    mark(marks, pick, side, before, points) {
      const fit = marks && marks.of === points.id ? marks : {};
      const from = side === "b" && this.other ? this.other : this.map;
      const picked = pick && pick.length && !points.interim ? from.within(pick) : null;
      const more = fit.bits ? rowsOf(fit.bits) : [];
      this.both().forEach((one) => {
        const near = one === this.other ? fit.beside || [] : fit.near || [];
        one.mark({ ...fit, near, picked, more });
        if (fit.chosen != null && fit.chosen !== before.chosen && !this.arrived && !one.isSeen(fit.chosen)) one.showRows([fit.chosen, ...near]);
      });
      if (fit.of) this.arrived = false;
    }
    // What is written beside the point under the pointer, on both maps.
    point(row, lines) {
      this.both().forEach((one) => one.point(row, lines));
    }
  }
  window.ExplorerStage = Stage;

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-points]");
    if (!button || !stage()) return;
    const what = button.dataset.points;
    const all = drawings();
    if (what === "let-go") return all.length && all[0].told.press(null);
    for (const one of all) {
      if (what === "in" || what === "out") one.zoom(what === "in" ? 1.6 : 1 / 1.6);
      else if (what === "whole") one.all();
      else if (what === "near") one.showRows([one.marks.chosen, ...one.marks.near]);
      else if (what === "picked") one.showRows(one.marks.picked || [...(one.marks.found || []), ...(one.marks.more || [])]);
      else one.host.dataset.tool = one.tool = what;
    }
    if (["pan", "lasso", "box"].includes(what))
      stage().querySelectorAll(".map-tools [data-points][aria-pressed]").forEach((one) => one.setAttribute("aria-pressed", one === button));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !stage() || clientside.explorer.taken(event)) return;
    const [first] = drawings();
    if (!first) return;
    if (!first.lit) document.activeElement.closest(".map-host")?.blur(); // with nothing to let go, the wheel moves the page again
    first.told.press(null);
  });
})();
