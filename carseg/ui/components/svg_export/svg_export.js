// Buttons that save the one Plotly figure in a container of the page.
//
// data: {container: the key of the container, file: a name without ending}
//
// Plotly itself is not in reach from here, but the button of its tool bar is: it saves in the
// format that the figure's own settings name.

const BUTTON = '.modebar-btn[data-title^="Download"]';

function save({ container, file }, format) {
  const figure = document.querySelector(`.st-key-${container} .js-plotly-plot`);
  const button = figure?.querySelector(BUTTON);
  if (!button || !figure._context) return false;
  const scale = format === "png" ? 2 : 1;
  figure._context.toImageButtonOptions = { format, filename: file, scale };
  button.click();
  return true;
}

export default function ({ parentElement, data }) {
  const status = parentElement.querySelector("[role=status]");
  for (const button of parentElement.querySelectorAll("button")) {
    button.onclick = () => {
      const done = save(data, button.dataset.format);
      status.textContent = done ? "" : "The figure is not drawn yet: try again in a moment.";
    };
  }
}
