// Brush and eraser for a true mask; zoom.js, drawing.js, view.js and hands.js stand before it in the
// same module.
//
// data: {
//   picture, name, url, width, height: id, name and address of the photo, display pixels
//   colour: [r, g, b] of the marking
//   starts: [{id, title, url}]  masks to start from, white on black; no url: nothing is marked
//   begin: id of the first of them
//   truth: id of the mask in use, or ""
//   taken: how often another truth, or none, has taken the place of this photo's
// }
// Sends the trigger "done" with {picture, start, size: [height, width], runs}, see Drawing.runs.
//
// Drawings live here, by picture, so that they survive reruns and other pictures.

const HIDDEN_BYTES = 2 ** 20; // of history of a drawing that is out of sight
const MOST_DRAWINGS = 40;
const SIZES = [1, 200]; // pixels across
const works = new Map(); // picture id -> {drawing, place, truth, sent}
const settings = { tool: "brush", size: 0, opacity: 50 };

// Drawings go with the page: the browser asks before one is lost whose changes are not in use.
addEventListener("beforeunload", (event) => {
  const unused = ({ drawing, truth }) => drawing.done.length > 0 && !truth;
  if ([...works.values()].some(unused)) event.preventDefault();
});

class Brush {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.port = this.find(".port");
    this.canvas = this.find("canvas");
    this.context = this.canvas.getContext("2d");
    this.view = new View(this.port, this.find(".sheet"), () => this.drawView());
    this.hands = new Hands(this);
    this.listen();
    this.resizes = new ResizeObserver(() => this.view.look(this.view.place.x, this.view.place.y));
    this.resizes.observe(this.port);
  }

  get drawing() {
    return this.work?.drawing;
  }

  listen() {
    const actions = {
      brush: () => this.set({ tool: "brush" }),
      eraser: () => this.set({ tool: "eraser" }),
      undo: () => this.step("undo"),
      redo: () => this.step("redo"),
      fill: () => this.change(() => this.drawing.fill()),
      clear: () => this.change(() => this.drawing.replace(null, NOTHING)),
      in: () => this.view.zoomBy(1.5),
      out: () => this.view.zoomBy(1 / 1.5),
      reset: () => this.view.reset(),
      full: () => this.fullscreen(),
      done: () => this.finish(),
    };
    for (const button of this.root.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => actions[button.dataset.do]());
    }
    const size = this.find(".size");
    // Squared: fine steps for fine brushes.
    const [low, high] = SIZES;
    size.addEventListener("input", () =>
      this.set({ size: Math.round(low + (high - low) * (size.value / 100) ** 2) }),
    );
    const opacity = this.find(".opacity");
    opacity.addEventListener("input", () => this.set({ opacity: Number(opacity.value) }));
    this.actions = actions;
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  // ---- contents ------------------------------------------------------------------------------

  show(data, send) {
    const before = this.data;
    Object.assign(this, { data, send });
    if (before?.picture !== data.picture) this.open(data);
    if (before?.url !== data.url) this.showPhoto(data);
    this.showStarts(data.starts);
    const { work } = this;
    if (work.sent !== null && data.taken > work.sent) {
      Object.assign(work, { truth: data.truth, sent: null });
    } else if (work.truth !== data.truth) {
      work.truth = ""; // another truth is in use, or none
    }
    this.set({});
    this.say();
  }

  open({ picture, width, height, begin, truth, starts }) {
    this.close();
    if (!works.has(picture)) {
      const place = { ...WHOLE };
      works.set(picture, { drawing: new Drawing(width, height), place, truth: "", sent: null });
      this.load(works.get(picture), starts.find((start) => start.id === begin), truth);
    }
    this.work = works.get(picture);
    works.delete(picture);
    works.set(picture, this.work); // the last one seen is the last one forgotten
    if (works.size > MOST_DRAWINGS) works.delete(works.keys().next().value);
    Object.assign(this.canvas, { width, height });
    settings.size ||= clamp(Math.round(Math.max(width, height) / 40), 4, SIZES[1]);
    this.port.setAttribute(
      "aria-label",
      `Mark the car in ${this.data.name}. Arrow keys move the crosshair, Space paints, ` +
        "B is the brush, E the eraser.",
    );
    this.hands.rest();
    this.hands.left = null;
    this.view.show(this.work.place, width, height);
    this.paint();
  }

  // Out of sight: what was not touched is forgotten, of the rest a shorter history is kept.
  close() {
    const { work } = this;
    if (!work) return;
    work.drawing.end();
    const { done, undone } = work.drawing;
    if (done.length || undone.length) work.drawing.trim(HIDDEN_BYTES);
    else for (const [id, other] of works) if (other === work) works.delete(id);
  }

  showPhoto({ url, name }) {
    const next = new Image();
    Object.assign(next, { alt: `The photo ${name}`, draggable: false, src: url });
    next.decode().then(
      () => {
        if (this.data.url !== url) return;
        this.find(".sheet img")?.remove();
        this.find(".sheet").prepend(next);
      },
      () => this.data.url === url && this.say("The photo did not arrive: switch drawing off and on."),
    );
  }

  showStarts(starts) {
    const place = this.find(".starts");
    if (place.dataset.shown !== JSON.stringify(starts)) {
      place.dataset.shown = JSON.stringify(starts);
      for (const old of place.querySelectorAll("button")) old.remove();
      for (const start of starts) {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", textContent: start.title });
        button.addEventListener("click", () => this.load(this.work, start));
        place.append(button);
      }
    }
  }

  // Replaces a drawing by a mask; `truth` is given where the drawing is new and this is no change.
  async load(work, start, truth = null) {
    let bits = null;
    try {
      if (start?.url) bits = await pixelsOf(start.url, work.drawing);
    } catch {
      return this.say("This mask did not arrive: choose it again.");
    }
    const { drawing } = work;
    if (truth === null) {
      if (drawing.replace(bits, start.id)) work.truth = "";
    } else if (bits && !drawing.before && !drawing.done.length) {
      Object.assign(drawing, { bits, start: start.id });
      work.truth = truth;
    }
    if (work !== this.work) return;
    this.paint();
    this.say();
  }

  // ---- changes -------------------------------------------------------------------------------

  set(changes) {
    Object.assign(settings, changes);
    const { tool, size, opacity } = settings;
    for (const name of ["brush", "eraser"]) {
      this.find(`[data-do=${name}]`).setAttribute("aria-pressed", String(tool === name));
    }
    const slider = this.find(".size");
    const [low, high] = SIZES;
    slider.value = String(100 * Math.sqrt((size - low) / (high - low)));
    slider.setAttribute("aria-valuetext", `${size} pixels across`);
    this.find(".size-value").textContent = `${size} px`;
    this.find(".opacity").value = String(opacity);
    this.root.dataset.size = String(size);
    const look = `${opacity} ${this.data.colour}`;
    if (look !== this.look) {
      this.look = look;
      this.paint();
    }
    this.drawView();
  }

  resize(factor) {
    const { size } = settings;
    const next = factor > 1 ? Math.max(size + 1, size * factor) : Math.min(size - 1, size * factor);
    this.set({ size: clamp(Math.round(next), ...SIZES) });
  }

  change(action) {
    if (action()) this.changed();
    this.paint();
  }

  step(direction) {
    const box = this.drawing[direction]();
    if (!box) return;
    this.changed();
    this.paint(box);
  }

  changed() {
    Object.assign(this.work, { truth: "", sent: null });
    this.say();
  }

  line(from, to, erase = settings.tool === "eraser") {
    this.paint(this.drawing.line(from, to, settings.size / 2, erase ? 0 : 1));
  }

  finish() {
    if (this.drawing.end()) this.changed();
    const { start, height, width } = this.drawing;
    this.work.sent = this.data.taken;
    const size = [height, width];
    this.send("done", { picture: this.data.picture, start, size, runs: this.drawing.runs() });
    this.say();
  }

  // ---- what is seen --------------------------------------------------------------------------

  say(problem = "") {
    const { work, data } = this;
    const { share, done, undone } = work.drawing;
    const used = work.truth && work.truth === data.truth;
    const marked = `${(100 * share).toFixed(1)} % marked`;
    const rest = used ? "in use as truth" : work.sent !== null ? "sent" : "not in use yet";
    const state = this.find(".state");
    state.textContent = problem || `${marked}, ${rest}`;
    state.classList.toggle("warn", Boolean(problem));
    this.find("[data-do=undo]").disabled = !done.length;
    this.find("[data-do=redo]").disabled = !undone.length;
    Object.assign(this.root.dataset, { share: String(share), used: used ? "yes" : "no" });
  }

  // The marking on the canvas: see-through, with a full line along its edge.
  paint(box = this.drawing.everything) {
    const { width, height, bits } = this.drawing;
    const line = Math.max(1, Math.round(Math.max(width, height) / 800));
    const left = Math.max(0, box[0] - line);
    const top = Math.max(0, box[1] - line);
    const right = Math.min(width, box[2] + line);
    const bottom = Math.min(height, box[3] + line);
    if (right <= left || bottom <= top) return;
    const image = this.context.createImageData(right - left, bottom - top);
    const [r, g, b] = this.data.colour;
    const inside = Math.round(2.55 * settings.opacity);
    let n = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++, n += 4) {
        const i = y * width + x;
        if (!bits[i]) continue;
        const edge =
          (x >= line && !bits[i - line]) || (x < width - line && !bits[i + line]) ||
          (y >= line && !bits[i - line * width]) || (y < height - line && !bits[i + line * width]);
        image.data[n] = r;
        image.data[n + 1] = g;
        image.data[n + 2] = b;
        image.data[n + 3] = edge ? 255 : inside;
      }
    }
    this.context.putImageData(image, left, top);
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

async function pixelsOf(url, { width, height }) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Uint8Array.from({ length: width * height }, (_, i) => (data[4 * i] > 127 ? 1 : 0));
}

const brushes = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".brush");
  if (!root || !data) return;
  let brush = brushes.get(root);
  if (!brush) {
    brush = new Brush(root);
    brushes.set(root, brush);
  }
  brush.show(data, setTriggerValue);
  return () => {
    brush.close();
    brush.resizes.disconnect();
  };
}
