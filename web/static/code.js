/* How long a code is good yet, by this telephone's own count of seconds; once it is over, it is not shown any more. Without
   this script the time stands on the page, and the till says the rest. */
(function () {
  "use strict";
  const left = document.getElementById("code-left");
  if (!left) {
    return;
  }
  const end = Date.now() + 1000 * Number(left.dataset.seconds);
  const beat = window.setInterval(tell, 500);

  function tell() {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds > 0) {
      const clock = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
      left.textContent = left.dataset.words.replace("{}", clock);
      return;
    }
    window.clearInterval(beat);
    const over = document.getElementById("code-over");
    document.getElementById("code-good").hidden = true;
    over.hidden = false;
    over.append(Object.assign(document.createElement("p"), { textContent: over.dataset.words }));
    document.getElementById("code-again").className = "primary";
  }

  left.hidden = false;
  tell();
})();
