// The desk's list: how many rows are left, which is picked, and how it begins.
() => {
  const all = [...document.querySelectorAll("[data-item]:not([hidden])")];
  const at = all.findIndex((e) => e.classList.contains("picked"));
  return [all.length, at, at < 0 ? "" : all[at].innerText.slice(0, 60)];
}
