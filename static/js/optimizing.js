// Shows how a search goes; without this file, reload the page.
const run = document.querySelector("[data-progress]");

async function look() {
  try {
    const response = await fetch(run.dataset.progress);
    if (!response.ok) return setTimeout(look, 3000);
    const html = await response.text();
    if (!html.includes("data-running")) return location.reload();
    const held = run.contains(document.activeElement);
    run.innerHTML = html;
    if (held) run.querySelector("button")?.focus();
  } catch {
    // The server was away for a moment.
  }
  setTimeout(look, 1000);
}

if (run) setTimeout(look, 1000);
