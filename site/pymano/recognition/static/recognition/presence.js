// Who is signed in, told from tab to tab: a page whose user was signed out may go on when they are back.

const KEY = "pymano.user";

/** Tells the other tabs; the time makes it news even where the user is the same. */
export function tell(user) {
  localStorage.setItem(KEY, JSON.stringify({ user, at: Date.now() }));
}

/** Calls back when another tab was opened by this user. */
export function whenBack(user, act) {
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === KEY && newValue && JSON.parse(newValue).user === user) act();
  });
}
