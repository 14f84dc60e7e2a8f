// A lesson that was started: its room opens in a window of its own, which knows nothing of this one.

document.addEventListener("room-ready", (event) => {
  const { url } = /** @type {CustomEvent<{url: string}>} */ (event).detail;
  const room = window.open(url, "_blank");
  // Where windows are blocked, the link to the room stands on the page.
  if (room) room.opener = null;
  else document.getElementById("room")?.focus();
});
