// Returns once no script has run, and nothing has changed, moved or loaded, for `quiet` ms; throws after
// `patience` ms, saying what went on.
async ({ quiet, patience }) => {
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  const begun = performance.now();
  let changed = begun, what = null;
  const watch = new MutationObserver((records) => {
    changed = performance.now();
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
        changed = performance.now();
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
      const now = performance.now();
      if (why) changed = now;
      if (now - changed > quiet) return;
      if (now - begun > patience) {
        throw new Error(`Not still: ${why || `${what?.nodeName} ${what?.className} changes`}.`);
      }
      await new Promise((next) => setTimeout(next, 25));
    }
  } finally {
    watch.disconnect();
  }
}
