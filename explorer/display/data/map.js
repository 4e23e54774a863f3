"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const say = (key, values) => data.text[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const root = document.getElementById("map");
  function make(tag, about, ...children) {
    const one = Object.assign(document.createElement(tag), about);
    one.append(...children);
    return one;
  }
  function unpack(text, kind) {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    return new kind(bytes.buffer);
  }

  // ---- what there is
  const steps = unpack(data.coords, Uint16Array);
  const count = data.names.length;
  const xs = new Float32Array(count), ys = new Float32Array(count);
  for (let at = 0; at < count; at++) {
    xs[at] = steps[2 * at] / 65535;
    ys[at] = 1 - steps[2 * at + 1] / 65535;
  }
  const layers = data.layers.map((layer) => {
    const of = unpack(layer.of, Uint32Array);
    const places = layer.names.map(() => ({ x: [], y: [] }));
    for (let at = 0; at < count; at++) {
      const place = places[of[at]];
      if (place) { place.x.push(xs[at]); place.y.push(ys[at]); }
    }
    const middle = (all) => all.sort((a, b) => a - b)[all.length >> 1];
    return { names: layer.names, of, at: places.map(({ x, y }) => ({ size: x.length, x: middle(x), y: middle(y) })) };
  });
  const labelOf = data.labels.length ? unpack(data.label, Uint32Array) : null;
  const stems = data.stems && {
    words: data.stems.words,
    starts: unpack(data.stems.starts, Uint32Array),
    points: unpack(data.stems.points, Uint32Array),
  };

  // ---- search in Hangul
  const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
  const plain = (text) => text.normalize("NFC").toLowerCase();
  function initials(text) {
    let made = "";
    for (const sign of text) {
      const code = sign.charCodeAt(0) - 0xac00;
      made += code >= 0 && code < 11172 ? INITIALS[Math.floor(code / 588)] : sign;
    }
    return made;
  }
  // Both the letters of a keyboard and those of old texts.
  const keyboard = (text) =>
    text.replace(/[\u1100-\u1112]/g, (sign) => INITIALS[sign.charCodeAt(0) - 0x1100]);
  const onlyInitials = (text) => [...text].every((sign) => INITIALS.includes(sign));
  let lowered = null, firsts = null, vocabulary = null;
  const words = () => (stems ? stems.words : data.names);
  function prepare() {
    if (lowered) return;
    lowered = data.names.map(plain);
    firsts = words().map((word) => initials(plain(word)));
    vocabulary = new Map();
    words().forEach((word, at) => {
      const key = plain(word);
      if (!vocabulary.has(key)) vocabulary.set(key, []);
      vocabulary.get(key).push(at);
    });
  }
  const holding = (number) => (stems ? stems.points.subarray(stems.starts[number], stems.starts[number + 1]) : [number]);
  // 학교에서 begins with 학교; 먹었다 with the stem of 먹다.
  function taken(word) {
    for (let end = word.length; end > 0; end--) {
      const part = word.slice(0, end);
      const found = vocabulary.get(part) || (end < word.length && vocabulary.get(part + "다"));
      if (found && (end > 1 || word.length < 4)) return found;
    }
    return [];
  }
  function one(word) {
    const ranked = new Map();
    const put = (at, rank) => { if (!ranked.has(at) || ranked.get(at) > rank) ranked.set(at, rank); };
    const jamo = keyboard(word);
    if (onlyInitials(jamo)) {
      firsts.forEach((own, number) => {
        if (own === jamo || own.startsWith(jamo)) for (const at of holding(number)) put(at, own === jamo ? 0 : 1);
      });
      lowered.forEach((name, at) => { if (name.includes(jamo)) put(at, 2); });
      return ranked;
    }
    lowered.forEach((name, at) => {
      if (name === word) put(at, 0);
      else if (name.startsWith(word)) put(at, 1);
      else if (name.includes(word)) put(at, 2);
    });
    if (stems || !ranked.size) for (const number of taken(word)) for (const at of holding(number)) put(at, 3);
    return ranked;
  }
  function search(query) {
    const parts = plain(query).split(/\s+/).filter(Boolean);
    if (!parts.length) return null;
    prepare();
    let all = null;
    for (const part of parts) {
      const found = one(part);
      if (all === null) all = found;
      else for (const at of [...all.keys()]) if (!found.has(at)) all.delete(at);
    }
    return [...all.keys()].sort((a, b) => all.get(a) - all.get(b) || a - b);
  }

  // ---- the page
  const box = make("input", { type: "search", id: "find", placeholder: data.text.hint, maxLength: 100, autocomplete: "off" });
  const ways = ["region", "label"].filter((way) => (way === "region" ? layers.length : labelOf)).concat("plain");
  const colors = make("select", { id: "color" }, ...ways.map((way) => make("option", { value: way, textContent: data.text[way] })));
  const whole = make("button", { type: "button", textContent: data.text.whole });
  const canvas = make("canvas", { tabIndex: 0 });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", data.text.map);
  const tip = make("div", { className: "tip", hidden: true });
  const keys = make("div", { className: "keys" });
  const side = make("aside", {});
  side.setAttribute("aria-live", "polite");
  root.append(
    make("header", {}, make("h1", { textContent: data.title }),
      make("label", {}, data.text.find, box), make("label", {}, data.text.color, colors), whole),
    make("div", { className: "plan" }, canvas, keys, tip),
    side,
    make("footer", { textContent: data.about }),
  );
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const dark = matchMedia("(prefers-color-scheme: dark)");

  // ---- drawing
  let width = 0, height = 0, scale = 1, left = 0, top = 0; // pixels of a whole map, and where its corner is
  let found = null, chosen = -1, waiting = false, shades = [], shadeOf = null;
  function shade() {
    keys.replaceChildren();
    if (colors.value === "region") {
      const light = dark.matches ? 62 : 45;
      shades = [...[...Array(12).keys()].map((at) => `hsl(${at * 30} 55% ${light}%)`), ink("muted")];
      shadeOf = (at) => (layers[0].of[at] < layers[0].names.length ? (layers[0].of[at] * 5) % 12 : 12);
    } else if (colors.value === "label") {
      const sizes = new Map();
      labelOf.forEach((label) => sizes.set(label, (sizes.get(label) || 0) + 1));
      const most = [...sizes.keys()].filter(Boolean).sort((a, b) => sizes.get(b) - sizes.get(a)).slice(0, 6);
      const place = new Map(most.map((label, at) => [label, at]));
      shades = [...most.map((_, at) => ink("p" + at)), ink("p6"), ink("muted")];
      shadeOf = (at) => (labelOf[at] === 0 ? shades.length - 1 : place.has(labelOf[at]) ? place.get(labelOf[at]) : shades.length - 2);
      const named = most.map((label) => data.labels[label - 1]);
      if (sizes.size - (sizes.has(0) ? 1 : 0) > most.length) named.push(data.text.rest);
      named.forEach((name, at) => {
        const dot = make("i", {});
        dot.style.background = shades[at];
        keys.append(make("span", {}, dot, name));
      });
      if (sizes.has(0)) {
        const dot = make("i", {});
        dot.style.background = ink("muted");
        keys.append(make("span", {}, dot, data.text.unlabelled));
      }
    } else {
      shades = [ink("p0")];
      shadeOf = () => 0;
    }
    draw();
  }
  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  }
  function paint() {
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = ink("paper");
    pen.fillRect(0, 0, width, height);
    const size = Math.max(1.5, Math.min(6, (count > 20000 ? 1.6 : count > 3000 ? 2.4 : 4) * Math.sqrt(scale / fitted())));
    const lists = shades.map(() => []);
    for (let at = 0; at < count; at++) {
      const x = left + xs[at] * scale, y = top + ys[at] * scale;
      if (x > -9 && y > -9 && x < width + 9 && y < height + 9) lists[shadeOf(at)].push(at);
    }
    pen.globalAlpha = found ? 0.12 : count > 20000 ? 0.5 : 0.65;
    lists.forEach((list, number) => {
      pen.fillStyle = shades[number];
      for (const at of list) pen.fillRect(left + xs[at] * scale - size / 2, top + ys[at] * scale - size / 2, size, size);
    });
    pen.globalAlpha = 1;
    if (found) {
      pen.fillStyle = ink("p1");
      for (const at of found) dot(pen, at, size / 2 + 1.2);
    }
    names(pen);
    if (chosen >= 0) {
      pen.fillStyle = ink("accent");
      dot(pen, chosen, 6);
      pen.lineWidth = 2;
      pen.strokeStyle = ink("paper");
      pen.stroke();
    }
  }
  function dot(pen, at, radius) {
    pen.beginPath();
    pen.arc(left + xs[at] * scale, top + ys[at] * scale, radius, 0, 7);
    pen.fill();
  }
  const fitted = () => Math.max(50, Math.min(width, height) * 0.92);
  function names(pen) {
    const boxes = [];
    if (keys.childElementCount) boxes.push([keys.offsetLeft + keys.offsetWidth / 2, keys.offsetTop + keys.offsetHeight / 2, keys.offsetWidth / 2, keys.offsetHeight / 2]);
    const zoom = scale / fitted();
    pen.lineJoin = "round";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const write = (text, x, y, font, color) => {
      pen.font = font;
      const half = pen.measureText(text).width / 2 + 4, tall = 10;
      if (x + half < 0 || x - half > width || y < 0 || y > height) return false;
      if (boxes.some((box) => Math.abs(box[0] - x) < box[2] + half && Math.abs(box[1] - y) < box[3] + tall)) return false;
      boxes.push([x, y, half, tall]);
      pen.lineWidth = 4;
      pen.strokeStyle = ink("paper");
      pen.strokeText(text, x, y);
      pen.fillStyle = color;
      pen.fillText(text, x, y);
      return true;
    };
    const family = ink("font");
    if (chosen >= 0 && !stems) write(data.names[chosen], left + xs[chosen] * scale, top + ys[chosen] * scale - 16, `600 16px ${family}`, ink("accent"));
    if (layers.length) {
      const level = Math.max(0, Math.min(layers.length - 1, Math.floor(Math.log(zoom * 1.15) / Math.log(1.9))));
      const layer = layers[level];
      layer.names.map((_, at) => at).sort((a, b) => layer.at[b].size - layer.at[a].size).forEach((at) => {
        const place = layer.at[at];
        if (place.size && layer.names[at]) write(layer.names[at], left + place.x * scale, top + place.y * scale, `600 14px ${family}`, ink("text"));
      });
    }
    if (!stems) {
      const order = found && found.length ? found : null;
      let room = Math.round(60 * Math.max(1, zoom));
      for (let n = 0; n < (order ? order.length : count) && room > 0; n++) {
        const at = order ? order[n] : n;
        const x = left + xs[at] * scale, y = top + ys[at] * scale - 10;
        if (x < 0 || y < 0 || x > width || y > height) continue;
        if (write(data.names[at], x, y, `12px ${family}`, order ? ink("text") : ink("dim"))) room--;
      }
    }
  }

  // ---- moving
  function fit() {
    scale = fitted();
    const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
    for (let at = 0; at < count; at++) {
      low[0] = Math.min(low[0], xs[at]); high[0] = Math.max(high[0], xs[at]);
      low[1] = Math.min(low[1], ys[at]); high[1] = Math.max(high[1], ys[at]);
    }
    left = width / 2 - ((low[0] + high[0]) / 2) * scale;
    top = height / 2 - ((low[1] + high[1]) / 2) * scale;
    draw();
  }
  function zoomTo(factor, x, y) {
    const next = Math.max(fitted() / 2, Math.min(fitted() * 400, scale * factor));
    left = x - ((x - left) * next) / scale;
    top = y - ((y - top) * next) / scale;
    scale = next;
    draw();
  }
  function near(x, y) {
    let best = -1, least = 14 * 14;
    for (let at = 0; at < count; at++) {
      const dx = left + xs[at] * scale - x, dy = top + ys[at] * scale - y, far = dx * dx + dy * dy;
      if (far < least) { least = far; best = at; }
    }
    return best;
  }
  const pressed = new Map();
  let moved = false, apart = 0;
  const place = (event) => { const at = canvas.getBoundingClientRect(); return [event.clientX - at.left, event.clientY - at.top]; };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pressed.set(event.pointerId, place(event));
    moved = false;
    apart = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const before = pressed.get(event.pointerId);
    if (!before) {
      const at = near(x, y);
      tip.hidden = at < 0;
      if (at >= 0) {
        tip.textContent = data.names[at].slice(0, 80);
        tip.style.left = Math.max(0, Math.min(x + 12, width - 330)) + "px";
        tip.style.top = Math.min(y + 14, height - 34) + "px";
      }
      return;
    }
    if (Math.hypot(x - before[0], y - before[1]) > 2) moved = true;
    pressed.set(event.pointerId, [x, y]);
    if (pressed.size === 1) {
      left += x - before[0];
      top += y - before[1];
    } else {
      const [a, b] = [...pressed.values()];
      const now = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (apart) zoomTo(now / apart, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
      apart = now;
    }
    canvas.classList.add("moved");
    tip.hidden = true;
    draw();
  });
  const up = (event) => {
    const was = pressed.delete(event.pointerId);
    canvas.classList.remove("moved");
    if (was && event.type === "pointerup" && !moved && !pressed.size) choose(near(...place(event)));
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomTo(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0018)), ...place(event));
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => zoomTo(2, ...place(event)));
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
    if (step) { left += step[0]; top += step[1]; draw(); }
    else if (event.key === "+" || event.key === "=") zoomTo(1.4, width / 2, height / 2);
    else if (event.key === "-") zoomTo(1 / 1.4, width / 2, height / 2);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") choose(-1); });
  whole.addEventListener("click", fit);

  // ---- beside the map
  function choose(at) {
    chosen = at;
    tell();
    draw();
  }
  function go(at) {
    if (scale < fitted() * 2.5) scale = fitted() * 2.5;
    left = width / 2 - xs[at] * scale;
    top = height / 2 - ys[at] * scale;
    choose(at);
  }
  function tell() {
    const parts = [];
    if (chosen >= 0) {
      const about = make("p", { className: "dim" });
      if (labelOf && labelOf[chosen]) about.append(make("span", { className: "tag", textContent: data.labels[labelOf[chosen] - 1] }));
      about.append(say("number", { number: (chosen + 1).toLocaleString() }));
      parts.push(make("div", { className: "text", textContent: data.names[chosen], lang: "ko" }), about);
      const path = layers.map((layer) => layer.names[layer.of[chosen]]).filter(Boolean);
      if (path.length) parts.push(make("p", { className: "dim", textContent: path.join(" › "), lang: "ko" }));
    } else if (!found) parts.push(make("p", { className: "dim", textContent: data.text.nothing }));
    if (found) {
      parts.push(make("p", { className: "dim", id: "found", textContent: found.length ? say("found", { count: found.length.toLocaleString() }) : data.text.none }));
      const list = found.slice(0, 100).map((at) => {
        const button = make("button", { type: "button", textContent: data.names[at].slice(0, 120), lang: "ko" });
        button.addEventListener("click", () => go(at));
        return make("li", {}, button);
      });
      parts.push(make("ul", {}, ...list));
      if (found.length > list.length) parts.push(make("p", { className: "dim", textContent: say("more", { count: (found.length - list.length).toLocaleString() }) }));
    }
    side.replaceChildren(...parts);
  }
  let later = 0;
  box.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(() => { found = search(box.value); side.dataset.of = box.value; tell(); draw(); }, 150);
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && found && found.length) go(found[0]); });
  colors.addEventListener("change", shade);
  dark.addEventListener("change", shade);
  new ResizeObserver(([entry]) => {
    const first = !width;
    width = entry.contentRect.width;
    height = entry.contentRect.height;
    if (first) fit();
    else draw();
  }).observe(canvas.parentElement);
  shade();
  tell();
})();
