// What a query of the published folder asks for, and the search for it: newest first, no further
// back than is needed.
(function () {
  "use strict";
  var PAGE = 20, MOST = 3, text = window.chendianText, index = window.chendianIndex, above = index.above;

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
    // a filter that no message of the index passes has no list
    var barren = filters.group !== null && contents.groups.length > 1 && !index.listed("@" + filters.group);
    if (low >= high || barren || filters.essence && !index.listed("!")) this.seen = this.high = low;
  }

  // Look further back, once.
  Search.prototype.step = function () {
    var self = this;
    if (!self.lists.length) {
      for (var left = PAGE; left && self.seen > self.low; left--) self.found.push(--self.seen);
      return Promise.resolve(self);
    }
    self.lighten();
    return Promise.all(self.lists.filter(function (list) { return list.from >= self.seen; }).map(function (list) {
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
      return self;
    });
  };

  // Where rare terms leave a page's worth, the messages themselves tell the rest.
  Search.prototype.lighten = function () {
    var read = this.lists.filter(function (list) { return list.from <= this.low; }, this), seen = this.seen, low = this.low;
    if (read.length < 2 || read.length === this.lists.length) return;
    var left = read.map(function (list) { return list.places.slice(above(list.places, low), above(list.places, seen)); }).reduce(common);
    if (left.length > PAGE) return;
    this.lists = read;
    this.exact = false;
  };

  // Look back until so many are found, or all is seen.
  Search.prototype.more = function (most) {
    var self = this;
    if (self.found.length >= most || self.seen <= self.low) return Promise.resolve(self);
    return self.step().then(function () { return self.more(most); });
  };

  Search.prototype.told = function () {
    var count = this.found.length - this.wrong + this.newer.length, all = this.seen <= this.low;
    if (this.only) return [this.only + this.newer.length, "found"];
    if (!this.lists.length) return [this.high - this.low - this.wrong + this.newer.length, this.exact ? "found" : "at_most"];
    if (this.exact || this.judged === this.found.length && all) return [count, all ? "found" : "at_least"];
    return [count, all ? "at_most" : "about"];
  };

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

  window.chendianSearch = { PAGE: PAGE, Search: Search, parsed: parsed, fits: fits };
})();
