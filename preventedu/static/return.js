// Carries the signed answer of the picker to the LMS; without script the button does.
document.getElementById("answer").submit();
