// On every page: who is signed in decides what ink this browser may keep. A session that ran out leaves the ink for
// the same user's next sign-in. Leaving by choice (a form with data-sign-out) takes it away, once the server has
// really signed the user out: on a shared computer nothing is left behind.

import { forget } from "./kept.js";
import { tell } from "./presence.js";

const LEAVING = "pymano.leaving";
const { user } = document.body.dataset;

document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-sign-out]") && user) store(() => sessionStorage.setItem(LEAVING, user));
});

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
