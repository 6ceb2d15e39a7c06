document.documentElement.classList.add("js");
/* After Leave, Back opens no lesson; a new launch does. */
if (name === "left") {
  if (performance.getEntriesByType("navigation")[0].type === "back_forward") location.replace(document.currentScript.dataset.away);
  else name = "";
}
