// Small helps only: every page works without them.
// @ts-check

document.documentElement.classList.add("js");

/** The rail folds away on narrow screens. */
function menu() {
  const button = document.querySelector("[data-menu]");
  const rail = document.getElementById("rail");
  if (!button || !rail) return;
  button.addEventListener("click", () => {
    const open = rail.toggleAttribute("data-open");
    button.setAttribute("aria-expanded", String(open));
  });
}

/** Arrow keys walk the rows of a list, Enter opens: the link itself has the focus. */
function walkRows() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const link = event.target instanceof Element ? event.target.closest("a.open") : null;
    const table = link && link.closest("table");
    if (!link || !table) return;
    const links = [...table.querySelectorAll("a.open")];
    const next = links[links.indexOf(link) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next instanceof HTMLElement) {
      event.preventDefault();
      next.focus();
    }
  });
}

/** After a form came back with faults, the summary is read first. */
function readFaultsFirst() {
  const summary = document.querySelector(".error-summary");
  if (summary instanceof HTMLElement) summary.focus();
}

/** A print button prints. */
function printing() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
}

menu();
walkRows();
readFaultsFirst();
printing();
