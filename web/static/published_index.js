// The index of the published folder: loads the few files a query needs, as classic scripts, for
// those alone work from a disk. Every file calls `chendian` with its name and what it holds.
(function () {
  "use strict";
  var text = window.chendianText, waiting = {}, loaded = {}, contents = null;
  var FIRST = 0x4000, UNIT = 15, SECONDS = 0x6000, SHIFT = 0x40000;

  window.chendian = function (name) {
    if (waiting[name]) waiting[name](Array.prototype.slice.call(arguments, 1));
  };

  function script(name, src) {
    return new Promise(function (done, failed) {
      var element = document.createElement("script");
      waiting[name] = function (values) { delete waiting[name]; done(values); };
      element.onload = function () { element.remove(); if (waiting[name]) failed(new Error(name)); };
      element.onerror = function () { element.remove(); delete waiting[name]; failed(new Error(name)); };
      element.src = src;
      document.head.appendChild(element);
    });
  }

  function load(name) {
    if (!loaded[name]) {
      loaded[name] = script(name, "x/" + contents.version + "/" + name + ".js").catch(function (error) {
        delete loaded[name];
        throw error;
      });
    }
    return loaded[name];
  }

  function Bits(chars) { this.chars = chars; this.at = 0; this.unit = 0; this.left = 0; }
  Bits.prototype.fill = function () {
    this.unit = this.chars.charCodeAt(this.at++) - FIRST;
    this.left = UNIT;
  };
  Bits.prototype.zeros = function () {
    for (var count = 0; this.at <= this.chars.length; count += this.left, this.left = 0) {
      if (!this.left) this.fill();
      var rest = this.unit & ((1 << this.left) - 1);
      if (!rest) continue;
      var top = 31 - Math.clz32(rest);
      count += this.left - 1 - top;
      this.left = top;
      return count;
    }
    throw new Error("cut off");
  };
  Bits.prototype.low = function (width) {
    var value = 0;
    while (width) {
      if (!this.left) this.fill();
      var take = Math.min(width, this.left);
      this.left -= take;
      value = value * (1 << take) + ((this.unit >> this.left) & ((1 << take) - 1));
      width -= take;
    }
    return value;
  };
  Bits.prototype.rice = function (width) { return this.zeros() * (1 << width) + this.low(width); };
  Bits.prototype.gamma = function () {
    var width = this.zeros();
    return Math.pow(2, width) + this.low(width);
  };
  // A row of ascending numbers; passed over where nobody wants it. This is where the time goes, so
  // that everything is at hand.
  Bits.prototype.row = function (count, width, first, into) {
    var chars = this.chars, at = this.at, unit = this.unit, left = this.left, place = first - 1;
    for (; count; count--) {
      var rest = unit & ((1 << left) - 1), zeros = 0;
      while (!rest) {
        zeros += left;
        rest = unit = chars.charCodeAt(at++) - FIRST;
        left = UNIT;
        if (at > chars.length) throw new Error("cut off");
      }
      var top = 31 - Math.clz32(rest), low = 0, wanted = width;
      zeros += left - 1 - top;
      left = top;
      while (wanted > left) {
        low = low << left | unit & ((1 << left) - 1);
        wanted -= left;
        unit = chars.charCodeAt(at++) - FIRST;
        left = UNIT;
      }
      left -= wanted;
      low = low << wanted | unit >> left & ((1 << wanted) - 1);
      place += (zeros << width) + low + 1;
      if (into) into.push(place);
    }
    this.at = at;
    this.unit = unit;
    this.left = left;
  };

  function widthOf(count, span) {
    var middle = Math.floor(span * 9 / (13 * count)), width = 0;
    while (middle > 1) { middle = Math.floor(middle / 2); width++; }
    return width;
  }

  // Numbers of the messages with a pair, or with any that a character begins; what stands in a file
  // behind it is not looked at.
  function pairsIn(chars, one, other) {
    var bits = new Bits(chars), first = 0, found = [], end = chars.length;
    while (bits.at < end || bits.left && bits.unit & ((1 << bits.left) - 1)) {
      first += bits.gamma();
      if (first > one) break;
      var pairs = bits.gamma(), width = widthOf(pairs, SECONDS), second = 0;
      for (; pairs; pairs--) {
        second += bits.rice(width);
        var count = bits.gamma(), wanted = first === one && (!other || second === other);
        bits.row(count, widthOf(count, contents.messages), 0, wanted ? found : null);
        if (wanted && other) return found;
      }
    }
    return found;
  }

  function wordsIn(words, chars, wanted, star) {
    var bits = new Bits(chars), found = [], all = words.split(" ");
    for (var at = 0; at < all.length; at++) {
      var count = bits.gamma(), is = star ? all[at].startsWith(wanted) : all[at] === wanted;
      bits.row(count, widthOf(count, contents.messages), 0, is ? found : null);
      if (is && !star) break;
    }
    return found;
  }

  function each(places) {
    var sorted = new Uint32Array(places).sort(), found = [];
    for (var at = 0; at < sorted.length; at++) if (!at || sorted[at] !== sorted[at - 1]) found.push(sorted[at]);
    return found;
  }

  // The number of the last file that begins at or before a key, or at least 0.
  function fileOf(firsts, key, compare) {
    var low = 0, high = firsts.length;
    while (low < high) {
      var middle = low + high >> 1;
      if (compare(firsts[middle], key) <= 0) low = middle + 1; else high = middle;
    }
    return Math.max(0, low - 1);
  }

  function byCodes(one, other) {
    var a = Array.from(one), b = Array.from(other);
    for (var i = 0; i < a.length && i < b.length; i++) {
      if (a[i] !== b[i]) return a[i].codePointAt(0) - b[i].codePointAt(0);
    }
    return a.length - b.length;
  }

  function keyOf(pair) {
    var chars = Array.from(pair);
    return chars[0].codePointAt(0) * SHIFT + (chars[1] ? chars[1].codePointAt(0) : 0);
  }

  // A term's messages: `firsts` are the first numbers of its files, oldest first; `count` is how
  // many there are, or 0 where that is known once they are read.
  function listed(term) {
    var list = contents.lists.get(term);
    return list && {
      term: term, count: list[1], firsts: list.slice(2),
      read: function (file) {
        return load("l/" + list[0] + "-" + file).then(function (values) {
          var bits = new Bits(values[1]), count = bits.gamma(), width = bits.gamma() - 1, found = [];
          bits.row(count, width, list[2 + file], found);
          return found;
        });
      }
    };
  }

  function spreadOver(term, first, last, kind, read) {
    var names = [];
    for (var number = first; number <= last; number++) names.push(kind + "/" + number);
    return {
      term: term, count: 0, firsts: [0], files: names,
      read: function () {
        return Promise.all(names.map(load)).then(function (all) {
          var found = [];
          all.forEach(function (values) { found = found.concat(read(values)); });
          return names.length > 1 || kind === "w" || Array.from(term).length < 2 ? each(found) : found;
        });
      }
    };
  }

  function nothing(term) {
    return { term: term, count: 0, firsts: [0], files: [], read: function () { return Promise.resolve([]); } };
  }

  function sourceOfPair(pair) {
    var chars = Array.from(pair), first = chars[0].codePointAt(0), second = chars[1] && chars[1].codePointAt(0);
    if (listed(pair)) return listed(pair);
    if (!contents.pairs.length) return nothing(pair);
    var from = fileOf(contents.pairs, keyOf(pair), function (a, b) { return a - b; });
    var to = second ? from : fileOf(contents.pairs, (first + 1) * SHIFT - 1, function (a, b) { return a - b; });
    return spreadOver(pair, from, to, "p", function (values) {
      return pairsIn(values[1], first, second);
    });
  }

  function sourceOfWord(word, star) {
    var found = listed(star ? word + "*" : word);
    if (found) return found;
    if (!contents.words.length) return nothing(word);
    var from = fileOf(contents.words, word, byCodes), to = star ? fileOf(contents.words, word + "\u{10ffff}", byCodes) : from;
    var source = spreadOver(word, from, to, "w", function (values) {
      return wordsIn(values[0], values[1], word, star);
    });
    // words that go on so and have lists of their own are in none of these files
    var long = star ? contents.names.filter(function (name) { return name.startsWith(word) && name.slice(-1) !== "*"; }) : [];
    return long.length ? united([source].concat(long.map(listed))) : source;
  }

  function above(places, place) {
    var low = 0, high = places.length;
    while (low < high) {
      var middle = low + high >> 1;
      if (places[middle] < place) low = middle + 1; else high = middle;
    }
    return low;
  }

  // Several terms as one, read as far back as is needed.
  function united(sources) {
    var firsts = each([].concat.apply([], sources.map(function (source) { return source.firsts; })));
    return {
      term: sources[0].term + "*", count: 0, firsts: firsts, files: sources,
      read: function (file) {
        var from = firsts[file], until = file + 1 < firsts.length ? firsts[file + 1] : Infinity;
        return Promise.all(sources.map(function (source) {
          return source.read(above(source.firsts, from + 1) - 1).then(function (places) {
            return places.slice(above(places, from), above(places, until));
          });
        })).then(function (all) { return each([].concat.apply([], all)); });
      }
    };
  }

  // What must hold of every message with this term, and whether that is enough.
  function sourcesOf(term, star) {
    var pieces = text.runs(text.normalise(term)), found = [];
    pieces.forEach(function (piece, number) {
      var chars = Array.from(piece[1]);
      if (piece[0] === text.WORD) {
        var bare = piece[1].replace(/[+#]+$/, "");
        var ends = star && number === pieces.length - 1 && bare === piece[1];
        found.push(sourceOfWord(ends ? bare : bare === piece[1] ? bare.slice(0, text.LONGEST) : piece[1].slice(-text.LONGEST), ends));
      } else if (chars.length === 1) found.push(sourceOfPair(piece[1]));
      else for (var at = 1; at < chars.length; at++) found.push(sourceOfPair(chars[at - 1] + chars[at]));
    });
    return { all: found, exact: found.length === 1 };
  }

  function rowOf(place) {
    var number = Math.floor(place / contents.perFile);
    return load("s/" + Math.floor(number / 256) + "/" + number % 256).then(function (values) {
      return row(values[0], values[1][place % contents.perFile]);
    });
  }

  function row(names, values) {
    var group = contents.groups[values[0]], anchor = values[2];
    return {
      group: values[0], title: group[1], day: names[values[1]].slice(0, 10), minute: values[3], sender: names[values[4]],
      text: values[5], essence: values[6] === 1, personal: values[7] || [],
      href: group[0] + names[values[1]] + ".html#" + (typeof anchor === "number" ? group[2] + anchor : anchor)
    };
  }

  // `again` where files were not there: what the browser kept names those of the index before.
  function begin(again) {
    loaded = {};
    return script("contents", "x/contents.js" + (again ? "?" + Date.now() : "")).then(function (values) {
      var told = values[1], lists = new Map();
      told.lists.forEach(function (list, number) { lists.set(list[0], [number].concat(list.slice(1))); });
      contents = {
        version: values[0], messages: told.messages, perFile: told.perFile, groups: told.groups, months: told.months,
        lists: lists, names: Array.from(lists.keys()), words: told.words ? told.words.split(" ") : [],
        pairs: told.pairs ? told.pairs.split(" ").map(keyOf) : []
      };
      return Promise.all([load("text"), values[2] ? load(values[2]) : [[], []]]);
    }).then(function (both) {
      text.learn.apply(null, both[0]);
      contents.newer = both[1][1].map(function (values) { return row(both[1][0], values); });
      return contents;
    });
  }

  window.chendianIndex = {
    begin: begin, listed: listed, above: above, sourcesOf: sourcesOf, rowOf: rowOf
  };
})();
