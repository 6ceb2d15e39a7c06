/* The class display: keys of a keyboard or a presenter remote, blank, whole screen.
   It sends nothing; player.js shows the screens. */
(() => {
  const d = document, root = d.documentElement, $ = s => d.querySelector(s);
  const began = Date.now(), blank = $("#blank"), whole = $("[data-whole]");
  let before = null;

  /* Blank: the class sees nothing, and the lesson is not reachable by keyboard. */
  const dark = yes => {
    root.classList.toggle("dark", yes);
    d.querySelectorAll("body > :not(#blank)").forEach(e => { e.inert = yes });
    if (yes) { before = d.activeElement; blank.querySelector("a").focus() } else before?.focus?.();
  };
  const isDark = () => root.classList.contains("dark");
  const on = (selector, work) => $(selector)?.addEventListener("click", e => { e.preventDefault(); work() });
  on("[data-blank]", () => { window.speechSynthesis?.cancel(); dark(true) });
  on("[data-unblank]", () => dark(false));

  const turn = () => d.fullscreenElement ? d.exitFullscreen() : root.requestFullscreen().catch(() => {});
  if (whole && d.fullscreenEnabled) { whole.hidden = false; whole.addEventListener("click", turn) }

  const next = () => $("[data-next]")?.click(), back = () => $("[data-back]")?.click();
  const KEYS = {
    ArrowRight: next, PageDown: next, ArrowLeft: back, PageUp: back, " ": next,
    b: () => $("[data-blank]").click(), ".": () => $("[data-blank]").click(),
    f: () => d.fullscreenEnabled && turn(),
  };
  const typing = e => e.target.closest("input, textarea, select");
  addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || $("dialog[open]")) return;
    if (isDark()) {
      if (["b", "B", ".", "Escape"].includes(e.key)) { e.preventDefault(); dark(false) }
      return;
    }
    /* Space works what has the focus: a card, a hint, a button. */
    if (e.key === " " && e.target.closest("button, summary, a")) return;
    const work = KEYS[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (work) { e.preventDefault(); work() }
  });

  /* The next page begins with how long this one was shown; the teacher may change it. */
  $("[data-over]")?.addEventListener("click", e => {
    const minutes = Math.min(240, Math.max(1, Math.round((Date.now() - began) / 60000)));
    const to = new URL(e.currentTarget.href);
    to.searchParams.set("minutes", minutes);
    e.currentTarget.href = to;
  });
})();
