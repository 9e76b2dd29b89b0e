// A mask that is drawn: one byte a pixel, 0 or 1, row by row, with undo. Knows nothing of a page.
// Points are in pixels of the mask; the centre of the first pixel is at (0.5, 0.5).

const HISTORY_BYTES = 8 * 2 ** 20; // of the drawing in sight; all of 1600 x 1200 takes 240 KB
const NOTHING = "nothing";

class Drawing {
  constructor(width, height) {
    Object.assign(this, { width, height });
    this.bits = new Uint8Array(width * height);
    this.start = NOTHING; // id of the mask it started from
    this.done = []; // patches: what a change flipped, see patch()
    this.undone = [];
    this.before = null; // the pixels before the change that is going on
    this.box = null; // what that change has touched: [left, top, right, bottom)
  }

  get everything() {
    return [0, 0, this.width, this.height];
  }

  // The marked share of the picture, 0..1.
  get share() {
    let marked = 0;
    for (let i = 0; i < this.bits.length; i++) marked += this.bits[i];
    return marked / this.bits.length;
  }

  begin() {
    this.end();
    this.before = this.bits.slice();
  }

  // Sets every pixel whose centre is within the radius of the line, and the one that b is in.
  // Returns the box it touched.
  line(a, b, radius, value) {
    const { bits, width, height } = this;
    const left = clamp(Math.floor(Math.min(a.x, b.x) - radius), 0, width);
    const top = clamp(Math.floor(Math.min(a.y, b.y) - radius), 0, height);
    const right = clamp(Math.ceil(Math.max(a.x, b.x) + radius) + 1, 0, width);
    const bottom = clamp(Math.ceil(Math.max(a.y, b.y) + radius) + 1, 0, height);
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const length = dx * dx + dy * dy;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [px, py] = [x + 0.5 - a.x, y + 0.5 - a.y];
        const t = length ? clamp((px * dx + py * dy) / length, 0, 1) : 0;
        if ((px - t * dx) ** 2 + (py - t * dy) ** 2 <= radius * radius) bits[y * width + x] = value;
      }
    }
    const [x, y] = [Math.floor(b.x), Math.floor(b.y)];
    if (x >= 0 && x < width && y >= 0 && y < height) bits[y * width + x] = value;
    return this.touch([left, top, right, bottom]);
  }

  touch(box) {
    const [a, b] = [this.box ?? box, box];
    this.box = [
      Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3]),
    ];
    return box;
  }

  // Ends a change and keeps it for undo; false where nothing became different.
  end(start = this.start) {
    const { before, box } = this;
    this.before = this.box = null;
    const patch = before && box ? this.patch(before, box) : null;
    if (!patch) return false;
    patch.start = this.start;
    this.start = start;
    this.done.push(patch);
    this.undone = [];
    this.trim(HISTORY_BYTES);
    return true;
  }

  // Gives up a change as if it had not begun.
  cancel() {
    if (this.before) this.bits = this.before;
    this.before = this.box = null;
  }

  // Changes the whole mask at once; `change` gets the pixels.
  whole(change, start = this.start) {
    this.begin();
    change(this.bits);
    this.touch(this.everything);
    return this.end(start);
  }

  replace(bits, start) {
    return this.whole((pixels) => (bits ? pixels.set(bits) : pixels.fill(0)), start);
  }

  // Marks every hole: what cannot be reached from the picture's border without crossing the mask.
  fill() {
    const { width, height } = this;
    return this.whole((bits) => {
      const outside = new Uint8Array(bits.length);
      const stack = new Int32Array(bits.length);
      let top = 0;
      const visit = (i) => {
        if (bits[i] || outside[i]) return;
        outside[i] = 1;
        stack[top++] = i;
      };
      for (let x = 0; x < width; x++) visit(x), visit((height - 1) * width + x);
      for (let y = 0; y < height; y++) visit(y * width), visit(y * width + width - 1);
      while (top) {
        const i = stack[--top];
        const x = i % width;
        if (x > 0) visit(i - 1);
        if (x < width - 1) visit(i + 1);
        if (i >= width) visit(i - width);
        if (i < bits.length - width) visit(i + width);
      }
      for (let i = 0; i < bits.length; i++) bits[i] = outside[i] ? 0 : 1;
    });
  }

  // ---- undo ----------------------------------------------------------------------------------

  // One bit a pixel of the box, set where the mask has changed; null where it has not.
  patch(before, box) {
    const [left, top, right, bottom] = box;
    const flips = new Uint8Array(Math.ceil(((right - left) * (bottom - top)) / 8));
    let [n, changed] = [0, false];
    for (let y = top; y < bottom; y++) {
      for (let i = y * this.width + left; i < y * this.width + right; i++, n++) {
        if (before[i] === this.bits[i]) continue;
        flips[n >> 3] |= 1 << (n & 7);
        changed = true;
      }
    }
    return changed ? { box, flips } : null;
  }

  // Undo and redo are the same flip; the start named in the patch changes places with ours.
  flip(from, to) {
    this.end();
    const patch = from.pop();
    if (!patch) return null;
    const [left, top, right, bottom] = patch.box;
    let n = 0;
    for (let y = top; y < bottom; y++) {
      for (let i = y * this.width + left; i < y * this.width + right; i++, n++) {
        this.bits[i] ^= (patch.flips[n >> 3] >> (n & 7)) & 1;
      }
    }
    [this.start, patch.start] = [patch.start, this.start];
    to.push(patch);
    return patch.box;
  }

  undo() {
    return this.flip(this.done, this.undone);
  }

  redo() {
    return this.flip(this.undone, this.done);
  }

  // Forgets the oldest changes beyond so many bytes.
  trim(most) {
    const size = (patches) => patches.reduce((sum, patch) => sum + patch.flips.length + 64, 0);
    if (size(this.undone) > most) this.undone = [];
    let bytes = size(this.done) + size(this.undone);
    while (bytes > most && this.done.length) bytes -= this.done.shift().flips.length + 64;
  }

  // ---- to Python -----------------------------------------------------------------------------

  // Lengths of the runs of equal pixels, row by row, the first one unmarked (it may be 0).
  runs() {
    const runs = [];
    let [value, length] = [0, 0];
    for (const bit of this.bits) {
      if (bit !== value) {
        runs.push(length);
        [value, length] = [bit, 0];
      }
      length++;
    }
    runs.push(length);
    return runs;
  }
}
