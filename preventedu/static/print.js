/* A button that prints the page; without script it is not shown. */
document.querySelectorAll("[data-print]").forEach(b => { b.classList.remove("js-shown"); b.addEventListener("click", () => print()) });
/* What is folded on the screen is open on paper. */
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(e => { e.open = true }));
