// Says on the page that a passkey was not read: refused, timed out, or not there (allauth reports it as an event).
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const notice = document.querySelector("[data-passkey-error]");
  if (notice) notice.hidden = false;
});
