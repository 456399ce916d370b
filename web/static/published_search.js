// The search page of the published folder: what is typed, what is found, and how sure that is.
(function () {
  "use strict";
  var PAUSE = 80, SAY = 700, PAGE = 20, MOST = 3, EDGES = "“”„＂「」『』«»";
  var text = window.chendianText, index = window.chendianIndex;

  // Words, phrases in quotes, docke*, and -words that must not be there.
  function parsed(typed) {
    var found = { wanted: [], unwanted: [] }, plain = typed.replace(/[“”„＂「」『』]/g, '"');
    var part = /(^|\s)([-－])?(?:"([^"]*)"|([^\s"]+))|"([^"]*)"|([^\s"]+)/g, match;
    while ((match = part.exec(plain))) {
      var phrase = match[3] !== undefined ? match[3] : match[5], said = phrase !== undefined ? phrase : match[4] || match[6] || "";
      var star = phrase === undefined && /[^*]{2}\*$/.test(said), runs = text.runs(text.normalise(said));
      if (!runs.length) continue;
      star = star && runs[runs.length - 1][0] === text.WORD;
      (match[2] ? found.unwanted : found.wanted).push(star ? said : said.replace(/\*+$/, ""));
    }
    return found;
  }

  // Which lists to read: the rarest, at most three; the rest is judged by what a message says.
  function chosen(query, filters) {
    var all = [], terms = new Map(), exact = !query.unwanted.length;
    query.wanted.forEach(function (term) {
      var star = term.slice(-1) === "*", needed = index.sourcesOf(star ? term.slice(0, -1) : term, star);
      exact = exact && needed.exact;
      all = all.concat(needed.all);
    });
    [filters.group === null ? "" : "@" + filters.group, filters.essence ? "!" : ""].forEach(function (name) {
      var list = name && index.listed(name);
      if (list) all.push(list);
    });
    all.forEach(function (source) { terms.set(source.term + (source.files || ""), source); });
    all = Array.from(terms.values()).sort(function (a, b) {
      return (a.count > 0) - (b.count > 0) || a.count - b.count || (a.files ? a.files.length - b.files.length : 0);
    });
    return { sources: all.slice(0, MOST), exact: exact && all.length <= MOST };
  }

  function Search(contents, query, filters) {
    this.query = query;
    this.filters = filters;
    this.contents = contents;
    this.low = filters.month ? filters.month[0] : 0;
    this.high = this.seen = filters.month ? filters.month[1] : contents.messages;
    var choice = chosen(query, filters), high = this.high, low = this.low;
    this.exact = choice.exact;
    this.found = [];
    this.wrong = 0;
    this.judged = 0;
    this.lists = choice.sources.map(function (source) {
      var file = source.firsts.length;
      while (file > 1 && source.firsts[file - 1] >= high) file--;
      return { source: source, file: file, from: file < source.firsts.length ? source.firsts[file] : high, places: [] };
    });
    this.only = this.lists.length === 1 && choice.exact && !filters.month ? this.lists[0].source.count : 0;
    this.newer = contents.newer.filter(function (row) { return !filters.month || row.day.slice(0, 7) === filters.month[2]; })
      .filter(function (row) { return fits(row, query, filters); }).reverse();
    if (low >= high) this.seen = low;
  }

  // Look further back until so many are found, or all is seen.
  Search.prototype.more = function (most) {
    var self = this;
    if (self.found.length >= most || self.seen <= self.low) return Promise.resolve(self);
    if (!self.lists.length) {
      for (; self.found.length < most && self.seen > self.low;) self.found.push(--self.seen);
      return Promise.resolve(self);
    }
    var behind = self.lists.filter(function (list) { return list.from >= self.seen; });
    return Promise.all(behind.map(function (list) {
      list.file--;
      return list.source.read(list.file).then(function (places) {
        list.places = places.concat(list.places);
        list.from = list.source.firsts[list.file];
      });
    })).then(function () {
      var until = self.seen, from = self.lists.reduce(function (most, list) { return Math.max(most, list.from); }, self.low);
      var both = self.lists.map(function (list) {
        var part = list.places.slice(above(list.places, from), above(list.places, until));
        list.places.length = above(list.places, from);
        return part;
      }).sort(function (a, b) { return a.length - b.length; }).reduce(common);
      for (var at = both.length - 1; at >= 0; at--) self.found.push(both[at]);
      self.seen = from;
      return self.more(most);
    });
  };

  Search.prototype.told = function () {
    var count = this.found.length - this.wrong + this.newer.length, all = this.seen <= this.low;
    if (this.only) return [this.only + this.newer.length, "found"];
    if (!this.lists.length) return [this.high - this.low - this.wrong + this.newer.length, this.exact ? "found" : "at_most"];
    if (this.exact || this.judged === this.found.length && all) return [count, all ? "found" : "at_least"];
    return [count, all ? "at_most" : "about"];
  };

  function above(places, place) {
    var low = 0, high = places.length;
    while (low < high) {
      var middle = low + high >> 1;
      if (places[middle] < place) low = middle + 1; else high = middle;
    }
    return low;
  }

  function common(one, other) {
    var found = [], at = 0;
    one.forEach(function (place) {
      while (at < other.length && other[at] < place) at++;
      if (other[at] === place) found.push(place);
    });
    return found;
  }

  // What of a message may be searched: personal numbers are blank.
  function searched(row) {
    var said = "", at = 0;
    for (var i = 0; i < row.personal.length; i += 2) {
      said += row.text.slice(at, row.personal[i]) + " ";
      at = row.personal[i + 1];
    }
    return text.normalise(said + row.text.slice(at));
  }

  function fits(row, query, filters) {
    if (filters.group !== null && row.group !== filters.group || filters.essence && !row.essence) return false;
    var said = searched(row), has = function (term) { return text.places(term, said).length > 0; };
    return query.wanted.every(has) && !query.unwanted.some(has);
  }

  window.chendianSearch = { Search: Search, parsed: parsed, fits: fits };

  var page = document.querySelector("[data-published]");
  if (!page) return;
  var box = document.querySelector(".find input[name=q]"), list = page.querySelector("[data-part=hits]");
  var status = page.querySelector("[role=status]"), count = page.querySelector("[data-part=count]");
  var more = page.querySelector("[data-part=more]"), groups = page.querySelector("select[name=g]");
  var months = page.querySelector("select[name=m]"), essence = page.querySelector("button[name=e]");
  var words = page.dataset, contents = null, search = null, shown = 0, wanted = PAGE, timer, saying, composing = false, asked = 0;

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
    article.appendChild(meta);
    article.appendChild(said);
    article.className = row.essence ? "hit ess" : "hit";
    article.removeAttribute("aria-busy");
  }

  // One hit's place in the list; what turns out not to be one goes again.
  function put(mine, place) {
    var article = list.appendChild(element("article", "hit awaited", "…"));
    article.setAttribute("aria-busy", "true");
    return index.rowOf(place).then(function (row) {
      if (mine !== asked) return;
      search.judged++;
      if (fits(row, search.query, search.filters)) return fill(article, row);
      search.wrong++;
      article.remove();
    });
  }

  function show(mine, most) {
    return search.more(most - search.newer.length).then(function () {
      if (mine !== asked) return null;
      var all = search.newer.length + search.found.length, until = Math.min(all, most), waiting = [];
      tell();
      for (; shown < until; shown++) {
        if (shown < search.newer.length) fill(list.appendChild(element("article")), search.newer[shown]);
        else waiting.push(put(mine, search.found[shown - search.newer.length]));
      }
      return Promise.all(waiting).then(function () {
        if (mine !== asked) return null;
        tell();
        var left = search.seen > search.low || shown < search.found.length + search.newer.length;
        if (list.childElementCount < wanted && left) return show(mine, shown + wanted - list.childElementCount);
        page.dataset.state = "shown";
        return null;
      });
    });
  }

  function ask() {
    var mine = ++asked, query = parsed(box.value), chosen_ = filters();
    clearTimeout(timer);
    keep();
    list.textContent = count.textContent = "";
    shown = 0;
    wanted = PAGE;
    more.hidden = true;
    page.dataset.state = "asked";
    if (!query.wanted.length && chosen_.group === null && !chosen_.essence && !chosen_.month) {
      count.textContent = query.unwanted.length || box.value.trim() ? words.empty : "";
      page.dataset.state = "shown";
      return;
    }
    search = new Search(contents, query, chosen_);
    show(mine, PAGE).catch(function () { if (mine === asked) failed(); });
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
    show(asked, shown + PAGE).catch(failed);
  });
  window.addEventListener("hashchange", function () { if (contents && given("q") !== box.value.trim()) { box.value = given("q"); ask(); } });
  document.addEventListener("keydown", moved);
  window.chendianPage = { search: function () { return search; }, contents: function () { return contents; } };
  index.begin().then(function (told) {
    contents = told;
    offer();
    ask();
  }).catch(failed);
})();
