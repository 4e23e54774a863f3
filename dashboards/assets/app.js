// What must happen in the browser itself. Everything that has an answer is computed in Python.
(function () {
  var clientside = (window.dash_clientside = window.dash_clientside || {});
  var root = document.documentElement;
  var LONGEST = 3600; // characters of an address that servers and messengers let through

  function scheme() {
    return root.getAttribute("data-mantine-color-scheme") === "dark" ? "dark" : "light";
  }
  function here() {
    return window.location.pathname + window.location.search;
  }
  function setProps(id, props) {
    if (clientside.set_props) clientside.set_props(id, props);
  }
  // What is kept for this tab: what was typed and not asked yet, by address; where each page was left.
  function kept(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name)) || {};
    } catch (error) {
      return {};
    }
  }
  function keep(name, value) {
    try {
      sessionStorage.setItem(name, JSON.stringify(value));
    } catch (error) {} // full or forbidden: nothing is kept then
  }
  var TYPED = ".mantine-TextInput-input, .mantine-Textarea-input, .mantine-NumberInput-input";

  // ---- the address

  var shown = null; // the address of the last page that was put together
  var acted = null; // what the person did since the address was written: "type", "do", nothing
  var typedIn = null; // where the typing went that the last entry of the history holds

  document.addEventListener("pointerdown", function () { acted = "do"; }, true); // prettier-ignore
  document.addEventListener("keydown", function (event) { acted = event.key === "Enter" ? "do" : "type"; }, true); // prettier-ignore

  function write(search) {
    var before = here();
    var target = document.activeElement;
    var push = acted === "do" || (acted === "type" && target !== typedIn);
    typedIn = acted === "type" ? target : null;
    acted = null;
    window.history[push ? "pushState" : "replaceState"]({}, "", window.location.pathname + search);
    var drafts = kept("explorer-drafts");
    if (drafts[before]) {
      drafts[here()] = drafts[before];
      delete drafts[before];
      keep("explorer-drafts", drafts);
    }
  }

  // No address holds endless text: the longest parts stay out, and the page says so.
  function fitting(search) {
    var parts = search.replace(/^\?/, "").split("&");
    while (parts.join("&").length > LONGEST) {
      var longest = parts.reduce(function (a, b) { return b.length > a.length ? b : a; }); // prettier-ignore
      parts.splice(parts.indexOf(longest), 1);
    }
    return parts.length && parts[0] ? "?" + parts.join("&") : "";
  }

  // The model the person has chosen, here or on another page; nothing where none was.
  function chosenModel() {
    var model = new URLSearchParams(window.location.search).get("model");
    if (!document.querySelector("#model")) model = null; // another kind of model
    try {
      model = model || localStorage.getItem("explorer-model");
    } catch (error) {}
    return model;
  }

  // A link to a page that asks a model names the model the person has chosen; the way back to a page leads to where it was left.
  function completed(link) {
    var there = new URL(link.href);
    var left = kept("explorer-left")[there.pathname];
    var menu = link.classList.contains("nav-link") || link.closest(".nav-link");
    if (menu && left && !there.search && !(window.location.pathname + "/").startsWith(there.pathname + "/")) {
      there.pathname += left.split("?")[0]; // what follows the page's own path, as in /word/왕
      there.search = left.slice(left.split("?")[0].length);
    }
    var asks = [].some.call(document.querySelectorAll(".asks-model"), function (one) {
      return one.pathname === there.pathname;
    });
    if (asks && !there.searchParams.has("model")) {
      var model = chosenModel();
      if (model) there.search += (there.search ? "&" : "?") + "model=" + encodeURIComponent(model);
    }
    return there.pathname + there.search + there.hash;
  }
  document.addEventListener(
    "click",
    function (event) {
      var link = event.target.closest && event.target.closest("a[href]");
      if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      if (link.origin !== window.location.origin || link.target === "_blank" || link.hasAttribute("download")) return;
      var there = completed(link);
      var drawn = link.matches("[data-token], .tk-word"); // by a script of a page: nobody else takes it
      if (there === link.pathname + link.search + link.hash && !drawn) return;
      event.preventDefault();
      event.stopPropagation();
      window.history.pushState({}, "", there);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      window.scrollTo(0, 0);
    },
    true
  );

  // Dash's Location does not see an address that was written; going back to it, or a link to the one before, is told.
  function located() {
    setProps("_pages_location", { pathname: window.location.pathname, search: window.location.search });
  }
  window.addEventListener("popstate", function () {
    acted = null;
    located();
  });
  window.addEventListener("_dashprivate_pushstate", function () {
    acted = null;
    if (here() === shown) located();
  });

  // ---- what was typed

  document.addEventListener("input", function (event) {
    var field = event.target;
    if (!field.id || !field.matches(TYPED) || !field.closest("#page")) return;
    var drafts = kept("explorer-drafts");
    drafts[here()] = drafts[here()] || {};
    drafts[here()][field.id] = field.value;
    keep("explorer-drafts", drafts);
  });
  // What does not fit into a field is not left out in silence.
  document.addEventListener("paste", function (event) {
    var field = event.target;
    if (!field.maxLength || field.maxLength < 0 || !event.clipboardData) return;
    var kept = field.value.length - (field.selectionEnd - field.selectionStart);
    if (kept + event.clipboardData.getData("text").length > field.maxLength)
      say(document.getElementById("main").dataset.cut + " " + field.maxLength.toLocaleString());
  });
  // Buttons that Mantine makes without a name: those that take a word out of a list.
  function nameButtons() {
    document.querySelectorAll(".mantine-Pill-remove:not([aria-label])").forEach(function (button) {
      button.setAttribute("aria-label", document.getElementById("main").dataset.remove + " " + button.parentElement.textContent);
    });
  }

  function restore(tries) {
    var drafts = kept("explorer-drafts")[here()] || {};
    var missing = Object.keys(drafts).filter(function (id) {
      var field = document.getElementById(id);
      if (!field) return true;
      var number = field.matches(".mantine-NumberInput-input");
      if (field.value !== drafts[id]) setProps(id, { value: number && drafts[id] !== "" ? Number(drafts[id]) : drafts[id] });
      return false;
    });
    if (missing.length && tries) setTimeout(restore, 100, tries - 1);
  }

  // ---- a server that does not answer

  var ask = window.fetch;
  var back = null; // the promise that the server answers again
  var leaving = false;
  window.addEventListener("pagehide", function () { leaving = true; }); // prettier-ignore
  window.addEventListener("pageshow", function () { leaving = false; }); // prettier-ignore

  function away() {
    root.classList.add("is-unanswered");
    back =
      back ||
      new Promise(function (resolve) {
        var probe = document.querySelector('link[href*="pages/"]').href;
        (function knock() {
          setTimeout(function () {
            ask(probe, { method: "HEAD", cache: "no-store" }).then(
              function (answer) {
                if (answer.status >= 502 && answer.status <= 504) return knock();
                back = null;
                root.classList.remove("is-unanswered");
                resolve();
              },
              knock
            );
          }, 1000);
        })();
      });
    return back;
  }
  window.fetch = function (resource, options) {
    var address = typeof resource === "string" ? resource : resource.url;
    if (!/_dash-update-component/.test(address)) return ask.apply(window, arguments);
    var slow = setTimeout(function () { root.classList.add("is-slow"); }, 8000); // prettier-ignore
    function attempt() {
      return ask(resource, options).then(
        function (answer) {
          return answer.status >= 502 && answer.status <= 504 ? away().then(attempt) : answer;
        },
        function (error) {
          if (leaving || error.name === "AbortError") throw error;
          return away().then(attempt);
        }
      );
    }
    function over() {
      clearTimeout(slow);
      root.classList.remove("is-slow");
    }
    var answer = attempt();
    answer.then(over, over);
    return answer;
  };

  // ---- taking an answer along

  function say(line) {
    setProps("notice", { children: line });
  }
  function copy(text, said) {
    navigator.clipboard.writeText(text).then(
      function () { say(said); }, // prettier-ignore
      function () { window.prompt("", text); } // no right to the clipboard: the person copies it // prettier-ignore
    );
  }
  function save(blob, name) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(URL.revokeObjectURL, 10000, link.href);
  }
  var NS = "http://www.w3.org/2000/svg";
  function add(parent, name, attributes, text) {
    var made = document.createElementNS(NS, name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); }); // prettier-ignore
    if (text) made.textContent = text;
    parent.appendChild(made);
  }
  function clear(color) {
    return !color || color === "transparent" || /, 0\)$/.test(color);
  }
  // A card as a picture of its own: boxes as rectangles, text as text, so that the Hangul can still be searched and edited.
  function picture(card) {
    var frame = card.getBoundingClientRect();
    var svg = document.createElementNS(NS, "svg");
    var size = { width: Math.ceil(frame.width), height: Math.ceil(frame.height) };
    svg.setAttribute("xmlns", NS);
    svg.setAttribute("width", size.width);
    svg.setAttribute("height", size.height);
    svg.setAttribute("viewBox", "0 0 " + size.width + " " + size.height);
    var page = getComputedStyle(card).backgroundColor;
    add(svg, "rect", { width: size.width, height: size.height, fill: clear(page) ? "#fff" : page });
    (function walk(node) {
      if (node.nodeType === 3) return letters(node);
      if (node.nodeType !== 1 || node.classList.contains("takes")) return;
      var inside = node.parentElement; // what is folded away has a size, but is not seen
      if (inside.tagName === "DETAILS" && !inside.open && node.tagName !== "SUMMARY") return;
      var style = getComputedStyle(node);
      if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return;
      var box = node.getBoundingClientRect();
      var at = { x: box.x - frame.x, y: box.y - frame.y, width: box.width, height: box.height };
      if (node.dataset.line) {
        var falls = node.dataset.line === "down" ? 0 : box.height; // from corner to corner
        return add(svg, "line", { x1: at.x, y1: at.y + falls, x2: at.x + box.width, y2: at.y + box.height - falls, stroke: style.color, "stroke-width": 1.5, "stroke-opacity": style.opacity }); // prettier-ignore
      }
      if (node !== card && box.width && box.height) {
        var line = parseFloat(style.borderTopWidth) && !clear(style.borderTopColor) ? style.borderTopColor : null;
        at.rx = Math.min(parseFloat(style.borderTopLeftRadius) || 0, box.height / 2);
        if (!clear(style.backgroundColor) || line)
          add(svg, "rect", Object.assign(at, { fill: clear(style.backgroundColor) ? "none" : style.backgroundColor, stroke: line || "none" })); // prettier-ignore
        if (!line && parseFloat(style.borderBottomWidth) && !clear(style.borderBottomColor))
          add(svg, "rect", { x: at.x, y: at.y + at.height - 1, width: at.width, height: 1, fill: style.borderBottomColor });
      }
      if (node.tagName === "INPUT" && node.value && node.type !== "hidden")
        add(svg, "text", { x: at.x + 8, y: at.y + at.height / 2 + 5, fill: style.color, "font-size": style.fontSize, "font-family": style.fontFamily }, node.value); // prettier-ignore
      [].forEach.call(node.childNodes, walk);
    })(card);
    function letters(node) {
      if (!node.data.trim()) return;
      var style = getComputedStyle(node.parentElement);
      var look = { fill: style.color, "font-size": style.fontSize, "font-weight": style.fontWeight, "font-family": style.fontFamily };
      var range = document.createRange();
      var lines = []; // text breaks into lines as it does on the page
      for (var i = 0; i < node.data.length; i++) {
        range.setStart(node, i);
        range.setEnd(node, i + 1);
        var box = range.getClientRects()[0];
        if (!box || !box.height) continue;
        var last = lines[lines.length - 1];
        if (last && Math.abs(last.box.y - box.y) < 2) last.text += node.data[i];
        else lines.push({ box: box, text: node.data[i] });
      }
      lines.forEach(function (line) {
        var size = parseFloat(style.fontSize);
        var base = line.box.y - frame.y + (line.box.height + size * 0.72) / 2;
        add(svg, "text", Object.assign({ x: line.box.x - frame.x, y: base, "xml:space": "preserve" }, look), line.text);
      });
    }
    return { text: new XMLSerializer().serializeToString(svg), width: size.width, height: size.height };
  }
  function draw(card, format, name) {
    var graph = card.querySelector(".js-plotly-plot");
    if (graph && graph.offsetParent && window.Plotly) {
      var size = { format: format, filename: name, width: graph.offsetWidth, height: graph.offsetHeight };
      if (format === "png") size.scale = 2;
      return window.Plotly.downloadImage(graph, size);
    }
    var points = card.querySelector(".map-host"); // drawn on a canvas: it gives its own picture
    var drawn = (points && points.drawing && points.drawing.picture()) || picture(card);
    if (format === "svg") return save(new Blob([drawn.text], { type: "image/svg+xml" }), name + ".svg");
    var image = new Image();
    image.onload = function () {
      var canvas = document.createElement("canvas");
      canvas.width = drawn.width * 2;
      canvas.height = drawn.height * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (blob) { save(blob, name + ".png"); }, "image/png"); // prettier-ignore
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawn.text);
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest(".copy-link, .copy-lines, .as-png, .as-svg, [data-take]");
    if (!button) return;
    if (button.dataset.take) {
      var parts = button.dataset.take.split(" ");
      return setProps("taken", { data: { view: parts[0], card: parts[1], as: parts[2], at: Date.now() } });
    }
    if (button.matches(".copy-link")) return copy(window.location.href, button.dataset.said);
    if (button.matches(".copy-lines")) return copy(document.getElementById("python-lines").textContent, button.dataset.said);
    draw(button.closest(".mantine-Card-root"), button.matches(".as-png") ? "png" : "svg", button.dataset.name);
  });

  // ---- stopping what runs

  // The bar of a job is drawn anew several times a second, and its button with it: a press may begin on one button and end on the
  // next one, and who came to it by the keyboard would have to come again. So the document listens, and the focus goes on.
  var held = null; // the job whose button is held down
  var told = { job: null, at: 0 }; // the last one that was told
  var focused = null; // the job whose button had the focus last
  var redrawn = new MutationObserver(function () {
    var button = document.activeElement === document.body && document.querySelector('[data-stop="' + CSS.escape(focused) + '"]');
    if (button) button.focus({ preventScroll: true });
  });

  function stopped(job) {
    if (!job || (job === told.job && Date.now() - told.at < 500)) return; // one press ends in two events
    told = { job: job, at: Date.now() };
    setProps("stop", { data: told });
  }
  function stops(target) {
    var button = target.closest && target.closest("[data-stop]");
    return button && button.dataset.stop;
  }
  function follow(target) {
    focused = stops(target);
    redrawn.disconnect();
    if (focused) redrawn.observe(document.body, { childList: true, subtree: true });
  }
  document.addEventListener("pointerdown", function (event) {
    held = event.button ? null : stops(event.target);
    follow(event.target);
  });
  document.addEventListener("pointerup", function (event) {
    if (held === stops(event.target)) stopped(held);
  });
  document.addEventListener("click", function (event) { stopped(stops(event.target)); }); // prettier-ignore
  document.addEventListener("focusin", function (event) { follow(event.target); }); // prettier-ignore

  // Whether a key belongs to something else than a map: to what is open above the page, to what is typed, to a syllable being composed.
  function taken(event) {
    var open = Array.from(document.querySelectorAll("[role=dialog], [role=listbox], [role=menu]")).some(function (one) {
      return one.offsetParent !== null || getComputedStyle(one).position === "fixed";
    });
    return event.defaultPrevented || event.isComposing || open || !!event.target.closest("input:not([type=radio], [type=checkbox]), textarea");
  }

  // ---- what Dash calls

  var watchesScheme = false;
  var fading = null;
  var naming = null;
  clientside.explorer = {
    chosenModel: chosenModel,
    taken: taken,

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
      if (!watchesScheme) {
        watchesScheme = true;
        new MutationObserver(function () {
          setProps("scheme", { computedColorScheme: scheme() });
        }).observe(root, { attributeFilter: ["data-mantine-color-scheme"] });
      }
      return value === scheme() ? clientside.no_update : scheme();
    },

    // A language is chosen for a year; the page comes again in it, at the same address.
    language: function (value) {
      if (!value || root.lang === value) return;
      document.cookie = "explorer-language=" + value + ";path=/;max-age=31536000;samesite=lax";
      var there = new URL(window.location.href);
      there.searchParams.delete("lang");
      if (there.href !== window.location.href) window.history.replaceState({}, "", there.href);
      window.location.reload();
    },

    // A view's state goes into the address bar without loading anything again.
    address: function (searches) {
      var inputs = clientside.callback_context.inputs_list[0];
      var place = (searches || []).findIndex(function (search, number) {
        var path = "/" + inputs[number].id.view; // of the page that is here, not of one that was left meanwhile
        return typeof search === "string" && (window.location.pathname + "/").includes(path + "/");
      });
      if (place < 0) return;
      var search = fitting(searches[place]);
      if (search !== window.location.search) write(search);
      var left = kept("explorer-left");
      var page = "/" + inputs[place].id.view;
      var root = window.location.pathname.indexOf(page) + page.length;
      left[window.location.pathname.slice(0, root)] = window.location.pathname.slice(root) + search;
      keep("explorer-left", left);
      var model = new URLSearchParams(search).get("model");
      try {
        if (model && document.querySelector("#model")) localStorage.setItem("explorer-model", model);
      } catch (error) {}
    },

    shown: function (pathname, search) {
      shown = (pathname || "") + (search || "");
    },

    restore: function () {
      setTimeout(restore, 0, 20);
      if (!naming) {
        naming = new MutationObserver(nameButtons);
        naming.observe(document.getElementById("page"), { childList: true, subtree: true });
      }
    },

    // The clock stops when the server has said that nothing runs, after the last time it said that something is awaited.
    idle: function (ticked, watched) {
      return !!(ticked && ticked.quiet && !(watched && watched >= ticked.at));
    },

    notice: function (line) {
      clearTimeout(fading);
      if (line) fading = setTimeout(say, 4000, "");
    },
  };
})();
