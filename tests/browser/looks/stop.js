// Where the keyboard is: what it is, whether it can be seen, and whether a ring shows it.
() => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const within = (least, at, most) => Math.min(Math.max(at, least), most);
  const top = document.elementFromPoint(
    within(1, box.left + Math.min(box.width, 40) / 2, innerWidth - 1),
    within(1, box.top + Math.min(box.height, 40) / 2, innerHeight - 1),
  );
  const player = e.matches("audio, video"); // draws its own
  return {
    what: `${e.tagName} ${(e.ariaLabel || e.textContent || e.name || "").trim().slice(0, 40)}`,
    href: e.getAttribute("href") || "",
    name: e.name || "",
    seen: player || (box.height > 0 && top && (e.contains(top) || top.contains(e))),
    ring: player || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
  };
}
