// The page: it takes a picture, asks the worker for the mask, draws and saves.
import { scaledRows, VIEWS } from "./picture.js";

const LONGEST = 1600; // pixels of what is shown; what is saved has all
const MOST_BYTES = 50e6;
const MOST_PIXELS = 64e6;
const LEAST_CAR = 0.005;
const ROWS = 256;

const part = (id) => document.getElementById(id);
const worker = new Worker("network.js", { type: "module" });
let number = 0; // of the latest picture: answers to earlier ones are not shown
let shown = null; // { name, bitmap, result }

const tell = (text) => (part("status").textContent = text);

function complain(text) {
  part("error").textContent = text;
  part("error").hidden = !text;
}

function busy(on) {
  part("stage").setAttribute("aria-busy", on);
}

// ---- a picture comes in ----------------------------------------------------------------------

async function take(file) {
  complain("");
  if (!file) return;
  if (file.size > MOST_BYTES) {
    return complain(`“${file.name}” has ${Math.round(file.size / 1e6)} MB: give a picture of up to 50 MB.`);
  }
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return complain(
      `“${file.name}” cannot be read as a picture by this browser: save it as JPEG, PNG or WebP and choose it again.`,
    );
  }
  if (bitmap.width * bitmap.height > MOST_PIXELS) {
    bitmap.close();
    return complain(`“${file.name}” has over 64 million pixels: make it smaller and choose it again.`);
  }
  ask(file.name, bitmap);
}

function ask(name, bitmap) {
  number += 1;
  waiting.set(number, { name, bitmap });
  busy(true);
  tell(`Looking for the car in ${name} …`);
  worker.postMessage({ number, bitmap });
}
const waiting = new Map();

worker.onmessage = ({ data }) => {
  if (data.facts) return greet(data.facts);
  if (data.missing) return broken(data.missing);
  const { name, bitmap } = waiting.get(data.number);
  waiting.delete(data.number);
  if (data.number !== number) return bitmap.close();
  busy(false);
  if (data.error) {
    bitmap.close();
    tell("");
    return complain(`“${name}” could not be cut out: ${data.error}. Choose a smaller picture, or open the page again.`);
  }
  shown?.bitmap.close();
  shown = { name, bitmap, result: data.result };
  document.body.classList.add("full");
  const { share, ms } = data.result;
  const found =
    share < LEAST_CAR ? "No car found" : `${(100 * share).toFixed(1)} % of the picture is car`;
  tell(`${found}. Network ${Math.round(ms.network)} ms, scaling ${Math.round(ms.prepare)} ms.`);
  draw();
};
worker.onerror = () => broken("this browser cannot run it; take a current one");

function greet(facts) {
  const megabytes = (facts.bytes / 1e6).toFixed(1);
  part("model").textContent = `${facts.title} (${facts.model}, ${facts.precision}, ${megabytes} MB)`;
  if (!shown && !number) tell("Ready.");
  document.body.dataset.ready = "yes";
}

function broken(why) {
  tell("");
  busy(false);
  complain(`The network could not be loaded: ${why}. Open the page again, or build it again with “make demo”.`);
}

// ---- what is seen and saved ------------------------------------------------------------------

const chosenView = () => document.querySelector("input[name=view]:checked").value;

function colourOf(text) {
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}

/** The result at a size, painted on a canvas in strips. */
function paint(canvas, [height, width], view) {
  const { bitmap, result } = shown;
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "white";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, width, height);
  const colour = colourOf(part("colour").value);
  const rows = scaledRows(result.probability, result.grid, [height, width]);
  for (let top = 0; top < height; top += ROWS) {
    const strip = pen.getImageData(0, top, width, Math.min(ROWS, height - top));
    for (let at = 0; at < strip.data.length; ) {
      const { value: row } = rows.next();
      for (let x = 0; x < width; x++, at += 4) {
        VIEWS[view](strip.data, at, row[x], result.threshold, colour);
      }
    }
    pen.putImageData(strip, 0, top);
  }
}

function draw() {
  const view = chosenView();
  part("colour").parentElement.hidden = view !== "background";
  if (!shown) return;
  const [height, width] = shown.result.size;
  const scale = Math.min(1, LONGEST / Math.max(height, width));
  const size = [height, width].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = part("picture");
  paint(canvas, size, view);
  canvas.className = view;
  canvas.style.setProperty("--shape", width / height);
  const label = document.querySelector(`label[for=${view}]`).textContent;
  canvas.setAttribute("aria-label", `${label} of ${shown.name}`);
}

async function save() {
  const view = chosenView();
  const canvas = document.createElement("canvas");
  let blob = null;
  try {
    paint(canvas, shown.result.size, view);
    blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  } catch {
    // a canvas of this size is too large here: it is said below
  }
  if (!blob) return complain("This browser cannot make a picture so large: choose a smaller copy of it.");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${shown.name.replace(/\.[^.]*$/, "")}.${view}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// ---- hands -----------------------------------------------------------------------------------

function takeOne(files, otherwise) {
  const [first] = files;
  if (!first) return complain(otherwise);
  take(first);
}

part("file").addEventListener("change", ({ target }) => {
  take(target.files[0]);
  target.value = ""; // the same file may be chosen again
});
for (const view of document.querySelectorAll("input[name=view]")) view.addEventListener("change", draw);
part("colour").addEventListener("input", draw);
part("save").addEventListener("click", save);
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("over");
});
addEventListener("dragleave", ({ relatedTarget }) => {
  if (!relatedTarget) document.body.classList.remove("over");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  takeOne(event.dataTransfer.files, "That was no file: save the picture first, and drop its file here.");
});
addEventListener("paste", ({ clipboardData }) =>
  takeOne(clipboardData.files, "There is no picture in the clipboard: copy one and paste again."),
);
for (const sample of document.querySelectorAll("[data-sample]")) {
  sample.addEventListener("click", async () => {
    const name = sample.dataset.sample;
    const answer = await fetch(`samples/${name}`);
    take(new File([await answer.blob()], name));
  });
}
