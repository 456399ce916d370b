// Text as the index knows it: what `archive/text.py` and `archive/highlight.py` do, for browsers
// from 2015 on. The tables come from there, with x/…/text.js.
(function () {
  "use strict";
  var HAN = 1, WORD = 2, EMOJI = 3, KIND = 3, JOINS = 4, CODES = 0x110000;
  var EXCERPT = 160, LEAD = 40, LONGEST = 64;
  var marks = null, singles = new Map(), others = new Map(), folded = new Map();

  function spread(ranges, bits) {
    var at = 0;
    ranges.forEach(function (length, number) {
      if (number % 2) for (var end = at + length, code = at; code < end; code++) marks[code] |= bits;
      at += length;
    });
  }

  function learn(kinds, pairs, others_, joining) {
    marks = new Uint8Array(CODES);
    kinds.forEach(function (ranges, number) { spread(ranges, number + 1); });
    spread(joining, JOINS);
    var chars = Array.from(pairs);
    for (var i = 0; i < chars.length; i += 2) singles.set(chars[i], chars[i + 1]);
    others_.forEach(function (pair) { others.set(String.fromCodePoint(pair[0]), pair[1]); });
  }

  function foldedChar(char) {
    var found = folded.get(char);
    if (found !== undefined) return found;
    found = singles.has(char) ? singles.get(char) : others.has(char) ? others.get(char) : char.normalize("NFKC").toLowerCase();
    if (folded.size > 20000) folded.clear();
    folded.set(char, found);
    return found;
  }

  function folds(text) {
    var made = "";
    for (var char of text) made += foldedChar(char);
    return made;
  }

  // The form in which text is compared: width, case and 繁/简 do not matter in it.
  function normalise(text) {
    if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
    var made = folds(text), composed = made.normalize("NFKC");
    return composed === made ? made : folds(composed);
  }

  function kindAt(text, at) {
    if (at < 0 || at >= text.length) return 0;
    var code = text.charCodeAt(at);
    // the second half of a character
    if (code >= 0xdc00 && code < 0xe000 && at) at--;
    return marks[text.codePointAt(at)] & KIND;
  }

  function widthAt(text, at) { return text.codePointAt(at) > 0xffff ? 2 : 1; }

  // Runs of Han, words and emoji in normalised text: [kind, text].
  function runs(text) {
    var found = [], at = 0;
    while (at < text.length) {
      var kind = kindAt(text, at), start = at;
      at += widthAt(text, at);
      if (!kind) continue;
      if (kind !== EMOJI) while (at < text.length && kindAt(text, at) === kind) at += widthAt(text, at);
      if (kind === WORD) {
        var sign = text[at] === "#" ? 1 : text.substr(at, 2) === "++" ? 2 : 0;
        if (sign && kindAt(text, at + sign) !== WORD) at += sign;
      }
      found.push([kind, text.slice(start, at)]);
    }
    return found;
  }

  function matchAt(text, at, pieces, star) {
    for (var number = 0; number < pieces.length; number++) {
      var kind = pieces[number][0], piece = pieces[number][1], start = at;
      if (number) {
        while (at < text.length && !kindAt(text, at)) at += widthAt(text, at);
        // two runs of Han are two because something stands between them
        if (at === start && kind === HAN && pieces[number - 1][0] === HAN) return -1;
      }
      if (!text.startsWith(piece, at)) return -1;
      if (kind === WORD && kindAt(text, at - 1) === WORD) return -1;
      at += piece.length;
      if (kind === WORD && !star && kindAt(text, at) === WORD) return -1;
    }
    return at;
  }

  // Where a term stands in normalised text, as the index would find it: [start, end].
  function places(term, text) {
    var star = term.slice(-1) === "*", pieces = runs(normalise(term)), found = [], at = 0;
    if (!pieces.length) return found;
    while ((at = text.indexOf(pieces[0][1], at)) >= 0) {
      var end = matchAt(text, at, pieces, star);
      if (end > at) found.push([at, end]);
      at = end > at ? end : at + 1;
    }
    return found;
  }

  function joins(text, at) { return at < text.length && (marks[text.codePointAt(at)] & JOINS) > 0; }

  // [start, end] of what the terms match in a text, merged and in order.
  function marksIn(text, terms) {
    var made = "", origins = [], at = 0, spans = [], merged = [];
    while (at < text.length) {
      var end = at + widthAt(text, at);
      while (joins(text, end)) end += widthAt(text, end);
      var part = normalise(text.slice(at, end));
      for (var i = 0; i < part.length; i++) origins.push(at);
      made += part;
      at = end;
    }
    terms.forEach(function (term) {
      places(term, made).forEach(function (span) {
        var last = origins[span[1] - 1];
        spans.push([origins[span[0]], last + widthAt(text, last)]);
      });
    });
    spans.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; }).forEach(function (span) {
      while (joins(text, span[1])) span[1] += widthAt(text, span[1]);
      var last = merged[merged.length - 1];
      if (last && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]); else merged.push(span);
    });
    return merged;
  }

  function whole(text, at) {
    var code = text.charCodeAt(at);
    return code >= 0xdc00 && code < 0xe000 ? at - 1 : at;
  }

  // A long text cut to the part around its first match: [text, marks].
  function excerptOf(text, found) {
    if (text.length <= EXCERPT + LEAD) return [text, found];
    var start = found.length ? Math.max(0, found[0][0] - LEAD) : 0;
    start = start < LEAD / 2 ? 0 : whole(text, start);
    var end = whole(text, Math.min(text.length, start + EXCERPT)), before = start ? "……" : "";
    var kept = found.filter(function (span) { return span[0] >= start && span[0] < end; });
    return [
      before + text.slice(start, end) + (end < text.length ? "……" : ""),
      kept.map(function (span) {
        return [span[0] - start + before.length, Math.min(span[1], end) - start + before.length];
      })
    ];
  }

  window.chendianText = {
    HAN: HAN, WORD: WORD, LONGEST: LONGEST, learn: learn, normalise: normalise, runs: runs, places: places,
    marksIn: marksIn, excerptOf: excerptOf
  };
})();
