// What reaches out of the page sideways, unless it lies in something that scrolls.
() => {
  const most = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth;
  if (wide <= most) return [];
  const held = (e) => {
    while (e && getComputedStyle(e).overflowX === "visible") e = e.parentElement;
    return e;
  };
  const out = [...document.body.querySelectorAll("*")]
    .filter((e) => e.getBoundingClientRect().right > most + 0.5)
    .filter((e) => e.getBoundingClientRect().width && !held(e))
    .map((e) => `${e.tagName}.${e.className} ends at ${Math.round(e.getBoundingClientRect().right)}`);
  return [`${wide} wide`, ...out.slice(0, 3)];
}
