// What this site asks of itself beyond WCAG: one heading, no jumps, targets of 44 pixels.
() => {
  const out = [];
  const all = (wanted) => [...document.querySelectorAll(wanted)];
  for (const one of ["h1", "main"]) {
    if (all(one).length !== 1) out.push(`${all(one).length} × ${one}`);
  }
  let last = 1;
  for (const e of all("h1, h2, h3, h4")) {
    if (+e.tagName[1] > last + 1) out.push(`the headings jump to: ${e.textContent.trim().slice(0, 30)}`);
    last = +e.tagName[1];
  }
  if (all("[style], a a, a button, button a").length) out.push("a style attribute, or links in links");
  if (all("script").some((e) => e.textContent.trim())) out.push("an inline script");
  const targets = "button, select, input:not([type=hidden], [type=checkbox], [type=radio]), summary,"
    + " .nav a, .tabs a, .go a, .near a, .places a";
  for (const e of all(targets)) {
    const height = e.getBoundingClientRect().height;
    const around = ["::before", "::after"].map((name) => getComputedStyle(e, name))
      .filter((style) => style.position === "absolute").map((style) => parseFloat(style.height) || 0);
    if (height && Math.max(height, ...around) < 43.5 && !e.closest(".spoiler")) {
      out.push(`${Math.round(height)} pixels high: ${e.outerHTML.slice(0, 80)}`);
    }
  }
  return out.slice(0, 5);
}
