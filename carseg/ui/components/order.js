// Which data are the newest. Streamlit calls a component once its module has been imported, for each
// change of its data anew: a call with older data may come after one with newer data. Knows nothing of
// a page; stands in the module of each component whose data change quickly.

const turns = new WeakMap(); // root -> the newest turn that was shown there

function isStale(root, { turn }) {
  if (turn < (turns.get(root) ?? 0)) return true;
  turns.set(root, turn);
  return false;
}
