// A talk: pictures one after another, and a held key that flips between models.
//
// data: {key, slides: [{title, original: face, faces: [face]}]}
// face: {url, name, alt, note, clear}
//
// Arrows or Page keys step through the pictures; Home and End go to the first and last. While the
// space bar is held the next model is seen; while a number is held, the model of that number; while
// "o" is held, the photo alone. "m" stays with the next model. Escape ends.
// Touch: left third back, the rest forward; a finger that stays flips to the next model.

const HOLD = 280; // ms after which a touch is a hold

const places = new Map(); // key -> {slide, model}: survives reruns

class Talk {
  constructor(root, place) {
    Object.assign(this, { root, place, held: null, slides: [], hold: 0 });
    const find = (name) => root.querySelector(name);
    this.screen = find(".screen");
    this.frame = find(".frame");
    this.name = find(".name");
    this.note = find(".note");
    this.where = find(".where");
    this.spoken = find(".spoken");
    find(".start").addEventListener("click", () => this.start());
    root.addEventListener("keydown", (event) => this.down(event));
    root.addEventListener("keyup", (event) => this.up(event));
    root.addEventListener("blur", () => this.release());
    this.touch();
  }

  // Bound once, so that it can be taken off again.
  left = () => {
    const full = this.root.getRootNode().fullscreenElement ?? document.fullscreenElement;
    if (!full) this.end();
  };

  show(slides) {
    document.addEventListener("fullscreenchange", this.left);
    this.slides = slides;
    this.place.slide = Math.min(this.place.slide, slides.length - 1);
    this.place.model = Math.min(this.place.model, slides[0].faces.length - 1);
    // A key that is held stays held: slides that were made meanwhile come while people look.
    this.draw();
  }

  get slide() {
    return this.slides[this.place.slide];
  }

  // What is seen now: what a held key asks for, else the model chosen.
  get face() {
    const { faces, original } = this.slide;
    if (this.held === "original") return original;
    const index = this.held === "next" ? this.place.model + 1 : (this.held ?? this.place.model);
    return faces[index % faces.length];
  }

  draw() {
    const { face, slide, slides, place, root } = this;
    this.put(face);
    this.name.textContent = face.name;
    this.note.textContent = face.note;
    this.where.textContent = `${place.slide + 1} / ${slides.length}  ${slide.title}`;
    this.spoken.textContent =
      `Picture ${place.slide + 1} of ${slides.length}, ${slide.title}: ${face.name}. ${face.note}`;
    Object.assign(root.dataset, { slide: place.slide, face: face.name });
    this.prepare();
  }

  // The picture of before stays until the next one is decoded: nothing flickers.
  put(face) {
    if (this.wanted === face.url && this.frame.firstChild?.alt === face.alt) return;
    const next = new Image();
    next.alt = face.alt;
    next.draggable = false;
    next.classList.toggle("clear", face.clear);
    if (face.url) next.src = face.url;
    this.wanted = face.url;
    const place = () => {
      if (this.wanted === face.url) this.frame.replaceChildren(next);
    };
    if (!face.url) this.frame.replaceChildren();
    else if (next.complete || !this.frame.firstChild) place();
    else next.decode().then(place, () => {});
  }

  // All faces of this picture and of its neighbours are fetched ahead.
  prepare() {
    const near = [0, 1, -1].map((step) => this.slides[this.place.slide + step]).filter(Boolean);
    const faces = near.flatMap(({ original, faces }) => [...faces, original]);
    const urls = faces.map((face) => face.url).filter(Boolean);
    const before = this.ready ?? new Map();
    this.ready = new Map(
      urls.map((url) => [url, before.get(url) ?? Object.assign(new Image(), { src: url })]),
    );
  }

  step(by) {
    this.go(this.place.slide + by);
  }

  go(slide) {
    this.place.slide = Math.min(Math.max(slide, 0), this.slides.length - 1);
    this.draw();
  }

  // ---- hands ---------------------------------------------------------------------------------

  down(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (event.target.tagName === "BUTTON" && (key === " " || key === "Enter")) return;
    const steps = {
      ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1,
    };
    const number = /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
    if (key in steps) this.step(steps[key]);
    else if (key === "Home") this.go(0);
    else if (key === "End") this.go(this.slides.length - 1);
    else if (key === "Escape" && this.root.classList.contains("running")) this.end();
    else if (event.repeat && this.held !== null) event.preventDefault();
    else if (key === " ") this.grasp("next");
    else if (key === "o") this.grasp("original");
    else if (number >= 0 && number < this.slide.faces.length) this.grasp(number);
    else if (key === "m" && !event.repeat) {
      this.place.model = (this.place.model + 1) % this.slide.faces.length;
      this.draw();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  up(event) {
    if (event.key === " " || event.key === "o" || /^[1-9]$/.test(event.key)) this.release();
  }

  grasp(what) {
    this.held = what;
    this.draw();
  }

  release() {
    if (this.held === null) return;
    this.held = null;
    this.draw();
  }

  touch() {
    const { screen } = this;
    let timer = 0;
    screen.addEventListener("pointerdown", (event) => {
      if (!this.root.classList.contains("running") || event.button) return;
      screen.setPointerCapture(event.pointerId);
      timer = setTimeout(() => this.grasp("next"), HOLD);
    });
    screen.addEventListener("pointerup", (event) => {
      if (!screen.hasPointerCapture(event.pointerId)) return;
      clearTimeout(timer);
      if (this.held !== null) this.release();
      else this.step(event.clientX < screen.clientWidth / 3 ? -1 : 1);
    });
    screen.addEventListener("pointercancel", () => {
      clearTimeout(timer);
      this.release();
    });
  }

  // ---- the whole screen ----------------------------------------------------------------------

  start() {
    const { root } = this;
    root.classList.add("running");
    root.focus({ preventScroll: true });
    const fill = () => root.classList.add("filling");
    if (!root.requestFullscreen) fill();
    else root.requestFullscreen().catch(fill);
  }

  end() {
    const running = this.root.classList.contains("running");
    this.root.classList.remove("running", "filling");
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    if (running) this.root.querySelector(".start").focus({ preventScroll: true });
  }

  gone() {
    document.removeEventListener("fullscreenchange", this.left);
  }
}

const talks = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".talk");
  if (!root || !data || isStale(root, data)) return;
  if (!places.has(data.key)) places.set(data.key, { slide: 0, model: 0 });
  let talk = talks.get(root);
  if (!talk) {
    talk = new Talk(root, places.get(data.key));
    talks.set(root, talk);
  }
  talk.show(data.slides);
  return () => talk.gone();
}
