// A button that folds a part of the page. What is open is written on the page's root element, where
// style.css reads it, and kept in the browser's tab.
//
// data: {label, closes}

const KEPT = "carseg-fold";
const WIDE = "(min-width: 1680px)";
const page = document.documentElement;
const drawn = new Set(); // all buttons of the page show the same state

const isOpen = () => page.dataset.carsegFold === "open";

function write(open) {
  page.dataset.carsegFold = open ? "open" : "shut";
  for (const button of drawn) button.setAttribute("aria-expanded", String(open));
}

function begin() {
  if (page.dataset.carsegFold) return;
  write((sessionStorage.getItem(KEPT) ?? (matchMedia(WIDE).matches ? "open" : "shut")) === "open");
}

function press() {
  write(!isOpen());
  sessionStorage.setItem(KEPT, page.dataset.carsegFold);
}

export default function ({ parentElement, data }) {
  const button = parentElement.querySelector(".fold");
  if (!button || !data) return;
  begin();
  drawn.add(button);
  button.querySelector(".label").textContent = data.label;
  button.title = data.label;
  button.classList.toggle("closes", Boolean(data.closes));
  button.setAttribute("aria-expanded", String(isOpen()));
  button.onclick = press;
  return () => drawn.delete(button);
}
