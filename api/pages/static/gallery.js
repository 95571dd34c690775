// Filters as one types, and loads the frames again when a template was saved.
"use strict";
const script = document.currentScript;
const sections = [...document.querySelectorAll("section[data-name]")];
document.getElementById("q").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const section of sections) section.hidden = !section.dataset.name.includes(wanted);
});
if (script.dataset.changes) {
  const told = document.getElementById("changed");
  new EventSource(script.dataset.changes).onmessage = (event) => {
    told.textContent = `${event.data} was saved at ${new Date().toLocaleTimeString()}.`;
    for (const frame of document.querySelectorAll("iframe")) frame.src = frame.src;
  };
}
