// The arithmetic of the stage: in which grid pictures of one shape are shown largest. Knows nothing of
// a page; stands in the viewer's module.

const LEAST = 190; // CSS pixels: pictures are not shown narrower; the page scrolls then
const NARROW = 600; // on a narrower stage pictures that would be small stand in a row to swipe
const SMALL = 0.62; // of the width that one picture alone would have
const PEEK = 0.9; // in such a row the next picture looks in

// width, height: the stage, CSS pixels.  aspect: a picture's width by its height.
// gap: between pictures.  caption: height of the line under each.
// Returns {columns, rows, width, height, swipe}: the grid, and the size of a picture. A grid to swipe is
// wider than the stage, and is filled column by column.
function bestGrid({ width, height, count, aspect, gap, caption }) {
  const sized = (columns, wide) => {
    const size = Math.max(1, Math.floor(wide));
    const rows = Math.ceil(count / columns);
    return { columns, rows, width: size, height: Math.round(size / aspect), swipe: false };
  };
  const fitting = (columns) => {
    const rows = Math.ceil(count / columns);
    const wide = (width - gap * (columns - 1)) / columns;
    const high = (height - gap * (rows - 1)) / rows - caption;
    return Math.min(wide, high * aspect);
  };
  let best = 1;
  for (let columns = 2; columns <= count; columns += 1) {
    if (fitting(columns) > fitting(best)) best = columns;
  }
  const alone = Math.min(width, (height - caption) * aspect);
  if (count > 1 && width < NARROW && fitting(best) < SMALL * alone) {
    const wide = Math.min(width * PEEK, alone);
    const rows = Math.max(1, Math.floor((height + gap) / (Math.ceil(wide / aspect) + caption + gap)));
    return { ...sized(Math.ceil(count / rows), wide), rows, swipe: true };
  }
  if (fitting(best) >= Math.min(LEAST, alone)) return sized(best, fitting(best));
  const columns = Math.min(count, Math.max(1, Math.floor((width + gap) / (LEAST + gap))));
  return sized(columns, Math.min((width - gap * (columns - 1)) / columns, alone));
}
