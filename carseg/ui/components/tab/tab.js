// Leaves the session's token in the tab's own memory (sessionStorage: other tabs, other sites and
// copied links do not have it), and sends the one that it finds there after a reload.
//
// data: {
//   token: names this session
//   photos: how many pictures it holds
//   answered: the last token that was sent, once the app has dealt with it, or ""
// }
// Sends the trigger "back" with {token, photos} of an earlier session.

const PLACE = "carseg-tab";
let sent = "";

function read() {
  try {
    const found = JSON.parse(sessionStorage.getItem(PLACE));
    return typeof found?.token === "string" ? found : null;
  } catch {
    return null; // no memory here, or somebody else's
  }
}

export default function ({ data, setTriggerValue }) {
  const before = read();
  const waits = before && before.token !== data.token && before.token !== data.answered;
  if (waits && before.photos > 0) {
    // The token stays until the app has answered: a second reload must find it again.
    if (sent !== before.token) setTriggerValue("back", before);
    sent = before.token;
    return;
  }
  try {
    sessionStorage.setItem(PLACE, JSON.stringify({ token: data.token, photos: data.photos }));
  } catch {
    // Without memory a reload begins anew, as it would without this.
  }
}
