// From a picture's pixels to the network's input, and from its answer to a mask: the same steps as
// in carseg (imaging/grid.py, inference/engines/tensors.py, inference/prediction.py), without a DOM.
// Sizes are [height, width].

/** Python's round: a half goes to the even neighbour. */
function round(x) {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 ? low + 1 : low;
}

/** The grid with the picture's shape and about `area` pixels; sides of at least 16. */
export function gridFor([height, width], area) {
  const scale = Math.sqrt(area / (height * width));
  return [Math.max(16, round(height * scale)), Math.max(16, round(width * scale))];
}

/** For each of `to` places: the first of the `from` pixels that it takes from, and their shares. */
function taps(from, to, sharesAt) {
  const scale = from / to;
  return Array.from({ length: to }, (_, place) => sharesAt(place, scale, from));
}

/** Pillow's bilinear filter: a triangle as wide as the pixels that fall into one. */
function triangle(place, scale, from) {
  const reach = Math.max(scale, 1);
  const middle = (place + 0.5) * scale;
  const first = Math.max(0, Math.trunc(middle - reach + 0.5));
  const end = Math.min(from, Math.trunc(middle + reach + 0.5));
  const shares = [];
  for (let x = first; x < end; x++) {
    shares.push(Math.max(0, 1 - Math.abs((x - middle + 0.5) / reach)));
  }
  const sum = shares.reduce((a, b) => a + b, 0);
  return { first, shares: shares.map((share) => share / sum) };
}

/** Between the two nearest cells; beyond the outer ones their value stays. */
function linear(place, scale, from) {
  const at = Math.min(Math.max((place + 0.5) * scale - 0.5, 0), from - 1);
  const first = Math.min(Math.floor(at), Math.max(from - 2, 0));
  return from === 1 ? { first, shares: [1] } : { first, shares: [first + 1 - at, at - first] };
}

/** The mean of the cells that a place covers, by the area of each. */
function area(place, scale, from) {
  const [low, high] = [place * scale, Math.min((place + 1) * scale, from)];
  const first = Math.floor(low);
  const shares = [];
  for (let x = first; x < high - 1e-9; x++) {
    shares.push((Math.min(x + 1, high) - Math.max(x, low)) / (high - low));
  }
  return { first, shares };
}

const BITS = 22; // Pillow counts shares in so many bits, and rounds after each direction
const inBits = ({ first, shares }) => ({
  first,
  shares: shares.map((share) => Math.trunc(0.5 + share * 2 ** BITS)),
});

/** Scales a picture to a grid, row by row, so that no copy of a large picture is needed. */
export class Scaler {
  constructor([height, width], grid) {
    [this.width, this.grid] = [width, grid];
    this.down = taps(height, grid[0], triangle).map(inBits);
    this.across = taps(width, grid[1], triangle).map(inBits);
    this.narrow = new Uint8Array(height * grid[1] * 3);
    this.filled = 0;
  }

  /** Takes the next rows, RGBA, all columns. */
  add(rgba) {
    const half = 2 ** (BITS - 1);
    const rows = rgba.length / (4 * this.width);
    for (let y = 0; y < rows; y++, this.filled++) {
      let out = this.filled * this.grid[1] * 3;
      for (const { first, shares } of this.across) {
        let [red, green, blue] = [half, half, half];
        let at = 4 * (y * this.width + first);
        for (let k = 0; k < shares.length; k++, at += 4) {
          red += rgba[at] * shares[k];
          green += rgba[at + 1] * shares[k];
          blue += rgba[at + 2] * shares[k];
        }
        this.narrow[out++] = Math.min(red >> BITS, 255);
        this.narrow[out++] = Math.min(green >> BITS, 255);
        this.narrow[out++] = Math.min(blue >> BITS, 255);
      }
    }
  }

  /** The picture on the grid, RGB, once all rows were added. */
  get rgb() {
    const line = this.grid[1] * 3;
    const found = new Uint8Array(this.grid[0] * line);
    this.down.forEach(({ first, shares }, y) => {
      for (let x = 0; x < line; x++) {
        let sum = 2 ** (BITS - 1);
        for (let k = 0; k < shares.length; k++) sum += this.narrow[(first + k) * line + x] * shares[k];
        found[y * line + x] = Math.min(sum >> BITS, 255);
      }
    });
    return found;
  }
}

