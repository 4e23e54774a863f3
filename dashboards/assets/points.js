// Many points with words. Points are mixed into the pixels of a picture, here and not by WebGL: that takes milliseconds for a hundred
// thousand of them and begins at once, where starting WebGL takes seconds on machines without a graphics card. What is written lies on a
// second canvas above. It knows no page: it is told places, colours, words and marks, and tells what is pressed, picked and looked at.
(function () {
  const FONT = "Pretendard, 'Noto Sans KR', 'Noto Sans CJK KR', 'Apple SD Gothic Neo', 'Malgun Gothic', sans-serif";
  const STAMP = 24; // pixels under a map that is saved, for the line that says how it was made
  const FAINT = 0.12; // what is left of a point while others are highlighted
  const NONE = 255; // the code of a point without a colour of its own
  const TURN = [0.6, 0.35]; // from where three dimensions are seen at first
  const LAYERS = [0, 1.8, 4.5]; // each layer of names begins at so many times the whole map, as on 650 pixels
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  function bytes(text) {
    const raw = atob(text || "");
    const found = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) found[i] = raw.charCodeAt(i);
    return found;
  }
  function rgb(hex) {
    const value = parseInt(hex.slice(1), 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }
  // A Hangul syllable is as wide as its letter is high, a Latin one hardly more than half.
  function width(text, size) {
    let wide = 0;
    for (const letter of text) wide += letter > "\u1100" ? 0.93 : 0.58;
    return wide * size;
  }
  const holder = document.createElement("i");
  function label(text, x, y, size, colour, anchor = "start", weight = 450, alpha = 1) {
    holder.textContent = text;
    return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" font-weight="${weight}" fill="${colour}" fill-opacity="${alpha}" text-anchor="${anchor}" font-family="${FONT.replaceAll('"', "'")}">${holder.innerHTML}</text>`; // prettier-ignore
  }
  function inside(x, y, polygon) {
    let within = false;
    for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
      const [ax, ay, bx, by] = [polygon[i], polygon[i + 1], polygon[j], polygon[j + 1]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
    }
    return within;
  }

  // Boxes that are taken, in cells of 64 pixels.
  class Room {
    constructor() {
      this.cells = new Map();
    }
    take(left, top, right, bottom, force) {
      const keys = [];
      for (let x = left >> 6; x <= right >> 6; x++)
        for (let y = top >> 6; y <= bottom >> 6; y++) {
          const key = x * 4096 + y;
          keys.push(key);
          if (!force)
            for (const box of this.cells.get(key) || [])
              if (left < box[2] && right > box[0] && top < box[3] && bottom > box[1]) return false;
        }
      const box = [left, top, right, bottom];
      for (const key of keys) this.cells.has(key) ? this.cells.get(key).push(box) : this.cells.set(key, [box]); // prettier-ignore
      return true;
    }
  }

  class Points {
    // told: { press(row), pick(polygon), look(view), hover(row), wheel(), gone(), picture() -> { beside, legend } }, and perhaps root, the
    // element whose attribute says which scheme (else the page's), and stays, where a host off the page may come back.
    constructor(host, told) {
      Object.assign(this, { host, told, n: 0, dims: 2, tool: "pan", marks: {}, words: null, layers: [], codes: null, palette: null, spots: [] });
      this.base = host.appendChild(document.createElement("canvas"));
      this.over = host.appendChild(document.createElement("canvas"));
      this.tip = host.appendChild(document.createElement("div"));
      this.tip.className = "points-tip";
      this.root = told.root || document.documentElement;
      this.pen = this.over.getContext("2d");
      this.brush = this.base.getContext("2d", { alpha: false });
      this.made = new Map();
      this.pointers = new Map();
      this.listen();
      this.watching = [new ResizeObserver(() => (host.isConnected ? this.resize() : told.stays || this.end())), new MutationObserver(() => (this.shade(), this.ask()))];
      this.watching[0].observe(host);
      this.watching[1].observe(this.root, { attributeFilter: ["data-mantine-color-scheme"] });
      this.resize();
    }
    // Nothing holds it any more: neither observers, which live as long as the window, nor its place on the page.
    end() {
      this.watching.forEach((one) => one.disconnect());
      [this.base, this.over, this.tip].forEach((one) => one.remove());
      Object.assign(this, { n: 0, image: null, places: null, to: null, gliding: null });
      this.told.gone();
    }

    // ---- what is drawn

    // places: n × dims values of 0 to 1, as 16-bit steps; low, scale: what they are in the map's own units; same: name of the word list.
    set(given) {
      const steps = new Uint16Array(bytes(given.places).buffer);
      const dims = given.dims;
      const n = steps.length / dims;
      const next = new Float32Array(n * 3);
      for (let i = 0; i < n; i++)
        for (let axis = 0; axis < dims; axis++)
          next[3 * i + axis] = given.low[axis] + (steps[i * dims + axis] / 65535) * given.scale[axis];
      const moves = this.given && this.given.same === given.same && this.n === n && !still.matches;
      const before = this.places;
      const first = !this.given;
      const fresh = first || this.given.id !== given.id || this.given.interim; // what was there meanwhile may be the very map
      if (fresh) this.spots = []; // until the colours of this map are there
      Object.assign(this, { given, n, dims, to: next, layers: given.layers || [] });
      this.bound();
      if (moves && fresh) {
        const from = this.scaled(before, next);
        const began = performance.now();
        const step = (now) => {
          if (this.to !== next) return;
          const share = Math.min(1, (now - began) / 700);
          const eased = share * share * (3 - 2 * share);
          this.places = share === 1 ? next : next.map((value, i) => from[i] + (value - from[i]) * eased);
          this.draw();
          if (share < 1) requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      } else {
        this.places = next;
      }
      if (fresh) given.view ? this.lookAt(given.view) : this.whole();
      if (fresh && !first && !given.view) this.told.look(null); // where one looked on the map of before is nowhere on this one
      this.shade();
      this.ask();
    }
    // Old places in the extent of new ones, so that points move instead of jumping.
    scaled(old, next) {
      const extent = (values, axis) => {
        let low = Infinity, high = -Infinity; // prettier-ignore
        for (let i = axis; i < values.length; i += 3) {
          if (values[i] < low) low = values[i];
          if (values[i] > high) high = values[i];
        }
        return [low, high - low || 1];
      };
      const result = new Float32Array(old.length);
      for (let axis = 0; axis < 3; axis++) {
        const [was, is] = [extent(old, axis), extent(next, axis)];
        for (let i = axis; i < old.length; i += 3) result[i] = is[0] + ((old[i] - was[0]) / was[1]) * is[1];
      }
      return result;
    }
    bound() {
      const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity]; // prettier-ignore
      for (let i = 0; i < this.to.length; i++) {
        const axis = i % 3;
        if (this.to[i] < low[axis]) low[axis] = this.to[i];
        if (this.to[i] > high[axis]) high[axis] = this.to[i];
      }
      this.middle = low.map((value, axis) => (value + high[axis]) / 2);
      this.extent = low.map((value, axis) => high[axis] - value || 1e-6);
    }
    // spots: points beside those of the words: { name, about, of, place, code }; those of one name are joined.
    colour(codes, palette, spots = []) {
      Object.assign(this, { codes: bytes(codes), palette, spots });
      this.shade();
      this.ask();
    }
    write(words) {
      this.words = words;
      this.ask();
    }
    // marks: { chosen: row, near: rows, found: rows, picked: rows, more: rows }; more are lit and have no dot of their own.
    mark(marks) {
      this.marks = marks;
      const lit = [].concat(marks.picked || [], marks.found || [], marks.more || [], marks.near || [], marks.chosen == null ? [] : [marks.chosen]);
      this.lit = lit.length || marks.picked ? new Set(lit) : null;
      this.shade();
      this.ask();
    }

    dark() {
      return this.root.getAttribute("data-mantine-color-scheme") === "dark";
    }
    shade() {
      if (!this.n || !this.host.isConnected) return; // off the page there are no colours
      const css = getComputedStyle(this.host);
      this.ink = Object.fromEntries(["page", "text", "dim", "accent", "near", "found"].map((name) => [name, css.getPropertyValue("--points-" + name).trim()]));
      const palette = this.palette ? this.palette[this.dark() ? "dark" : "light"].map(rgb) : [];
      const plain = rgb(this.dark() ? "#7f8690" : "#98a0a8");
      const shades = (this.shades = new Uint8Array(4 * this.n));
      const full = this.n > 30000 ? 150 : this.n > 6000 ? 175 : 210;
      for (let i = 0; i < this.n; i++) {
        const code = this.codes && this.codes.length === this.n ? this.codes[i] : NONE;
        const [r, g, b] = code < palette.length ? palette[code] : plain;
        const lit = !this.lit || this.lit.has(i);
        shades[4 * i] = r;
        shades[4 * i + 1] = g;
        shades[4 * i + 2] = b;
        shades[4 * i + 3] = lit ? (this.lit ? 235 : code === NONE ? full * 0.55 : full) : 255 * FAINT;
      }
    }

    // ---- where one looks

    resize() {
      const [w, h] = [this.host.clientWidth, this.host.clientHeight];
      // Beyond six million pixels a frame takes longer than an eye forgives; the picture is then a little less fine.
      const ratio = Math.min(window.devicePixelRatio || 1, Math.sqrt(6e6 / (w * h || 1)));
      if (!w || !h || (w === this.w && h === this.h && ratio === this.ratio)) return;
      const seen = this.w && this.n && !this.isWhole ? this.seen() : null;
      Object.assign(this, { w, h, ratio });
      for (const canvas of [this.base, this.over]) {
        canvas.width = Math.round(w * ratio);
        canvas.height = Math.round(h * ratio);
      }
      if (this.n) seen ? this.lookAt(seen) : this.whole();
      if (!this.ink) this.shade();
      this.draw(); // at once: a canvas of another size is empty
    }
    fit() {
      const [w, h] = [this.w - 2 * 28, this.h - 2 * 28];
      if (this.dims === 3) return (Math.min(w, h) / Math.hypot(...this.extent)) * 1.15;
      return Math.min(w / this.extent[0], h / this.extent[1]);
    }
    whole() {
      this.isWhole = true;
      this.turn = [...TURN];
      this.cx = this.middle[0];
      this.cy = this.middle[1];
      this.kx = this.ky = this.fit();
      if (this.given.stretch) [this.kx, this.ky] = [(this.w - 110) / this.extent[0], (this.h - 110) / this.extent[1]];
    }
    // Left, right, lower and upper edge; of three dimensions two angles and how many times larger than whole.
    lookAt(view) {
      if (this.dims === 3) {
        this.whole();
        this.turn = [view[0], view[1]];
        this.kx = this.ky = this.fit() * Math.max(view[2], 0.1);
      } else {
        this.cx = (view[0] + view[1]) / 2;
        this.cy = (view[2] + view[3]) / 2;
        this.kx = this.w / Math.max(view[1] - view[0], 1e-9);
        this.ky = this.h / Math.max(view[3] - view[2], 1e-9);
        if (!this.given.stretch) this.kx = this.ky = Math.min(this.kx, this.ky);
      }
      this.isWhole = false;
    }
    seen() {
      if (this.dims === 3) return [...this.turn, this.kx / this.fit(), 0];
      const [x, y] = [this.w / 2 / this.kx, this.h / 2 / this.ky];
      return [this.cx - x, this.cx + x, this.cy - y, this.cy + y];
    }
    moved() {
      this.isWhole = false;
      this.ask();
      clearTimeout(this.telling);
      this.telling = setTimeout(() => this.told.look(this.seen()), 250);
    }
    zoom(by, x = this.w / 2, y = this.h / 2) {
      const most = 400 * this.fit();
      by = Math.min(Math.max(by, (0.3 * this.fit()) / this.kx), most / this.kx);
      if (this.dims === 2) {
        this.cx += ((x - this.w / 2) / this.kx) * (1 - 1 / by);
        this.cy -= ((y - this.h / 2) / this.ky) * (1 - 1 / by);
      }
      this.kx *= by;
      this.ky *= by;
      this.moved();
    }
    glide(view) {
      if (this.dims === 3 || still.matches) return this.lookAt(view), this.moved();
      const from = this.seen();
      const began = performance.now();
      const gliding = (this.gliding = (now) => {
        if (this.gliding !== gliding) return;
        const share = Math.min(1, (now - began) / 450);
        const eased = 1 - Math.pow(1 - share, 3);
        this.lookAt(view.map((value, i) => from[i] + (value - from[i]) * eased));
        this.draw();
        share < 1 ? requestAnimationFrame(gliding) : this.moved();
      });
      requestAnimationFrame(gliding);
    }
    all() {
      this.gliding = null;
      this.whole();
      this.ask();
      this.told.look(null);
    }
    // The part of the map that holds these points, with room around them.
    showRows(rows) {
      if (!rows.length || this.dims === 3) return;
      let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
      for (const row of rows) {
        left = Math.min(left, this.to[3 * row]);
        right = Math.max(right, this.to[3 * row]);
        low = Math.min(low, this.to[3 * row + 1]);
        high = Math.max(high, this.to[3 * row + 1]);
      }
      const room = [0, 1].map((axis) => Math.max(this.extent[axis] * 0.03, 0.15 * [right - left, high - low][axis]));
      this.glide([left - room[0], right + room[0], low - room[1], high + room[1]]);
    }
    isSeen(row) {
      const [x, y] = this.screen(row);
      return x > 8 && x < this.w - 8 && y > 8 && y < this.h - 8;
    }

    // m: of many points it is computed once.
    screen(row, m = this.matrix()) {
      const p = this.places;
      return this.on(p[3 * row], p[3 * row + 1], p[3 * row + 2], m);
    }
    // Where a place of the map is on the canvas.
    on(x, y, z = 0, m = this.matrix()) {
      return [((m[0] * x + m[4] * y + m[8] * z + m[12] + 1) / 2) * this.w, ((1 - (m[1] * x + m[5] * y + m[9] * z + m[13])) / 2) * this.h];
    }
    place(x, y) {
      if (this.dims === 3) return [(x - this.w / 2) / this.kx, (this.h / 2 - y) / this.ky];
      return [this.cx + (x - this.w / 2) / this.kx, this.cy - (y - this.h / 2) / this.ky];
    }
    matrix() {
      const [sx, sy] = [(2 * this.kx) / this.w, (2 * this.ky) / this.h];
      if (this.dims === 2) return [sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, 0, 0, -this.cx * sx, -this.cy * sy, 0, 1];
      const scales = [sx, sy, 1 / Math.hypot(...this.extent)];
      const rows = this.plane(this.turn).map((way, row) => way.map((value) => value * scales[row]));
      const shift = rows.map((row) => -row.reduce((sum, value, axis) => sum + value * this.middle[axis], 0));
      return [rows[0][0], rows[1][0], rows[2][0], 0, rows[0][1], rows[1][1], rows[2][1], 0, rows[0][2], rows[1][2], rows[2][2], 0, ...shift, 1];
    }
    // To the right, up, and into the picture, seen from two angles.
    plane([a, b]) {
      const [cosA, sinA, cosB, sinB] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
      return [
        [cosA, 0, sinA],
        [sinA * sinB, cosB, -cosA * sinB],
        [sinA * cosB, -sinB, -cosA * cosB],
      ];
    }
    // How many times larger than whole on 650 pixels.
    size() {
      return Math.max(this.kx * this.extent[0], this.ky * this.extent[1]) / 650;
    }

    // ---- a frame

    ask() {
      if (this.asked) return;
      this.asked = true;
      requestAnimationFrame(() => ((this.asked = false), this.draw()));
    }
    draw() {
      if (!this.n || !this.w || !this.ink) return;
      const began = performance.now();
      // As large as leaves the points apart from each other, and slowly larger as one comes nearer.
      const most = this.n > 6000 ? 3.6 : this.n > 800 ? 5 : 7;
      const near = this.dims === 2 ? this.kx / this.fit() : 1;
      const dot = Math.min(most, Math.max(1.7, 0.62 * Math.sqrt((this.w * this.h) / this.n))) * Math.min(2, Math.max(0.8, Math.pow(near, 0.28)));
      this.dot = dot;
      this.drawPoints();
      this.drawOver();
      this.frames = (this.frames || 0) + 1;
      this.spent = performance.now() - began;
    }
    // Pixels that a disc covers, and how much of each, for a middle at each of 4 × 4 places within a pixel: [step to the pixel, share
    // of 256] in turn.
    masks(size, w) {
      const name = Math.round(size * 4) * 65536 + w;
      if (this.made.has(name)) return this.made.get(name);
      const radius = Math.round(size * 4) / 8;
      const reach = Math.ceil(radius + 0.5);
      const phases = Array.from({ length: 16 }, (_, phase) => {
        const cells = [];
        const [mx, my] = [(phase & 3) / 4 + 0.125, (phase >> 2) / 4 + 0.125];
        for (let y = -reach; y <= reach; y++)
          for (let x = -reach; x <= reach; x++) {
            const seen = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(x + 0.5 - mx, y + 0.5 - my)));
            if (seen > 0.04) cells.push(4 * (y * w + x), Math.round(seen * 256));
          }
        return Int32Array.from(cells);
      });
      if (this.made.size > 60) this.made.clear();
      this.made.set(name, phases);
      return phases;
    }
    drawPoints() {
      const [w, h] = [this.base.width, this.base.height];
      if (!this.image || this.image.width !== w || this.image.height !== h) this.image = this.brush.createImageData(w, h);
      const pixels = new Uint8Array(this.image.data.buffer); // plain bytes: nothing mixed leaves 0 to 255
      const [r, g, b] = rgb(this.ink.page);
      new Uint32Array(pixels.buffer).fill((255 << 24) | (b << 16) | (g << 8) | r);
      const m = this.matrix();
      const size = this.dot * this.ratio * 1.15;
      const flat = this.dims === 2;
      const { n, places, shades } = this;
      const edge = Math.ceil(size) + 2;
      const plain = this.masks(size, w);
      const lit = this.lit ? Uint8Array.from({ length: n }, (_, i) => this.lit.has(i)) : null;
      for (let pass = lit ? 0 : 1; pass < 2; pass++)
        for (let i = 0; i < n; i++) {
          if (lit && lit[i] !== pass) continue;
          const x = places[3 * i], y = places[3 * i + 1], z = places[3 * i + 2]; // prettier-ignore
          const px = ((m[0] * x + m[4] * y + m[8] * z + m[12] + 1) / 2) * w;
          const py = ((1 - (m[1] * x + m[5] * y + m[9] * z + m[13])) / 2) * h;
          if (!(px > edge && py > edge && px < w - edge && py < h - edge)) continue;
          const left = px | 0, top = py | 0; // prettier-ignore
          let alpha = shades[4 * i + 3] + 1;
          let phases = plain;
          if (!flat) {
            const near = 1 - 0.55 * (m[2] * x + m[6] * y + m[10] * z + m[14]);
            phases = this.masks(size * near, w);
            alpha = (alpha * Math.min(1, 0.35 + 0.65 * near * near)) | 0;
          }
          const cells = phases[(((px - left) * 4) | 0) | ((((py - top) * 4) | 0) << 2)];
          const cr = shades[4 * i], cg = shades[4 * i + 1], cb = shades[4 * i + 2]; // prettier-ignore
          const middle = 4 * (top * w + left);
          for (let k = 0; k < cells.length; k += 2) {
            const at = middle + cells[k];
            const share = (cells[k + 1] * alpha) >> 8;
            pixels[at] += ((cr - pixels[at]) * share) >> 8;
            pixels[at + 1] += ((cg - pixels[at + 1]) * share) >> 8;
            pixels[at + 2] += ((cb - pixels[at + 2]) * share) >> 8;
          }
        }
      this.brush.putImageData(this.image, 0, 0);
    }
    drawOver() {
      const pen = this.pen;
      const ink = this.ink;
      pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      pen.clearRect(0, 0, this.w, this.h);
      const { chosen, near = [], found = [] } = this.marks;
      const on = (row) => row != null && row >= 0 && row < this.n;
      if (on(chosen)) {
        const [x, y] = this.screen(chosen);
        pen.strokeStyle = ink.near;
        pen.globalAlpha = 0.7;
        pen.lineWidth = 1;
        pen.beginPath();
        for (const row of near) pen.moveTo(x, y), pen.lineTo(...this.screen(row));
        pen.stroke();
        pen.globalAlpha = 1;
      }
      const spot = (row, size, colour) => {
        const [x, y] = this.screen(row);
        pen.beginPath();
        pen.arc(x, y, size, 0, 7);
        pen.fillStyle = colour;
        pen.strokeStyle = ink.page;
        pen.lineWidth = 1.5;
        pen.fill();
        pen.stroke();
      };
      for (const row of found) spot(row, 4.5, ink.found);
      for (const row of near) spot(row, 4.5, ink.near);
      if (on(chosen)) spot(chosen, 7, ink.accent);
      this.drawSpots(pen, ink);
      if (this.under != null) spot(this.under, this.dot / 2 + 2, ink.accent);
      if (this.given.stretch) this.drawAxes(pen, ink);
      this.labels = this.place_labels();
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      for (const one of this.labels) {
        pen.font = `${one.bold ? 650 : 450} ${one.size}px ${FONT}`;
        pen.globalAlpha = one.alpha;
        pen.strokeStyle = ink.page;
        pen.lineWidth = one.bold ? 4 : 3;
        pen.strokeText(one.text, one.x, one.y);
        pen.fillStyle = ink[one.ink];
        pen.fillText(one.text, one.x, one.y);
      }
      pen.globalAlpha = 1;
      if (this.drawing) this.drawDrawing(pen, ink);
    }
    // Lines between the spots of one name, and each spot with its colour: [x, y, colour].
    spotted() {
      const palette = this.palette && this.palette[this.dark() ? "dark" : "light"];
      const places = this.spots.map((one) => [...this.on(...one.place), palette[one.code]]);
      const lines = this.spots.flatMap((one, i) => (i && this.spots[i - 1].of === one.of ? [[places[i - 1], places[i]]] : []));
      return { places, lines };
    }
    drawSpots(pen, ink) {
      if (!this.spots.length) return;
      const { places, lines } = this.spotted();
      pen.strokeStyle = ink.dim;
      pen.lineWidth = 1;
      pen.globalAlpha = 0.3;
      pen.beginPath();
      for (const [[ax, ay], [bx, by]] of lines) pen.moveTo(ax, ay), pen.lineTo(bx, by);
      pen.stroke();
      pen.globalAlpha = 1;
      for (const [x, y, colour] of places) {
        pen.beginPath();
        pen.arc(x, y, 5.5, 0, 7);
        pen.fillStyle = colour;
        pen.strokeStyle = ink.text;
        pen.lineWidth = 1.5;
        pen.fill();
        pen.stroke();
      }
    }
    // The highlighted first, then names of regions, then words by frequency, wherever there is room.
    place_labels() {
      const placed = [];
      const room = new Room();
      const { chosen, near = [], found = [], picked } = this.marks;
      const busy = !!this.lit;
      const put = (text, x, y, look, force) => {
        const half = width(text, look.size) / 2 + 3;
        if (x + half < 0 || x - half > this.w || y < -8 || y > this.h + 8) return false;
        if (!room.take(x - half, y - look.size * 0.72, x + half, y + look.size * 0.72, force)) return false;
        placed.push({ text, x, y, alpha: 1, ink: "text", ...look });
        return true;
      };
      const m = this.matrix();
      const word = (row, look, force) => {
        const [x, y] = this.screen(row, m);
        return put(this.words[row], x, y - look.size * 0.75 - this.dot / 2 - (look.lift || 0), look, force);
      };
      if (this.words && this.words.length === this.n) {
        if (chosen != null && chosen < this.n) word(chosen, { size: 15, bold: true, lift: 5 }, true);
        for (const row of near) word(row, { size: 13, lift: 3 });
        for (const row of found.slice(0, 60)) word(row, { size: 13, lift: 3 });
      }
      for (const one of this.spots) {
        const [x, y] = this.on(one.place[0], one.place[1], one.place[2], m);
        if (put(one.name, x, y - 15, { size: 13, bold: true })) put(one.about, x, y + 15, { size: 11, ink: "dim" });
      }
      const size = this.size();
      if (this.layers.length && !this.spots.length && this.dims === 2) {
        const level = Math.min(this.layers.length - 1, LAYERS.reduce((best, least, i) => (size >= least ? i : best), 0));
        const look = { size: this.w < 500 ? 12 : 14, bold: true, alpha: busy ? 0.35 : 1 };
        for (const [name, x, y] of this.layers[level]) {
          const [px, py] = [(x - this.cx) * this.kx + this.w / 2, (this.cy - y) * this.ky + this.h / 2];
          if (px < 0 || px > this.w) continue;
          const half = width(name, look.size) / 2 + 8; // a name at the edge is written whole
          put(name, Math.max(half, Math.min(this.w - half, px)), py, look);
        }
      }
      if (!this.words || this.words.length !== this.n) return placed;
      const most = (this.w * this.h) / (this.layers.length && size < LAYERS[2] ? 11000 : 7000);
      let tried = 0;
      const rest = picked && picked.length ? picked : null;
      const count = rest ? rest.length : this.n;
      for (let i = 0, written = 0; i < count && written < most && tried < 5000; i++) {
        const row = rest ? rest[i] : i;
        const [x, y] = this.screen(row, m);
        if (x < 0 || x > this.w || y < 0 || y > this.h) continue;
        tried++;
        if (word(row, { size: 12, ink: rest ? "text" : "dim", alpha: busy && !rest ? 0.3 : 1 })) written++;
      }
      return placed;
    }
    drawAxes(pen, ink) {
      const [x, y] = [this.w / 2 - this.cx * this.kx, this.h / 2 + this.cy * this.ky];
      pen.strokeStyle = ink.dim;
      pen.globalAlpha = 0.5;
      pen.setLineDash([4, 4]);
      pen.beginPath();
      pen.moveTo(0, y), pen.lineTo(this.w, y), pen.moveTo(x, 0), pen.lineTo(x, this.h); // prettier-ignore
      pen.stroke();
      pen.setLineDash([]);
      pen.globalAlpha = 1;
      pen.font = `650 14px ${FONT}`;
      pen.lineWidth = 4;
      pen.textBaseline = "middle";
      for (const [align, text, at, top] of this.poles()) {
        pen.textAlign = align;
        pen.strokeStyle = ink.page;
        pen.strokeText(text, at, top);
        pen.fillStyle = ink.accent;
        pen.fillText(text, at, top);
      }
    }
    // The names of the ends of both axes: how they are aligned, the text, and where.
    poles() {
      const [xs, ys] = this.given.axes;
      return [["left", "← " + xs[0], 12, this.h - 16], ["right", xs[1] + " →", this.w - 12, this.h - 16],
              ["center", "↑ " + ys[1], this.w / 2, 16], ["center", "↓ " + ys[0], this.w / 2, this.h - 16]]; // prettier-ignore
    }
    drawDrawing(pen, ink) {
      pen.beginPath();
      this.outline().forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.closePath();
      pen.fillStyle = pen.strokeStyle = ink.accent;
      pen.globalAlpha = 0.12;
      pen.fill();
      pen.globalAlpha = 0.9;
      pen.lineWidth = 1.5;
      pen.stroke();
      pen.globalAlpha = 1;
    }
    outline() {
      const line = this.drawing;
      if (this.tool !== "box") return line;
      const [[ax, ay], [bx, by]] = [line[0], line[line.length - 1]];
      return [[ax, ay], [bx, ay], [bx, by], [ax, by]]; // prettier-ignore
    }

    // ---- what a person does

    nearest(x, y, reach = 9) {
      let best = null, least = reach * reach; // prettier-ignore
      const m = this.matrix();
      const p = this.places;
      for (let i = 0; i < this.n; i++) {
        if (this.lit && !this.lit.has(i) && !this.marks.picked) continue;
        const px = ((m[0] * p[3 * i] + m[4] * p[3 * i + 1] + m[8] * p[3 * i + 2] + m[12] + 1) / 2) * this.w;
        const py = ((1 - (m[1] * p[3 * i] + m[5] * p[3 * i + 1] + m[9] * p[3 * i + 2] + m[13])) / 2) * this.h;
        const far = (px - x) * (px - x) + (py - y) * (py - y);
        if (far < least) [best, least] = [i, far];
      }
      if (best === null && this.lit && !this.marks.picked) {
        const lit = this.lit;
        this.lit = null;
        best = this.nearest(x, y, reach * 0.6);
        this.lit = lit;
      }
      return best;
    }
    spot(event) {
      const box = this.host.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }
    // Of three dimensions a polygon begins with the two angles it was drawn from, and its corners lie on the plane seen from there.
    within(polygon) {
      const rows = [];
      const flat = this.dims === 2;
      const corners = flat ? polygon : polygon.slice(2);
      const [right, up] = flat ? [] : this.plane(polygon);
      const p = this.to;
      for (let i = 0; i < this.n; i++) {
        const [x, y, z] = [0, 1, 2].map((axis) => p[3 * i + axis] - (flat ? 0 : this.middle[axis]));
        if (flat ? inside(x, y, corners) : inside(right[0] * x + right[2] * z, up[0] * x + up[1] * y + up[2] * z, corners)) rows.push(i);
      }
      return rows;
    }
    listen() {
      const host = this.over;
      host.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        this.host.focus({ preventScroll: true });
        this.gliding = null;
        const at = this.spot(event);
        this.pointers.set(event.pointerId, at);
        this.pressed = this.pointers.size === 1 ? { at, far: 0 } : null;
        if (this.pointers.size === 1 && (this.tool !== "pan" || event.shiftKey)) this.drawing = [at];
        else this.drawing = null;
        host.setPointerCapture(event.pointerId);
      });
      host.addEventListener("pointermove", (event) => {
        const at = this.spot(event);
        const before = this.pointers.get(event.pointerId);
        if (!before) return this.hover(...at);
        if (this.pointers.size === 2) {
          const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, spot]) => spot);
          const spread = (spot) => Math.hypot(spot[0] - other[0], spot[1] - other[1]) || 1;
          this.zoom(spread(at) / spread(before), (at[0] + other[0]) / 2, (at[1] + other[1]) / 2);
        } else if (this.drawing) {
          this.drawing.push(at);
          this.ask();
        } else if (this.dims === 3) {
          this.turn = [this.turn[0] + (at[0] - before[0]) / 180, Math.max(-1.5, Math.min(1.5, this.turn[1] + (at[1] - before[1]) / 180))];
          this.moved();
        } else {
          this.cx -= (at[0] - before[0]) / this.kx;
          this.cy += (at[1] - before[1]) / this.ky;
          if (!this.pressed || this.pressed.far > 3) this.moved();
        }
        if (this.pressed) this.pressed.far = Math.max(this.pressed.far, Math.hypot(at[0] - this.pressed.at[0], at[1] - this.pressed.at[1]));
        this.pointers.set(event.pointerId, at);
      });
      const over = (event) => {
        if (!this.pointers.delete(event.pointerId)) return;
        const line = this.drawing;
        const pressed = this.pressed;
        if (event.type === "pointercancel") this.drawing = this.pressed = null;
        else if (line && pressed && pressed.far > 6) {
          const outline = this.outline();
          const step = Math.max(1, Math.ceil(outline.length / 40)); // so that an address can hold it
          const corners = outline.filter((_, i) => i % step === 0).flatMap(([x, y]) => this.place(x, y));
          const polygon = (this.dims === 3 ? [...this.turn, ...corners] : corners).map((value) => Number(value.toPrecision(5)));
          this.drawing = null;
          this.told.pick(polygon);
        } else if (pressed && pressed.far <= 4) {
          this.drawing = null;
          this.told.press(this.nearest(...pressed.at));
        }
        this.pressed = null;
        this.drawing = null;
        this.ask();
      };
      host.addEventListener("pointerup", over);
      host.addEventListener("pointercancel", over);
      host.addEventListener("pointerleave", () => this.hover(-99, -99));
      host.addEventListener("dblclick", (event) => this.zoom(2, ...this.spot(event)));
      host.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey && this.host.getRootNode().activeElement !== this.host) return this.told.wheel();
        event.preventDefault();
        this.gliding = null;
        this.zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY)) * 0.0035), ...this.spot(event));
      }, { passive: false }); // prettier-ignore
      this.host.addEventListener("keydown", (event) => {
        const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (steps && this.dims === 3) this.turn = [this.turn[0] + steps[0] * 0.15, this.turn[1] - steps[1] * 0.15];
        else if (steps) [this.cx, this.cy] = [this.cx + (steps[0] * 60) / this.kx, this.cy + (steps[1] * 60) / this.ky];
        else if (event.key === "+" || event.key === "=") return this.zoom(1.4);
        else if (event.key === "-") return this.zoom(1 / 1.4);
        else if (event.key === "0") return this.all();
        else return;
        event.preventDefault();
        this.moved();
      });
    }
    hover(x, y) {
      const row = this.n && this.places ? this.nearest(x, y) : null;
      if (row === this.under) return;
      this.under = row;
      this.told.hover(row);
      this.ask();
    }
    point(row, lines) {
      this.under = row;
      this.tip.style.display = lines && row != null ? "block" : "none";
      if (lines && row != null) {
        const [x, y] = this.screen(row);
        this.tip.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
        this.tip.style.left = Math.max(4, Math.min(x + 12, this.w - this.tip.offsetWidth - 4)) + "px";
        this.tip.style.top = Math.max(4, y - this.tip.offsetHeight - 10) + "px";
      }
      this.ask();
    }

    // ---- the map as a picture: points of one colour are one path, text stays text

    // This map and the one beside it, what the colours mean, and how each was made.
    picture() {
      if (!this.n) return null;
      const { beside, legend } = this.told.picture();
      const maps = [this, beside].filter((one) => one && one.n && one.w);
      const down = maps.length > 1 && this.host.offsetTop !== beside.host.offsetTop; // on a narrow window they stand under each other
      const w = down ? this.w : maps.reduce((sum, one) => sum + one.w, 0);
      const keys = this.keys(legend, w);
      const tall = (one) => one.h + STAMP;
      const h = (down ? maps.reduce((sum, one) => sum + tall(one), 0) : Math.max(...maps.map(tall))) + keys.height;
      let [x, y] = [0, 0];
      const parts = maps.map((one) => {
        const part = `<svg x="${x}" y="${y}" width="${one.w}" height="${tall(one)}">${one.drawn()}${label(one.given.stamp, 12, one.h + 15, 11, this.ink.dim)}</svg>`;
        down ? (y += tall(one)) : (x += one.w);
        return part;
      });
      const line = maps.length > 1 && !down ? `<path d="M${this.w} 0V${this.h}" stroke="${this.ink.dim}" stroke-opacity="0.4"/>` : "";
      return {
        text: `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"><rect width="100%" height="100%" fill="${this.ink.page}"/>${parts.join("")}${line}<g transform="translate(0 ${h - keys.height})">${keys.text}</g></svg>`,
        width: w,
        height: h,
      };
    }
    // legend: { text, colour } for a dot, { ends, colours } for a scale; as many in a line as there is room for.
    keys(legend, w) {
      if (!legend.length) return { text: "", height: 0 };
      let [x, y, made] = [12, 14, ""];
      legend.forEach((one, number) => {
        const [first, last] = one.ends || [one.text, ""];
        const wide = one.ends ? width(first, 12) + 136 + width(last, 12) : 16 + width(first, 12);
        if (x > 12 && x + wide > w - 12) [x, y] = [12, y + 20];
        if (one.ends) {
          const stops = one.colours.map((colour, at) => `<stop offset="${at / (one.colours.length - 1)}" stop-color="${colour}"/>`);
          made += `<linearGradient id="scale${number}">${stops.join("")}</linearGradient>${label(first, x, y + 4, 12, this.ink.text)}<rect x="${x + width(first, 12) + 8}" y="${y - 4}" width="120" height="8" rx="4" fill="url(#scale${number})"/>${label(last, x + width(first, 12) + 136, y + 4, 12, this.ink.text)}`; // prettier-ignore
        } else made += `<circle cx="${x + 5}" cy="${y}" r="5" fill="${one.colour}"/>${label(first, x + 15, y + 4, 12, this.ink.text)}`;
        x += wide + 14;
      });
      return { text: made, height: y + 16 };
    }
    drawn() {
      const made = [];
      const groups = new Map();
      const m = this.matrix();
      for (let i = 0; i < this.n; i++) {
        const [x, y] = this.screen(i, m);
        if (x < 0 || y < 0 || x > this.w || y > this.h) continue;
        const look = this.shades.subarray(4 * i, 4 * i + 4).join();
        if (!groups.has(look)) groups.set(look, []);
        groups.get(look).push(`M${x.toFixed(1)} ${y.toFixed(1)}h0`);
      }
      for (const [look, parts] of groups) {
        const [r, g, b, a] = look.split(",");
        made.push(`<path d="${parts.join("")}" fill="none" stroke="rgb(${r},${g},${b})" stroke-opacity="${(a / 255).toFixed(2)}" stroke-linecap="round" stroke-width="${this.dot.toFixed(1)}"/>`); // prettier-ignore
      }
      const { ink } = this;
      const { chosen, near = [], found = [] } = this.marks;
      const dot = (row, size, name) => {
        const [x, y] = this.screen(row, m);
        made.push(`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${size}" fill="${ink[name]}"/>`);
      };
      if (chosen != null)
        for (const row of near) {
          const [[ax, ay], [bx, by]] = [this.screen(chosen, m), this.screen(row, m)];
          made.push(`<line x1="${ax}" y1="${ay}" x2="${bx}" y2="${by}" stroke="${ink.near}"/>`);
        }
      found.forEach((row) => dot(row, 4.5, "found"));
      near.forEach((row) => dot(row, 4.5, "near"));
      if (chosen != null) dot(chosen, 7, "accent");
      if (this.spots.length) {
        const { places, lines } = this.spotted();
        for (const [[ax, ay], [bx, by]] of lines) made.push(`<line x1="${ax}" y1="${ay}" x2="${bx}" y2="${by}" stroke="${ink.dim}" stroke-opacity="0.3"/>`);
        for (const [x, y, colour] of places) made.push(`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="5.5" fill="${colour}" stroke="${ink.text}" stroke-width="1.5"/>`);
      }
      if (this.given.stretch) {
        const [x, y] = [this.w / 2 - this.cx * this.kx, this.h / 2 + this.cy * this.ky];
        made.push(`<path d="M0 ${y}H${this.w}M${x} 0V${this.h}" fill="none" stroke="${ink.dim}" stroke-opacity="0.5" stroke-dasharray="4 4"/>`);
      }
      for (const one of this.labels || [])
        made.push(label(one.text, one.x, one.y + one.size * 0.36, one.size, ink[one.ink], "middle", one.bold ? 650 : 450, one.alpha));
      if (this.given.stretch)
        for (const [align, text, x, y] of this.poles())
          made.push(label(text, x, y + 5, 14, ink.accent, { left: "start", right: "end", center: "middle" }[align], 650));
      return made.join("");
    }
  }

  window.ExplorerPoints = Points;
})();
