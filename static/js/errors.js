// Moves the focus to the summary of errors after a refused form (components/error_summary.html).
document.querySelector("[data-error-summary]")?.focus();
