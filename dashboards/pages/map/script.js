// The map of words in the browser: one map or two of the same words, what is written at a point, a file of a person's labels.
(function () {
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const explorer = (clientside.explorer = clientside.explorer || {});
  let texts = null;

  const set = (id, data) => clientside.set_props(id, { data });
  const key = (row) => texts.words[row] + (texts.tags[texts.codes[row]] ? "/" + texts.tags[texts.codes[row]] : "");

  const stage = new window.ExplorerStage("map", {
    press: (row) => texts && set("map-chosen", key(row)),
    letGo: () => (set("map-chosen", null), set("map-pick", null)),
    hover: (row) => stage.point(row, row == null || !texts ? null : [texts.words[row], texts.names[texts.codes[row]]].filter(Boolean)),
    began: () => morphed(false),
    // Where one looks while only PCA is there, or at the places of the other model, is no place on the map of the address.
    ours: (drawing) => !drawing.given.interim && !drawing.given.morphed,
  });

  function codesOf(written) {
    const raw = Uint8Array.from(atob(written.tag), (one) => one.charCodeAt(0));
    return written.wide === 2 ? new Uint16Array(raw.buffer) : raw;
  }

  // ---- what Dash calls

  explorer.map = function (points, colours, written, marks, pick, side) {
    if (!points) return;
    if (written && written.of === points.id) texts = texts && texts.written === written ? texts : { ...written, written, codes: codesOf(written) };
    else texts = null;
    stage.tell({ points, colours, marks, pick, side, words: texts && texts.words });
  };

  // The first map's words at the places of the other model, or back at their own.
  function morphed(there) {
    const { map } = stage;
    document.querySelector("[data-map=morph]").setAttribute("aria-pressed", there);
    if (!there && (!map.given || !map.given.morphed)) return;
    const { points } = stage.last;
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

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-map]");
    if (!button) return;
    if (button.dataset.map === "upload") upload();
    else if (stage.map) morphed(button.getAttribute("aria-pressed") !== "true");
  });
})();
