// Says to assistive technology what Django's fields with suggestions (select2) leave out: which field the box and its
// search are, and which list the box opens.
const nameBoxes = () => {
  for (const search of document.querySelectorAll(".select2-selection--multiple .select2-search__field:not([aria-label])")) {
    const label = search.closest(".select2")?.previousElementSibling?.labels?.[0];
    if (label) search.setAttribute("aria-label", label.textContent.trim());
  }
  for (const box of document.querySelectorAll(".select2-selection--single")) {
    const select = box.closest(".select2")?.previousElementSibling;
    const label = select?.labels?.[0];
    if (!label) continue;
    if (!box.dataset.named) {
      label.id ||= `label-of-${select.id}`;
      box.setAttribute("aria-labelledby", `${label.id} ${box.getAttribute("aria-labelledby") ?? ""}`.trim());
      box.querySelector("[role=textbox]")?.setAttribute("aria-labelledby", label.id);
      box.dataset.named = "yes";
    }
    if (box.getAttribute("aria-expanded") !== "true") continue;
    box.setAttribute("aria-controls", box.getAttribute("aria-owns"));
    const search = document.querySelector(".select2-container--open .select2-search__field:not([aria-labelledby])");
    search?.setAttribute("aria-labelledby", label.id);
  }
};
// they are made after the page is read, with each added inline, and when one opens
new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
nameBoxes();
