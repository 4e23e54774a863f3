// The one search. The server tells what was typed and where it leads; here it is asked, shown and followed. The field itself is
// never written to while somebody types, so that a syllable being composed stays whole.
(function () {
  var DELAY = 90; // milliseconds without a keystroke, or a step of a composition, before the server is asked
  var AGAIN = 700; // while the words of the model are being prepared
  var root = document.documentElement;
  var known = new Map(); // answers by model and text
  var timer = null;
  var asking = null; // what stops the request under way
  var shown = null; // what the list answers: the model and the text
  var chosen = -1;
  var going = null; // Enter was pressed before the answer came: the text

  function field() {
    return document.getElementById("search");
  }
  function box() {
    return field() && field().closest(".search");
  }
  function list() {
    return document.getElementById("search-list");
  }
  function options() {
    return list() ? list().querySelectorAll("a") : [];
  }
  function model() {
    return window.dash_clientside.explorer.chosenModel() || "";
  }
  function question() {
    return model() + "\n" + field().value;
  }

  function typed(asked) {
    return asked.slice(asked.indexOf("\n") + 1);
  }

  function ask(at) {
    clearTimeout(timer);
    var asked = question();
    if (known.has(asked)) return show(asked, known.get(asked));
    timer = setTimeout(fetchAnswer, at, asked);
  }
  function fetchAnswer(asked) {
    if (asking) asking.abort();
    var mine = (asking = new AbortController());
    fetch(box().dataset.find, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ model: asked.slice(0, asked.indexOf("\n")), q: typed(asked) }),
      signal: mine.signal,
    })
      .then(function (answer) {
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.json();
      })
      .then(function (found) {
        if (known.size > 300) known.clear();
        if (!found.pending) known.set(asked, found);
        if (!field()) return;
        // the page's model may have become known meanwhile: the same text is another question then
        if (question() !== asked) return typed(question()) === typed(asked) ? ask(0) : undefined;
        show(asked, found);
        if (found.pending && document.activeElement === field()) timer = setTimeout(fetchAnswer, AGAIN, asked);
      })
      .catch(function (error) {
        if (error.name !== "AbortError" && field() && question() === asked) say(box().dataset.failed, true);
      });
  }

  function make(name, look, text) {
    var made = document.createElement(name);
    if (look) made.className = look;
    if (text) made.textContent = text;
    return made;
  }
  function option(link, number, look) {
    var made = make("a", look);
    made.href = link.href;
    made.id = "search-option-" + number;
    made.tabIndex = -1;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.appendChild(make("span", "search-text", link.text));
    if (link.more) made.appendChild(make("span", "search-more", link.more));
    if (link.what) made.appendChild(make("span", "search-what", link.what));
    return made;
  }
  function show(asked, found) {
    var place = list();
    var kept = document.createDocumentFragment();
    found.go.forEach(function (link, number) { kept.appendChild(option(link, number, "search-option")); }); // prettier-ignore
    if (found.also.length) {
      var row = make("div", "search-also");
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", place.dataset.also);
      found.also.forEach(function (link, number) { row.appendChild(option(link, found.go.length + number, "example")); }); // prettier-ignore
      kept.appendChild(row);
    }
    place.replaceChildren(kept);
    place.dataset.text = typed(asked); // what was typed for this list, since a list outlives its text until the next answer
    shown = asked;
    chosen = -1;
    field().removeAttribute("aria-activedescendant");
    say(found.pending ? box().dataset.waiting : "", found.pending);
    if (going === field().value && options().length && !found.pending) return follow(options()[0].getAttribute("href"));
    open(document.activeElement === field());
  }
  function say(line, visible) {
    var place = box().querySelector(".search-said");
    place.textContent = line;
    place.classList.toggle("search-seen", !!visible);
  }
  function open(wanted) {
    var place = list();
    if (!place) return;
    place.hidden = !wanted || !options().length;
    field().setAttribute("aria-expanded", String(!place.hidden));
  }
  function close() {
    clearTimeout(timer);
    if (asking) asking.abort();
    going = null;
    chosen = -1;
    root.classList.remove("is-searching");
    if (!field()) return;
    field().removeAttribute("aria-activedescendant");
    say("", false);
    open(false);
  }
  function choose(step) {
    var all = options();
    if (!all.length) return;
    if (all[chosen]) all[chosen].setAttribute("aria-selected", "false");
    // from the field to the first or the last, and back to it
    chosen = chosen + step < -1 ? all.length - 1 : chosen + step >= all.length ? -1 : chosen + step;
    if (chosen < 0) return field().removeAttribute("aria-activedescendant");
    all[chosen].setAttribute("aria-selected", "true");
    all[chosen].scrollIntoView({ block: "nearest" });
    field().setAttribute("aria-activedescendant", all[chosen].id);
  }
  function follow(address) {
    close();
    window.dash_clientside.set_props("search", { value: "" });
    field().blur();
    window.history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }
  function focus() {
    if (!field()) return;
    root.classList.add("is-searching");
    field().focus();
    field().select();
  }

  function writes(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229) return; // the input method's own key
    var bare = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.target !== field()) {
      if (event.key === "/" && bare && !writes(event.target)) {
        event.preventDefault();
        focus();
      }
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list().hidden) ask(0);
      else choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && field().value.trim()) {
      event.preventDefault();
      var all = options();
      if (chosen >= 0) return follow(all[chosen].getAttribute("href"));
      if (shown === question() && all.length && known.has(shown)) return follow(all[0].getAttribute("href"));
      going = field().value;
      ask(0);
    } else if (event.key === "Escape") {
      if (list().hidden) field().blur();
      close();
    }
  });
  document.addEventListener("input", function (event) {
    if (event.target !== field()) return;
    going = null;
    ask(DELAY);
  });
  document.addEventListener("focusin", function (event) {
    if (event.target === field()) ask(0);
    else if (box() && !box().contains(event.target)) close();
  });
  document.addEventListener("focusout", function (event) {
    if (event.target === field() && !(event.relatedTarget && box().contains(event.relatedTarget))) close();
  });
  document.addEventListener("pointerdown", function (event) {
    if (list() && list().contains(event.target)) event.preventDefault(); // the field keeps the caret
  });
  document.addEventListener("mousedown", function (event) {
    if (list() && list().contains(event.target)) event.preventDefault();
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest(".search-button")) return focus();
    var link = event.target.closest("#search-list a");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    follow(link.getAttribute("href"));
  });
  window.addEventListener("_dashprivate_pushstate", close);
  window.addEventListener("popstate", close);
})();
