// The map in the browser: its labels follow the zoom; Escape and a press beside every point let a chosen word go.
(function () {
  const ZOOMS = [0.45, 0.8, 2.2, 5]; // as in figures.py
  const FIRST = 7; // traces with points stand before those with labels

  function drawn() {
    return document.querySelector("#map-graph .js-plotly-plot");
  }

  // How many times larger the map is than the one its labels were placed for: whole, 650 pixels wide and high.
  function zoom(map) {
    const layout = map._fullLayout;
    if (map.whole === undefined || map.whole.of !== layout.uirevision) {
      const extent = ["x", "y"].map((axis) => {
        let low = Infinity, high = -Infinity; // prettier-ignore
        map._fullData.slice(0, FIRST).forEach((trace) => {
          for (const value of trace[axis] || []) {
            if (value < low) low = value;
            if (value > high) high = value;
          }
        });
        return high - low;
      });
      map.whole = { of: layout.uirevision, extent: Math.max(...extent) };
    }
    const axis = layout.xaxis;
    return (axis._length / Math.abs(axis.range[1] - axis.range[0])) * (map.whole.extent / 650);
  }

  function follow(map) {
    if (!map._fullLayout || !map._fullLayout.xaxis || map._fullData.length < FIRST + 2 * ZOOMS.length) return;
    const shown = zoom(map);
    const level = ZOOMS.reduce((best, least, number) => (shown >= least * 0.999 ? number : best), 0);
    const wanted = [];
    for (let number = 0; number < 2 * ZOOMS.length; number++) wanted.push(number % ZOOMS.length === level);
    if (wanted.every((seen, number) => (map._fullData[FIRST + number].visible === true) === seen)) return;
    window.Plotly.restyle(map, { visible: wanted }, wanted.map((_, number) => FIRST + number)); // prettier-ignore
  }

  function letGo() {
    window.dash_clientside.set_props("map-chosen", { data: null });
  }

  let pressed = null;
  document.addEventListener("mousedown", (event) => {
    pressed = event.target.closest && event.target.closest("#map-graph .nsewdrag") ? [event.clientX, event.clientY] : null;
  }, true); // prettier-ignore
  document.addEventListener("mouseup", (event) => {
    const map = drawn();
    if (!map || !pressed || Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 3) return;
    if (!map._hoverdata || !map._hoverdata.length) letGo(); // with a point under it, it chooses that
  }, true); // prettier-ignore
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawn() && !document.querySelector("[role=dialog]")) letGo();
  });

  window.dash_clientside = window.dash_clientside || {};
  const explorer = (window.dash_clientside.explorer = window.dash_clientside.explorer || {});
  explorer.followMap = function () {
    const map = drawn();
    if (map && map.on && !map.followed) {
      map.followed = true;
      map.on("plotly_afterplot", () => follow(map));
    }
    if (map && map.on) follow(map);
    return window.dash_clientside.no_update;
  };
})();