/** Where each place of a padded side takes its pixel from: mirrored, or the border's if too thin. */
function padded(side, multiple, mirrored) {
  const missing = ((-side % multiple) + multiple) % multiple;
  const before = Math.floor(missing / 2);
  return Array.from({ length: side + missing }, (_, place) => {
    const at = place - before;
    if (!mirrored) return Math.min(Math.max(at, 0), side - 1);
    return at < 0 ? -at : at >= side ? 2 * side - 2 - at : at;
  });
}

/** What the network is given, and where the picture is in it: normalised, mirrored to a multiple. */
export function networkInput(rgb, [height, width], { mean, std, multiple }) {
  const most = (side) => Math.ceil((((-side % multiple) + multiple) % multiple) / 2);
  const mirrored = most(width) < width && most(height) < height;
  const [rows, columns] = [height, width].map((side) => padded(side, multiple, mirrored));
  const values = new Float32Array(3 * rows.length * columns.length);
  let out = 0;
  for (let colour = 0; colour < 3; colour++) {
    const [middle, spread] = [Math.fround(mean[colour]), Math.fround(std[colour])];
    const known = Float32Array.from({ length: 256 }, (_, v) => Math.fround(Math.fround(v / 255) - middle) / spread);
    for (const y of rows) for (const x of columns) values[out++] = known[rgb[3 * (y * width + x) + colour]];
  }
  const place = [rows.length - height, columns.length - width].map((extra) => Math.floor(extra / 2));
  return { values, shape: [1, 3, rows.length, columns.length], place };
}

/** The car's probability on the grid: a sigmoid of one class, a softmax of several. */
export function probabilities(logits, shape, place, [height, width], car) {
  const [, classes, rows, columns] = shape;
  const found = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + place[0]) * columns + x + place[1];
      let rest = 0; // the others' weights, the car's being 1
      if (classes === 1) rest = Math.exp(-logits[at]);
      for (let one = 0; one < classes && classes > 1; one++) {
        if (one !== car) rest += Math.exp(logits[one * rows * columns + at] - logits[car * rows * columns + at]);
      }
      found[y * width + x] = 1 / (1 + rest);
    }
  }
  return found;
}

/** The rows of a map of the grid at another size: linear, or the mean of cells where it shrinks. */
export function* scaledRows(map, [height, width], [tall, wide]) {
  const kind = tall < height && wide < width ? area : linear;
  const down = taps(height, tall, kind);
  const across = taps(width, wide, kind);
  const mixed = new Float32Array(width);
  const row = new Float32Array(wide);
  for (const { first, shares } of down) {
    mixed.fill(0);
    shares.forEach((share, k) => {
      const at = (first + k) * width;
      for (let x = 0; x < width; x++) mixed[x] += share * map[at + x];
    });
    for (let x = 0; x < wide; x++) {
      const { first: left, shares: parts } = across[x];
      let sum = 0;
      for (let k = 0; k < parts.length; k++) sum += parts[k] * mixed[left + k];
      row[x] = sum;
    }
    yield row;
  }
}

/** How opaque the car is: half as wide a ramp as the probability's, 0.5 where the mask ends. */
export function opacity(probability, threshold) {
  const centred =
    probability < threshold
      ? probability / (2 * threshold)
      : 1 - (1 - probability) / (2 * (1 - threshold));
  return Math.min(Math.max(2 * centred - 0.5, 0), 1);
}

const CAR = [230, 159, 0]; // orange, as in the app (compositing/overlays.py)

/** Ways to show a result: each changes one pixel (RGBA at `at`) of a picture of the photo. */
export const VIEWS = {
  overlay(pixels, at, probability, threshold) {
    if (probability < threshold) return;
    const light = (0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2]) / 255;
    for (let k = 0; k < 3; k++) pixels[at + k] = (pixels[at + k] + CAR[k] * (0.4 + 0.6 * light)) / 2;
  },
  cutout(pixels, at, probability, threshold) {
    pixels[at + 3] = 255 * opacity(probability, threshold);
  },
  background(pixels, at, probability, threshold, colour) {
    const car = opacity(probability, threshold);
    for (let k = 0; k < 3; k++) pixels[at + k] = car * pixels[at + k] + (1 - car) * colour[k];
  },
  mask(pixels, at, probability, threshold) {
    pixels.fill(probability < threshold ? 0 : 255, at, at + 3);
  },
};
