// The same article in several groups: one hit, with the other places below it. Known by the words or
// the link of what is shown, so that nothing more is read for it.
(function () {
  "use strict";
  var WEEK = 7 * 86400000, LONG = 60, LISTED = 8, text = window.chendianText;
  var LINK = /https?:\/\/[^\s<>"'“”‘’「」《》（）【】，。；！？、]+/g;
  var TRACKING = /^(utm_.*|spm|scm|fbclid|gclid|share_.*|vd_source|from_wecom|scene|subscene|sessionid|sharer_.*)=/i;

  function bare(link) {
    var parts = link.split("#")[0].split("?"), address = parts[0].replace(/^https?:\/\/(www\.)?/i, "").replace(/\/+$/, "");
    var asked = (parts[1] || "").split("&").filter(function (one) { return one && !TRACKING.test(one); }).sort();
    return address + (asked.length ? "?" + asked.join("&") : "");
  }

  // What two messages have in common if they are the same article; "" where a text says too little.
  function markOf(row) {
    var links = row.text.match(LINK) || [], length = 0, said;
    said = text.runs(text.normalise(row.text.replace(LINK, bare))).map(function (piece) { return piece[1]; }).join(" ");
    text.runs(text.normalise(row.text.replace(LINK, " "))).forEach(function (piece) {
      length += piece[0] === text.HAN ? 3 * Array.from(piece[1]).length : piece[1].length + 1;
    });
    if (length >= LONG) return said;
    var leads = links.map(bare).filter(function (one, at, all) { return all.indexOf(one) === at; });
    return leads.length === 1 && leads[0].indexOf("/") > 0 ? "link " + leads[0] : "";
  }

  function Once() { this.first = new Map(); }

  // Tell where a row is to stand, of those taken newest first: with the hit `article`, and whether
  // its group is `fresh` there; null where it stands alone.
  Once.prototype.take = function (row, article) {
    var mark = markOf(row), at = Date.parse(row.day), held = mark && this.first.get(mark);
    if (!mark) return null;
    if (!held || held.at - at > WEEK) {
      this.first.set(mark, { article: article, at: at, groups: [row.group] });
      return null;
    }
    held.at = at;
    if (held.groups.every(function (group) { return group === row.group; })) return null;
    var fresh = held.groups.indexOf(row.group) < 0;
    if (fresh) held.groups.push(row.group);
    return { article: held.article, fresh: fresh };
  };

  // Name a place below a hit.
  function name(article, row, also) {
    var line = article.querySelector(".also");
    if (!line) {
      line = article.appendChild(document.createElement("p"));
      line.className = "meta also";
      line.appendChild(document.createElement("span")).textContent = also;
    }
    if (line.querySelectorAll("a").length >= LISTED) return;
    var link = line.appendChild(document.createElement("a"));
    link.href = row.href;
    link.appendChild(document.createElement("bdi")).textContent = row.title;
  }

  window.chendianOnce = { Once: Once, markOf: markOf, name: name };
})();
