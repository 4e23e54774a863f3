// The map of documents in the browser: the names of the layer of regions that fits the zoom.
(function () {
  const FIRST = 8, LEVELS = 3, STEP = 1.9; // as in figures.py: traces of names, and how much larger each is for

  function drawn() {
    return document.querySelector("#documents-graph .js-plotly-plot");
  }

  function follow(map) {
    if (!map._fullLayout || !map._fullLayout.xaxis || map._fullData.length < FIRST + LEVELS) return;
    const axis = map._fullLayout.xaxis;
    if (map.whole === undefined || map.whole.of !== map.data) {
      let low = Infinity, high = -Infinity; // prettier-ignore
      map._fullData.slice(0, FIRST).forEach((trace) => {
        for (const value of trace.x || []) {
          if (value < low) low = value;
          if (value > high) high = value;
        }
      });
      map.whole = { of: map.data, extent: high - low };
    }
    const zoom = map.whole.extent / Math.abs(axis.range[1] - axis.range[0]);
    const most = map._fullData.slice(FIRST, FIRST + LEVELS).filter((trace) => (trace.x || []).length).length;
    const level = Math.max(0, Math.min(most - 1, Math.floor(Math.log(Math.max(zoom, 0.1) * 1.15) / Math.log(STEP))));
    const wanted = [...Array(LEVELS).keys()].map((number) => number === level);
    if (wanted.every((seen, number) => (map._fullData[FIRST + number].visible === true) === seen)) return;
    window.Plotly.restyle(map, { visible: wanted }, wanted.map((_, number) => FIRST + number)); // prettier-ignore
  }

  window.dash_clientside = window.dash_clientside || {};
  const explorer = (window.dash_clientside.explorer = window.dash_clientside.explorer || {});
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawn() && !explorer.taken(event))
      window.dash_clientside.set_props("documents-chosen", { data: 0 });
  });

  explorer.followDocuments = function () {
    const map = drawn();
    if (map && map.on && !map.followed) {
      map.followed = true;
      map.on("plotly_afterplot", () => follow(map));
    }
    if (map && map.on) follow(map);
    return window.dash_clientside.no_update;
  };
})();
