// A map in a notebook: the drawing of points.js, which stands above this, told by the kernel what to show and telling it what was picked.
// Texts are written as texts, never as HTML, and nothing is asked of any network.
const SCHEME = "data-mantine-color-scheme"; // where the style looks, here as on pages
const NAMED = 40; // picked points that are named under the map

function make(tag, about, ...children) {
  const one = Object.assign(document.createElement(tag), about);
  one.append(...children.filter((child) => child != null));
  return one;
}
function said(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
function codesOf(written) {
  const raw = Uint8Array.from(atob(written.tag), (one) => one.charCodeAt(0));
  return written.wide === 2 ? new Uint16Array(raw.buffer) : raw;
}
// Whether what lies behind an element is dark: notebooks say it in many ways, and all of them paint it.
function isDark(element) {
  if (document.documentElement.getAttribute("theme")) return document.documentElement.getAttribute("theme") === "dark"; // Colab
  for (let one = element; one; one = one.parentElement || one.getRootNode().host) {
    const [r, g, b, a = 1] = (getComputedStyle(one).backgroundColor.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
    if (a > 0.5) return 0.299 * r + 0.587 * g + 0.114 * b < 110;
  }
  return window.matchMedia("(prefers-color-scheme: dark)").matches;
}

function render({ model, el }) {
  const text = model.get("_text");
  const shown = model.get("_drawing");
  const written = shown.written;
  const codes = codesOf(written);

  // ---- what stands there

  const find = make("input", { type: "search", placeholder: text.example, maxLength: 100, autocomplete: "off" });
  find.setAttribute("aria-label", text.search);
  const hues = make("select", {}, ...shown.colors.map(([value, name]) => make("option", { value, textContent: name })));
  hues.setAttribute("aria-label", text.color);
  const host = make("div", { className: "map-host", tabIndex: 0 });
  host.setAttribute("role", "application");
  host.setAttribute("aria-label", text.label);
  const tools = make("div", { className: "map-tools" });
  tools.setAttribute("role", "toolbar");
  tools.setAttribute("aria-label", text.tools);
  for (const [name, glyph] of [["in", "plus"], ["out", "minus"], ["whole", "whole"], ["pan", "pan"], ["lasso", "lasso"], ["box", "box"]]) {
    const button = make("button", { type: "button", title: text[name], onclick: () => use(name) }, make("span", { className: `glyph glyph-${glyph}` }));
    button.setAttribute("aria-label", text[name]);
    button.dataset.tool = name;
    tools.append(button);
  }
  const legend = make("div", { className: "map-legend" });
  const hint = make("div", { className: "map-hint", textContent: text.wheel });
  const stamp = make("div", { className: "map-stamp", textContent: shown.placed.stamp });
  const stage = make("div", { className: "map-stage" }, host, tools, legend, stamp, hint);
  const count = make("span", { className: "map-count" });
  const free = make("button", { type: "button", textContent: text.let_go, onclick: letGo });
  const panel = make("div", { className: "map-panel" });
  panel.setAttribute("aria-live", "polite");
  const root = make("div", { className: "explorer-map", lang: text.language }, make("div", { className: "map-bar" }, find, hues, count, free), stage, panel);
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's keys are not meant for what is inside
  el.append(root);

  // ---- the drawing

  const tell = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  function letGo() {
    tell({ _rows: [], _row: -1 });
  }
  const drawing = new window.ExplorerPoints(host, {
    root,
    stays: true, // notebooks take cells that are out of sight off the page
    press: (row) => (row == null ? letGo() : tell({ _row: row })),
    pick: (polygon) => tell({ _rows: drawing.within(polygon) }),
    look: () => {},
    hover: (row) => drawing.point(row, row == null ? null : [written.words[row], written.names[codes[row]]].filter(Boolean)),
    wheel: () => {
      hint.classList.add("is-seen");
      clearTimeout(hint.fading);
      hint.fading = setTimeout(() => hint.classList.remove("is-seen"), 1800);
    },
    gone: () => {},
    picture: () => ({ beside: null, legend: [] }),
  });
  root.drawing = drawing; // for tests

  function use(name) {
    if (name === "in" || name === "out") drawing.zoom(name === "in" ? 1.6 : 1 / 1.6);
    else if (name === "whole") drawing.all();
    else tell({ tool: name });
  }
  function scheme() {
    const asked = model.get("scheme");
    const dark = asked === "auto" ? isDark(el) : asked === "dark";
    root.setAttribute(SCHEME, dark ? "dark" : "light");
  }
  function tool() {
    host.dataset.tool = drawing.tool = model.get("tool");
    for (const button of tools.children)
      if (["pan", "lasso", "box"].includes(button.dataset.tool)) button.setAttribute("aria-pressed", button.dataset.tool === drawing.tool);
  }
  function colour() {
    const hue = model.get("_hue");
    hues.value = hue.kind;
    drawing.colour(hue.codes, hue.palette, hue.spots);
    const styled = (name, light, dark) => {
      const one = make("span", { className: name });
      one.style.setProperty("--light", light);
      one.style.setProperty("--dark", dark);
      return one;
    };
    const ramp = (scheme) => `linear-gradient(to right, ${hue.palette[scheme].filter((_, at) => at % 8 === 0).join(", ")})`;
    legend.replaceChildren(
      ...(hue.ends
        ? [make("span", { className: "map-key" }, hue.ends[0], styled("map-scale", ramp("light"), ramp("dark")), hue.ends[1])]
        : hue.legend.map(([code, name]) =>
            make("span", { className: "map-key" }, styled("map-dot", hue.palette.light[code], hue.palette.dark[code]), name),
          )),
    );
  }
  function mark() {
    const [picked, row, found] = [model.get("_rows"), model.get("_row"), model.get("_found")];
    const before = drawing.marks.chosen;
    const chosen = row < 0 ? null : row;
    drawing.mark({ chosen, near: model.get("_near"), found, picked: picked.length ? picked : null });
    if (chosen != null && chosen !== before && !drawing.isSeen(chosen)) drawing.showRows([chosen, ...model.get("_near")]);
    count.textContent = model.get("query") ? said(text.found, { count: found.length.toLocaleString() }) : "";
    free.hidden = !picked.length && chosen == null;
    const about = model.get("_panel");
    const named = picked.slice(0, NAMED).map((one) => written.words[one]);
    panel.replaceChildren(
      ...(picked.length
        ? [make("p", {}, make("b", { textContent: said(text.picked, { count: picked.length.toLocaleString() }) }), " ", named.join(text.between) + (picked.length > NAMED ? " …" : ""))]
        : []),
      ...(chosen == null || !about.title ? [] : [make("p", {}, make("b", { textContent: about.title }), " ", about.line)]),
    );
  }

  // ---- what happens

  let typing = null;
  find.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => tell({ query: find.value }), 250);
  });
  hues.addEventListener("change", () => tell({ color: hues.value }));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === host) letGo();
    event.stopPropagation(); // a notebook's own keys: 0 0 restarts its kernel
  });
  const heard = {
    scheme,
    tool,
    _hue: colour,
    height: () => (stage.style.height = `${model.get("height")}px`),
    query: () => document.activeElement !== find && (find.value = model.get("query")),
  };
  for (const name of ["_rows", "_row", "_found", "_near", "_panel"]) heard[name] = mark;
  for (const [name, hear] of Object.entries(heard)) model.on(`change:${name}`, hear);
  const watching = new MutationObserver(scheme);
  for (const one of [document.documentElement, document.body]) watching.observe(one, { attributeFilter: ["class", "style", "theme", "data-jp-theme-light"] });
  const arriving = new ResizeObserver(() => scheme()); // what lies behind is known once it is on the page
  arriving.observe(root);

  heard.height();
  heard.query();
  scheme();
  tool();
  drawing.set(shown.placed);
  if (shown.labelled) drawing.write(written.words);
  colour();
  mark();

  return () => {
    for (const [name, hear] of Object.entries(heard)) model.off(`change:${name}`, hear);
    watching.disconnect();
    arriving.disconnect();
    drawing.end();
  };
}

export default { render };
