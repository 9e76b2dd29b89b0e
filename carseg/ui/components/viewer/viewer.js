// A viewer of any number of panes in step, and a before/after slider; zoom.js and fit.js stand before
// it in the same module.
//
// data: {
//   mode: "grid" | "single" | "slider",
//   picture: id of the photo (another id starts again at the whole picture),
//   fills: the pictures fill the window from the stage's place down to its lower edge
//   below: CSS pixels that are kept free for what stands under the viewer
//   panes: [{id, url, name, alt, note, warn, clear, busy, facts, width, height}]  (slider: two)
// }
// The place looked at lives here, by viewer, so that it survives reruns and other views.

const places = new Map(); // viewer id -> {picture, zoom, x, y, split}

function make(tag, className, attributes = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const GAP = 12; // between pictures, CSS pixels
const CAPTION = 28; // the line under a picture
const MARGIN = 10; // free at the lower edge of the window
const FLOOR = 170; // a stage is at least so high, however low the window is
const HELD = 0.7; // of the window's height, for a stage that does not fill it
const STILL = 5; // a hand that moves less has clicked

class Viewer {
  constructor(root, place) {
    this.root = root;
    this.place = place;
    this.stage = root.querySelector(".stage");
    this.bar = root.querySelector(".bar");
    this.taken = root.querySelector(".taken");
    this.level = root.querySelector(".level");
    this.hint = root.querySelector(".hint");
    this.ports = []; // {port, sheets: [sheet]}
    this.panes = new Map(); // pane id -> {figure, port, sheet, name, note}
    this.tools();
  }

  // Whatever moves the stage or changes its room: it is laid out again.
  watch() {
    if (this.resizes) return;
    this.resizes = new ResizeObserver(() => this.draw());
    this.resizes.observe(this.stage);
    this.resizes.observe(this.taken);
    this.scroller = null;
    let above = this.root.getRootNode().host || this.root.parentElement;
    while (above && above !== document.body) {
      this.resizes.observe(above);
      if (/auto|scroll/.test(getComputedStyle(above).overflowY)) {
        this.scroller = above;
        break;
      }
      above = above.parentElement;
    }
    this.again = () => this.draw();
    window.addEventListener("resize", this.again);
    document.addEventListener("fullscreenchange", this.again);
  }

  leave() {
    this.resizes?.disconnect();
    this.resizes = null;
    window.removeEventListener("resize", this.again);
    document.removeEventListener("fullscreenchange", this.again);
  }

  tools() {
    const actions = {
      in: () => this.zoomBy(1.5),
      out: () => this.zoomBy(1 / 1.5),
      reset: () => this.reset(),
      full: () => this.fullscreen(),
    };
    for (const button of this.root.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => actions[button.dataset.do]());
    }
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  // ---- contents ------------------------------------------------------------------------------

  show(data) {
    const { place } = this;
    const same = place.picture === data.picture;
    if (!same) {
      Object.assign(place, { picture: data.picture, ...WHOLE });
    }
    this.data = data;
    this.same = same;
    this.watch();
    // The original may stand first beside results that are cropped.
    const shown = data.panes.at(-1);
    this.aspect = shown ? shown.width / shown.height : 1.5;
    const shape = data.mode === "slider" ? "slider" : "panes";
    if (shape !== this.shape) {
      // Until the new ones are decoded, a picture of before is better than an empty frame.
      this.seed = this.shape && same ? this.stage.querySelector(".sheet img") : null;
      this.stage.replaceChildren();
      this.ports = [];
      this.panes.clear();
      this.slider = null;
      this.shape = shape;
    }
    this.stage.dataset.mode = data.mode;
    this.hint.textContent =
      data.mode === "slider"
        ? "Click, drag or use the arrow keys to move the divider. Click, then scroll to zoom."
        : "Click a picture, then scroll to zoom and drag to move. Double-click fits it.";
    if (shape === "slider") this.showSlider(data.panes);
    else this.showPanes(data.panes);
    this.draw();
  }

  showPanes(panes) {
    const wanted = new Set(panes.map((pane) => pane.id));
    for (const [id, made] of this.panes) {
      if (!wanted.has(id)) {
        made.figure.remove();
        this.panes.delete(id);
      }
    }
    panes.forEach((pane, index) => {
      if (!this.panes.has(pane.id)) this.panes.set(pane.id, this.makePane());
      const made = this.panes.get(pane.id);
      made.figure.dataset.pane = pane.id;
      made.name.textContent = pane.name;
      made.note.textContent = pane.note || "";
      made.note.classList.toggle("warn", Boolean(pane.warn));
      made.figure.setAttribute("aria-busy", String(Boolean(pane.busy)));
      this.tell(made, pane);
      made.port.setAttribute("aria-label", `${pane.name}. Plus and minus zoom, arrows move.`);
      this.put(made.sheet, pane);
      if (this.stage.children[index] !== made.figure) {
        this.stage.insertBefore(made.figure, this.stage.children[index] || null);
      }
    });
    this.ports = panes.map((pane) => {
      const { port, sheet } = this.panes.get(pane.id);
      return { port, sheets: [sheet] };
    });
  }

  makePane() {
    const figure = make("figure", "pane");
    const port = this.makePort();
    const sheet = port.appendChild(make("div", "layer")).appendChild(make("div", "sheet"));
    const caption = make("figcaption");
    const name = caption.appendChild(make("span", "name"));
    const note = caption.appendChild(make("span", "note"));
    const info = caption.appendChild(make("button", "info", { type: "button" }));
    const tip = caption.appendChild(make("span", "tip", { role: "tooltip" }));
    info.textContent = "i";
    // Not every browser gives a pressed button the focus, and the focus shows the tip.
    info.addEventListener("click", () => info.focus());
    info.addEventListener("keydown", (event) => {
      if (event.key === "Escape") info.blur();
    });
    figure.append(port, caption);
    return { figure, port, sheet, name, note, info, tip };
  }

  // How a result was computed: a tip for mouse, key and finger.
  tell({ info, tip }, pane) {
    const facts = pane.facts || [];
    info.hidden = tip.hidden = !facts.length;
    info.setAttribute("aria-label", `How ${pane.name} was computed`);
    tip.id = `tip-${pane.id}`;
    info.setAttribute("aria-describedby", tip.id);
    tip.replaceChildren(
      ...facts.map((fact) => {
        const line = make("span");
        line.textContent = fact;
        return line;
      }),
    );
  }

  showSlider(panes) {
    if (!this.slider) this.makeSlider();
    const { port, layers, tags, handle } = this.slider;
    panes.slice(0, 2).forEach((pane, side) => {
      this.put(layers[side].firstChild, pane);
      tags[side].textContent = pane.name;
    });
    const names = `${panes[0].name} on the left, ${panes[1].name} on the right`;
    port.setAttribute("aria-label", `${names}. Plus and minus zoom.`);
    handle.setAttribute("aria-label", `Divider: ${names}`);
  }

  makeSlider() {
    const figure = make("figure", "pane");
    const port = figure.appendChild(this.makePort());
    const layers = ["left", "right"].map((side) => {
      const layer = port.appendChild(make("div", `layer ${side}`));
      layer.appendChild(make("div", "sheet"));
      return layer;
    });
    const tags = ["left", "right"].map((side) => port.appendChild(make("span", `tag ${side}`)));
    const handle = port.appendChild(
      make("div", "handle", {
        role: "slider", tabindex: "0", "aria-orientation": "horizontal",
        "aria-valuemin": "0", "aria-valuemax": "100",
      }),
    );
    handle.innerHTML =
      '<span class="grip"><svg viewBox="0 0 16 16" aria-hidden="true">' +
      '<path d="M6 4 2 8l4 4M10 4l4 4-4 4"/></svg></span>';
    this.listenHandle(handle, port);
    this.stage.append(figure);
    this.slider = { port, layers, tags, handle };
    this.ports = [{ port, sheets: layers.map((layer) => layer.firstChild) }];
  }

  // A new picture replaces the old one only after it is decoded: nothing flickers.
  put(sheet, pane) {
    if (!sheet.firstChild && this.seed) sheet.append(this.seed.cloneNode());
    if (sheet.firstChild) sheet.firstChild.alt = pane.alt;
    if (pane.busy && sheet.firstChild && this.same) {
      // The last result of this photo stays in sight until the new one is there.
      sheet.classList.add("busy");
      delete sheet.dataset.url;
      return;
    }
    if (sheet.dataset.url === pane.url) return;
    sheet.dataset.url = pane.url;
    const next = new Image();
    next.alt = pane.alt;
    next.draggable = false;
    next.src = pane.url;
    next.decode().then(
      () => {
        if (sheet.dataset.url !== pane.url) return;
        sheet.replaceChildren(next);
        sheet.classList.toggle("clear", Boolean(pane.clear));
        sheet.classList.toggle("busy", Boolean(pane.busy));
      },
      () => {
        // Replaced meanwhile: the newer address is on its way. Else try again at the next run.
        if (sheet.dataset.url === pane.url) delete sheet.dataset.url;
      },
    );
  }

  // ---- hands ---------------------------------------------------------------------------------

  makePort() {
    const port = make("div", "port", { tabindex: "0", role: "group" });
    const fingers = new Map();
    let last = null;
    let begun = null; // where a hand came down that may only click
    port.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      begun = fingers.size ? null : { x: event.clientX, y: event.clientY };
      port.focus({ preventScroll: true });
      fingers.set(event.pointerId, event);
      // Captured only where a move means something, so that a phone can still scroll the page.
      const mouse = event.pointerType === "mouse";
      if (mouse || this.place.zoom > 1 || this.slider || fingers.size > 1) {
        port.setPointerCapture(event.pointerId);
      }
      last = this.grip(fingers);
      port.classList.add("moving");
      if (this.slider && mouse && this.place.zoom <= 1) this.follow(event, port);
    });
    port.addEventListener("pointermove", (event) => {
      if (!fingers.has(event.pointerId)) return;
      fingers.set(event.pointerId, event);
      if (begun && Math.hypot(event.clientX - begun.x, event.clientY - begun.y) > STILL) begun = null;
      const now = this.grip(fingers);
      // With nothing to pan, a drag across the slider's pictures moves its handle.
      if (this.slider && this.place.zoom <= 1 && fingers.size === 1) this.follow(event, port);
      if (fingers.size > 1) this.zoomBy(now.spread / last.spread, port, now);
      const [x, y] = [now.clientX - last.clientX, now.clientY - last.clientY];
      this.go(panned(this.place, this.fit(port), x, y));
      last = now;
    });
    const lift = (event) => {
      fingers.delete(event.pointerId);
      last = fingers.size ? this.grip(fingers) : null;
      if (!fingers.size) port.classList.remove("moving");
    };
    port.addEventListener("pointerup", (event) => {
      // A click into the pictures moves the divider there, zoomed or not.
      if (this.slider && begun && fingers.has(event.pointerId)) this.follow(event, port);
      lift(event);
    });
    port.addEventListener("pointercancel", lift);
    // A plain wheel belongs to the page until the picture was clicked; a pinch is always ours.
    port.addEventListener(
      "wheel",
      (event) => {
        const ours = event.ctrlKey || event.metaKey || port.matches(":focus-within");
        if (!ours) return;
        const out = event.deltaY > 0;
        if (out && this.place.zoom <= 1 && !event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const step = clamp(event.deltaY * (event.deltaMode ? 16 : 1), -240, 240);
        this.zoomBy(Math.exp(-step / (event.ctrlKey ? 120 : 320)), port, event);
      },
      { passive: false },
    );
    port.addEventListener("dblclick", (event) => {
      if (this.place.zoom > 1) this.reset();
      else this.zoomBy(2.5, port, event);
    });
    port.addEventListener("keydown", (event) => this.key(event));
    return port;
  }

  // The middle of all fingers and how far they are apart.
  grip(fingers) {
    const points = [...fingers.values()];
    const clientX = points.reduce((sum, p) => sum + p.clientX, 0) / points.length;
    const clientY = points.reduce((sum, p) => sum + p.clientY, 0) / points.length;
    const spread = Math.hypot(points[0].clientX - clientX, points[0].clientY - clientY) || 1;
    return { clientX, clientY, spread };
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = 0.12 / this.place.zoom;
    const moves = {
      ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step],
    };
    if (event.key === "+" || event.key === "=") this.zoomBy(1.25);
    else if (event.key === "-" || event.key === "_") this.zoomBy(1 / 1.25);
    else if (event.key === "0") this.reset();
    else if (event.key === "f") this.fullscreen();
    else if (event.key in moves && this.place.zoom > 1) {
      const [x, y] = moves[event.key];
      const { place } = this;
      this.go(lookingAt(place, this.fit(this.ports[0].port), place.x + x, place.y + y));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  listenHandle(handle, port) {
    handle.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      handle.focus({ preventScroll: true });
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) this.follow(event, port);
    });
    handle.addEventListener("dblclick", (event) => {
      event.stopPropagation();
      this.divide(50);
    });
    handle.addEventListener("keydown", (event) => {
      const { split } = this.place;
      const step = event.shiftKey ? 10 : 2;
      const moves = {
        ArrowLeft: split - step, ArrowDown: split - step,
        ArrowRight: split + step, ArrowUp: split + step,
        PageDown: split - 10, PageUp: split + 10, Home: 0, End: 100,
      };
      if (!(event.key in moves)) return;
      this.divide(moves[event.key]);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  // ---- the place looked at -------------------------------------------------------------------

  fit(port) {
    return fitIn(port, this.aspect);
  }

  get full() {
    return this.root.getRootNode().fullscreenElement === this.root;
  }

  // The height that the stage may have, CSS pixels.
  room() {
    const { fills, below = 0 } = this.data;
    const bar = this.bar.offsetHeight;
    if (this.full) return innerHeight - bar - 3 * MARGIN;
    if (!fills) return innerHeight * HELD;
    const scrolled = this.scroller ? this.scroller.scrollTop : window.scrollY;
    const top = this.stage.getBoundingClientRect().top + scrolled;
    // A sheet over the lower edge takes the place of what stands under the viewer.
    const lower = Math.max(bar + below + MARGIN, this.taken.offsetHeight + MARGIN);
    return Math.max(FLOOR, innerHeight - top - lower);
  }

  lay() {
    const slider = this.shape === "slider";
    const width = this.stage.clientWidth;
    if (!width) return; // not in sight
    const grid = bestGrid({
      width, height: this.room(), aspect: this.aspect, gap: GAP,
      count: this.ports.length, caption: slider ? 0 : CAPTION,
    });
    Object.assign(this.stage.style, {
      gridTemplateColumns: `repeat(${grid.columns}, ${grid.width}px)`,
      gridTemplateRows: grid.swipe ? `repeat(${grid.rows}, auto)` : "",
      gridAutoFlow: grid.swipe ? "column" : "row",
    });
    this.stage.classList.toggle("swipe", grid.swipe);
    for (const { port } of this.ports) {
      port.style.width = `${grid.width}px`;
      port.style.height = `${grid.height}px`;
    }
  }

  // CSS pixels in a port from its middle.
  fromMiddle({ clientX, clientY }, port) {
    const box = port.getBoundingClientRect();
    return [clientX - box.left - box.width / 2, clientY - box.top - box.height / 2];
  }

  zoomBy(factor, port = this.ports[0]?.port, at = null) {
    if (!port) return;
    const pointer = at ? this.fromMiddle(at, port) : undefined;
    this.go(zoomed(this.place, this.fit(port), factor, pointer));
  }

  reset() {
    this.go(WHOLE);
  }

  go(place) {
    Object.assign(this.place, place);
    this.draw();
  }

  follow(event, port) {
    const box = port.getBoundingClientRect();
    this.divide(((event.clientX - box.left) / box.width) * 100);
  }

  divide(percent) {
    this.place.split = clamp(percent, 0, 100);
    this.draw();
  }

  draw() {
    if (!this.data || !this.ports.length) return;
    this.lay();
    const { place } = this;
    for (const { port, sheets } of this.ports) {
      const style = sheetStyle(place, this.fit(port));
      for (const sheet of sheets) Object.assign(sheet.style, style);
      port.classList.toggle("zoomed", place.zoom > 1);
    }
    if (this.slider) {
      const { layers, tags, handle } = this.slider;
      const { split } = place;
      layers[0].style.clipPath = `inset(0 ${100 - split}% 0 0)`;
      layers[1].style.clipPath = `inset(0 0 0 ${split}%)`;
      handle.style.left = `${split}%`;
      handle.setAttribute("aria-valuenow", String(Math.round(split)));
      handle.setAttribute("aria-valuetext", `${Math.round(split)} % of the left picture`);
      tags[0].style.opacity = split < 12 ? 0 : 1;
      tags[1].style.opacity = split > 88 ? 0 : 1;
    }
    this.level.textContent = `${Math.round(place.zoom * 100)} %`;
    Object.assign(this.root.dataset, {
      zoom: place.zoom.toFixed(3), x: place.x.toFixed(4), y: place.y.toFixed(4),
    });
  }
}

const viewers = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".viewer");
  if (!root || !data || isStale(root, data)) return;
  if (!places.has(data.key)) {
    places.set(data.key, { picture: null, ...WHOLE, split: 50 });
  }
  let viewer = viewers.get(root);
  if (!viewer) {
    viewer = new Viewer(root, places.get(data.key));
    viewers.set(root, viewer);
  }
  viewer.show(data);
  return () => viewer.leave();
}
