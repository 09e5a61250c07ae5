(() => {
  // Look again when something happened, but never under somebody's hands.
  const { watch, version } = document.body.dataset;
  const live = document.getElementById("live");
  const busy = () => document.querySelector("main details[open], main form :focus, button.box:focus");
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch("/_sandbox/version", { cache: "no-store" });
      const now = String((await answer.json())[watch]);
      if (now === version) live.textContent = "";
      else if (busy()) live.textContent = "Something changed; load the page again to see it.";
      else location.reload();
    } catch {
      live.textContent = "The sandbox has stopped.";
    }
  }, 2000);
})();
