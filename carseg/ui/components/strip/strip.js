// A row of thumbnails as a group of radio buttons. What strip() in __init__.py says of `data` holds here.
//
// Sends the trigger "choose" with the id of a thumbnail.

const MARK = '<span class="mark" aria-hidden="true"><svg viewBox="0 0 16 16"><path d="m3 8.5 3.2 3L13 4.5" /></svg></span>';

class Strip {
  constructor(root) {
    this.root = root;
    this.buttons = new Map(); // id -> button
    root.addEventListener("keydown", (event) => this.key(event));
  }

  show({ label, chosen, items }, send) {
    const first = this.chosen === undefined;
    const moved = this.chosen !== chosen;
    Object.assign(this, { chosen, send });
    this.root.setAttribute("aria-label", label);
    const ids = new Set(items.map((item) => item.id));
    for (const [id, button] of this.buttons) {
      if (!ids.has(id)) {
        button.remove();
        this.buttons.delete(id);
      }
    }
    items.forEach((item, index) => {
      if (!this.buttons.has(item.id)) this.buttons.set(item.id, this.make(item.id));
      const button = this.buttons.get(item.id);
      this.fill(button, item);
      if (this.root.children[index] !== button) {
        this.root.insertBefore(button, this.root.children[index] || null);
      }
    });
    this.mark();
    if (moved) this.reveal(this.buttons.get(chosen), first);
  }

  make(id) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "radio");
    button.addEventListener("click", () => this.choose(id));
    return button;
  }

  fill(button, { name, url, clear }) {
    button.title = name;
    button.setAttribute("aria-label", name);
    button.classList.toggle("clear", Boolean(clear));
    if (button.dataset.url === url && button.firstChild) return;
    button.dataset.url = url;
    button.innerHTML = `<span class="plus" aria-hidden="true">+</span>${MARK}`;
    if (!url) return;
    const image = new Image();
    Object.assign(image, { alt: name, draggable: false, src: url });
    button.querySelector(".plus").replaceWith(image);
  }

  // One stop for the Tab key: the chosen one, else the first.
  mark() {
    const stop = this.buttons.has(this.chosen) ? this.chosen : this.buttons.keys().next().value;
    for (const [id, button] of this.buttons) {
      button.setAttribute("aria-checked", String(id === this.chosen));
      button.tabIndex = id === stop ? 0 : -1;
    }
  }

  // Scrolls the row, never the page.
  reveal(button, at_once) {
    if (!button) return;
    const { offsetLeft: left, offsetWidth: width } = button;
    const { scrollLeft, clientWidth } = this.root;
    const start = this.root.offsetLeft;
    if (left - start < scrollLeft || left - start + width > scrollLeft + clientWidth) {
      const behavior = at_once ? "instant" : "smooth";
      this.root.scrollTo({ left: left - start - (clientWidth - width) / 2, behavior });
    }
  }

  choose(id) {
    if (id !== this.chosen) this.send("choose", id);
    this.chosen = id;
    this.mark();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ids = [...this.root.children].map((button) =>
      [...this.buttons].find(([, other]) => other === button)?.[0]);
    const at = [...this.root.children].indexOf(event.target.closest("button"));
    const last = ids.length - 1;
    const to = {
      ArrowRight: at === last ? 0 : at + 1, ArrowDown: at === last ? 0 : at + 1,
      ArrowLeft: at ? at - 1 : last, ArrowUp: at ? at - 1 : last, Home: 0, End: last,
    }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(ids[to]);
    this.buttons.get(ids[to]).focus();
  }
}

const strips = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".strip");
  if (!root || !data || isStale(root, data)) return;
  if (!strips.has(root)) strips.set(root, new Strip(root));
  strips.get(root).show(data, setTriggerValue);
}
