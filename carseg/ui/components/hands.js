// Mouse, pen, fingers and keys on the port of a brush: of that for true masks, and of that for results.
//
// The brush has: port, root, view, work, actions by name, line(from, to, erase), changed(), paint(),
// drawView(), resize(factor), step("undo" | "redo"), and drawing: begin(), end() (true where something
// has changed), cancel().

class Hands {
  constructor(brush) {
    this.brush = brush;
    this.fingers = new Map(); // pointer id -> its last event
    this.spot = null; // where brush or crosshair is, in pixels of the picture; null: not seen
    this.keys = false; // the spot is moved by keys
    this.left = null; // where the keys left it when the focus went elsewhere
    this.pen = ""; // what holds the brush down: "pointer", "space" or "enter"
    this.space = false; // held, to move the picture
    this.moving = false;
    const { port, root } = brush;
    const on = (name, act, options) => port.addEventListener(name, act.bind(this), options);
    on("pointerdown", this.down);
    on("pointermove", this.move);
    on("pointerup", this.up);
    on("pointercancel", this.up);
    on("pointerleave", this.leave);
    on("wheel", this.wheel, { passive: false });
    on("focus", this.focus);
    on("blur", this.rest);
    on("keydown", this.portKey);
    on("keyup", this.keyUp);
    on("contextmenu", (event) => event.pointerType !== "mouse" && event.preventDefault());
    root.addEventListener("keydown", (event) => this.key(event));
  }

  get view() {
    return this.brush.view;
  }

  // ---- the brush goes down, along, up --------------------------------------------------------

  lower(pen, point, erase) {
    this.lift();
    this.pen = pen;
    this.erase = erase;
    this.brush.drawing.begin();
    this.along(point, point);
  }

  along(to, from = this.spot) {
    this.spot = to;
    if (this.pen) this.brush.line(from, to, this.erase);
    this.brush.drawView();
  }

  lift() {
    if (this.pen && this.brush.drawing.end()) this.brush.changed();
    this.pen = "";
  }

  // Nothing is held any more.
  rest() {
    if (this.brush.work) this.lift();
    if (this.keys) this.left = this.spot;
    Object.assign(this, { spot: null, keys: false, space: false, moving: false });
    this.fingers.clear();
    this.show();
  }

  show() {
    this.brush.port.classList.toggle("grab", this.space);
    this.brush.port.classList.toggle("moving", this.moving);
    this.brush.drawView();
  }

  // The ring of the brush and, for keys, the crosshair; size is pixels of the picture across.
  showCross(cross, size) {
    const { view, spot } = this;
    cross.toggleAttribute("hidden", !spot);
    this.brush.port.classList.toggle("aimed", Boolean(spot));
    if (!spot) return;
    const at = view.toPort(spot);
    const radius = Math.max(2, (size / 2) * view.scale);
    const [near, far] = [Math.max(radius + 3, 6), Math.max(radius + 16, 22)];
    const arm = (dx, dy, from, to) =>
      `M${at.x + dx * from} ${at.y + dy * from}L${at.x + dx * to} ${at.y + dy * to}`;
    const arms = [[1, 0], [-1, 0], [0, 1], [0, -1]]
      .map(([dx, dy]) => arm(dx, dy, near, far) + (radius > 12 ? arm(dx, dy, 0, 5) : ""))
      .join("");
    for (const circle of cross.querySelectorAll("circle")) {
      circle.setAttribute("cx", at.x);
      circle.setAttribute("cy", at.y);
      circle.setAttribute("r", radius);
    }
    for (const path of cross.querySelectorAll("path")) {
      path.setAttribute("d", this.keys ? arms : "");
    }
  }

  // ---- pointers ------------------------------------------------------------------------------

  down(event) {
    const eraser = event.button === 5; // of a pen turned round
    if (event.button > 1 && !eraser) return;
    const { port, drawing } = this.brush;
    event.preventDefault();
    port.focus({ preventScroll: true });
    port.setPointerCapture(event.pointerId);
    this.keys = false;
    this.fingers.set(event.pointerId, event);
    if (this.fingers.size > 1 || this.space || event.button === 1) {
      if (this.pen) drawing.cancel();
      this.pen = "";
      this.brush.paint();
      this.moving = true;
      this.spot = null;
      this.last = this.grip();
    } else if (!this.moving) {
      this.lower("pointer", this.view.toPicture(event), eraser || undefined);
    }
    this.show();
  }

