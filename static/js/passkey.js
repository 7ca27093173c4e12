// Says in Swedish why a key (passkey) could not be used.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const texts = {
    NotAllowedError: "Det avbröts, eller så finns det ingen nyckel för Kundval på den här enheten. Försök igen eller välj ett annat sätt.",
    InvalidStateError: "Nyckeln är redan tillagd.",
    SecurityError: "Nycklar kan inte användas på den här adressen. Öppna Kundval med sitt namn, inte med en IP-adress.",
  };
  const text = texts[event.detail.exception.name] || "Webbläsaren kunde inte använda nyckeln. Försök igen eller välj ett annat sätt.";
  let box = document.getElementById("nyckelfel");
  if (!box) {
    box = document.createElement("p");
    box.id = "nyckelfel";
    box.className = "ds-validation-message";
    box.setAttribute("role", "alert");
    document.querySelector("script[data-allauth-onload]").before(box);
  }
  box.textContent = text;
});
