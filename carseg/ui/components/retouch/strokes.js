// The strokes on one result, with undo. Knows nothing of a page.
//
// stroke: {keep, radius, points: [[x, y], ...]}  x and y in shares of the picture's sides, the radius
// in shares of its longer side. Strokes are never changed, so a state is a list of them.

const NEAR = 0.0004; // of the longer side: a line may leave out points that lie so near to it
const OUTSIDE = 0.5; // a point is at most so far outside of the picture

class Strokes {
  constructor(width, height, most, mostPoints) {
    Object.assign(this, { width, height, most, mostPoints });
    this.now = [];
    this.past = [];
    this.future = [];
    this.open = null; // the stroke that is being drawn, its points in pixels
  }

  // Takes over what the app has; each stroke can be undone.
  adopt(strokes) {
    this.now = strokes;
    this.past = strokes.map((_, index) => strokes.slice(0, index));
    this.future = [];
  }

  get full() {
    return this.now.length >= this.most || this.points >= this.mostPoints;
  }

  get points() {
    return this.now.reduce((sum, { points }) => sum + points.length, 0);
  }

  begin() {
    this.end();
    this.open = this.full ? null : { points: [] };
  }

  line(from, to, radius, keep) {
    const { open } = this;
    if (!open) return;
    Object.assign(open, { keep, radius });
    if (!open.points.length) open.points.push([from.x, from.y]);
    const [x, y] = open.points[open.points.length - 1];
    if (x !== to.x || y !== to.y) open.points.push([to.x, to.y]);
  }

  // Ends the stroke that is being drawn; false where there is none.
  end() {
    const { open, width, height } = this;
    this.open = null;
    if (!open?.points.length) return false;
    const longest = Math.max(width, height);
    const share = (value, side) =>
      Number(clamp(value / side, -OUTSIDE, 1 + OUTSIDE).toFixed(5));
    const room = this.mostPoints - this.points;
    const points = thinned(open.points, NEAR * longest).slice(0, room);
    this.become([
      ...this.now,
      {
        keep: open.keep,
        radius: Number(Math.min(open.radius / longest, 0.5).toFixed(6)),
        points: points.map(([x, y]) => [share(x, width), share(y, height)]),
      },
    ]);
    return true;
  }

  cancel() {
    this.open = null;
  }

  become(next) {
    this.past.push(this.now);
    this.now = next;
    this.future = [];
  }

  clear() {
    if (!this.now.length) return false;
    this.become([]);
    return true;
  }

  undo() {
    return this.step(this.past, this.future);
  }

  redo() {
    return this.step(this.future, this.past);
  }

  step(from, to) {
    this.end();
    if (!from.length) return false;
    to.push(this.now);
    this.now = from.pop();
    return true;
  }
}

// The points of a line without those that lie within `near` pixels of the rest (Douglas and Peucker).
function thinned(points, near) {
  if (points.length < 3) return points;
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const parts = [[0, points.length - 1]];
  while (parts.length) {
    const [first, last] = parts.pop();
    let [farthest, at] = [near, 0];
    for (let i = first + 1; i < last; i++) {
      const far = away(points[i], points[first], points[last]);
      if (far > farthest) [farthest, at] = [far, i];
    }
    if (!at) continue;
    keep[at] = 1;
    parts.push([first, at], [at, last]);
  }
  return points.filter((_, index) => keep[index]);
}

// Pixels from a point to the line between two others.
function away([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? clamp(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
