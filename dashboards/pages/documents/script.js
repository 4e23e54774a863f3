// The map of documents in the browser: a press reads a document, the beginning of the one under the pointer is asked for.
(function () {
  const explorer = window.dash_clientside.explorer;
  const set = (id, data) => window.dash_clientside.set_props(id, { data });
  const begun = new Map(); // beginnings of documents that were asked for, by row
  let asking = null;
  let under = null;

  const stage = new window.ExplorerStage("documents", {
    press: (row) => set("documents-pressed", { row }),
    letGo: () => (set("documents-chosen", 0), set("documents-pick", null)),
    hover: (row) => {
      under = row;
      stage.point(row, begun.get(row) || null);
      clearTimeout(asking);
      if (row != null && !begun.has(row)) asking = setTimeout(set, 60, "documents-under", { row, of: stage.map.given.id });
    },
    began: () => begun.clear(),
  });

  explorer.documents = function (points, colours, marks, pick) {
    stage.tell({ points, colours, marks, pick });
  };
  explorer.documentUnder = function (told) {
    if (!told || !stage.map || told.of !== stage.map.given.id) return;
    if (begun.size > 2000) begun.clear();
    begun.set(told.row, told.lines);
    if (under === told.row) stage.point(told.row, told.lines);
  };
})();
