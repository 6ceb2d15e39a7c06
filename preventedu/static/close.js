// Ends a registration: asks the LMS to take our page away, in its frame or its new tab.
"use strict";

const button = document.getElementById("close");
const lms = window.opener || window.parent;
if (lms !== window) {
  button.hidden = false;
  button.addEventListener("click", () => {
    lms.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
  });
}
