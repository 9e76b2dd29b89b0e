// Zoom and pan of the sheet in the port of a brush; the arithmetic is in zoom.js.

class View {
  constructor(port, sheet, onDraw) {
    Object.assign(this, { port, sheet, onDraw });
    this.show({ ...WHOLE }, 3, 2);
  }

  // place: {zoom, x, y}, x and y in 0..1 of the picture; it is kept up to date.
  show(place, width, height) {
    Object.assign(this, { place, width, height });
    this.port.style.aspectRatio = `${width} / ${height}`;
    this.draw();
  }

  get fit() {
    return fitIn(this.port, this.width / this.height);
  }

  // CSS pixels per pixel of the picture.
  get scale() {
    return (this.fit.width * this.place.zoom) / this.width;
  }

  // CSS pixels in the port from its middle.
  fromMiddle({ clientX, clientY }) {
    const { left, top } = this.port.getBoundingClientRect();
    const { clientLeft, clientTop, clientWidth, clientHeight } = this.port;
    return [clientX - left - clientLeft - clientWidth / 2, clientY - top - clientTop - clientHeight / 2];
  }

  // The pixel of the picture under a pointer; it may lie outside.
  toPicture(event) {
    const [x, y] = this.fromMiddle(event);
    const { place, scale } = this;
    return { x: place.x * this.width + x / scale, y: place.y * this.height + y / scale };
  }

  // The CSS pixel of the port where a pixel of the picture is.
  toPort(point) {
    const { scale } = this;
    const corner = cornerOf(this.place, this.fit);
    return { x: corner.x + point.x * scale, y: corner.y + point.y * scale };
  }

  // Zooms; what is at a pointer stays there.
  zoomBy(factor, at = null) {
    this.go(zoomed(this.place, this.fit, factor, at ? this.fromMiddle(at) : undefined));
  }

  panBy(x, y) {
    this.go(panned(this.place, this.fit, x, y));
  }

  look(x, y) {
    this.go(lookingAt(this.place, this.fit, x, y));
  }

  reset() {
    this.go(WHOLE);
  }

  go(place) {
    Object.assign(this.place, place);
    this.draw();
  }

  // Pans as far as needed for a pixel of the picture to be in sight.
  reveal(point) {
    const { clientWidth: w, clientHeight: h } = this.port;
    const { x, y } = this.toPort(point);
    const margin = Math.min(24, w / 4, h / 4);
    this.panBy(clamp(x, margin, w - margin) - x, clamp(y, margin, h - margin) - y);
  }

  draw() {
    const { fit, place, sheet } = this;
    if (!fit.width) return; // not in sight
    Object.assign(sheet.style, sheetStyle(place, fit));
    // Far in, each pixel is to be seen as what it is.
    sheet.classList.toggle("pixels", this.scale > 3);
    this.onDraw();
  }
}
