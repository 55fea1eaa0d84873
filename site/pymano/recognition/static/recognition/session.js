// On every page: who is signed in decides what ink this browser may keep. A session that ran out leaves the ink for
// the same user's next sign-in. Leaving by choice (a form with data-sign-out) takes it away, once the server has
// really signed the user out: on a shared computer nothing is left behind. Unread ink is asked about first.

import { forget, kept } from "./kept.js";
import { tell } from "./presence.js";

const LEAVING = "pymano.leaving";
const { user } = document.body.dataset;

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  if (event.target.dataset.signOut === "ask" && hasUnread()) {
    event.preventDefault();
    askToLeave(event.target);
  } else {
    store(() => sessionStorage.setItem(LEAVING, user));
  }
});

function hasUnread() {
  const ink = kept(user);
  return ink !== null && ink.strokes.length > 0 && !ink.reading;
}

function askToLeave(form) {
  const dialog = document.getElementById("unread");
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "leave") return;
    store(() => sessionStorage.setItem(LEAVING, user));
    form.submit();
  }, { once: true });
  dialog.returnValue = "";
  dialog.showModal();
}

store(() => {
  const leaving = sessionStorage.getItem(LEAVING);
  if (leaving && leaving !== user) forget(leaving);
  sessionStorage.removeItem(LEAVING);
  tell(user);
});

document.addEventListener("click", ({ target }) => closeMenus((menu) => !menu.contains(target)));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !document.querySelector("details[data-menu][open]")) return;
  event.preventDefault(); // Esc means more on some pages
  closeMenus(() => true);
});

function closeMenus(which) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (which(menu)) menu.open = false;
  }
}

/** A browser that keeps nothing has nothing to take away. */
function store(act) {
  try {
    act();
  } catch {
    // Storage is forbidden here.
  }
}
