// The worker: it holds the network, so that the page answers while it computes.
import * as ort from "./ort.wasm.min.mjs";
import { gridFor, networkInput, probabilities, scaledRows, Scaler } from "./picture.js";

const ROWS = 256; // of the picture at a time: browsers limit the size of a canvas
// Without the headers of cross-origin isolation, which a plain server does not send, there is one.
ort.env.wasm.numThreads = self.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;
ort.env.logLevel = "error";

const ready = load();

async function fetched(name) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`the server has no ${name}`);
  return answer;
}

async function load() {
  const facts = await (await fetched("model.json")).json();
  const graph = await (await fetched(facts.file)).arrayBuffer();
  const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
  return { facts, session };
}

/** The picture on the network's grid, RGB; what is transparent is white. */
function scaled(bitmap, grid) {
  const { width, height } = bitmap;
  const scaler = new Scaler([height, width], grid);
  const canvas = new OffscreenCanvas(width, Math.min(ROWS, height));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  for (let top = 0; top < height; top += ROWS) {
    const rows = Math.min(ROWS, height - top);
    pen.fillStyle = "white";
    pen.fillRect(0, 0, width, rows);
    pen.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    scaler.add(pen.getImageData(0, 0, width, rows).data);
  }
  return scaler.rgb;
}

function shareOf(probability, grid, size, threshold) {
  let car = 0;
  for (const row of scaledRows(probability, grid, size)) {
    for (let x = 0; x < row.length; x++) if (row[x] >= threshold) car++;
  }
  return car / (size[0] * size[1]);
}

async function predict(bitmap) {
  const { facts, session } = await ready;
  const size = [bitmap.height, bitmap.width];
  const began = performance.now();
  const grid = gridFor(size, facts.area);
  const { values, shape, place } = networkInput(scaled(bitmap, grid), grid, facts);
  bitmap.close();
  const prepared = performance.now();
  const answer = await session.run({
    [session.inputNames[0]]: new ort.Tensor("float32", values, shape),
  });
  const { data, dims } = answer[session.outputNames[0]];
  const probability = probabilities(data, dims, place, grid, facts.car);
  const done = performance.now();
  if (!probability.every(Number.isFinite)) throw new Error("its answer is not finite");
  const share = shareOf(probability, grid, size, facts.threshold);
  const ms = { prepare: prepared - began, network: done - prepared };
  return { probability, grid, size, share, ms, threshold: facts.threshold };
}

self.onmessage = async ({ data: { number, bitmap } }) => {
  try {
    self.postMessage({ number, result: await predict(bitmap) });
  } catch (error) {
    self.postMessage({ number, error: String(error?.message ?? error) });
  }
};

ready.then(
  ({ facts }) => self.postMessage({ facts }),
  (error) => self.postMessage({ missing: String(error?.message ?? error) }),
);
