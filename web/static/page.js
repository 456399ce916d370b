// Large type remembered on this device, pictures that play, and buttons that copy or share an
// address. All of it is extra: the pages read and work without this file.
(function () {
  "use strict";
  var root = document.documentElement;
  var asked = /[?&]big=1(&|$)/.test(location.search);

  function remembered() {
    try { return localStorage.getItem("big") === "1"; } catch (refused) { return false; }
  }

  function remember(big) {
    try {
      if (big) localStorage.setItem("big", "1"); else localStorage.removeItem("big");
    } catch (refused) { /* then it holds for this page */ }
  }

  // before the first paint, so that nothing moves
  if (remembered()) root.classList.add("big");

  function switchSize(event) {
    var big = !root.classList.contains("big");
    remember(big);
    if (asked) return; // the link leads to the page in the other size
    event.preventDefault();
    root.classList.toggle("big", big);
  }

  function copied(button, done) {
    button.textContent = done ? button.dataset.done : button.dataset.address;
  }

  function copyByHand(text) {
    var field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    field.className = "unseen";
    document.body.appendChild(field);
    field.select();
    var done = false;
    try { done = document.execCommand("copy"); } catch (refused) { /* WeChat may refuse */ }
    field.remove();
    return done;
  }

  function copy(button) {
    var text = button.dataset.address;
    if (!navigator.clipboard) return copied(button, copyByHand(text));
    navigator.clipboard.writeText(text).then(
      function () { copied(button, true); },
      function () { copied(button, copyByHand(text)); }
    );
  }

  // an animated picture plays where it stands, and stops again
  function play(event) {
    var link = event.target.closest && event.target.closest("a.moves");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    var picture = link.querySelector("img");
    event.preventDefault();
    var still = picture.dataset.still;
    if (still) delete picture.dataset.still; else picture.dataset.still = picture.src;
    picture.src = still || link.href;
    link.classList.toggle("playing", !still);
  }

  document.addEventListener("click", play);

  document.addEventListener("DOMContentLoaded", function () {
    var large = document.querySelector(".large");
    if (large) large.addEventListener("click", switchSize);
    document.querySelectorAll("button[data-copy]").forEach(function (button) {
      button.dataset.address = new URL(button.dataset.copy, location.href).href;
      button.hidden = false;
      button.addEventListener("click", function () { copy(button); });
    });
    document.querySelectorAll("button[data-share]").forEach(function (button) {
      if (!navigator.share) return;
      button.hidden = false;
      button.addEventListener("click", function () {
        var address = new URL(button.dataset.share, location.href).href;
        navigator.share({ title: document.title, url: address }).catch(function () {});
      });
    });
  });
})();
