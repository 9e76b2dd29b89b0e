// Zoom and pan: a sheet (the picture) in a port (the frame around it).

const MAX_ZOOM = 24;

class View {
  constructor(port, sheet, onDraw) {
    Object.assign(this, { port, sheet, onDraw });
    this.show({ zoom: 1, x: 0.5, y: 0.5 }, 3, 2);
  }

  // place: {zoom, x, y}, x and y in 0..1 of the picture; it is kept up to date.
  show(place, width, height) {
    Object.assign(this, { place, width, height });
    this.port.style.aspectRatio = `${width} / ${height}`;
    this.draw();
  }

  // The whole picture as it fits into the port, CSS pixels.
  fit() {
    const { clientWidth: w, clientHeight: h } = this.port;
    const width = Math.min(w, (h * this.width) / this.height);
    return { w, h, width, height: (width * this.height) / this.width };
  }

  // CSS pixels per pixel of the picture.
  get scale() {
    return (this.fit().width * this.place.zoom) / this.width;
  }

  // Where the picture's left upper corner lies in the port, CSS pixels.
  get corner() {
    const { w, h, width, height } = this.fit();
    const { zoom, x, y } = this.place;
    return { x: w / 2 - x * width * zoom, y: h / 2 - y * height * zoom };
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
    const { corner, scale } = this;
    return { x: corner.x + point.x * scale, y: corner.y + point.y * scale };
  }

  // Zooms; what is at a pointer stays there.
  zoomBy(factor, at = null) {
    const { place } = this;
    const before = place.zoom;
    place.zoom = clamp(before * factor, 1, MAX_ZOOM);
    const [x, y] = at ? this.fromMiddle(at) : [0, 0];
    const { width, height } = this.fit();
    const gain = 1 / before - 1 / place.zoom;
    this.look(place.x + (x / width) * gain, place.y + (y / height) * gain);
  }

  panBy(x, y) {
    const { width, height } = this.fit();
    const { place } = this;
    this.look(place.x - x / (width * place.zoom), place.y - y / (height * place.zoom));
  }

  look(x, y) {
    const { place } = this;
    const { w, h, width, height } = this.fit();
    if (!width) return; // not in sight
    // The edge of the picture does not leave the edge of the port.
    const roomX = Math.max(0, 0.5 - w / (2 * width * place.zoom));
    const roomY = Math.max(0, 0.5 - h / (2 * height * place.zoom));
    place.x = clamp(x, 0.5 - roomX, 0.5 + roomX);
    place.y = clamp(y, 0.5 - roomY, 0.5 + roomY);
    this.draw();
  }

  reset() {
    this.place.zoom = 1;
    this.look(0.5, 0.5);
  }

  // Pans as far as needed for a pixel of the picture to be in sight.
  reveal(point) {
    const { clientWidth: w, clientHeight: h } = this.port;
    const { x, y } = this.toPort(point);
    const margin = Math.min(24, w / 4, h / 4);
    this.panBy(clamp(x, margin, w - margin) - x, clamp(y, margin, h - margin) - y);
  }

  draw() {
    const { width, height } = this.fit();
    if (!width) return;
    const { corner, place, sheet } = this;
    sheet.style.width = `${width}px`;
    sheet.style.height = `${height}px`;
    sheet.style.transform = `translate(${corner.x}px, ${corner.y}px) scale(${place.zoom})`;
    // Far in, each pixel is to be seen as what it is.
    sheet.classList.toggle("pixels", this.scale > 3);
    this.onDraw();
  }
}
