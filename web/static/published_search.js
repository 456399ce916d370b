// The search page of the published folder: what is typed, what is found, and how sure that is.
(function () {
  "use strict";
  var PAUSE = 80, SAY = 700, ROUNDS = 3, text = window.chendianText, index = window.chendianIndex, search = null;
  var PAGE = window.chendianSearch.PAGE, Search = window.chendianSearch.Search, parsed = window.chendianSearch.parsed;
  var fits = window.chendianSearch.fits, once = window.chendianOnce, taken = new once.Once();

  var page = document.querySelector("[data-published]");
  if (!page) return;
  var box = document.querySelector(".find input[name=q]"), list = page.querySelector("[data-part=hits]");
  var status = page.querySelector("[role=status]"), count = page.querySelector("[data-part=count]");
  var more = page.querySelector("[data-part=more]"), groups = page.querySelector("select[name=g]");
  var months = page.querySelector("select[name=m]"), essence = page.querySelector("button[name=e]");
  var words = page.dataset, contents = null, shown = 0, wanted = PAGE, pending = [], begun = false, timer, saying, composing = false, asked = 0;

  function element(name, css, said) {
    var made = document.createElement(name);
    if (css) made.className = css;
    if (said !== undefined) made.textContent = said;
    return made;
  }

  function filters() {
    var month = months.value, at = contents.months.findIndex(function (pair) { return pair[0] === month; });
    var next = contents.months[at + 1];
    return {
      group: groups.value === "" ? null : Number(groups.value), essence: essence.getAttribute("aria-pressed") === "true",
      month: at < 0 ? null : [contents.months[at][1], next ? next[1] : contents.messages, month]
    };
  }

  function tell() {
    var told = search.told(), said = words[told[1]].replace("{n}", told[0].toLocaleString("en-US"));
    if (!told[0] && told[1] !== "about") said = words.nothing;
    count.textContent = said;
    clearTimeout(saying);
    saying = setTimeout(function () { status.textContent = said; }, SAY);
    more.hidden = search.seen <= search.low && shown >= search.found.length + search.newer.length;
    page.dataset.state = "standing";
  }

  function clock(minute) { return ("0" + Math.floor(minute / 60)).slice(-2) + ":" + ("0" + minute % 60).slice(-2); }

  function fill(article, row) {
    var meta = element("div", "meta"), name = element("b"), link = element("a"), said = element("a", "words");
    name.appendChild(element("bdi", "", row.sender));
    meta.appendChild(name);
    meta.appendChild(element("span")).appendChild(element("bdi", "", row.title));
    link.href = said.href = row.href;
    link.appendChild(element("time", "", row.day + " " + clock(row.minute))).setAttribute("datetime", row.day + "T" + clock(row.minute));
    meta.appendChild(link);
    if (row.essence) meta.appendChild(element("span", "seal", "精"));
    said.dir = "auto";
    var cut = text.excerptOf(row.text, text.marksIn(row.text, search.query.wanted)), at = 0;
    cut[1].forEach(function (span) {
      said.appendChild(document.createTextNode(cut[0].slice(at, span[0])));
      said.appendChild(element("mark", "", cut[0].slice(span[0], span[1])));
      at = span[1];
    });
    said.appendChild(document.createTextNode(cut[0].slice(at)));
    article.textContent = "";
    article.row = row;
    article.appendChild(meta);
    article.appendChild(said);
    article.className = row.essence ? "hit ess" : "hit";
    article.removeAttribute("aria-busy");
  }

  // One hit's place in the list.
  function put(place) {
    var article = list.appendChild(element("article", "hit awaited", "…"));
    article.setAttribute("aria-busy", "true");
    return { article: article, place: place };
  }

  // Read what a hit says; what turns out not to be one goes again.
  function read(mine, article, place) {
    return index.rowOf(place).then(function (row) {
      if (mine !== asked) return;
      search.judged++;
      if (fits(row, search.query, search.filters)) return fill(article, row);
      search.wrong++;
      article.remove();
    });
  }

  // What another hit says already stands with it; as many more are looked for, but not for ever.
  function fold() {
    var folded = 0;
    Array.prototype.slice.call(list.children).forEach(function (article) {
      if (article.taken || !article.row) return;
      article.taken = true;
      var there = taken.take(article.row, article);
      if (!there) return;
      if (there.fresh) once.name(there.article, article.row, words.also);
      article.remove();
      folded++;
    });
    if (folded && ++search.rounds > ROUNDS) wanted = Math.min(wanted, list.childElementCount);
  }

  // Go on until as many stand in the list as are wanted, or there are no more.
  function show(mine, most) {
    if (mine !== asked) return null;
    var all = search.newer.length + search.found.length, fresh = [];
    for (; shown < Math.min(all, most); shown++) {
      if (shown < search.newer.length) fill(list.appendChild(element("article")), search.newer[shown]);
      else fresh.push(put(search.found[shown - search.newer.length]));
    }
    if (all || search.seen <= search.low) tell();
    // the list stands before what it says is asked for
    if (fresh.length) pending.push(later().then(function () {
      if (mine !== asked) return null;
      return Promise.all(fresh.map(function (hit) { return read(mine, hit.article, hit.place); }));
    }));
    if (all < most && search.seen > search.low) return search.step().then(function () { return show(mine, most); });
    return Promise.all(pending).then(function () {
      if (mine !== asked) return null;
      fold();
      tell();
      var left = search.seen > search.low || shown < search.found.length + search.newer.length;
      if (list.childElementCount < wanted && left) return show(mine, shown + wanted - list.childElementCount);
      page.dataset.state = "shown";
      begun = false;
      return null;
    });
  }

  function later() { return new Promise(function (done) { setTimeout(done, 0); }); }

  function ask() {
    var mine = ++asked, query = parsed(box.value), chosen_ = filters();
    clearTimeout(timer);
    keep();
    list.textContent = count.textContent = "";
    groups.className = groups.value === "" ? "" : "chosen";
    months.className = months.value === "" ? "" : "chosen";
    shown = 0;
    wanted = PAGE;
    pending = [];
    more.hidden = true;
    page.dataset.state = "asked";
    if (!query.wanted.length && chosen_.group === null && !chosen_.essence && !chosen_.month) {
      count.textContent = query.unwanted.length || box.value.trim() ? words.empty : "";
      page.dataset.state = "shown";
      return;
    }
    search = new Search(contents, query, chosen_);
    search.rounds = 0;
    taken = new once.Once();
    Promise.resolve(show(mine, PAGE)).catch(function () { if (mine === asked) start(true); });
  }

  function failed() {
    count.textContent = status.textContent = words.failed;
    page.dataset.state = "failed";
  }

  // the address follows what is typed, behind #, which no server sees
  function keep() {
    var parts = [["q", box.value.trim()], ["g", groups.value === "" ? "" : contents.groups[groups.value][0].split("/")[1]], ["m", months.value],
      ["e", essence.getAttribute("aria-pressed") === "true" ? "1" : ""]];
    var hash = parts.filter(function (part) { return part[1]; }).map(function (part) { return part[0] + "=" + encodeURIComponent(part[1]); }).join("&");
    try { history.replaceState(history.state, "", location.pathname + "#" + hash); } catch (refused) { /* some views refuse it for files */ }
  }

  function given(name) {
    var found = new RegExp("[#?&]" + name + "=([^&#]*)").exec(location.hash) || new RegExp("[?&]" + name + "=([^&#]*)").exec(location.search);
    try { return found ? decodeURIComponent(found[1].replace(/\+/g, " ")) : ""; } catch (wrong) { return ""; }
  }

  function offer() {
    groups.length = months.length = 1;
    contents.groups.forEach(function (group, number) { groups.appendChild(element("option", "", group[1])).value = number; });
    contents.months.slice().reverse().forEach(function (month) { months.appendChild(element("option", "", month[0])).value = month[0]; });
    essence.hidden = !index.listed("!") && !contents.newer.some(function (row) { return row.essence; });
    groups.closest("label").hidden = contents.groups.length < 2;
    var folder = given("g"), number = contents.groups.findIndex(function (group) { return group[0].split("/")[1] === folder; });
    box.value = given("q").slice(0, 500) || box.value;
    groups.value = number < 0 ? "" : String(number);
    months.value = given("m");
    if (months.selectedIndex < 0) months.value = "";
    essence.setAttribute("aria-pressed", given("e") === "1" ? "true" : "false");
    page.querySelector(".chips").hidden = false;
  }

  function typed() {
    clearTimeout(timer);
    clearTimeout(saying);
    if (!composing && contents) timer = setTimeout(ask, PAUSE);
  }

  function moved(event) {
    var at = document.activeElement, writing = /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName);
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    var all = Array.prototype.slice.call(list.querySelectorAll(".words")), place = all.indexOf(at);
    if (event.key === "/" && !writing) { box.focus(); box.select(); }
    else if (event.key === "Escape" && place >= 0) box.focus();
    else if (event.key === "ArrowDown" && (at === box || place >= 0) && all[place + 1]) all[place + 1].focus();
    else if (event.key === "ArrowUp" && place >= 0) (all[place - 1] || box).focus();
    else return;
    event.preventDefault();
  }

  box.addEventListener("compositionstart", function () { composing = true; });
  box.addEventListener("compositionend", function () { composing = false; typed(); });
  box.addEventListener("input", function (event) { if (!event.isComposing) typed(); });
  box.form.addEventListener("submit", function (event) { event.preventDefault(); if (contents) ask(); });
  groups.addEventListener("change", ask);
  months.addEventListener("change", ask);
  essence.addEventListener("click", function () {
    essence.setAttribute("aria-pressed", essence.getAttribute("aria-pressed") === "true" ? "false" : "true");
    ask();
  });
  more.addEventListener("click", function () {
    wanted = list.childElementCount + PAGE;
    search.rounds = 0;
    Promise.resolve(show(asked, shown + PAGE)).catch(failed);
  });
  window.addEventListener("hashchange", function () { if (contents && given("q") !== box.value.trim()) { box.value = given("q"); ask(); } });
  document.addEventListener("keydown", moved);
  window.chendianPage = { search: function () { return search; }, contents: function () { return contents; } };

  // once more where a file was missing: the folder may have been published anew
  function start(again) {
    if (again && begun) return failed();
    begun = again;
    return index.begin(again).then(function (told) {
      contents = told;
      offer();
      ask();
    }).catch(function () { return again ? failed() : start(true); });
  }
  start(false);
})();
