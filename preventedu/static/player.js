/* The lesson player. Without it all screens show on one page, and forms post.
   Only the screen reached and the answers to scored questions leave the browser. */
const d = document, root = d.documentElement, B = d.body.dataset;
const $ = (s, e = d) => e.querySelector(s), $$ = (s, e = d) => [...e.querySelectorAll(s)];
const icon = name => `<svg class="ic" aria-hidden="true"><use href="${B.icons}#${name}"/></svg>`;
const on = (e, type, work) => e?.addEventListener?.(type, work);
const hide = (e, yes) => { if (e) e.hidden = yes };
const halt = e => e.preventDefault();
let live = B.mode === "learn", finished = B.mode === "review", left = false;

/* Never grow past the LMS's window: Get help and Leave stay in view. */
const lms = (subject, more) => { if (parent !== window && B.frame) parent.postMessage({ subject, ...more }, B.frame) };
addEventListener("message", e => {
  if (e.source !== parent || e.origin !== B.frame) return;
  let m = e.data;
  try { if (typeof m === "string") m = JSON.parse(m) } catch { return }
  if (m?.subject !== "lti.fetchWindowSize.response") return;
  lms("lti.frameResize", { height: Math.max(520, Math.round(m.height - (m.offset?.top || 0) - (m.footer || 0))) });
});
lms("lti.fetchWindowSize");

/* The queue: in memory, and where allowed on the device, as ids and letters under an
   opaque token, until it is sent or somebody else comes. */
const KEY = "pe:", key = KEY + B.token;
let queue = [], busy = false, failed = false, timer = 0, wait = 2000;
const disk = work => { try { return work(localStorage) } catch { return null } };
disk(s => Object.keys(s).filter(k => k.startsWith(KEY) && k !== key).forEach(k => s.removeItem(k)));
if (live) queue = disk(s => JSON.parse(s.getItem(key))) || [];
const keep = () => disk(s => queue.length ? s.setItem(key, JSON.stringify(queue)) : s.removeItem(key));
const status = $("[data-saved]");
const say = (text, state) => { status.ariaLive = state === "wait" ? "polite" : "off"; status.dataset.state = state; $("span", status).textContent = text };
const post = batch => fetch(B.events, {
  method: "POST", keepalive: true, headers: { "content-type": "application/json", "x-csrf-token": B.csrf },
  body: JSON.stringify({ version: +B.version, sitting: +B.sitting, lang: B.lang, events: batch }),
});
const later = () => { failed = true; say(B.tWait, "wait"); clearTimeout(timer); timer = setTimeout(flush, wait); wait = Math.min(wait * 2, 30000) };
async function flush() {
  if (busy || left || !queue.length) return;
  busy = true;
  if (!failed) say(B.tSaving, "saving");
  const batch = queue.slice(0, 20);
  try {
    const r = await post(batch);
    if (left) return;
    if (r.status === 403) return closed();
    if (r.status !== 400 && !r.ok) throw 0;
    const j = r.ok ? await r.json() : { graded: {}, closed: true };
    queue = queue.filter(e => !batch.includes(e)); keep(); failed = false; wait = 2000;
    heard(j);
    if (!queue.length && (!j.closed || j.done)) say(B.tSaved, "saved");
  } catch { if (!left) later() } finally { busy = false }
  if (queue.length && !failed) flush();
}
const rest = () => { live = false; queue = []; keep() };
const closed = () => { live = false; reached(false); say(B.tClosed, "wait") };
const send = event => { queue.push({ id: crypto.getRandomValues(new Uint32Array(3)).join("-"), ...event }); keep(); flush() };
const answer = (q, phase, a) => {
  const again = B.mode === "review" && !live;
  if (again) live = true;
  send({ t: "answer", q, phase, a });
  if (again) { reached(false); show(at, false) }
};
function heard(j) {
  for (const [q, g] of Object.entries(j.graded)) graded(q, g);
  if (j.done) finishedNow(j.done);
  if (j.closed && !j.done) { rest(); closed() }
}
addEventListener("online", flush);
addEventListener("pagehide", () => { if (!left && queue.length) post(queue.slice(0, 20)).catch(() => {}) });
addEventListener("pageshow", e => e.persisted && location.reload());