  move(event) {
    if (this.pen && this.pen !== "pointer") return;
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, event);
    if (this.moving) {
      const now = this.grip();
      if (this.fingers.size > 1) this.view.zoomBy(now.spread / this.last.spread, now);
      this.view.panBy(now.clientX - this.last.clientX, now.clientY - this.last.clientY);
      this.last = now;
      return;
    }
    this.keys = false;
    const steps = this.pen ? (event.getCoalescedEvents?.() ?? []) : [];
    for (const step of steps.length ? steps : [event]) this.along(this.view.toPicture(step));
  }

  up(event) {
    this.fingers.delete(event.pointerId);
    if (this.pen === "pointer") this.lift();
    if (this.fingers.size) this.last = this.grip();
    else this.moving = false;
    if (event.pointerType === "touch") this.spot = null;
    this.show();
  }

  leave() {
    if (this.keys || this.pen || this.moving) return;
    this.spot = null;
    this.show();
  }

  // The middle of all fingers and how far they are apart.
  grip() {
    const points = [...this.fingers.values()];
    const mean = (name) => points.reduce((sum, p) => sum + p[name], 0) / points.length;
    const [clientX, clientY] = [mean("clientX"), mean("clientY")];
    const spread = Math.hypot(points[0].clientX - clientX, points[0].clientY - clientY) || 1;
    return { clientX, clientY, spread };
  }

  // A plain wheel belongs to the page until the picture was clicked; a pinch is always ours.
  wheel(event) {
    const pinch = event.ctrlKey || event.metaKey;
    const out = event.deltaY > 0;
    if (!pinch && !this.brush.port.matches(":focus")) return;
    if (!pinch && out && this.view.place.zoom <= 1) return;
    event.preventDefault();
    const step = clamp(event.deltaY * (event.deltaMode ? 16 : 1), -240, 240);
    this.view.zoomBy(Math.exp(-step / (event.ctrlKey ? 120 : 320)), event);
    if (this.spot) this.along(this.view.toPicture(event));
  }

  // ---- keys ----------------------------------------------------------------------------------

  focus() {
    if (this.brush.port.matches(":focus-visible")) this.aim();
  }

  // The crosshair appears where the brush is or was, else in the middle of what is seen.
  aim() {
    const { place, width, height } = this.view;
    this.spot ??= this.left ?? { x: place.x * width, y: place.y * height };
    this.spot = { x: Math.floor(this.spot.x) + 0.5, y: Math.floor(this.spot.y) + 0.5 };
    this.keys = true;
    this.show();
  }

  portKey(event) {
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in arrows) this.walk(...arrows[event.key], event.shiftKey ? 32 : 4);
    else if (event.key === " ") this.spaceDown(event);
    else if (event.key === "Enter") this.enter();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // far: CSS pixels, but at least one pixel of the picture.
  walk(dx, dy, far) {
    if (!this.keys) this.aim();
    const step = Math.max(1, Math.round(far / this.view.scale));
    const { width, height } = this.view;
    this.along({
      x: clamp(this.spot.x + dx * step, 0.5, width - 0.5),
      y: clamp(this.spot.y + dy * step, 0.5, height - 0.5),
    });
    this.view.reveal(this.spot);
  }

  spaceDown(event) {
    if (event.repeat || this.pen) return;
    if (this.keys) this.lower("space", this.spot);
    else this.space = true;
    this.show();
  }

  keyUp(event) {
    if (event.key !== " ") return;
    if (this.pen === "space") this.lift();
    this.space = false;
    this.show();
  }

  enter() {
    if (!this.keys) this.aim();
    if (this.pen === "enter") this.lift();
    else if (!this.pen) this.lower("enter", this.spot);
  }

  key(event) {
    const { brush } = this;
    const name = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    const actions = {
      b: "brush", e: "eraser", g: "fill", f: "full", "+": "in", "=": "in", "-": "out", 0: "reset",
    };
    // Brackets first: many keyboards make them with AltGr, which says Ctrl and Alt.
    if (name === "[") brush.resize(1 / 1.25);
    else if (name === "]") brush.resize(1.25);
    else if (event.altKey) return;
    else if (command && name === "z") brush.step(event.shiftKey ? "redo" : "undo");
    else if (command && name === "y") brush.step("redo");
    else if (!command && brush.actions[actions[name]]) brush.actions[actions[name]]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
