"use strict";
(() => {
  const rows = [...document.querySelectorAll("tr.clause")];
  const families = [...document.querySelectorAll(".family")];
  const buttons = [...document.querySelectorAll("button[data-verdict]")];
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const texts = rows.map((row) => row.textContent.toLowerCase());

  const filter = () => {
    const wanted = buttons.filter((one) => one.getAttribute("aria-pressed") === "true").map((one) => one.dataset.verdict);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, number) => {
      const fits = (!wanted.length || wanted.includes(row.dataset.verdict)) && words.every((word) => texts[number].includes(word));
      row.hidden = !fits;
      count += fits;
    });
    families.forEach((one) => { one.hidden = !one.querySelector("tr.clause:not([hidden])"); });
    shown.textContent = count === rows.length ? "" : `${count} of ${rows.length} clauses`;
  };

  document.getElementById("tools").hidden = false;
  search.addEventListener("input", filter);
  buttons.forEach((button) => button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    filter();
  }));

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let one = target; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") { one.open = true; }
    }
    if (target) { target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", reveal);
  if (location.hash) { reveal(); }

  // A picture begins where the clause was seen to be broken; the way there is above.
  const toPin = (drawing) => {
    const pin = drawing.querySelector(".pin");
    if (pin) { drawing.scrollTop += pin.getBoundingClientRect().bottom - drawing.getBoundingClientRect().bottom + 16; }
  };
  document.querySelectorAll(".drawing").forEach((drawing) => {
    toPin(drawing);
    drawing.closest("details").addEventListener("toggle", () => toPin(drawing));
  });

  if (navigator.clipboard) {
    document.querySelectorAll("button.copy").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.previousElementSibling.textContent);
        button.textContent = "Copied";
      });
    });
  }
  window.addEventListener("beforeprint", () => document.querySelectorAll(".failure details").forEach((one) => { one.open = true; }));
})();
