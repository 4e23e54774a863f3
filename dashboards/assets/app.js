// What must happen in the browser itself. Everything that has an answer is computed in Python.
var explorerWatchesScheme = false;
function explorerScheme() {
  return document.documentElement.getAttribute("data-mantine-color-scheme") === "dark" ? "dark" : "light";
}
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.explorer = {
  // The menu of narrow screens.
  menu: function (opened, navbar) {
    return Object.assign({}, navbar, { collapsed: { mobile: !opened } });
  },

  title: function (title) {
    document.title = title;
  },

  close: function () {
    return false;
  },

  // The switch says "light" at first, whatever the page is; the page's own attribute knows, also when the system changes.
  scheme: function (value) {
    if (!explorerWatchesScheme) {
      explorerWatchesScheme = true;
      new MutationObserver(function () {
        window.dash_clientside.set_props("scheme", { computedColorScheme: explorerScheme() });
      }).observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    }
    return value === explorerScheme() ? window.dash_clientside.no_update : explorerScheme();
  },

  // A language is chosen for a year; the page comes again in it, at the same address.
  language: function (value) {
    if (!value || document.documentElement.lang === value) return;
    document.cookie = "explorer-language=" + value + ";path=/;max-age=31536000;samesite=lax";
    window.location.reload();
  },

  // Whether this browser can draw with WebGL; it is asked once, on a canvas of its own.
  webgl: function () {
    try {
      var canvas = document.createElement("canvas");
      return !!(canvas.getContext("webgl2") || canvas.getContext("webgl"));
    } catch (error) {
      return false;
    }
  },

  // A view's state goes into the address bar without loading anything again.
  address: function (searches) {
    var wanted = (searches || []).find(function (search) {
      return typeof search === "string";
    });
    if (wanted === undefined || wanted === window.location.search) return;
    window.history.pushState({}, "", window.location.pathname + wanted);
  },
};

// Going back to an address that a view wrote: Dash's Location did not see it being written, so it is told.
window.addEventListener("popstate", function () {
  if (window.dash_clientside.set_props)
    window.dash_clientside.set_props("_pages_location", {
      pathname: window.location.pathname,
      search: window.location.search,
    });
});
