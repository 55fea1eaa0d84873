// The Picture page: a picture that is chosen, taken, dropped or pasted is shown and read. Only here are the page's ids
// known.

import { newId } from "./drawing.js";
import { prepare } from "./photograph.js";
import { whenBack } from "./presence.js";
import { Reader } from "./reader.js";
import { ReadingPanel } from "./reading-panel.js";
import { correct, Problem, readPicture } from "./server.js";

const part = (id) => document.getElementById(id);
const { user, username } = document.body.dataset;
let chosen = null; // {picture, drawing}: one prediction for a picture, however often it is tried

const reader = new Reader((signal) => readPicture(chosen.picture, { username, drawing: chosen.drawing, signal }), {
  reading: () => panel.dim(),
  read: (reading) => panel.show(reading),
  problem: (problem) => panel.problem(problem),
});
const panel = new ReadingPanel(part("reading"), "picture", {
  correct: (id, text) => correct(id, text, { username }),
  again: () => reader.now(),
});

async function take(file) {
  const mine = { drawing: newId() };
  chosen = mine;
  reader.stop();
  panel.empty();
  show(file);
  panel.dim();
  const { picture, problem } = await prepare(file);
  if (chosen !== mine) return;
  if (problem) {
    panel.problem(new Problem(problem));
    return;
  }
  mine.picture = picture;
  reader.now();
}

function show(file) {
  URL.revokeObjectURL(part("preview").src);
  part("preview").src = URL.createObjectURL(file);
  part("preview").alt = `Your picture: ${file.name || "pasted"}`;
  part("preview").hidden = false;
  part("unseen").hidden = true;
  part("unseen-name").textContent = file.name;
  part("invitation").hidden = true;
}

part("preview").addEventListener("error", () => {
  part("preview").hidden = true;
  part("unseen").hidden = false;
});

// Choosing and taking.

for (const id of ["choose", "capture"]) {
  part(id).addEventListener("change", ({ target }) => {
    if (target.files.length) take(target.files[0]);
    target.value = ""; // so that the same file can be chosen again
  });
}

// Dropping, anywhere on the page: a miss must not make the browser open the file.

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  part("frame").classList.add("over");
});

document.addEventListener("dragleave", ({ relatedTarget }) => {
  if (!relatedTarget) part("frame").classList.remove("over");
});

document.addEventListener("drop", (event) => {
  event.preventDefault();
  part("frame").classList.remove("over");
  takeFirst(event.dataTransfer.files, "That was no picture. Drop a picture file.");
});

document.addEventListener("paste", (event) => {
  if (event.target.closest("input, textarea")) return;
  takeFirst(event.clipboardData.files, "There is no picture to paste. Copy one first.");
});

function takeFirst(files, otherwise) {
  if (files.length) take(files[0]);
  else panel.remark(otherwise);
}

whenBack(user, () => reader.wake());