/* Screens */
const screens = $$(".screen"), steps = $$("[data-step]"), segs = $$("[data-seg]");
const back = $("[data-back]"), next = $("[data-next]"), last = screens.length - 1;
let at = 0, far = 0;
const place = id => screens.findIndex(s => s.id === id);
function show(i, byHand = true) {
  at = Math.max(0, Math.min(i, last)); far = Math.max(far, at); hush();
  screens.forEach((s, n) => s.classList.toggle("on", n === at));
  steps.forEach((s, n) => {
    s.classList.toggle("done", n < far && n !== at);
    const a = $("a", s), group = s.closest("details");
    a.ariaCurrent = n === at ? "step" : null;
    if (n === at) $$(".rail details").forEach(x => { x.open = x === group });
  });
  segs.forEach((s, n) => { s.className = n === at ? "now" : n < far ? "done" : "" });
  $$("[data-count]").forEach(e => { e.textContent = `${at + 1} / ${last + 1}` });
  back.classList.toggle("off", !at); next.classList.toggle("off", at === last);
  next.classList.toggle("ends", at === last - 1 && !finished && B.mode !== "preview");
  if (byHand) { screens[at].focus({ preventScroll: true }); scrollTo(0, 0); lms("lti.scrollToTop"); $$("img").forEach(i => { i.loading = "eager" }) }
  if (live && at < last) send({ t: "screen", s: screens[at].id });
}
const go = i => { if (i >= 0 && i <= last) { history.pushState(null, "", "#" + screens[i].id); show(i) } };
on(back, "click", () => go(at - 1));
on(next, "click", () => {
  $$("form.quiz, form.picks", screens[at]).forEach(sendForm);
  if (next.classList.contains("ends")) end();
  go(at + 1);
});
steps.forEach((s, n) => on($("a", s), "click", e => { halt(e); go(n) }));
addEventListener("popstate", () => { left ? neutral() : show(Math.max(0, place(location.hash.slice(1)))) });

/* Another language is another page: what was written goes along in this entry of the
   history, which no server and no other site can read, and is cleared there at once. */
const notes = $$("textarea");
notes.forEach((t, n) => { t.value = history.state?.[n] || "" });
history.replaceState(null, "");
$$("[data-language]").forEach(a => on(a, "click", e => {
  halt(e);
  history.replaceState(notes.map(t => t.value), "", a.search + "#" + screens[at].id);
  location.reload();
}));

function reached(yes) {
  finished = yes;
  $$(".before").forEach(e => hide(e, yes)); $$(".after").forEach(e => hide(e, !yes));
}
const line = text => $$("[data-line]").forEach(e => { e.textContent = text });
function end() {
  if (finished) return;
  reached(true);
  line(B.tUnsent);
  send({ t: "finish" });
}
function finishedNow(text) {
  rest(); reached(true); $$("[data-phase]").forEach(lock);
  line(text);
}
on($("[data-finish]"), "submit", e => { halt(e); end(); show(last) });

