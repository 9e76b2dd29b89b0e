// The arithmetic of zoom and pan: a sheet (the picture) in a port (the frame around it). Knows nothing
// of a page; stands first in the module of every component that zooms. Nothing given is changed.
//
// place: {zoom, x, y}  what of the picture is in the middle of the port, x and y in 0..1 of the picture
// fit: {w, h, width, height}  the port, and the whole picture as it fits into it, CSS pixels

const MAX_ZOOM = 24;
const WHOLE = Object.freeze({ zoom: 1, x: 0.5, y: 0.5 });

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// aspect: the picture's width by its height.
function fitIn({ clientWidth: w, clientHeight: h }, aspect) {
  const width = Math.min(w, h * aspect);
  return { w, h, width, height: width / aspect };
}

// The edge of the picture does not leave the edge of the port.
function lookingAt(place, { w, h, width, height }, x, y) {
  if (!width) return place; // not in sight
  const roomX = Math.max(0, 0.5 - w / (2 * width * place.zoom));
  const roomY = Math.max(0, 0.5 - h / (2 * height * place.zoom));
  return { ...place, x: clamp(x, 0.5 - roomX, 0.5 + roomX), y: clamp(y, 0.5 - roomY, 0.5 + roomY) };
}

// What is at a pointer stays there; x and y are its CSS pixels from the middle of the port.
function zoomed(place, fit, factor, [x, y] = [0, 0]) {
  const zoom = clamp(place.zoom * factor, 1, MAX_ZOOM);
  const gain = 1 / place.zoom - 1 / zoom;
  const next = { ...place, zoom };
  return lookingAt(next, fit, place.x + (x / fit.width) * gain, place.y + (y / fit.height) * gain);
}

// The picture follows a hand that moves by so many CSS pixels.
function panned(place, fit, x, y) {
  const { zoom } = place;
  return lookingAt(place, fit, place.x - x / (fit.width * zoom), place.y - y / (fit.height * zoom));
}

// Where the picture's left upper corner lies in the port, CSS pixels.
function cornerOf({ zoom, x, y }, { w, h, width, height }) {
  return { x: w / 2 - x * width * zoom, y: h / 2 - y * height * zoom };
}

function sheetStyle(place, fit) {
  const { x, y } = cornerOf(place, fit);
  const transform = `translate(${x}px, ${y}px) scale(${place.zoom})`;
  return { width: `${fit.width}px`, height: `${fit.height}px`, transform };
}
