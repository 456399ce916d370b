// Text that does not fit where it is and is hidden; a link may shorten the text it leads to.
(shortened) => {
  const leads = (e, style) =>
    (style.webkitLineClamp !== "none" || style.textOverflow === "ellipsis") && e.closest("a[href]");
  return [...document.body.querySelectorAll("*")]
    .map((e) => [e, getComputedStyle(e)])
    .filter(([e, style]) => e.clientWidth && !["visible", "auto"].includes(style.overflowX))
    .filter(([e]) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
    .filter(([e, style]) => e.textContent.trim() && !e.closest(shortened) && !leads(e, style))
    .map(([e]) => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 30)}`)
    .slice(0, 5);
}