/* Text answers */
const picked = f => $$("input", f).filter(i => i.checked && !i.disabled).map(i => i.value);
const lock = f => $$("input, .pick", f).forEach(i => { i.disabled = true });
function mark(f, right, feedback, ok) {
  $$(".opt", f).forEach(o => {
    const { o: id } = o.dataset, html = feedback[id];
    if (html === undefined) return;
    const good = ok.includes(id), fb = $(".fb", o) || o.appendChild(d.createElement("span"));
    o.classList.toggle("good", good); o.classList.toggle("miss", !good);
    fb.className = "fb"; fb.innerHTML = `<b>${icon(good ? "check" : "search")}${good ? B.tGood : B.tMiss}</b> ${html}`;
  });
  $$(".pick", f).forEach(p => { if (p.value in feedback) p.classList.add(right ? "good" : "miss") });
  const told = $(".say-back", f.parentNode);
  if (told) { told.innerHTML = Object.values(feedback).join(" ").replace(/<\/?p>/g, ""); told.className = `say-back ${right ? "good" : "miss"}` }
}
function check(f) {
  const a = picked(f), sum = $(".sum", f);
  if (!a.length) { if (!$("input:disabled", f)) sum.textContent = B.tPick; return }
  lock(f);
  if (f.dataset.phase) { sum.textContent = ""; hide($(".row", f), true); return answer(f.dataset.q, f.dataset.phase, a) }
  const key = $$(".answers li", f), ok = key.filter(l => "ok" in l.dataset).map(l => l.dataset.o);
  const right = ok.length === a.length && a.every(v => ok.includes(v));
  mark(f, right, Object.fromEntries(key.filter(l => a.includes(l.dataset.o)).map(l => [l.dataset.o, $("span", l).innerHTML])), ok);
  sum.textContent = right ? B.tRight : B.tWrong;
  const again = $("[data-again]", f);
  hide($("[data-check]", f), true); hide(again, right); right || again.focus();
}
function graded(q, g) {
  const f = $(`[data-q="${q}"][data-phase=post]`);
  if (!f) return;
  lock(f); mark(f, g.is_right, g.feedback, g.right_options);
  const sum = $(".sum", f);
  if (sum) { if (g.note) sum.innerHTML = g.note; else sum.textContent = g.is_right ? B.tRight : B.tNear }
}
$$(".q[data-q]").forEach(f => {
  on($("[data-check]", f), "click", () => check(f));
  const again = $("[data-again]", f);
  on(again, "click", () => {
    $$(".opt", f).forEach(o => { o.classList.remove("good", "miss"); $(".fb", o)?.remove(); const i = $("input", o); i.disabled = i.checked = false });
    $(".sum", f).textContent = ""; hide($("[data-check]", f), false); hide(again, true); $("input", f).focus();
  });
});
const sendForm = form => $$(".q[data-q]", form).forEach(f => { if (picked(f).length) check(f) });
$$("form.quiz").forEach(form => on(form, "submit", e => {
  halt(e);
  const here = d.activeElement.closest(".q[data-q]");
  here && form.dataset.phase === "post" ? check(here) : sendForm(form);
}));

/* Picture answers: one tap answers */
$$(".picks").forEach(f => {
  const choose = p => {
    $$(".pick", f).forEach(x => { x.classList.remove("good", "miss"); x.ariaPressed = x === p });
    if (f.dataset.phase) { lock(f); return answer(f.dataset.q, f.dataset.phase, [p.value]) }
    const line = $(`.answers li[data-o="${p.value}"]`, f.parentNode);
    mark(f, "ok" in line.dataset, { [p.value]: $("span", line).innerHTML }, []);
  };
  on(f, "submit", e => { halt(e); if (e.submitter) choose(e.submitter) });
  $$("[type=button]", f).forEach(p => on(p, "click", () => choose(p)));
});

/* Stories */
$$("[data-scen]").forEach(s => {
  const scenes = $$(".scene", s), trail = [scenes[0].id], dots = $$(".path li", s), undo = $("[data-undo]", s);
  const paint = byHand => {
    const id = trail.at(-1);
    scenes.forEach(x => { x.hidden = x.id !== id });
    dots.forEach((x, n) => x.classList.toggle("on", n < trail.length - 1));
    undo.hidden = trail.length < 2;
    if (byHand) { hush(); $("#" + id).focus() }
  };
  on(s, "click", e => { const a = e.target.closest(".go a"); if (a) { halt(e); trail.push(a.hash.slice(1)); paint(true) } });
  on(undo, "click", () => { trail.pop(); paint(true) });
  paint(false);
});

/* Words */
$$(".term").forEach(b => on(b, "click", () => {
  const open = b.ariaExpanded !== "true", meaning = $(`#words [data-term="${CSS.escape(b.dataset.term)}"]`);
  b.ariaExpanded = open;
  let box = b.nextElementSibling?.matches(".def") ? b.nextElementSibling : null;
  if (!box) { box = d.createElement("span"); box.className = "def"; box.role = "status"; b.after(box) }
  box.hidden = !open; box.textContent = open && meaning ? meaning.textContent : "";
}));

