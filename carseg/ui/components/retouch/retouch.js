// Keep and erase on a result; zoom.js, view.js, hands.js and strokes.js stand before it in the same
// module. What Canvas in __init__.py says of `data` holds here.
//
// Sends the trigger "strokes" with {picture, model, epoch, serial, strokes}: all of them, each time.
// What is not in the picture yet is drawn over it. Strokes live here, by picture and model, so that
// their undo survives reruns and other views; the app has them too.

const MOST_WORKS = 60;
const SIZES = [2, 400]; // pixels across
const LEAST = 220; // the port is at least so high, CSS pixels
const BELOW = 52; // for the line under it
const KEEP = "#2ecc71";
const ERASE = "#ff5a36";
const works = new Map(); // "picture model" -> {epoch, serial, sent, strokes, place}
const settings = { tool: "brush", size: 0, under: 35, over: 0 };

class Retouch {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.port = this.find(".port");
    this.sheet = this.find(".sheet");
    this.canvas = this.find("canvas");
    this.context = this.canvas.getContext("2d");
    this.view = new View(this.port, this.sheet, () => this.drawView());
    this.hands = new Hands(this);
    this.listen();
    this.resizes = new ResizeObserver(() => this.lay());
    this.resizes.observe(this.port);
    this.resizes.observe(document.documentElement);
  }

  get drawing() {
    return this.work?.strokes;
  }

  listen() {
    this.actions = {
      brush: () => this.set({ tool: "brush" }),
      eraser: () => this.set({ tool: "eraser" }),
      undo: () => this.step("undo"),
      redo: () => this.step("redo"),
      clear: () => this.drawing.clear() && this.changed(),
      in: () => this.view.zoomBy(1.5),
      out: () => this.view.zoomBy(1 / 1.5),
      reset: () => this.view.reset(),
      full: () => this.fullscreen(),
    };
    for (const button of this.root.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => this.actions[button.dataset.do]());
    }
    const size = this.find(".size");
    const [low, high] = SIZES;
    // Squared: fine steps for fine brushes.
    size.addEventListener("input", () =>
      this.set({ size: Math.round(low + (high - low) * (size.value / 100) ** 2) }),
    );
    const photo = this.find(".photo-share");
    photo.addEventListener("input", () =>
      this.set({ [this.data.clear ? "under" : "over"]: Number(photo.value) }),
    );
  }

  // The picture and the line under it end above the window's lower edge, however much is above them.
  lay() {
    const full = this.root.getRootNode().fullscreenElement === this.root;
    const top = this.port.getBoundingClientRect().top - this.root.getBoundingClientRect().top;
    const above = full ? top : this.onPage() + top;
    this.port.style.maxHeight = `${Math.max(LEAST, innerHeight - above - BELOW)}px`;
    this.view.look(this.view.place.x, this.view.place.y);
  }

  // How far the brush is from the top of the page, not scrolled.
  onPage() {
    let scrolled = 0;
    for (let e = this.root.getRootNode().host; e; e = e.parentElement) scrolled += e.scrollTop;
    return this.root.getBoundingClientRect().top + scrolled;
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  // ---- contents ------------------------------------------------------------------------------

  show(data, send) {
    Object.assign(this, { data, send });
    const id = `${data.picture} ${data.model}`;
    if (this.id !== id || this.work?.epoch !== data.state.epoch) this.open(id, data);
    this.put("photo", data.photo, `The photo ${data.name}`);
    this.put("result", data.url, `${data.title} on ${data.name}`, data.state.serial);
    this.sheet.classList.toggle("clear", data.clear);
    this.set({});
    this.say();
  }

  open(id, { width, height, title, state, most, most_points: mostPoints }) {
    if (this.work) this.drawing.cancel();
    let work = works.get(id);
    if (!work || work.epoch !== state.epoch) {
      const strokes = new Strokes(width, height, most, mostPoints);
      strokes.adopt(state.strokes);
      const sent = new Map([[state.serial, strokes.now]]);
      work = { epoch: state.epoch, serial: state.serial, sent, strokes, place: { ...WHOLE } };
    }
    works.delete(id);
    works.set(id, work); // the last one seen is the last one forgotten
    if (works.size > MOST_WORKS) works.delete(works.keys().next().value);
    Object.assign(this, { id, work, shown: null });
    Object.assign(this.canvas, { width, height });
    settings.size ||= clamp(Math.round(Math.max(width, height) / 30), 4, SIZES[1]);
    this.port.setAttribute(
      "aria-label",
      `Retouch the result of ${title}. Arrow keys move the crosshair, Space paints, ` +
        "B keeps, E erases.",
    );
    this.hands.rest();
    this.hands.left = null;
    this.view.show(work.place, width, height);
    // What the app did not get before the page changed is sent again.
    if (work.serial > state.serial) this.tell();
  }

  // A new picture replaces the old one only after it is decoded: nothing flickers.
  put(name, url, alt, serial = null) {
    const { work } = this;
    const before = this.sheet.querySelector(`img.${name}`);
    const arrived = () => {
      if (serial === null || work !== this.work) return;
      this.shown = work.sent.get(serial) ?? this.shown;
      for (const old of work.sent.keys()) if (old < serial) work.sent.delete(old);
      this.root.dataset.shown = String(serial);
      this.paint();
    };
    if (before) before.alt = alt;
    if (this.sheet.dataset[name] === url) return arrived();
    this.sheet.dataset[name] = url;
    const next = new Image();
    Object.assign(next, { alt, draggable: false, src: url, className: name });
    next.decode().then(
      () => {
        if (this.sheet.dataset[name] !== url) return;
        this.sheet.querySelector(`img.${name}`)?.remove();
        this.sheet.prepend(next);
        this.set({});
        arrived();
      },
      () => {
        // Replaced meanwhile: the newer address is on its way. Else try again at the next run.
        if (this.sheet.dataset[name] === url) delete this.sheet.dataset[name];
      },
    );
  }

  // ---- changes -------------------------------------------------------------------------------

  set(changes) {
    Object.assign(settings, changes);
    const { tool, size, under, over } = settings;
    for (const name of ["brush", "eraser"]) {
      this.find(`[data-do=${name}]`).setAttribute("aria-pressed", String(tool === name));
    }
    const slider = this.find(".size");
    const [low, high] = SIZES;
    slider.value = String(100 * Math.sqrt((size - low) / (high - low)));
    slider.setAttribute("aria-valuetext", `${size} pixels across`);
    this.find(".size-value").textContent = `${size} px`;
    const share = this.data.clear ? under : over;
    this.find(".photo-share").value = String(share);
    const photo = this.sheet.querySelector("img.photo");
    if (photo) photo.style.opacity = String(share / 100);
    this.root.dataset.size = String(size);
    this.drawView();
  }

  resize(factor) {
    const { size } = settings;
    const next = factor > 1 ? Math.max(size + 1, size * factor) : Math.min(size - 1, size * factor);
    this.set({ size: clamp(Math.round(next), ...SIZES) });
  }

  step(direction) {
    if (this.drawing[direction]()) this.changed();
  }

  changed() {
    this.work.serial += 1;
    this.work.sent.set(this.work.serial, this.drawing.now);
    this.tell();
    this.paint();
    this.say();
  }

  tell() {
    const { picture, model } = this.data;
    const { epoch, serial } = this.work;
    this.send("strokes", { picture, model, epoch, serial, strokes: this.drawing.now });
  }

  line(from, to, erase = settings.tool === "eraser") {
    this.drawing.line(from, to, settings.size / 2, !erase);
    if (this.drawing.full && !this.drawing.open) this.say();
    this.paint();
  }

  // ---- what is seen --------------------------------------------------------------------------

  say() {
    const { data, drawing } = this;
    const count = drawing.now.length;
    const most = drawing.full ? " No further strokes fit: undo some, or reset." : "";
    const strokes = count === 1 ? "1 stroke" : `${count} strokes`;
    const state = this.find(".state");
    const problem = data.problem || most;
    state.textContent = `${data.title}: ${data.note}, ${count ? `edited, ${strokes}` : "not edited"}.${most}`;
    if (data.problem) state.textContent = data.problem;
    state.classList.toggle("warn", Boolean(problem));
    this.find("[data-do=undo]").disabled = !drawing.past.length;
    this.find("[data-do=redo]").disabled = !drawing.future.length;
    this.find("[data-do=clear]").disabled = !count;
    this.root.dataset.strokes = String(count);
  }

  // The strokes that are not in the picture yet, and the one that is being drawn.
  paint() {
    const { context, canvas, drawing } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    const longest = Math.max(canvas.width, canvas.height);
    const there = new Set(this.shown ?? drawing.now);
    for (const { keep, radius, points } of drawing.now.filter((stroke) => !there.has(stroke))) {
      const pixels = points.map(([x, y]) => [x * canvas.width, y * canvas.height]);
      this.draw(keep, radius * longest, pixels);
    }
    const { open } = drawing;
    if (open?.points.length) this.draw(open.keep, open.radius, open.points);
  }

  draw(keep, radius, points) {
    const { context } = this;
    Object.assign(context, {
      lineWidth: 2 * radius, lineCap: "round", lineJoin: "round", strokeStyle: keep ? KEEP : ERASE,
    });
    context.beginPath();
    context.moveTo(...points[0]);
    for (const point of points.length > 1 ? points.slice(1) : points) context.lineTo(...point);
    context.stroke();
  }

  // What follows zoom, pointer and size: the ring, the crosshair, the level.
  drawView() {
    const { view, hands } = this;
    if (!hands || !this.work) return;
    const { zoom, x, y } = view.place;
    this.find(".level").textContent = `${Math.round(zoom * 100)} %`;
    Object.assign(this.root.dataset, { zoom: zoom.toFixed(3), x: x.toFixed(4), y: y.toFixed(4) });
    hands.showCross(this.find(".cross"), settings.size);
  }
}

const retouches = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".retouch");
  if (!root || !data || isStale(root, data)) return;
  let retouch = retouches.get(root);
  if (!retouch) {
    retouch = new Retouch(root);
    retouches.set(root, retouch);
  }
  retouch.show(data, setTriggerValue);
  return () => {
    retouch.hands.rest();
    retouch.resizes.disconnect();
  };
}
