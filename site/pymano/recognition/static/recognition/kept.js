// Ink kept in this browser, for each user apart: {drawing, strokes, reading}, where `reading` is null until these very
// strokes were read. A browser that keeps nothing (private, full, forbidden) is no error: `keep` then says false.

const key = (user) => `pymano.ink.${user}`;

export function keep(user, ink) {
  try {
    localStorage.setItem(key(user), JSON.stringify(ink));
    return true;
  } catch {
    return false;
  }
}

/** This user's ink, or null. What another version or a stranger's hand wrote there is left out. */
export function kept(user) {
  try {
    const ink = JSON.parse(localStorage.getItem(key(user)));
    if (!ink || typeof ink.drawing !== "string" || !isInk(ink.strokes)) return null;
    return { ...ink, reading: isReading(ink.reading) ? ink.reading : null };
  } catch {
    return null;
  }
}

export function forget(user) {
  try {
    localStorage.removeItem(key(user));
  } catch {
    // Nothing was kept either.
  }
}

/** Calls back with what another tab keeps here for this user from now on: ink, or null when it took it away. */
export function whenKept(user, act) {
  window.addEventListener("storage", (event) => {
    if (event.key === key(user)) act(kept(user));
  });
}

function isInk(strokes) {
  return Array.isArray(strokes) && strokes.every((stroke) => stroke.length > 0 && stroke.every(isPoint));
}

function isReading(reading) {
  return typeof reading?.text === "string" && [reading.characters, reading.alternatives].every(Array.isArray);
}

function isPoint(point) {
  return Array.isArray(point) && point.length === 4 && point.slice(0, 3).every(Number.isFinite);
}