/* Dialogs, text settings, printing */
$$("dialog").forEach(x => { x.close(); on(x, "click", e => { if (e.target === x) x.close() }) });
$$("[data-open]").forEach(a => {
  a.role = "button";
  const open = e => { halt(e); hush(); $("#" + a.dataset.open).showModal() };
  on(a, "click", open);
  on(a, "keydown", e => { if (e.key === " ") open(e) });
});
$$("[data-close]").forEach(b => on(b, "click", () => b.closest("dialog").close()));
const set = $("#settings form");
on(set, "change", e => {
  root.dataset[e.target.name] = e.target.value;
  fetch(set.action, { method: "POST", keepalive: true, headers: { "x-quiet": "1" }, body: new FormData(set) }).catch(() => {});
});
on($("[data-print]"), "click", () => print());
addEventListener("beforeprint", () => $$("details").forEach(x => { x.open = true }));
on($("[data-certificate]"), "click", () => {
  $(".certificate .who").textContent = $("#certificate-name").value;
  const alone = () => root.classList.toggle("only-certificate");
  alone(); print(); alone();
});

/* Leave, or Shift three times: hide this page at once and ask the network for nothing. */
function neutral() { history.replaceState(null, "", B.away) }
function leave() {
  left = true; name = "left"; clearTimeout(timer); hush();
  const [h, p, m] = ["h1", "p", "main"].map(e => d.createElement(e));
  h.textContent = B.tHome; p.textContent = B.tMenu; m.className = "away"; m.append(h, p);
  d.body.replaceChildren(m); d.title = B.tHome; neutral();
}
$$("[data-leave]").forEach(b => on(b, "click", e => { halt(e); leave() }));
let presses = [], clean = false;
addEventListener("keydown", e => { clean = e.key === "Shift"; if (!clean) presses = [] });
addEventListener("keyup", e => {
  if (e.key !== "Shift" || !clean || left) return;
  const now = Date.now();
  presses = presses.filter(t => now - t < 2500).concat(now);
  if (presses.length === 3) leave();
});

/* Reading aloud, by a voice of this device, a paragraph at a time. */
const S = window.speechSynthesis, listens = $$("[data-listen]");
let playing = null;
const lang = () => $("main").lang || root.lang;
const voice = () => S?.getVoices().find(v => v.localService && v.lang.slice(0, 2) === lang());
const voices = () => listens.forEach(b => b.classList.toggle("off", !voice()));
function hush() {
  S?.cancel(); if (playing) playing.ariaPressed = false; playing = null;
  $$(".saying").forEach(e => e.classList.remove("saying")); CSS.highlights?.delete("word");
}
const lines = s => $$("[data-say]", s).flatMap(e => { const parts = $$("p, li", e); return parts.length ? parts : [e] }).filter(e => e.getClientRects().length && e.textContent.trim());
function word(el, from) {
  if (!window.Highlight) return;
  const walk = d.createTreeWalker(el, 4);
  for (let n, i = from + el.textContent.search(/\S/); (n = walk.nextNode()); i -= n.length) {
    if (i >= n.length) continue;
    const r = new Range(), w = /^\S+/.exec(n.data.slice(i));
    r.setStart(n, i); r.setEnd(n, i + (w ? w[0].length : 1));
    CSS.highlights.set("word", new Highlight(r));
    return;
  }
}
listens.forEach(b => on(b, "click", () => {
  const stop = playing === b;
  hush();
  if (stop) return;
  playing = b; b.ariaPressed = true;
  const all = lines(b.closest(".screen"));
  const read = i => {
    if (playing !== b) return;
    if (i >= all.length) return hush();
    const el = all[i], u = new SpeechSynthesisUtterance(el.textContent.trim());
    u.voice = voice(); u.lang = lang(); u.rate = +(b.dataset.rate || .95);
    el.classList.add("saying");
    u.onboundary = e => { if (e.name === "word") word(el, e.charIndex) };
    u.onend = u.onerror = () => { el.classList.remove("saying"); read(i + 1) };
    S.speak(u);
  };
  read(0);
}));
if (S) { voices(); on(S, "voiceschanged", voices) }

far = Math.max(0, place($(".screen.on").id));
const asked = place(location.hash.slice(1));
show(asked >= 0 ? asked : far, false);
