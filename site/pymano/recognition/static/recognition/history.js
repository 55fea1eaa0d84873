// The History page: correcting and confirming in place, keeping from training, asking before deleting, and dates in
// the reader's own time.

import { forget, kept } from "./kept.js";
import { correct, withdraw } from "./server.js";
import { percent, whyNotKept } from "./words.js";

const { user, username } = document.body.dataset;
const dialog = document.getElementById("deleting");
const inTheirTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

for (const time of document.querySelectorAll("time")) time.textContent = inTheirTime.format(new Date(time.dateTime));
for (const item of document.querySelectorAll(".item[data-id]")) attend(item);

function attend(item) {
  const part = (name) => item.querySelector(`[data-part="${name}"]`);
  const field = part("form").querySelector("input");

  for (const name of ["confirm", "correct", "withdraw"]) part(name)?.removeAttribute("hidden");
  part("correct").addEventListener("click", () => {
    field.value = part("best").textContent;
    turn(true);
    field.select();
  });
  part("confirm")?.addEventListener("click", async () => {
    if (await keep(correct(item.dataset.id, part("best").textContent, { username, of: item.dataset.text }))) part("correct").focus();
  });
  part("withdraw")?.addEventListener("click", () => {
    const pressed = part("withdraw").getAttribute("aria-pressed") === "true";
    keep(withdraw(item.dataset.id, !pressed, { username }));
  });
  part("leave").addEventListener("click", () => turn(false));
  part("form").addEventListener("keydown", ({ key }) => key === "Escape" && turn(false));
  part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    save(field.value.trim());
  });
  part("delete").addEventListener("click", (event) => {
    event.preventDefault();
    askToDelete(item.dataset.id, part("delete").href, part("best").textContent);
  });

  function turn(correcting) {
    part("form").hidden = !correcting;
    part("best").hidden = correcting;
    (correcting ? field : part("correct")).focus({ preventScroll: true });
  }

  async function save(text) {
    if (!text || text === part("best").textContent) {
      turn(false);
      return;
    }
    if (await keep(correct(item.dataset.id, text, { username, of: item.dataset.text }))) turn(false);
  }

  /** Shows the reading as it is kept now; false where it was not. */
  async function keep(asked) {
    try {
      show(await asked);
      return true;
    } catch ({ kind }) {
      say(`This was not kept. ${whyNotKept(kind)}`, true);
      return false;
    }
  }

  function show({ text, correction, confidence, withdrawn }) {
    item.dataset.text = text;
    part("best").textContent = correction ?? text;
    for (const name of item.querySelectorAll(".tool .visually-hidden")) name.textContent = `“${correction ?? text}”`;
    if (correction !== null) part("confirm")?.remove();
    part("withdraw")?.setAttribute("aria-pressed", withdrawn);
    const trains = part("training") ? training(correction, withdrawn) : "";
    if (part("training")) part("training").textContent = trains;
    say(`${origin(text, correction)}${percent(confidence)} sure`, false, trains);
  }

  function say(text, wrong, more = "") {
    part("state").textContent = text;
    part("state").classList.toggle("wrong-line", wrong);
    document.getElementById("announce").textContent = `${text} ${more}`.trim();
  }
}

/** What a correction was before it. */
function origin(text, correction) {
  if (correction === null) return "";
  return correction === text ? "Confirmed by you. " : `Corrected by you. Read as “${text}”, `;
}

/** What may become of a reading whose owner agrees to teach. */
function training(correction, withdrawn) {
  if (withdrawn) return "· kept from training";
  return correction === null ? "" : "· may train the reader";
}

function askToDelete(id, address, text) {
  const form = dialog.querySelector("form");
  form.action = address.split("?")[0];
  form.onsubmit = () => {
    if (kept(user)?.reading?.id === id) forget(user); // the browser's copy goes too
  };
  document.getElementById("deleting-text").textContent = text;
  dialog.showModal();
}

document.getElementById("deleting-leave").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
