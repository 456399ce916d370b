// Searching as one types: asks this page's own address for a part of itself and puts it in place.
(() => {
  "use strict";
  const PAUSE = 80, SLOW = 300, SAY = 700, SETTLED = 2000, BUSY = 1000, QUIET = 150;
  const box = document.querySelector(".find input[name=q]");
  const page = document.querySelector("[data-search]");
  if (!box) return;

  // where the keys go: the box, what was found, and the list of keys
  const STOPS = ".straight a, .hit .words, .tips a, .plainlist a, .go a";
  const stops = () => [...document.querySelectorAll("[data-part=results] a")].filter((a) => a.matches(STOPS));
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = document.activeElement || document.body, writing = at.closest("input, textarea, select, [contenteditable]");
    const keys = document.querySelector(".search-keys");
    if (event.key === "/" && !writing) {
      box.focus();
      box.select();
    } else if (event.key === "?" && !writing && keys) {
      keys.open = !keys.open;
    } else if (event.key === "Escape" && keys && keys.open) {
      keys.open = false;
    } else if (event.key === "Escape" && at !== box && at.closest("[data-part]")) {
      box.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = stops(), place = all.indexOf(at), step = event.key === "ArrowDown" ? 1 : -1;
      if (at !== box && place < 0) return;
      const next = all[place + step] || (place + step < 0 ? box : at);
      if (at === box && step < 0) return;
      next.focus();
    } else return;
    event.preventDefault();
  });
  if (!page) return;

  const results = page.querySelector("[data-part=results]"), status = page.querySelector("[role=status]");
  const token = page.dataset.token;
  let shown = box.value, asking = null, composing = false, timer, saying, settling;

  const address = (q, part) => {
    const to = new URL(location.href);
    to.searchParams.set("q", q);
    to.searchParams.delete("cursor");
    to.hash = "";
    if (part) to.searchParams.set("part", part);
    return to.href;
  };

  const fetched = async (part, q, signal) => {
    const answer = await fetch(address(q, part), { signal, redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    return answer.text();
  };

  const put = (part, html) => {
    const place = document.querySelector(`[data-part=${part}]`), at = document.activeElement;
    const href = place.contains(at) ? at.getAttribute("href") : null, held = place.contains(at);
    place.innerHTML = html;
    ready(place);
    // who has gone on to the results meanwhile stays there, or comes back to the box
    if (held) ([...place.querySelectorAll("a")].find((a) => a.getAttribute("href") === href) || box).focus();
  };

  const ready = (place) => place.querySelectorAll("[data-words]").forEach((button) => { button.hidden = false; });

  const say = (words, after) => {
    clearTimeout(saying);
    saying = setTimeout(() => { status.textContent = words; }, after);
  };

  // a search that found nothing is counted once it is meant: sent off, or left standing
  const missed = (q) => {
    if (!token || !results.querySelector("[data-missed]")) return;
    try {
      if (sessionStorage.getItem("missed") === q) return;
      sessionStorage.setItem("missed", q);
    } catch { /* no storage: it may be counted twice */ }
    fetch("/search/missed", { method: "POST", keepalive: true, body: new URLSearchParams({ token, q }) }).catch(() => {});
  };

  const ask = async () => {
    const q = box.value;
    clearTimeout(timer);
    if (asking) asking.abort();
    asking = null;
    results.removeAttribute("aria-busy");
    if (q.trim() === shown.trim()) return;
    const mine = asking = new AbortController();
    const slow = setTimeout(() => results.setAttribute("aria-busy", "true"), SLOW);
    try {
      const html = await fetched("results", q, mine.signal);
      if (mine !== asking) return;
      clearTimeout(slow);
      results.removeAttribute("aria-busy");
      put("results", html);
      shown = q;
      history.replaceState(history.state, "", address(q));
      const answer = results.querySelector(".finding");
      document.title = answer.dataset.title;
      document.querySelectorAll("a.large, a[hreflang]").forEach((link) => {
        const to = new URL(link.href);
        to.searchParams.set("q", q);
        to.searchParams.delete("cursor");
        link.href = to.href;
      });
      say(answer.dataset.said, SAY);
      settling = setTimeout(() => missed(q), SETTLED);
      // what stands beside waits for the next key: results come first
      timer = setTimeout(() => beside(q, mine), QUIET);
    } catch (error) {
      if (mine !== asking) return;
      if (error.message === "429") timer = setTimeout(ask, BUSY);
      else failed();
    } finally {
      clearTimeout(slow);
    }
  };

  const beside = async (q, mine) => {
    try {
      const html = await fetched("sides", q, mine.signal);
      if (mine === asking) put("sides", html);
    } catch (error) {
      if (mine !== asking) return;
      put("sides", "");
      if (error.message === "429") timer = setTimeout(() => beside(q, mine), BUSY);
    }
  };

  const failed = () => {
    results.removeAttribute("aria-busy");
    say(page.dataset.failed, 0);
    const told = document.createElement("p");
    told.className = "notice";
    told.textContent = page.dataset.failed;
    results.prepend(told);
    shown = "\0";
  };

  const typed = () => {
    if (composing) return;
    clearTimeout(timer);
    clearTimeout(saying);
    clearTimeout(settling);
    timer = setTimeout(ask, PAUSE);
  };
  box.addEventListener("compositionstart", () => { composing = true; });
  box.addEventListener("compositionend", () => { composing = false; typed(); });
  box.addEventListener("input", (event) => { if (!event.isComposing) typed(); });

  const copy = async (button) => {
    const words = document.getElementById(button.dataset.words);
    try {
      await navigator.clipboard.writeText(words.textContent);
    } catch {
      // without https there is no clipboard to write to
      getSelection().selectAllChildren(words);
      document.execCommand("copy");
    }
    button.textContent = page.dataset.copied;
    say(page.dataset.copied, 0);
  };
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-words]");
    if (button) copy(button);
  });

  ready(page);
  const came = performance.getEntriesByType("navigation")[0];
  if (!came || came.type === "navigate") missed(box.value);
})();
