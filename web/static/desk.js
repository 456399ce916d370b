// The desk with the keyboard: J and K move, a letter presses the button that bears it, Z undoes.
// Everything works without this: the buttons are forms, and each answer is a page.
"use strict";
(() => {
  const items = () => [...document.querySelectorAll("[data-item]:not([hidden])")];
  const did = document.getElementById("did");
  const aside = document.getElementById("context");
  let at = -1;
  // on a phone the places are a row that moves: the one that is open is in sight
  const places = document.querySelector(".places"), open = places?.querySelector("[aria-current]");
  if (open) places.scrollLeft = open.offsetLeft - places.offsetLeft - (places.clientWidth - open.offsetWidth) / 2;

  const show = (place) => {
    const all = items();
    if (!all.length) return;
    at = Math.max(0, Math.min(place, all.length - 1));
    document.querySelector("[data-item].picked")?.classList.remove("picked");
    all[at].classList.add("picked");
    all[at].focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
    context(all[at].dataset.context);
  };

  let wanted = "";
  const context = async (address) => {
    if (!aside || !address || getComputedStyle(aside).display === "none") return;
    wanted = address;
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok || wanted !== address) return;
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    // what is shown beside the list must not take the keyboard from it
    part.content.querySelectorAll("[autofocus]").forEach((e) => e.removeAttribute("autofocus"));
    if (wanted !== address) return;
    aside.replaceChildren(part.content);
    const here = aside.querySelector("#here");
    aside.scrollTop = here ? here.offsetTop - aside.clientHeight / 3 : 0;
  };

  const say = (text, number, item) => {
    const line = document.createElement("p");
    line.className = "notice told-now";
    line.textContent = text + " ";
    if (number) {
      const undo = document.createElement("button");
      undo.textContent = did.dataset.undo;
      undo.dataset.key = "z";
      undo.onclick = () => send("/desk/act/undo", new URLSearchParams({ did: number }), item, true);
      line.append(undo);
    }
    did.replaceChildren(line);
  };

  const send = async (address, fields, item, undoing) => {
    fields.set("token", document.querySelector("[data-token]").dataset.token);
    const answer = await fetch(address, {
      method: "POST", body: fields, headers: { Accept: "application/json" },
    }).catch(() => null);
    const told = answer ? await answer.json().catch(() => null) : null;
    if (!answer?.ok || !told?.said) return say(told?.error || did.dataset.failed);
    say(told.said, undoing ? 0 : told.did, item);
    if (item) {
      item.hidden = !undoing;
      const all = items();
      show(undoing ? all.indexOf(item) : at);
      if (!all.length) location.reload();
    } else {
      // the page says what was done and stays where it was, at the same item
      const here = new URL(location.href);
      here.searchParams.set("did", told.did);
      history.replaceState({ at }, "", here);
      location.reload();
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target, item = form.closest("[data-item]");
    if (!form.matches(".act") || !item) return;
    event.preventDefault();
    const gone = !/\/(tag|untag|move|collect|digest_\w+)$/.test(form.getAttribute("action"));
    send(form.action, new URLSearchParams(new FormData(form)), gone ? item : null, false);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      event.preventDefault();
      return show(at + (key === "j" ? 1 : -1));
    }
    const here = key === "z" ? did : document.querySelector("[data-item].picked");
    const meant = here?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!meant) return;
    event.preventDefault();
    meant.matches("input") ? meant.focus() : meant.click();
  });

  if (history.state?.at >= 0) show(history.state.at);

  document.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea[readonly]")) event.target.select();
    const item = event.target.closest("[data-item]");
    const place = item ? items().indexOf(item) : -1;
    if (place >= 0 && place !== at && event.target === item) show(place);
  });
})();
