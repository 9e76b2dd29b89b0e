// A drawn network: the stage under the mouse, the finger or the focus tells its facts below.
//
// data: {svg: text, facts: [[title, line] per stage], all: [title, line], legend: [[colour, words]]}

function legend(root, entries) {
  root.replaceChildren(
    ...entries.map(([colour, words]) => {
      const entry = document.createElement("span");
      const dot = document.createElement("i");
      dot.style.background = colour;
      entry.append(dot, words);
      return entry;
    }),
  );
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".diagram");
  if (!root || !data) return;
  const scroll = root.querySelector(".scroll");
  const [title, line] = root.querySelectorAll(".facts > *");
  const say = ([first, second]) => {
    title.textContent = `${first}.`;
    line.textContent = second;
  };
  if (scroll.dataset.drawn !== data.svg) {
    scroll.innerHTML = data.svg; // drawn by our own server, names escaped
    scroll.dataset.drawn = data.svg;
    scroll.scrollLeft = 0;
    say(data.all);
  }
  legend(root.querySelector(".legend"), data.legend);
  for (const stage of scroll.querySelectorAll(".stage")) {
    const show = () => {
      for (const other of scroll.querySelectorAll(".on")) other.classList.remove("on");
      stage.classList.add("on");
      say(data.facts[Number(stage.dataset.stage)]);
    };
    stage.onpointerenter = show;
    stage.onfocus = show;
    stage.onclick = show;
  }
}
