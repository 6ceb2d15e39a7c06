// Forms that travel on by themselves, and the messages a Canvas-like page answers.
"use strict";

const forward = document.querySelector("form[data-forward]");
if (forward) forward.submit();

const leave = document.querySelector("a[data-leave]");
if (leave && window.parent !== window) {
  // Time to read what was added, then back to the course.
  setTimeout(() => { window.top.location.href = leave.href; }, 1500);
}

// A tool has registered itself and says that its page can go.
const registering = document.querySelector("iframe[data-closes-to]");
if (registering) {
  window.addEventListener("message", (event) => {
    const isOurs = event.source === registering.contentWindow;
    if (isOurs && event.data && event.data.subject === "org.imsglobal.lti.close") {
      window.location.href = registering.dataset.closesTo;
    }
  });
}

// LTI platform storage (lti-pm-s): kept for each tool's origin, for one page.
if (document.body.hasAttribute("data-storage")) {
  const kept = new Map();
  const subjects = ["lti.capabilities", "lti.put_data", "lti.get_data", "lti.frameResize"];

  const answerTo = (event) => {
    const { subject, key, value } = event.data;
    const id = `${event.origin} ${key}`;
    if (subject === "lti.capabilities") {
      return { supported_messages: subjects.map((name) => ({ subject: name })) };
    }
    if (subject === "lti.put_data") {
      if (value === null || value === undefined) kept.delete(id);
      else kept.set(id, value);
      return { key, value };
    }
    if (subject === "lti.get_data") return { key, value: kept.get(id) ?? null };
    const height = Number(event.data.height);
    const frame = document.querySelector("iframe.tool");
    if (frame && height > 0) frame.style.height = `${Math.min(height, 20000)}px`;
    return {};
  };

  window.addEventListener("message", (event) => {
    const data = event.data;
    if (!data || !subjects.includes(data.subject) || !event.source) return;
    event.source.postMessage(
      { subject: `${data.subject}.response`, message_id: data.message_id, ...answerTo(event) },
      event.origin,
    );
  });
}
