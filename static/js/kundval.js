// Small conveniences. Every page works without this file.

// `/` moves to the search field, when no field has the focus.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const search = document.querySelector("[data-search]");
  if (event.key === "/" && !typing && search) {
    event.preventDefault();
    search.focus();
  }
});

// A form is sent once, however often its button is pressed. The server holds the key that makes sure.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  if (form.method === "post") form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// The narrow menu is remembered on this device.
const narrow = document.getElementById("smal-meny");
if (narrow) {
  narrow.checked = localStorage.getItem("smal-meny") === "yes";
  narrow.addEventListener("change", () =>
    localStorage.setItem("smal-meny", narrow.checked ? "yes" : "no"),
  );
}
