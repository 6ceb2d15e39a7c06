/* "Tick everybody"; without script each box is ticked by hand. */
document.querySelectorAll("[data-all]").forEach(b => {
  b.classList.remove("js-shown");
  b.addEventListener("click", () => document.querySelectorAll(".names [type=checkbox]").forEach(e => { e.checked = true }));
});
