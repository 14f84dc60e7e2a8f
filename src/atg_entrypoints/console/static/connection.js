// Forms whose page would be gone, with what is written on it, if they were sent without a connection.

/**
 * Other listeners of `submit` hear of it when the form is really sent.
 * @param {HTMLFormElement} form
 * @param {() => void} failed
 */
export function sendWhenConnected(form, failed) {
  /** @type {"" | "asking" | "connected" | "sent"} */
  let state = "";
  form.addEventListener("submit", async (event) => {
    if (state === "connected") {
      state = "sent";
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (state) return;
    state = "asking";
    try {
      await fetch("/app/api/health", { method: "HEAD", cache: "no-store" });
    } catch {
      state = "";
      failed();
      return;
    }
    state = "connected";
    form.requestSubmit(event.submitter);
  });
}
