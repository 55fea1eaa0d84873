// Talking to the server: the API with the session's cookie. Every failure becomes a Problem whose kind says what the
// page can do about it; the words for it are in words.js.

import { newId } from "./drawing.js";

const API = "/api/v1/";

// code of the API -> kind; where the code is unknown the status decides.
const KINDS = {
  not_authenticated: "signed-out",
  token_not_valid: "signed-out",
  permission_denied: "signed-out",
  nothing_to_read: "nothing",
  throttled: "busy",
  recogniser_busy: "busy",
  site_busy: "busy",
  recogniser_away: "away",
  database_away: "away",
  storage_full: "full",
  storage_away: "unkept",
  recogniser_slow: "slow",
  too_large: "too-large",
  unsupported_media_type: "unsupported",
  malformed: "malformed",
  not_found: "gone",
  read_anew: "read-anew",
};
const STATUSES = {
  401: "signed-out",
  403: "signed-out",
  413: "too-large",
  429: "busy",
  502: "away",
  503: "away",
  504: "slow",
};

export class Problem extends Error {
  /** `wait` is the server's Retry-After in ms, or 0; `about` is for the details: the code and the request's id. */
  constructor(kind, { wait = 0, about = "" } = {}) {
    super(kind);
    this.kind = kind;
    this.wait = wait;
    this.about = about;
  }
}

let trusted = csrfToken();

/** Reads ink ({strokes, drawing}); answers with the API's reading. */
export async function readInk(ink, { username, signal }) {
  await confirmUser(username, signal);
  return send("POST", "predictions/", { json: ink, signal });
}

/** Reads a picture, a Blob, whose type the server finds out by itself. */
export async function readPicture(picture, { username, drawing, signal }) {
  await confirmUser(username, signal);
  const form = new FormData();
  form.append("image", picture, picture.name ?? "picture");
  form.append("drawing", drawing);
  return send("POST", "predictions/", { form, signal });
}

/** A reading as it stands now; a Problem of kind "gone" where it was deleted. */
export async function look(id, { username }) {
  await confirmUser(username);
  return send("GET", `predictions/${id}/`, {});
}

/**
 * Keeps a person's correction of a reading; answers with the reading. A Problem of kind "read-anew" where `of`, the text
 * that was read, is given and is another one by now.
 */
export async function correct(id, text, { username, of }) {
  await confirmUser(username);
  return send("PUT", `predictions/${id}/correction/`, { json: { text, of } });
}

/** Keeps a reading from training, or lets it train; answers with the reading. */
export async function withdraw(id, withdrawn, { username }) {
  await confirmUser(username);
  return send("PUT", `predictions/${id}/consent/`, { json: { withdrawn } });
}

/** What stands behind the site: "ready", "starting" or "away". */
export async function recogniser() {
  const response = await ask("/readyz", {});
  const told = await response.json().catch(() => ({}));
  return response.ok ? (told.recogniser ?? "ready") : "away";
}

/**
 * A sign-in in another tab changes the CSRF cookie, and perhaps who is signed in: ink must not go to someone else's
 * account, so after such a change the server is asked first who it takes us for.
 */
async function confirmUser(username, signal) {
  const token = csrfToken();
  if (token === trusted) return;
  const me = await send("GET", "me/", { signal });
  if (me.username !== username) throw new Problem("someone-else");
  trusted = token;
}

/** Each request has an id from here on: the site, TorchServe and both their logs know it by this. */
async function send(method, path, { json, form, signal }) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken(), "X-Request-ID": newId() };
  if (json) headers["Content-Type"] = "application/json";
  const response = await ask(API + path, { method, headers, body: form ?? (json && JSON.stringify(json)), signal });
  if (!response.ok) throw await problem(response);
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("broken");
  }
}

async function ask(url, options) {
  try {
    return await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(navigator.onLine ? "unreachable" : "offline");
  }
}

async function problem(response) {
  const told = await response.json().catch(() => ({}));
  const wait = 1000 * (Number(response.headers.get("Retry-After")) || 0);
  const id = told.request_id ?? response.headers.get("X-Request-ID");
  const about = [told.code ?? response.status, id].filter(Boolean).join(" · ");
  return new Problem(KINDS[told.code] ?? STATUSES[response.status] ?? "broken", { wait, about });
}

/** Over https the name has a prefix with which browsers take the cookie from this very host alone. */
function csrfToken() {
  return cookie("__Host-csrftoken") || cookie("csrftoken");
}

function cookie(name) {
  return document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}
