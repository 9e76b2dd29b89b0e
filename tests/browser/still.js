// Returns once no script has run, and nothing has changed, moved or loaded, for `quiet` ms; throws after
// `patience` ms, saying what went on. The time is counted in looks at the page, not by the clock: on
// a busy machine the page may stand still for a second because nobody lets it work.
async ({ quiet, patience }) => {
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  const begun = performance.now();
  const pause = 25;
  let still = 0, what = null; // for how many ms of looks nothing has changed
  const watch = new MutationObserver((records) => {
    still = 0;
    what = records.at(-1).target;
  });
  const watched = new Set();
  const idle = "[data-testid=stApp][data-test-script-state=notRunning]";
  const onTheWay = "[data-testid=stSkeleton], [data-testid=stStatusWidget]";

  // The page and all that our own components hide from its selectors.
  const roots = () => {
    const hosts = [...document.querySelectorAll("*")].filter((element) => element.shadowRoot);
    return [document, ...hosts.map((host) => host.shadowRoot)];
  };
  const loading = (image) => !image.complete && image.loading !== "lazy";
  const moving = (animation) =>
    animation.playState === "running" && animation.effect.getComputedTiming().endTime < Infinity;

  const unready = () => {
    if (!document.querySelector(idle)) return "the script runs";
    if (document.querySelector(onTheWay)) return "a part of the page is on its way";
    for (const root of roots()) {
      if (!watched.has(root)) {
        watched.add(root);
        watch.observe(root, everything);
        still = 0;
      }
      if ([...root.querySelectorAll("img")].some(loading)) return "a picture is on its way";
      if (root.querySelector(".sheet[data-url]:empty")) return "a viewer is empty";
      if (root.getAnimations().some(moving)) return "something moves or fades";
    }
    return "";
  };

  try {
    for (;;) {
      const why = unready();
      still = why ? 0 : still + pause;
      if (still > quiet) return;
      if (performance.now() - begun > patience) {
        throw new Error(`Not still: ${why || `${what?.nodeName} ${what?.className} changes`}.`);
      }
      await new Promise((next) => setTimeout(next, pause));
      await new Promise(requestAnimationFrame); // what was waiting is drawn
    }
  } finally {
    watch.disconnect();
  }
}
